//! One sound record of each family, and ways to spoil it.

use serde_json::{Value, json};
use verifier_core::ids::CitizenId;

use crate::record::{Accepted, Finding, Record};

/// An authority and a company that belong to nobody.
pub(super) const AUTHORITY: &str = "112100009999999981";
pub(super) const COMPANY: &str = "91210100MA99999962";

/// A citizen id of a division no place has: born on 1 May 1990, male.
pub(super) fn citizen() -> String {
    CitizenId::with_check("21019919900501001").unwrap().as_str().to_owned()
}

pub(super) fn driver() -> Value {
    json!({
        "kind": "071", "certificateNumber": citizen(), "issuerCode": AUTHORITY, "issuerName": "示例市交通运输局",
        "division": "210100", "issueDate": "20250301", "validFrom": "20250301", "validTo": "20310228",
        "holderName": "云知远", "holderCodeType": "111", "holderCode": citizen(), "holderAddress": "示例路1号",
        "sexCode": "1", "birthDate": "19900501", "drivingClassCode": ["B2"],
        "qualificationCode": ["02001", "03001"], "qualificationFirstIssueDate": ["20130301", "20190301"],
        "qualificationValidFrom": ["20250301", "20250301"], "qualificationValidTo": ["20310228", "20310228"],
    })
}

pub(super) fn licence() -> Value {
    json!({
        "kind": "008", "licenseWord": "沈", "licenseCode": "210102000001", "issuerCode": AUTHORITY,
        "issuerName": "示例市交通运输局", "division": "210102", "issueDate": "20250301",
        "certificateBeginDate": "20250301", "certificateExpireDate": "20290228", "ownerName": "沈阳澄舟物流有限公司",
        "holderCodeType": "001", "creditCode": COMPANY, "ownerAddress": "样例街2号", "legalRepresentative": "沐清禾",
        "businessScopeCode": ["02101"], "businessScopeDesc": "道路普通货物运输", "operatingStatus": "1",
    })
}

pub(super) fn vehicle() -> Value {
    json!({
        "kind": "013", "transCertificateWord": "沈", "transCertificateCode": "210102000002", "issuerCode": AUTHORITY,
        "issuerName": "示例市交通运输局", "division": "210100", "issueDate": "20250301", "validFrom": "20250301",
        "validTo": "20290228", "ownerName": "沈阳澄舟物流有限公司", "holderCodeType": "001", "holderCode": COMPANY,
        "ownerAddress": "样例街2号", "licenseCode": "210102000001", "vehicleNo": "辽A12345", "plateColorCode": "2",
        "vin": "11111111111111111", "vehicleTypeCode": "H12", "approveTon": "14.37", "businessScopeCode": ["02101"],
        "businessScopeDesc": "道路普通货物运输", "operatingStatus": "10", "firstIssueDate": "20210301",
    })
}

/// The record with some members set, or taken out where the value is null.
pub(super) fn with(mut record: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => drop(record.as_object_mut().unwrap().remove(name)),
            value => record[name] = value.clone(),
        }
    }
    record
}

pub(super) fn read(record: &Value) -> Result<Accepted, Vec<Finding>> {
    Record::from_json(record.to_string().as_bytes())
}

/// All findings, whether the record was taken or not.
pub(super) fn findings(record: &Value) -> Vec<Finding> {
    match read(record) {
        Ok(accepted) => accepted.warnings,
        Err(findings) => findings,
    }
}

/// Rule and item of all findings.
pub(super) fn rules(record: &Value) -> Vec<(&'static str, String)> {
    findings(record).into_iter().map(|finding| (finding.rule.code(), finding.item)).collect()
}
