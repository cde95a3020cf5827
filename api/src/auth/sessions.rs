//! Sessions: what someone who has proven who they are may go on with, for a while.
//!
//! A session is a row in the database. A client holds two tokens for it: a short access token, which every request
//! carries, and a refresh token, good for the next pair. Whether a session still stands, and what its account may
//! do, is asked of the database at every request, in one query: what ends a session or an account takes effect at
//! once, on every server.
//!
//! - `sessions/token.rs`: how both tokens are made and read
//! - `sessions/begin.rs`: beginning one
//! - `sessions/standing.rs`: whether one still stands: its limits
//! - `sessions/refresh.rs`: the next pair of tokens; lost answers and stolen tokens
//! - `sessions/list.rs`: what its owner sees of it
//! - `sessions/sweep.rs`: forgetting old ones
//!
//! What is not here: how someone proves who they are (`auth/sign_in.rs`).

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroize;

use super::{Account, Duty};
use crate::clock::Timestamp;
use crate::store::sessions as rows;
use crate::store::{Conn, StoreError};

mod begin;
mod list;
mod refresh;
mod standing;
mod sweep;
mod token;

pub use begin::{begin, begin_with};

pub use list::{SessionSummary, list};
pub use refresh::refresh;
pub use standing::{Limits, Standing, standing};
pub use sweep::sweep;
pub use token::{AccessClaims, Tokens};

/// A session that has begun or goes on.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// For the header `Authorization: Bearer …`.
    token: String,
    /// When the token ends.
    expires_at: Timestamp,
    /// For the next pair of tokens. Good once.
    refresh_token: String,
    /// When the session ends if it is not used until then.
    refresh_expires_at: Timestamp,
    /// Who is signed in.
    account: Account,
    /// What must be done before anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    duty: Option<Duty>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.token.zeroize();
        self.refresh_token.zeroize();
    }
}

/// Why a session was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its owner signed out.
    SignedOut,
    /// Its owner ended it from another session.
    ByOwner,
    /// A refresh token was used again: someone has a copy.
    RefreshReused,
    /// The account has as many sessions as it may.
    TooManySessions,
    /// The account was disabled.
    AccountDisabled,
    /// The password was changed.
    PasswordChanged,
    /// The role, or the jurisdiction, was changed.
    RoleChanged,
    /// The second factors were reset.
    FactorsReset,
}

impl Ended {
    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::ByOwner => "ended_by_owner",
            Self::RefreshReused => "refresh_reused",
            Self::TooManySessions => "too_many_sessions",
            Self::AccountDisabled => "account_disabled",
            Self::PasswordChanged => "password_changed",
            Self::RoleChanged => "role_changed",
            Self::FactorsReset => "factors_reset",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Ends one session of an account: `false` when there is none that could end.
///
/// # Errors
/// When the database cannot.
pub fn end(
    conn: &mut Conn,
    account_id: &str,
    id: &str,
    because: Ended,
    now: Timestamp,
) -> Result<bool, StoreError> {
    rows::end(conn, account_id, id, because.word(), now.millis())
}

/// Ends every session of an account; `except` one, when it is to stay. How many those were. Whatever changes what an
/// account may do, or how it proves itself, calls this in the same transaction.
///
/// # Errors
/// When the database cannot.
pub fn end_all(
    conn: &mut Conn,
    account_id: &str,
    except: Option<&str>,
    because: Ended,
    now: Timestamp,
) -> Result<usize, StoreError> {
    rows::end_all(conn, account_id, except, because.word(), now.millis())
}
