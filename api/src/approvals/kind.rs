//! The one table of operations that need a second person.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Role;

/// Which operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An account gets a role and a jurisdiction.
    RoleGrant,
    /// A service gets a key to sign its requests with.
    ServiceKey,
    /// A signing key is revoked.
    KeyRevocation,
    /// An account that lost its second factors may enrol new ones.
    FactorReset,
    /// Much is taken out at once.
    BulkExport,
    /// What does not fit in a certificate is taken for an exception.
    DataException,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::RoleGrant,
        Self::ServiceKey,
        Self::KeyRevocation,
        Self::FactorReset,
        Self::BulkExport,
        Self::DataException,
    ];

    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RoleGrant => "role_grant",
            Self::ServiceKey => "service_key",
            Self::KeyRevocation => "key_revocation",
            Self::FactorReset => "factor_reset",
            Self::BulkExport => "bulk_export",
            Self::DataException => "data_exception",
        }
    }

    /// Who may ask for it.
    #[must_use]
    pub fn requesters(self) -> &'static [Role] {
        match self {
            Self::RoleGrant | Self::ServiceKey | Self::FactorReset => &[Role::SystemAdmin],
            Self::KeyRevocation => &[Role::SecurityAdmin],
            Self::BulkExport => &[Role::Operator, Role::AuditAdmin],
            Self::DataException => &[Role::Operator],
        }
    }

    /// Who may decide on it: never the account that asked.
    #[must_use]
    pub fn approvers(self) -> &'static [Role] {
        match self {
            Self::RoleGrant
            | Self::ServiceKey
            | Self::KeyRevocation
            | Self::FactorReset
            | Self::BulkExport
            | Self::DataException => &[Role::SecurityAdmin],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or(())
    }
}
