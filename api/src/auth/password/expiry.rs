//! When a password must be changed.

use crate::auth::Role;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::store::accounts::AccountRow;

const SECONDS_PER_DAY: i64 = 86_400;

/// Whether an account must change its password before it does anything else: someone else chose it, or staff has had
/// it for too long.
pub fn must_change(config: &Config, account: &AccountRow, now: Timestamp) -> bool {
    let lifetime = i64::from(config.password_lifetime) * SECONDS_PER_DAY;
    let end = Timestamp(account.password_set_at).plus_seconds(lifetime);
    let is_staff = account.role != Role::Holder.word();
    account.password_initial || (is_staff && lifetime > 0 && end <= now)
}
