//! Every rule, broken once.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::fixtures::{citizen, driver, findings, licence, read, rules, vehicle, with};
use crate::record::{Record, Rule, Severity};

/// A 1 × 1 PNG file in base64, cut after its head.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUg==";

/// One case a line: rule, item as named in the finding, and what has to be changed in a sound record (null: taken
/// out) to break this rule and no other.
const CASES: &str = include_str!("cases.ndjson");

#[derive(Deserialize)]
struct Case {
    rule: String,
    item: String,
    base: String,
    members: Value,
}

impl Case {
    fn record(&self) -> Value {
        let base = match self.base.as_str() {
            "driver" => driver(),
            "licence" => licence(),
            _ => vehicle(),
        };
        with(base, self.members.clone())
    }
}

fn cases() -> impl Iterator<Item = Case> {
    CASES.lines().map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn each_case_breaks_its_rule_and_no_other() {
    for case in cases() {
        let found: Vec<_> =
            findings(&case.record()).into_iter().map(|finding| (finding.rule.code(), finding.item)).collect();
        assert_eq!(found, [(case.rule.as_str(), case.item)]);
    }
}

#[test]
fn errors_keep_a_record_out_and_warnings_do_not() {
    for case in cases() {
        let severity = findings(&case.record())[0].severity;
        let is_out = read(&case.record()).is_err();
        assert_eq!(is_out, severity == Severity::Error, "{}", case.rule);
    }
}

#[test]
fn every_rule_has_a_case() {
    let elsewhere = [
        "not_json",
        "column_count",
        "duplicate_item",
        // Of streams: ingest's tests.
        "wrong_encoding",
        "line_too_long",
        "unclosed_quote",
        // Of what is known already: admission's tests.
        "duplicate_with_other_content",
        "certificate_ended",
        "identifier_taken",
        "outside_jurisdiction",
        "sequence_passed",
        // Of events.
        "event_form",
        "unknown_certificate",
        "transition_not_allowed",
        "event_overtaken",
        "event_conflict",
        "in_the_future",
        "not_for_event",
    ];
    let shown: BTreeSet<_> = cases().map(|case| case.rule).chain(elsewhere.map(str::to_owned)).collect();
    for rule in Rule::OWN {
        assert!(shown.contains(rule.code()), "{}", rule.code());
    }
}

#[test]
fn every_finding_names_its_source_and_speaks_both_languages() {
    for case in cases() {
        let finding = findings(&case.record()).remove(0);
        assert!(!finding.source.is_empty(), "{}", case.rule);
        assert!(!finding.message_zh().is_empty() && !finding.message_en().is_empty());
    }
}

#[test]
fn no_finding_repeats_a_value() {
    let id = citizen();
    let record = with(driver(), json!({"holderCode": format!("{id}9"), "birthDate": id, id.clone(): id}));
    let text = serde_json::to_string(&findings(&record)).unwrap();
    assert!(!text.contains(&id), "{text}");
}

#[test]
fn a_record_with_several_faults_gets_all_of_them_at_once() {
    let record = with(
        vehicle(),
        json!({"vin": "X", "validTo": "20200101", "issuerCode": "1", "approveTon": null, "firstIssueDate": null}),
    );
    let found: BTreeSet<_> = rules(&record).into_iter().map(|(rule, _)| rule).collect();
    let expected =
        ["ends_before_start", "issued_after_end", "missing", "missing_one_of", "vin_shape", "wrong_length"];
    assert_eq!(found, expected.into());
}

#[test]
fn without_a_kind_the_common_items_are_still_held_to_their_rules() {
    let record = with(driver(), json!({"kind": null, "validTo": "20200101", "vin": "X"}));
    let found: Vec<_> = rules(&record);
    assert!(found.contains(&("missing", "kind".to_owned())));
    assert!(found.contains(&("ends_before_start", "validTo".to_owned())));
    assert!(!found.iter().any(|(rule, _)| *rule == "unknown_item"));
}

#[test]
fn a_line_that_is_not_one_object_is_refused() {
    for line in ["", "{", "[]", "null", "7", "{} {}", "{\"kind\":\"071\"", "{'kind':'071'}"] {
        let findings = Record::from_json(line.as_bytes()).unwrap_err();
        assert_eq!(findings[0].rule.code(), "not_json", "{line}");
    }
}

#[test]
fn a_name_that_occurs_twice_is_refused() {
    let line = driver().to_string().replacen('{', "{\"sexCode\":\"1\",", 1);
    let findings = Record::from_json(line.as_bytes()).unwrap_err();
    assert_eq!((findings[0].rule.code(), findings[0].item.as_str()), ("duplicate_item", "sexCode"));
}

#[test]
fn the_type_of_the_holders_code_follows_from_the_document() {
    let record = with(driver(), json!({"holderCodeType": null, "idDocumentTypeCode": "1"}));
    assert_eq!(read(&record).unwrap().record.holder().code_type(), "111");
}

#[test]
fn a_foreigner_holds_a_qualification_under_a_passport() {
    let passport = json!({"holderCodeType": "414", "holderCode": "e1234567", "certificateNumber": "2101000000000000001"});
    let record = read(&with(driver(), passport)).unwrap().record;
    assert_eq!(record.holder().code(), "E1234567");
    assert!(record.holder().is_person());
}

#[test]
fn a_portrait_gives_its_digest() {
    let record = read(&with(driver(), json!({"holderPhoto": PNG}))).unwrap().record;
    let digest = data_encoding::HEXLOWER.encode(record.photo_digest().unwrap());
    let given = read(&with(driver(), json!({"holderPhotoDigest": digest.to_uppercase()}))).unwrap().record;
    assert_eq!(record.photo_digest(), given.photo_digest());
}
