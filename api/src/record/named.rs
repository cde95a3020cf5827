//! Which certificate a line is about that is no record of it: by kind, issuing authority and number, under the names
//! that records have for them.

use serde_json::{Map, Value};
use verifier_core::ids::{CertificateNumber, CreditCode, Kind};

use super::finding::{Finding, Findings};
use super::items;
use super::name;
use super::rule::Rule;

/// What a certificate is known by.
pub struct Named {
    /// Which of the nine kinds.
    pub kind: Kind,
    /// The issuing authority.
    pub issuer: CreditCode,
    /// 证号.
    pub number: CertificateNumber,
}

impl Named {
    /// Takes the three out of the members of a line; what else it says stays in them. Fails with all findings.
    pub fn take(members: &mut Map<String, Value>) -> Result<Self, Vec<Finding>> {
        let mut findings = Findings::default();
        let code = text(None, name::KIND, members, &mut findings);
        let kind = code.as_deref().and_then(Kind::from_code);
        let issuer = text(kind, name::ISSUER_CODE, members, &mut findings);
        let issuer =
            parsed(kind, name::ISSUER_CODE, issuer.map(|text| CreditCode::parse(&text)), &mut findings);
        let Some(kind) = kind else { return Err(findings.into_list()) };
        let number = text(Some(kind), name::NUMBER, members, &mut findings);
        let number = number.map(|text| CertificateNumber::parse(kind, &text));
        let number = parsed(Some(kind), name::NUMBER, number, &mut findings);
        match (issuer, number) {
            (Some(issuer), Some(number)) => Ok(Self { kind, issuer, number }),
            _ => Err(findings.into_list()),
        }
    }
}

/// Takes the value of an item, in its normal form.
fn text(
    kind: Option<Kind>,
    name: &str,
    members: &mut Map<String, Value>,
    findings: &mut Findings,
) -> Option<String> {
    let item = items::find(kind, name)?;
    let called = members.keys().find(|key| item.is_called(key)).cloned();
    let value = called.and_then(|called| members.remove(&called)).unwrap_or(Value::Null);
    match item.form.normalise(&value) {
        Ok(Some((datum, _))) => datum.text().map(str::to_owned),
        Ok(None) => {
            findings.item(item, Rule::Missing);
            None
        }
        Err(rule) => {
            findings.item(item, rule);
            None
        }
    }
}

fn parsed<T>(
    kind: Option<Kind>,
    name: &str,
    read: Option<Result<T, verifier_core::ids::IdError>>,
    findings: &mut Findings,
) -> Option<T> {
    match read? {
        Ok(part) => Some(part),
        Err(error) => {
            if let Some(item) = items::find(kind, name) {
                findings.item(item, Rule::Id(error));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn take(line: Value) -> (Result<Named, Vec<Finding>>, Map<String, Value>) {
        let Value::Object(mut members) = line else { panic!("an object") };
        (Named::take(&mut members), members)
    }

    #[test]
    fn the_names_of_records_are_understood_and_the_rest_stays() {
        let (named, rest) = take(json!({
            "kind": "013", "issuingAuthorityCode": "11210100001234567A", "transCertificateCode": "210100000001",
            "event": "suspended",
        }));
        let named = named.unwrap_or_else(|findings| panic!("{findings:?}"));
        assert_eq!((named.kind.code(), named.number.as_str()), ("013", "210100000001"));
        assert_eq!(Value::Object(rest), json!({ "event": "suspended" }));
    }

    #[test]
    fn what_is_missing_or_wrong_is_found_by_name() {
        let (named, _) = take(json!({ "kind": "013", "issuerCode": "1" }));
        let found: Vec<_> = named.err().unwrap().into_iter().map(|finding| finding.item).collect();
        assert_eq!(found, ["issuerCode", "certificateNumber"]);
        assert_eq!(
            take(json!({})).0.err().unwrap().first().map(|finding| finding.item.clone()).unwrap(),
            "kind"
        );
    }
}
