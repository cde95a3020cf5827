//! What a site makes of the rules: another grade, none at all, and who issues where. A file of its own, named by the
//! setting `conformity_file`, so that no new program is needed for it.
//!
//! ```toml
//! [grades]
//! portrait = "warning"
//! vin_check = "off"
//!
//! [issuers]
//! "11210100MB0000000X" = "2101"
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use verifier_core::ids::CreditCode;
use verifier_core::sm2::sm3;

use super::rules::{self, ConformityRule, Grade, RULES};
use crate::auth::is_prefix;

/// Characters of the version of a set of rules.
const VERSION_LENGTH: usize = 16;

/// The rules as a site has them.
pub struct RuleSet {
    rules: Vec<(&'static ConformityRule, Grade)>,
    issuers: BTreeMap<String, String>,
    content: String,
    version: String,
}

/// The file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    grades: BTreeMap<String, Grade>,
    issuers: BTreeMap<String, String>,
}

impl RuleSet {
    /// The rules with what this file says; an empty name: as they are.
    ///
    /// # Errors
    /// When the file cannot be read or does not do.
    pub fn open(file: &str) -> Result<Self, RulesError> {
        if file.is_empty() {
            return Self::of_text("");
        }
        let text = std::fs::read_to_string(file).map_err(|error| RulesError(format!("{file}: {error}")))?;
        Self::of_text(&text).map_err(|RulesError(cause)| RulesError(format!("{file}: {cause}")))
    }

    pub(super) fn of_text(text: &str) -> Result<Self, RulesError> {
        let file: File = toml::from_str(text).map_err(|error| RulesError(error.message().to_owned()))?;
        if let Some(unknown) = file.grades.keys().find(|id| rules::find(id).is_none()) {
            return Err(RulesError(format!("there is no rule `{unknown}`; see docs/conformity.md")));
        }
        let is_issuer =
            |(code, prefix): &(&String, &String)| CreditCode::parse(code).is_ok() && is_prefix(prefix);
        if !file.issuers.iter().all(|pair| is_issuer(&pair)) {
            return Err(RulesError("issuers: a credit code and a prefix of divisions each".to_owned()));
        }
        let grade = |rule: &ConformityRule| file.grades.get(rule.id).copied().unwrap_or(rule.grade);
        let rules: Vec<_> = RULES.iter().map(|rule| (rule, grade(rule))).collect();
        let mut content = String::new();
        for (rule, grade) in &rules {
            let _ = writeln!(content, "{} {} {}", rule.id, grade.word(), rule.parameters.0);
        }
        for (code, prefix) in &file.issuers {
            let _ = writeln!(content, "issuer {code} {prefix}");
        }
        let mut version = HEXLOWER.encode(&sm3(content.as_bytes()));
        version.truncate(VERSION_LENGTH);
        Ok(Self { rules, issuers: file.issuers, content, version })
    }

    /// Every rule with its grade here.
    pub fn rules(&self) -> impl Iterator<Item = (&'static ConformityRule, Grade)> {
        self.rules.iter().copied()
    }

    /// The rule of this name, if somebody looks here.
    #[must_use]
    pub fn is_on(&self, id: &str) -> bool {
        self.rules.iter().any(|(rule, grade)| rule.id == id && *grade != Grade::Off)
    }

    /// Which issuer is of which divisions; empty where the site does not say.
    #[must_use]
    pub fn issuers(&self) -> &BTreeMap<String, String> {
        &self.issuers
    }

    /// What the version is of: a line a rule.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Two sets of one version are the same.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Why the file does not do.
#[derive(Debug)]
pub struct RulesError(String);

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conformity_file: {}", self.0)
    }
}

impl std::error::Error for RulesError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(set: &RuleSet, id: &str) -> Grade {
        set.rules().find(|(rule, _)| rule.id == id).unwrap().1
    }

    #[test]
    fn a_site_regrades_rules_and_switches_them_off() {
        let plain = RuleSet::open("").unwrap();
        let set = RuleSet::of_text("[grades]\nvin_check = \"off\"\nportrait = \"error\"\n").unwrap();
        assert_eq!([grade(&plain, "vin_check"), grade(&plain, "portrait")], [Grade::Warning, Grade::Off]);
        assert_eq!([grade(&set, "vin_check"), grade(&set, "portrait")], [Grade::Off, Grade::Error]);
        assert!(!set.is_on("vin_check") && set.is_on("portrait") && !plain.is_on("portrait"));
        assert_ne!(plain.version(), set.version());
        assert_eq!(plain.version(), RuleSet::open("").unwrap().version());
    }

    #[test]
    fn a_file_with_a_mistake_is_refused() {
        for text in [
            "[grades]\nno_such_rule = \"off\"",
            "[grades]\nvin_check = \"grave\"",
            "[issuers]\nx = \"21\"",
            "[issuers]\n\"112100009999999981\" = \"2\"",
            "[rules]",
            "not toml",
        ] {
            assert!(RuleSet::of_text(text).is_err(), "{text}");
        }
        assert!(RuleSet::of_text("[issuers]\n\"112100009999999981\" = \"21\"").is_ok());
        assert!(RuleSet::open("/nowhere/rules.toml").is_err());
    }
}
