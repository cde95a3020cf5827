//! What a grant is asked to be, and whether it fits.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::Role;
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::record::items;

/// Most certificates of one grant.
const MOST_CERTIFICATES: usize = 20;
/// Most uses of one grant.
const MOST_USES: i32 = 10_000;
/// Longest a grant may last, in seconds: what is needed longer is granted again.
const LONGEST: i64 = 366 * 86_400;
/// Fewest and most characters of a purpose and of a basis.
const PURPOSE: std::ops::RangeInclusive<usize> = 2..=100;
const BASIS: std::ops::RangeInclusive<usize> = 6..=200;

/// A grant to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedGrantOfData)]
pub struct Wanted {
    /// Who may have the items: the id of a third party's account, from `GET /v1/recipients`.
    pub(super) recipient_id: String,
    /// Of which certificates, 1 to 20, all of one holder.
    pub(super) certificate_ids: Vec<String>,
    /// Which items: their names in records, such as `certificateNumber`.
    #[schema(example = json!(["holderName", "certificateNumber", "validTo"]))]
    pub(super) items: Vec<String>,
    /// What for, 2 to 100 characters.
    #[schema(example = "办理车辆保险")]
    pub(super) purpose: String,
    /// The law and the matter it is granted by, 6 to 200 characters: from the authority, and only from it.
    #[serde(default)]
    pub(super) basis: Option<String>,
    /// From when on; at once where it is not said.
    #[serde(default)]
    pub(super) valid_from: Option<Timestamp>,
    /// Until when: at most 366 days.
    pub(super) valid_until: Timestamp,
    /// How often it may be used, 1 to 10000: each time items of one certificate are given is one use.
    #[schema(minimum = 1, maximum = 10000)]
    pub(super) uses: i32,
}

impl Wanted {
    /// The same, in order and without repetitions.
    pub(super) fn tidied(mut self) -> Self {
        for list in [&mut self.certificate_ids, &mut self.items] {
            list.sort_unstable();
            list.dedup();
        }
        self.purpose = self.purpose.trim().to_owned();
        self.basis = self.basis.map(|basis| basis.trim().to_owned());
        self
    }

    /// That every part has its form.
    ///
    /// # Errors
    /// [`Code::UnfitValue`] with what does not.
    pub(super) fn check(&self, role: Role, now: Timestamp) -> Result<(), Problem> {
        let from = self.valid_from.unwrap_or(now);
        let is_within =
            self.valid_until > from && self.valid_until.millis() <= from.plus_seconds(LONGEST).millis();
        let has_basis = self.basis.as_deref().is_some_and(|basis| is_text(basis, &BASIS));
        let rules = [
            (
                "certificate_ids",
                "not_1_to_20",
                !(1..=MOST_CERTIFICATES).contains(&self.certificate_ids.len()),
            ),
            ("certificate_ids", "unfit_character", self.certificate_ids.iter().any(|id| !is_id(id))),
            ("recipient_id", "unfit_character", !is_id(&self.recipient_id)),
            ("items", "required", self.items.is_empty()),
            ("items", "unknown_item", self.items.iter().any(|name| !is_item(name))),
            ("purpose", "not_2_to_100_characters", !is_text(&self.purpose, &PURPOSE)),
            ("basis", "not_6_to_200_characters", role != Role::Holder && !has_basis),
            ("basis", "not_of_this_role", role == Role::Holder && self.basis.is_some()),
            ("valid_until", "past", self.valid_until <= now),
            ("valid_until", "not_within_366_days", !is_within),
            ("uses", "not_1_to_10000", !(1..=MOST_USES).contains(&self.uses)),
        ];
        refused(rules.into_iter().filter(|(.., broken)| *broken).map(|(item, rule, _)| (item, rule)))
    }
}

/// That nothing is found.
pub(super) fn refused(broken: impl Iterator<Item = (&'static str, &'static str)>) -> Result<(), Problem> {
    let findings: Vec<_> =
        broken.map(|(item, rule)| Finding { item: item.into(), rule: rule.into(), source: None }).collect();
    if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
}

fn is_text(text: &str, length: &std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Whether a text could be an id at all: PostgreSQL takes no NUL.
fn is_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_item(name: &str) -> bool {
    items::all().iter().any(|item| item.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_781_488_800_000);

    fn wanted() -> Wanted {
        Wanted {
            recipient_id: "r".to_owned(),
            certificate_ids: vec!["a".to_owned()],
            items: vec!["holderName".to_owned()],
            purpose: "办理车辆保险".to_owned(),
            basis: None,
            valid_from: None,
            valid_until: NOW.plus_seconds(86_400),
            uses: 3,
        }
    }

    fn rules(wanted: &Wanted, role: Role) -> Vec<String> {
        let refused = wanted.check(role, NOW);
        refused.err().map(|problem| problem.broken_rules().map(str::to_owned).collect()).unwrap_or_default()
    }

    #[test]
    fn a_holder_says_what_and_until_when_and_the_authority_by_which_law_too() {
        assert!(rules(&wanted(), Role::Holder).is_empty());
        assert_eq!(rules(&wanted(), Role::Operator), ["not_6_to_200_characters"]);
        let lawful = Wanted { basis: Some("道路运输条例第十条".to_owned()), ..wanted() };
        assert!(rules(&lawful, Role::Operator).is_empty());
        assert_eq!(rules(&lawful, Role::Holder), ["not_of_this_role"]);
    }

    #[test]
    fn what_is_unbounded_unknown_or_past_is_refused() {
        let cases = [
            (Wanted { items: vec!["everything".to_owned()], ..wanted() }, "unknown_item"),
            (Wanted { items: Vec::new(), ..wanted() }, "required"),
            (Wanted { uses: 0, ..wanted() }, "not_1_to_10000"),
            (Wanted { valid_until: NOW.plus_seconds(367 * 86_400), ..wanted() }, "not_within_366_days"),
            (Wanted { certificate_ids: Vec::new(), ..wanted() }, "not_1_to_20"),
            (Wanted { purpose: "\u{7}保险".to_owned(), ..wanted() }, "not_2_to_100_characters"),
        ];
        for (wanted, rule) in cases {
            assert_eq!(rules(&wanted, Role::Holder), [rule]);
        }
        assert!(rules(&Wanted { valid_until: NOW, ..wanted() }, Role::Holder).contains(&"past".to_owned()));
    }
}
