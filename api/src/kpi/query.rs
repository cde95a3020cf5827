//! What is asked for: a year, a jurisdiction, a kind of certificate, a reading of "activated".

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use verifier_core::ids::Kind;

use crate::auth::Account;
use crate::problem::{Code, Finding, Problem};
use crate::store::activations::Source;
use crate::store::kpi::Filter;

/// Which uses count as an activation. Annex A names both (使用证照或亮证查验).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceFilter {
    /// Either.
    #[default]
    Any,
    /// 使用证照: its holder showed it.
    HolderUse,
    /// 亮证查验: an officer checked it.
    OfficerCheck,
}

/// The parameters as they come.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivationQuery {
    /// The year, in China.
    #[param(example = 2026)]
    year: String,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    division: Option<String>,
    /// Last three digits of the type code.
    #[param(example = "013")]
    kind: Option<String>,
    /// Which uses count: `any`, `holder_use` or `officer_check`.
    #[serde(default)]
    #[param(inline)]
    source: SourceFilter,
}

/// What is asked for, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The year, in China.
    pub year: u16,
    /// A prefix of division codes; empty: all.
    pub division: String,
    /// One kind, or all.
    pub kind: Option<Kind>,
    /// Which uses count.
    pub source: SourceFilter,
}

impl ActivationQuery {
    /// What is asked for, within what the operator may see.
    ///
    /// # Errors
    /// [`Code::BadQuery`] with the parameters that do not fit, [`Code::OtherDivision`].
    pub fn scope(self, operator: &Account) -> Result<Scope, Problem> {
        let year = self.year.parse().ok().filter(|year| (1970..=9999).contains(year));
        let kind = self.kind.as_deref().map(Kind::from_code);
        let division = self.division.unwrap_or_else(|| operator.division.clone().unwrap_or_default());
        let findings: Vec<Finding> =
            [("year", year.is_some()), ("kind", kind != Some(None)), ("division", is_prefix(&division))]
                .into_iter()
                .filter(|(_, fits)| !fits)
                .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
                .collect();
        let Some(year) = year.filter(|_| findings.is_empty()) else {
            return Err(Problem::new(Code::BadQuery).findings(findings));
        };
        if operator.division.as_ref().is_some_and(|own| !division.starts_with(own.as_str())) {
            return Err(Code::OtherDivision.into());
        }
        Ok(Scope { year, division, kind: kind.flatten(), source: self.source })
    }
}

impl Scope {
    /// The same for the database: ranges, so that one query does for all.
    #[must_use]
    pub fn filter(&self) -> Filter {
        let (first_kind, last_kind) = self.kind.map_or(("000", "999"), |kind| (kind.code(), kind.code()));
        let (first_source, last_source) = match self.source {
            SourceFilter::Any => (Source::HolderUse, Source::OfficerCheck),
            SourceFilter::HolderUse => (Source::HolderUse, Source::HolderUse),
            SourceFilter::OfficerCheck => (Source::OfficerCheck, Source::OfficerCheck),
        };
        Filter {
            year: self.year.into(),
            issued: (first_day(self.year), first_day(self.year.saturating_add(1)) - 1),
            divisions: (format!("{:0<6}", self.division), format!("{:9<6}", self.division)),
            kinds: (first_kind.to_owned(), last_kind.to_owned()),
            sources: (first_source.word(), last_source.word()),
        }
    }
}

fn is_prefix(division: &str) -> bool {
    [0, 2, 4, 6].contains(&division.len()) && division.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first day of a year, in days since 1970-01-01.
fn first_day(year: u16) -> i32 {
    let leap_days = |years: i32| years / 4 - years / 100 + years / 400;
    let before = i32::from(year) - 1;
    365 * (before - 1969) + leap_days(before) - leap_days(1969)
}

#[cfg(test)]
mod tests {
    use super::*;
    use verifier_core::Day;

    use crate::auth::Role;

    fn operator(division: Option<&str>) -> Account {
        Account {
            id: "operator".to_owned(),
            role: Role::Operator,
            name: "测试账号".to_owned(),
            holder_id: None,
            division: division.map(str::to_owned),
        }
    }

    fn asked(year: &str, division: Option<&str>, kind: Option<&str>) -> ActivationQuery {
        ActivationQuery {
            year: year.to_owned(),
            division: division.map(str::to_owned),
            kind: kind.map(str::to_owned),
            source: SourceFilter::Any,
        }
    }

    #[test]
    fn years_begin_on_their_first_of_january() {
        for year in [1970, 1972, 1973, 2000, 2001, 2026, 2027, 2100, 2101, 9999] {
            let day = Day(u32::try_from(first_day(year)).unwrap());
            assert_eq!(day.civil(), (u32::from(year), 1, 1));
        }
    }

    #[test]
    fn what_is_not_asked_for_is_a_range_of_all() {
        let filter = asked("2026", Some("2101"), None).scope(&operator(None)).ok().unwrap().filter();
        assert_eq!(filter.divisions, ("210100".to_owned(), "210199".to_owned()));
        assert_eq!(filter.kinds, ("000".to_owned(), "999".to_owned()));
        assert_eq!(filter.sources, ("holder_use", "officer_check"));
        assert_eq!(filter.issued, (20_454, 20_818));
    }

    #[test]
    fn an_operator_sees_the_own_jurisdiction_only() {
        let own = asked("2026", None, None).scope(&operator(Some("2101"))).ok().unwrap();
        assert_eq!(own.division, "2101");
        let county = asked("2026", Some("210102"), None).scope(&operator(Some("2101"))).ok().unwrap();
        assert_eq!(county.division, "210102");
        for other in ["2102", "21", ""] {
            let refused = asked("2026", Some(other), None).scope(&operator(Some("2101"))).unwrap_err();
            assert_eq!(refused.code(), Code::OtherDivision);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for query in [
            asked("x", None, None),
            asked("1969", None, None),
            asked("10000", None, None),
            asked("2026", Some("210"), None),
            asked("2026", Some("21%"), None),
            asked("2026", None, Some("000")),
        ] {
            assert_eq!(query.scope(&operator(None)).unwrap_err().code(), Code::BadQuery);
        }
    }
}
