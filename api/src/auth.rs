//! Who is asking: accounts with a role, passwords, sessions.
//!
//! Roles are types. A handler that takes an [`Officer`] can be reached by officers only, and needs no check of
//! its own. What is not here: whether a holder owns a certificate, or an officer's division covers it; that is
//! asked where the certificate is found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::Division;

use crate::problem::{Code, Problem};

pub mod accounts;
mod address;
mod attempts;
mod password;
pub mod real_name;
mod roles;
mod sessions;
mod sign_in;
pub mod wechat;

pub use attempts::Attempts;
pub use password::Password;
pub use roles::{Admin, Holder, Issuer, Officer, SignedIn};
pub use sessions::Sessions;
pub use sign_in::{Session, sign_in};

pub use address::client_address;

/// What an account may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 持证主体: shows certificates.
    Holder,
    /// 执法人员: checks them.
    Officer,
    /// 运政系统 or 发证机关: sends them in.
    Issuer,
    /// Runs this server.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Holder, Self::Officer, Self::Issuer, Self::Admin];

    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Officer => "officer",
            Self::Issuer => "issuer",
            Self::Admin => "admin",
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

impl Account {
    /// Whether this account's jurisdiction covers a division (GB/T 2260, six digits). One without covers all.
    #[must_use]
    pub fn covers(&self, division: &str) -> bool {
        let within =
            |prefix: &String| Division::parse(division).is_ok_and(|division| division.is_within(prefix));
        self.division.as_ref().is_none_or(within)
    }

    /// As [`Self::covers`], for the place where it is a condition.
    ///
    /// # Errors
    /// [`Code::OtherDivision`] when it does not.
    pub fn require_division(&self, division: &str) -> Result<(), Problem> {
        if self.covers(division) { Ok(()) } else { Err(Code::OtherDivision.into()) }
    }
}
