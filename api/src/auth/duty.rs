//! What an account owes before it may do anything else. It is asked anew at every request, so that it is over as soon
//! as it is done.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Factor, factors, password};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::problem::Code;
use crate::store::accounts::AccountRow;
use crate::store::sessions::SessionRow;

/// What must be done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Change the password: it is initial, or too old.
    ChangePassword,
    /// Enrol a second factor.
    EnrolSecondFactor,
}

impl Duty {
    /// What this account owes in this session, if anything.
    #[must_use]
    pub fn of(config: &Config, session: &SessionRow, account: &AccountRow, now: Timestamp) -> Option<Self> {
        let role = account.role.parse();
        let needs_factor = role.is_ok_and(|role| factors::required(config, role));
        if password::must_change(config, account, now) {
            Some(Self::ChangePassword)
        } else if needs_factor && session.factor == Factor::None.word() {
            Some(Self::EnrolSecondFactor)
        } else {
            None
        }
    }

    /// The problem of whoever asks for something else.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::ChangePassword => Code::PasswordChangeRequired,
            Self::EnrolSecondFactor => Code::SecondFactorEnrolmentRequired,
        }
    }
}
