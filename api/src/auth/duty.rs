//! What an account owes before it may do anything else. It is asked anew at every request, so that it is over as soon
//! as it is done.

use serde::Serialize;
use utoipa::ToSchema;

use super::password;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::problem::Code;
use crate::store::accounts::AccountRow;

/// What must be done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Change the password: it is initial, or too old.
    ChangePassword,
}

impl Duty {
    /// What this account owes, if anything.
    #[must_use]
    pub fn of(config: &Config, account: &AccountRow, now: Timestamp) -> Option<Self> {
        password::must_change(config, account, now).then_some(Self::ChangePassword)
    }

    /// The problem of whoever asks for something else.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::ChangePassword => Code::PasswordChangeRequired,
        }
    }
}
