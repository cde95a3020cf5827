//! Every rule has a certificate that fits and one that does not, in `api/data/conformity/examples.ndjson`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use verifier_core::ids::Kind;

use super::*;
use crate::conformity::RuleSet;
use crate::conformity::check::{Facts, Paper, findings};
use crate::record::{Day, Record, Rule, Severity};

const EXAMPLES: &str = include_str!("../../../data/conformity/examples.ndjson");

fn lines() -> Vec<Value> {
    EXAMPLES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The members of one with those of the other in their place; null takes one away.
fn with(mut one: Value, other: &Value) -> Value {
    for (name, value) in other.as_object().into_iter().flatten() {
        if value.is_null() {
            one.as_object_mut().unwrap().remove(name);
        } else {
            one[name] = value.clone();
        }
    }
    one
}

fn papers(facts: &Value, name: &str) -> Vec<Paper> {
    let list = facts[name].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|paper| Paper {
            kind: Kind::from_code(paper["kind"].as_str().unwrap()).unwrap(),
            scopes: serde_json::from_value(paper["scopes"].clone()).unwrap(),
        })
        .collect()
}

fn facts(given: &Value, record: &Value) -> Facts {
    let number = |name: &str| given[name].as_i64().map(|number| i32::try_from(number).unwrap());
    let holder = given["holder_name"].as_str().or_else(|| record["holderName"].as_str());
    Facts {
        today: Day::parse("20260615").unwrap(),
        holder_name: holder.unwrap().to_owned(),
        overdue_days: number("overdue_days"),
        late_days: number("late_days"),
        plate_mates: usize::try_from(number("plate_mates").unwrap_or_default()).unwrap(),
        licences: papers(given, "licences"),
        qualifications: papers(given, "qualifications"),
    }
}

/// The rules that one of the two certificates of an example breaks, with every rule on.
fn broken(bases: &BTreeMap<String, Value>, example: &Value, which: &str) -> Vec<&'static str> {
    let base = &bases[example["base"].as_str().unwrap()];
    let record = with(base["record"].clone(), &example[which]);
    let given = with(with(base["facts"].clone(), &example["facts"]), &example[format!("{which}_facts")]);
    let mut settings = "[grades]\n".to_owned();
    for rule in RULES.iter() {
        settings.push_str(&format!("{} = \"error\"\n", rule.id));
    }
    settings.push_str("[issuers]\n");
    for (code, prefix) in given["issuers"].as_object().into_iter().flatten() {
        settings.push_str(&format!("\"{code}\" = {prefix}\n"));
    }
    let set = RuleSet::of_text(&settings).unwrap();
    let kind = Kind::from_code(record["kind"].as_str().unwrap()).unwrap();
    let reading = Record::from_json(record.to_string().as_bytes());
    findings(&set, kind, &reading, &facts(&given, &record)).into_iter().map(|found| found.rule).collect()
}

#[test]
fn every_rule_has_a_certificate_that_fits_and_one_that_does_not() {
    let (bases, examples): (Vec<_>, Vec<_>) = lines().into_iter().partition(|line| line["rule"].is_null());
    let bases: BTreeMap<_, _> =
        bases.into_iter().map(|base| (base["base"].as_str().unwrap().to_owned(), base)).collect();
    let named: BTreeSet<_> = examples.iter().map(|example| example["rule"].as_str().unwrap()).collect();
    let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(named, rules, "a line of examples.ndjson for each rule of rules.csv");
    for example in &examples {
        let rule = example["rule"].as_str().unwrap();
        let (fitting, failing) = (broken(&bases, example, "pass"), broken(&bases, example, "fail"));
        assert!(!fitting.contains(&rule), "{rule} is broken by what fits");
        assert!(failing.contains(&rule), "{rule} is not broken by what does not fit, but {failing:?} are");
    }
    for base in bases.keys() {
        let plain = serde_json::json!({ "base": base });
        assert!(broken(&bases, &plain, "pass").is_empty(), "{base}: {:?}", broken(&bases, &plain, "pass"));
    }
}

#[test]
fn every_line_of_the_table_is_a_rule_with_a_name_of_its_own() {
    let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!((ids.len(), RULES.len()), (rows().count(), rows().count()));
    for rule in RULES.iter() {
        assert!(rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", rule.id);
        assert!(!rule.source.is_empty() && !rule.kinds.is_empty(), "{}", rule.id);
        assert!(!rule.text_zh.is_ascii() && rule.text_en.is_ascii(), "{}", rule.id);
        assert!(rule.items.split_whitespace().all(is_item), "{}: {}", rule.id, rule.items);
    }
}

fn is_item(name: &str) -> bool {
    name == "extension" || items::all().iter().any(|item| item.name == name)
}

#[test]
fn whatever_is_admitted_with_a_warning_breaks_a_rule() {
    let repeated: BTreeSet<_> = RULES.iter().filter_map(|rule| rule.parameters.text("code")).collect();
    for rule in Rule::all().filter(|rule| rule.severity() == Severity::Warning) {
        let code = rule.code();
        assert!(repeated.contains(code) || find(code).is_some(), "add a line for {code} to rules.csv");
    }
    for code in repeated {
        assert!(Rule::all().any(|rule| rule.code() == code), "there is no rule {code} of admission");
    }
}
