//! `yzt accounts verify` and `rekey`: the codes of what grants something.

use super::{Failure, said, say};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::accounts;
use crate::problem::Problem;
use crate::store::{self, StoreError};

/// Names every account, approval and key of a service that is not as this program wrote it.
pub(super) async fn verify(app: &App) -> Result<(), Failure> {
    let read = |conn: &mut _| {
        Ok((store::accounts::list(conn)?, store::approvals::all(conn)?, store::service_keys::list(conn)?))
    };
    let (accounts, approvals, keys) = app.db.read::<_, StoreError, _>(read).await.map_err(Failure::new)?;
    let altered_accounts = accounts.iter().filter(|row| !app.integrity.holds(*row));
    let altered_approvals = approvals.iter().filter(|row| !app.integrity.holds(*row));
    let altered_keys = keys.iter().filter(|(row, _)| !app.integrity.holds(row));
    let mut altered = 0_usize;
    for row in altered_accounts {
        say(format_args!("altered  account   {}  {}", row.id, row.login));
        altered += 1;
    }
    for row in altered_approvals {
        say(format_args!("altered  approval  {}", row.id));
        altered += 1;
    }
    for (row, account) in altered_keys {
        say(format_args!("altered  service key  {}  {}", row.kid, account.login));
        altered += 1;
    }
    let counts = (accounts.len(), approvals.len(), keys.len());
    say(format_args!(
        "{} accounts, {} approvals, {} service keys, {altered} altered",
        counts.0, counts.1, counts.2
    ));
    if altered == 0 {
        Ok(())
    } else {
        Err(Failure::new("rows were changed by other means than this program"))
    }
}

/// Makes the next key of the codes, and gives every account that is as it was written a code of it.
pub(super) async fn rekey(app: &App) -> Result<(), Failure> {
    let integrity = app.integrity.clone();
    let number = tokio::task::spawn_blocking(move || integrity.renew()).await.map_err(Failure::new)?;
    let number = number.map_err(Failure::new)?;
    let (integrity, audit) = (app.integrity.clone(), app.audit.clone());
    let entry = Entry::new(Action::KeyMade, Context::command()).on("key", format!("integrity-{number}"));
    let reseal = move |conn: &mut _| -> Result<_, Problem> {
        let resealed = accounts::reseal(conn, &integrity)?;
        audit.append(conn, entry)?;
        Ok(resealed)
    };
    let (resealed, altered) = app.db.write(reseal).await.map_err(said)?;
    say(format_args!("key {number}: {resealed} accounts"));
    if altered.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format_args!("left as they are, because altered: {}", altered.join(", "))))
    }
}
