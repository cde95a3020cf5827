//! What was given under grants, as its parties see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::grants::uses::{self as rows, Filter, UseRow};
use crate::store::{Conn, Place};

/// That items of a certificate were given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GrantUse)]
pub struct Use {
    /// UUIDv7.
    id: String,
    /// Under which grant.
    grant_id: String,
    /// Of which certificate.
    certificate_id: String,
    /// Which version of it.
    version: i32,
    /// To whom: the id of its account.
    recipient_id: String,
    /// When.
    used_at: Timestamp,
}

/// Uses of grants.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantUses)]
pub struct UsePage {
    /// In the order that was asked for, at most 100.
    pub uses: Vec<Use>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// Uses, as one page of a list.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter, place: &Place, limit: i64) -> Result<Vec<Use>, Problem> {
    Ok(rows::page(conn, filter, place, limit)?.into_iter().map(Use::from).collect())
}

impl Use {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl From<UseRow> for Use {
    fn from(row: UseRow) -> Self {
        Self {
            id: row.id,
            grant_id: row.grant_id,
            certificate_id: row.certificate_id,
            version: row.version,
            recipient_id: row.recipient_id,
            used_at: Timestamp(row.used_at),
        }
    }
}
