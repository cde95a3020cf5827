//! Whether a session still stands: not ended, used often enough, not too old, of an account that may be used.

use crate::auth::{Account, Duty, Role, accounts};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::integrity::Integrity;
use crate::problem::{Code, Problem};
use crate::store::accounts::AccountRow;
use crate::store::sessions::SessionRow;

/// Into how many parts the idle limit is divided: a use is written down when the last one written down is older than
/// one part, so that not every request writes.
const PARTS: i64 = 30;

/// How long sessions of a role last. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long one may go unused.
    pub idle: u32,
    /// How long one lasts at most.
    pub lifetime: u32,
}

impl Limits {
    /// Those of a role: a holder's phone keeps its session for long, staff's does not.
    #[must_use]
    pub fn of(config: &Config, role: Role) -> Self {
        match role {
            Role::Holder => {
                Self { idle: config.holder_session_idle, lifetime: config.holder_session_lifetime }
            }
            _ => Self { idle: config.staff_session_idle, lifetime: config.staff_session_lifetime },
        }
    }

    /// When a session ends if it is not used again.
    pub(super) fn end(self, session: &SessionRow) -> Timestamp {
        let idle = Timestamp(session.used_at).plus_seconds(self.idle.into());
        idle.min(Timestamp(session.ends_at))
    }
}

/// A session that stands.
pub struct Standing {
    /// The session.
    pub session: SessionRow,
    /// Its account.
    pub account: Account,
    /// How long it lasts.
    pub limits: Limits,
    /// What the account owes.
    pub duty: Option<Duty>,
}

impl Standing {
    /// Whether this use, with a token of this generation, is to be written down.
    #[must_use]
    pub fn is_news(&self, generation: i32, now: Timestamp) -> bool {
        let unnoted = now.millis().saturating_sub(self.session.used_at);
        self.session.heard < generation || unnoted > i64::from(self.limits.idle) * 1000 / PARTS
    }
}

/// The session and its account, if both may be used now.
///
/// # Errors
/// [`Code::NotSignedIn`], [`Code::SessionEnded`], [`Code::SessionExpired`], [`Code::IntegrityBroken`].
pub fn standing(
    found: Option<(SessionRow, AccountRow)>,
    config: &Config,
    integrity: &Integrity,
    now: Timestamp,
) -> Result<Standing, Problem> {
    let (session, account) = found.ok_or(Code::NotSignedIn)?;
    let duty = Duty::of(config, &session, &account, now);
    let account = accounts::open(integrity, &account)?.ok_or(Code::NotSignedIn)?;
    if session.ended_at.is_some() {
        return Err(Code::SessionEnded.into());
    }
    let limits = Limits::of(config, account.role);
    if limits.end(&session) <= now {
        return Err(Code::SessionExpired.into());
    }
    Ok(Standing { session, account, limits, duty })
}
