//! A grant as its parties see it: the holder, the authority and the recipient.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::standing;
use crate::app::App;
use crate::auth::Role;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::record::items;
use crate::store::accounts::{self, AccountRow};
use crate::store::grants::{self as rows, Filter, GrantRow, Standing};
use crate::store::{Conn, Place};
use crate::vault::Column;

/// Who makes grants and copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grantor {
    /// 持证主体, about their own certificates.
    Holder,
    /// 主管部门, by law.
    Authority,
}

impl Grantor {
    /// For whom an account of this role acts.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Holder => Self::Holder,
            _ => Self::Authority,
        }
    }

    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Authority => "authority",
        }
    }
}

/// How a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// It may be used.
    Active,
    /// Its time has not begun.
    Coming,
    /// Its time is over.
    Ended,
    /// It was used as often as it may be.
    UsedUp,
    /// It was taken back.
    Revoked,
}

impl From<Standing> for GrantState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Coming => Self::Coming,
            Standing::Ended => Self::Ended,
            Standing::UsedUp => Self::UsedUp,
            Standing::Revoked => Self::Revoked,
        }
    }
}

impl From<GrantState> for Standing {
    fn from(state: GrantState) -> Self {
        match state {
            GrantState::Active => Self::Active,
            GrantState::Coming => Self::Coming,
            GrantState::Ended => Self::Ended,
            GrantState::UsedUp => Self::UsedUp,
            GrantState::Revoked => Self::Revoked,
        }
    }
}

/// A third party that items may be granted to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recipient {
    /// Id of its account.
    id: String,
    /// What it is called.
    #[schema(example = "示例财产保险公司")]
    name: String,
}

impl Recipient {
    /// Id of its account.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// An item that is granted.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantItem {
    /// Its name in records.
    name: String,
    /// Its name in Chinese.
    label: &'static str,
}

/// A grant.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// UUIDv7.
    id: String,
    /// Who made it.
    grantor: Grantor,
    /// Who may have the items.
    recipient: Recipient,
    /// Of which certificates.
    certificate_ids: Vec<String>,
    /// Which items.
    items: Vec<GrantItem>,
    /// What for.
    purpose: String,
    /// The law the authority made it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
    /// From when on.
    valid_from: Timestamp,
    /// Until when.
    valid_until: Timestamp,
    /// How often it may be used.
    uses_allowed: i32,
    /// How often it was.
    uses_taken: i32,
    /// When it was made.
    created_at: Timestamp,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// How it stands now.
    state: GrantState,
}

impl Grant {
    /// A grant, to be shown.
    ///
    /// # Errors
    /// When what is stored cannot be read.
    pub fn of(
        app: &App,
        row: GrantRow,
        recipient: Option<&AccountRow>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let text = |column: Column, bytes: &[u8]| {
            app.vault.open_text(&column.of(&row.id), bytes).map(|text| text.reveal().to_owned())
        };
        Ok(Self {
            grantor: if row.basis_ciphertext.is_some() { Grantor::Authority } else { Grantor::Holder },
            recipient: Recipient {
                id: row.recipient_id.clone(),
                name: recipient.map(|row| row.name.clone()).unwrap_or_default(),
            },
            certificate_ids: row.certificates.split(' ').map(str::to_owned).collect(),
            items: row.items.split(' ').filter_map(GrantItem::of).collect(),
            purpose: text(Column::GrantPurpose, &row.purpose_ciphertext)?,
            basis: row
                .basis_ciphertext
                .as_deref()
                .map(|bytes| text(Column::GrantBasis, bytes))
                .transpose()?,
            valid_from: Timestamp(row.valid_from),
            valid_until: Timestamp(row.valid_until),
            uses_allowed: row.uses_allowed,
            uses_taken: row.uses_taken,
            created_at: Timestamp(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp),
            state: standing(&row, now).into(),
            id: row.id,
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl GrantItem {
    /// The item of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let item = items::all().iter().find(|item| item.name == name)?;
        Some(Self { name: name.to_owned(), label: item.name_zh })
    }
}

/// Grants, as one page of a list.
///
/// # Errors
/// When the database cannot, or a grant was changed by other means than this program.
pub fn page(
    conn: &mut Conn,
    app: &App,
    filter: &Filter,
    place: &Place,
    limit: i64,
) -> Result<Vec<Grant>, Problem> {
    let now = app.clock.now();
    let mut known: BTreeMap<String, Option<AccountRow>> = BTreeMap::new();
    let mut shown = Vec::new();
    for row in rows::page(conn, filter, place, limit)? {
        app.integrity.check(&row)?;
        if !known.contains_key(&row.recipient_id) {
            known.insert(row.recipient_id.clone(), accounts::find(conn, &row.recipient_id)?);
        }
        let recipient = known.get(&row.recipient_id).and_then(Option::as_ref);
        shown.push(Grant::of(app, row, recipient, now)?);
    }
    Ok(shown)
}

/// Third parties that items may be granted to, as one page of a list.
///
/// # Errors
/// When the database cannot.
pub fn recipients(
    conn: &mut Conn,
    name: Option<&str>,
    place: &Place,
    limit: i64,
) -> Result<Vec<Recipient>, Problem> {
    let found = accounts::recipients(conn, Role::ThirdParty.word(), name, place, limit)?;
    Ok(found.into_iter().map(|row| Recipient { id: row.id, name: row.name }).collect())
}
