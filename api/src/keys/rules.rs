//! When a key may sign, and which of several does. Pure: rows and a time in, a row out.

use std::fmt;

use super::Use;
use crate::clock::Timestamp;
use crate::store::keys::KeyRow;

/// A key signs only after it has been in published bundles for so long, in seconds: by then every officer's
/// device that is in use knows it.
pub const PUBLICATION_SECONDS: i64 = 24 * 3600;

/// The key of this use that signs at `now`: of those that may, the one that came into use last.
pub(super) fn active(rows: &[KeyRow], key_use: Use, now: Timestamp) -> Option<&KeyRow> {
    rows.iter()
        .filter(|row| row.key_use == key_use.word() && may_sign(row, now))
        .max_by_key(|row| (row.usable_at, row.created_at))
}

/// The key of this use that will sign next, once it has been published long enough.
pub(super) fn waiting(rows: &[KeyRow], key_use: Use, now: Timestamp) -> Option<&KeyRow> {
    rows.iter()
        .filter(|row| row.key_use == key_use.word() && row.revoked_at.is_none())
        .find(|row| row.usable_at.is_none_or(|at| now.millis() < at))
}

/// How a key stands at a time, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Signs now.
    Signs,
    /// Could sign, but a newer one does.
    Retired,
    /// Is published, and waits for its 24 hours.
    Waits,
    /// No trust list carries it yet.
    Unpublished,
    /// Its time is over.
    Ended,
    /// Was revoked.
    Revoked,
}

impl KeyState {
    /// How `row` stands among `rows`, all keys there are, at `now`.
    #[must_use]
    pub fn of(row: &KeyRow, rows: &[KeyRow], now: Timestamp) -> Self {
        let active = row.key_use.parse().ok().and_then(|key_use| active(rows, key_use, now));
        if row.revoked_at.is_some() {
            Self::Revoked
        } else if now.millis() >= row.not_after {
            Self::Ended
        } else if active.is_some_and(|active| active.kid == row.kid) {
            Self::Signs
        } else if may_sign(row, now) {
            Self::Retired
        } else if row.published_at.is_some() {
            Self::Waits
        } else {
            Self::Unpublished
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Signs => "signs",
            Self::Retired => "retired",
            Self::Waits => "waits",
            Self::Unpublished => "unpublished",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        })
    }
}

fn may_sign(row: &KeyRow, now: Timestamp) -> bool {
    row.revoked_at.is_none()
        && row.usable_at.is_some_and(|at| at <= now.millis())
        && row.not_before <= now.millis()
        && now.millis() < row.not_after
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_770_000_000_000);

    fn key(kid: &str, usable_at: Option<i64>) -> KeyRow {
        KeyRow {
            kid: kid.to_owned(),
            key_use: "seal".to_owned(),
            custody: "keystore".to_owned(),
            label: String::new(),
            public_key: vec![2; 33],
            development: false,
            not_before: 0,
            not_after: i64::MAX,
            created_at: 0,
            published_at: usable_at,
            usable_at,
            override_reason: None,
            revoked_at: None,
            revoked_all: false,
            revocation_reason: None,
            revocation_approval: None,
        }
    }

    fn signs(rows: &[KeyRow]) -> Option<&str> {
        active(rows, Use::Seal, NOW).map(|row| row.kid.as_str())
    }

    #[test]
    fn a_key_does_not_sign_before_it_is_usable() {
        assert_eq!(signs(&[key("new", None)]), None);
        assert_eq!(signs(&[key("new", Some(NOW.millis() + 1))]), None);
        assert_eq!(signs(&[key("new", Some(NOW.millis()))]), Some("new"));
    }

    #[test]
    fn the_key_that_came_into_use_last_signs() {
        let old = key("old", Some(1));
        let new = key("new", Some(2));
        let next = key("next", Some(NOW.millis() + 1));
        assert_eq!(signs(&[new.clone(), old.clone(), next.clone()]), Some("new"));
        let rows = [old, new, next];
        assert_eq!(waiting(&rows, Use::Seal, NOW).map(|row| row.kid.as_str()), Some("next"));
    }

    #[test]
    fn a_revoked_or_ended_key_does_not_sign() {
        let revoked = KeyRow { revoked_at: Some(1), ..key("revoked", Some(1)) };
        let ended = KeyRow { not_after: NOW.millis(), ..key("ended", Some(1)) };
        assert_eq!(signs(&[revoked, ended]), None);
    }

    #[test]
    fn a_key_of_another_use_does_not_sign() {
        let rows = [key("seal", Some(1))];
        assert_eq!(active(&rows, Use::Status, NOW), None);
    }
}
