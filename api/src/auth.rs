//! Who is asking: accounts with a role, passwords, sessions.
//!
//! Roles are types. A handler that takes an [`Officer`] can be reached by officers only, and needs no check of
//! its own. What is not here: whether a holder owns a certificate, or an officer's division covers it; that is
//! asked where the certificate is found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub mod accounts;
mod address;
mod attempts;
mod caller;
mod client;
mod duty;
pub mod factors;
mod hashing;
mod initial;
mod jurisdiction;
mod lockout;
pub mod password;
pub mod pending;
pub mod real_name;
mod roles;
pub mod service_keys;
pub mod sessions;
mod sign_in;
pub mod signed_request;
pub mod wechat;

pub use attempts::Attempts;
pub use caller::{Caller, Owing};
pub use client::Client;
pub use duty::Duty;
pub use factors::Factor;
pub use initial::InitialPassword;
pub use jurisdiction::is_prefix;
pub use lockout::Subject;
pub use password::Password;
pub use roles::{
    AuditAdmin, Holder, Issuer, Officer, Operator, SecurityAdmin, SignedIn, SystemAdmin, ThirdParty,
};
pub use sessions::Session;
pub use sign_in::{SignIn, sign_in};

pub use address::client_address;

/// What an account may be. One account has one role, so that the three administrators (GB/T 22239 §8.1.5) are never
/// the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Role {
    /// 持证主体: shows certificates.
    Holder,
    /// 执法人员: checks them.
    Officer,
    /// 运政系统 or 发证机关: sends them in.
    Issuer,
    /// 第三方系统: what a holder granted it, over requests it signs.
    ThirdParty,
    /// 业务管理员: watches figures and the quality of data in its division.
    Operator,
    /// 系统管理员: keeps accounts. Grants no role by itself, and sees no certificate.
    SystemAdmin,
    /// 安全管理员: decides on roles, keys and exports. Keeps no account.
    SecurityAdmin,
    /// 审计管理员: reads what everybody did. Changes nothing.
    AuditAdmin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Holder,
        Self::Officer,
        Self::Issuer,
        Self::ThirdParty,
        Self::Operator,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::AuditAdmin,
    ];

    /// What it is: Chinese, English.
    #[must_use]
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Holder => ("持证主体", "shows certificates"),
            Self::Officer => ("执法人员", "checks them"),
            Self::Issuer => ("运政系统、发证机关", "sends them in"),
            Self::ThirdParty => ("第三方系统", "gets what a holder granted it, over requests it signs"),
            Self::Operator => ("业务管理员", "watches figures and the quality of data in its division"),
            Self::SystemAdmin => {
                ("系统管理员", "keeps accounts; grants no role by itself, sees no certificate")
            }
            Self::SecurityAdmin => ("安全管理员", "decides on roles, keys and exports; keeps no account"),
            Self::AuditAdmin => ("审计管理员", "reads what everybody did; changes nothing"),
        }
    }

    /// Whether a system may have it: one that signs its requests, and has neither a password nor a second factor.
    #[must_use]
    pub fn has_services(self) -> bool {
        matches!(self, Self::Issuer | Self::ThirdParty)
    }

    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Officer => "officer",
            Self::Issuer => "issuer",
            Self::ThirdParty => "third_party",
            Self::Operator => "operator",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::AuditAdmin => "audit_admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or(())
    }
}

/// Whoever is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// UUIDv7.
    pub id: String,
    /// What it may be.
    pub role: Role,
    /// The name shown to others.
    pub name: String,
    /// The holder it acts for; holders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_id: Option<String>,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes; none: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2101")]
    pub division: Option<String>,
}
