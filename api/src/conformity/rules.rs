//! The table of rules: `api/data/conformity/rules.csv`, read once.
//!
//! A row says what is wanted, of which kinds, how grave it is not to have it, from which standard, and names the check
//! that looks. What is not here: the checks (`conformity::check`) and what a site makes of the grades
//! (`conformity::settings`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::Kind;

use super::check::{self, Check};
use crate::record::items;

/// How grave it is to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The certificate does not conform.
    Error,
    /// It does, and the finding is worth a look.
    Warning,
    /// Nobody looks.
    Off,
}

impl Grade {
    /// The word it is written as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Off => "off",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Error, Self::Warning, Self::Off].into_iter().find(|grade| grade.word() == word)
    }
}

/// A rule as the table has it.
pub struct ConformityRule {
    /// Its name: never changed once published.
    pub id: &'static str,
    /// Which kinds it is for, as the table says it.
    pub applies: &'static str,
    /// How grave it is, unless a site says otherwise.
    pub grade: Grade,
    /// The items it is about, with spaces between; empty: those the check names.
    pub items: &'static str,
    /// The name of its check.
    pub check_name: &'static str,
    /// What the check is told.
    pub parameters: Parameters,
    /// The standard it comes from.
    pub source: &'static str,
    /// Whether it still has to be compared with the standard's text (待标准文本核对).
    pub is_unconfirmed: bool,
    /// What is wrong, in Chinese.
    pub text_zh: &'static str,
    /// What is wrong, in English.
    pub text_en: &'static str,
    pub(super) check: Check,
    kinds: Vec<Kind>,
}

/// What a check is told: `years=6 item=validTo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters(pub &'static str);

impl Parameters {
    /// The one of this name.
    #[must_use]
    pub fn text(self, name: &str) -> Option<&'static str> {
        let mut pairs = self.0.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The one of this name, a number; 0 where there is none.
    #[must_use]
    pub fn number(self, name: &str) -> i32 {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

impl ConformityRule {
    /// Whether certificates of this kind are held to it.
    #[must_use]
    pub fn is_for(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn parse(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut cell = || cells.next();
        let (id, applies, grade, items) = (cell()?, cell()?, cell()?, cell()?);
        let (check_name, parameters, source, mark) = (cell()?, cell()?, cell()?, cell()?);
        Some(Self {
            id,
            applies,
            grade: Grade::parse(grade)?,
            items,
            check_name,
            parameters: Parameters(parameters),
            source,
            is_unconfirmed: mark == "?",
            text_zh: cell()?,
            text_en: cell()?,
            check: check::named(check_name)?,
            kinds: items::kinds(applies),
        })
    }
}

const TABLE: &str = include_str!("../../data/conformity/rules.csv");

fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

/// Every rule, in the order of the table.
pub static RULES: LazyLock<Vec<ConformityRule>> =
    LazyLock::new(|| rows().filter_map(ConformityRule::parse).collect());

/// The rule of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static ConformityRule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests;
