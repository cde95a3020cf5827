//! What is applied for, and its bounds. What people write here may be personal: it is kept encrypted.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Code, Finding, Problem};

/// Most certificates of one application.
const MOST_ITEMS: usize = 200;
const NAME: RangeInclusive<usize> = 2..=64;
const PHONE: RangeInclusive<usize> = 5..=20;
const REASON: RangeInclusive<usize> = 6..=500;
const WANTED: RangeInclusive<usize> = 2..=200;

/// The form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceForm)]
pub struct Form {
    /// 申请单位: 2 to 64 characters.
    #[schema(example = "某某市交通运输事务服务中心")]
    pub unit: String,
    /// 联系人: 2 to 64 characters.
    pub contact: String,
    /// 联系电话: 5 to 20 characters.
    pub phone: String,
    /// 申请原因: 6 to 500 characters.
    pub reason: String,
    /// The certificates it is about: 1 to 200, each once.
    pub items: Vec<WantedItem>,
}

/// What is wanted of a certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceItem)]
pub struct WantedItem {
    /// Id of the certificate.
    pub certificate_id: String,
    /// 维护内容: 2 to 200 characters.
    #[schema(example = "部级系统中有效期止与本省不一致，请按本省数据更正")]
    pub wanted: String,
}

impl Form {
    /// That everything is within its bounds.
    ///
    /// # Errors
    /// [`Code::UnfitValue`] with every item that does not fit.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let ids: BTreeSet<_> = self.items.iter().map(|item| &item.certificate_id).collect();
        let findings: Vec<Finding> = [
            ("unit", fits(&self.unit, NAME)),
            ("contact", fits(&self.contact, NAME)),
            ("phone", fits(&self.phone, PHONE)),
            ("reason", fits(&self.reason, REASON)),
            ("items", (1..=MOST_ITEMS).contains(&self.items.len()) && ids.len() == self.items.len()),
            ("items.wanted", self.items.iter().all(|item| fits(&item.wanted, WANTED))),
        ]
        .into_iter()
        .filter(|(_, fits)| !fits)
        .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
        .collect();
        if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
    }
}

fn fits(text: &str, bounds: RangeInclusive<usize>) -> bool {
    bounds.contains(&text.trim().chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(items: &[&str]) -> Form {
        let item =
            |id: &&str| WantedItem { certificate_id: (*id).to_owned(), wanted: "请更正".to_owned() };
        Form {
            unit: "测试单位".to_owned(),
            contact: "王五".to_owned(),
            phone: "024-00000000".to_owned(),
            reason: "部级数据与本省不一致".to_owned(),
            items: items.iter().map(item).collect(),
        }
    }

    #[test]
    fn a_form_names_certificates_each_once() {
        assert!(form(&["a", "b"]).check().is_ok());
        for items in [&[][..], &["a", "a"]] {
            assert_eq!(form(items).check().unwrap_err().broken_rules().count(), 1);
        }
    }

    #[test]
    fn every_item_that_does_not_fit_is_named() {
        let unfit = Form { unit: " ".to_owned(), phone: "1".to_owned(), ..form(&["a"]) };
        assert_eq!(unfit.check().unwrap_err().broken_rules().count(), 2);
    }
}
