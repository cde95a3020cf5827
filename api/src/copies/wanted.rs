//! What a copy is asked to be, and whether it fits.

use serde::Deserialize;
use utoipa::ToSchema;
use verifier_core::ids::Kind;

use super::content;
use crate::app::App;
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::grants;
use crate::problem::{Code, Finding, Problem};
use crate::record::items;
use crate::store::Conn;
use crate::store::accounts;
use crate::vault::Column;

/// Fewest and most characters of a recipient and of a purpose.
const RECIPIENT: std::ops::RangeInclusive<usize> = 2..=60;
const PURPOSE: std::ops::RangeInclusive<usize> = 2..=100;

/// A copy to be made: for a recipient and a purpose, or under a grant, which names both.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedCopy)]
pub struct Wanted {
    /// Under which grant; then recipient, purpose and items are the grant's.
    #[serde(default)]
    grant_id: Option<String>,
    /// Who it is for, 2 to 60 characters.
    #[serde(default)]
    #[schema(example = "示例财产保险公司沈阳分公司")]
    recipient: Option<String>,
    /// What for, 2 to 100 characters.
    #[serde(default)]
    #[schema(example = "办理车辆保险")]
    purpose: Option<String>,
    /// Which items stand on it besides those that every code tells (docs/sharing.md); all of the face where it is not said.
    #[serde(default)]
    items: Option<Vec<String>>,
    /// Until when it may be used; without end where it is not said.
    #[serde(default)]
    valid_until: Option<Timestamp>,
}

/// What is to stand on a copy.
pub(super) struct Terms {
    pub(super) recipient: String,
    pub(super) purpose: String,
    pub(super) items: Vec<String>,
    pub(super) ends: Option<Timestamp>,
    pub(super) grant_id: Option<String>,
}

impl Wanted {
    /// The terms, for a certificate of this kind and id.
    ///
    /// # Errors
    /// [`Code::UnfitValue`]; what is wrong with the grant.
    pub(super) fn terms(
        self,
        conn: &mut Conn,
        app: &App,
        account: &Account,
        (certificate_id, kind): (&str, Kind),
        now: Timestamp,
    ) -> Result<Terms, Problem> {
        if let Some(id) = self.grant_id.clone() {
            return self.of_grant(conn, app, account, (certificate_id, &id), now);
        }
        let known = items::of_kind(Some(kind));
        let names = self.items.unwrap_or_else(|| content::of_face(kind));
        let terms = Terms {
            recipient: self.recipient.unwrap_or_default().trim().to_owned(),
            purpose: self.purpose.unwrap_or_default().trim().to_owned(),
            ends: self.valid_until,
            grant_id: None,
            items: content::with_basics(names.iter().map(String::as_str)),
        };
        refused(&[
            ("recipient", "not_2_to_60_characters", !is_text(&terms.recipient, &RECIPIENT)),
            ("purpose", "not_2_to_100_characters", !is_text(&terms.purpose, &PURPOSE)),
            ("items", "unknown_item", !names.iter().all(|name| known.iter().any(|item| item.name == name))),
            ("valid_until", "past", terms.ends.is_some_and(|end| end <= now)),
        ])?;
        Ok(terms)
    }

    /// What a grant says.
    fn of_grant(
        self,
        conn: &mut Conn,
        app: &App,
        account: &Account,
        (certificate_id, grant_id): (&str, &str),
        now: Timestamp,
    ) -> Result<Terms, Problem> {
        // PostgreSQL takes no NUL.
        if grant_id.contains('\0') {
            return Err(Code::NotFound.into());
        }
        let grant = grants::visible(conn, app, grant_id, account)?;
        grants::require_usable(&grant, now)?;
        if !grant.certificates.split(' ').any(|id| id == certificate_id) {
            return Err(Code::CertificateNotGranted.into());
        }
        refused(&[
            ("recipient", "of_the_grant", self.recipient.is_some()),
            ("purpose", "of_the_grant", self.purpose.is_some()),
            ("items", "of_the_grant", self.items.is_some()),
            ("valid_until", "past", self.valid_until.is_some_and(|end| end <= now)),
        ])?;
        let recipient = accounts::find(conn, &grant.recipient_id)?.ok_or(Code::RecipientUnknown)?;
        let purpose = app.vault.open_text(&Column::GrantPurpose.of(&grant.id), &grant.purpose_ciphertext)?;
        let end = Timestamp(grant.valid_until);
        Ok(Terms {
            recipient: recipient.name,
            purpose: purpose.reveal().to_owned(),
            items: content::with_basics(grant.items.split(' ')),
            ends: Some(self.valid_until.map_or(end, |wanted| wanted.min(end))),
            grant_id: Some(grant.id),
        })
    }
}

fn refused(rules: &[(&'static str, &'static str, bool)]) -> Result<(), Problem> {
    let broken = rules.iter().filter(|(.., broken)| *broken);
    let findings: Vec<_> = broken
        .map(|(item, rule, _)| Finding { item: (*item).into(), rule: (*rule).into(), source: None })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
}

fn is_text(text: &str, length: &std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
