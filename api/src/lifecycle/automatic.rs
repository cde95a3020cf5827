//! What happens to certificates on its day by itself: they expire, reviews become overdue, suspensions end.
//!
//! A job, in small transactions: each takes the certificates that are longest due, found by an index on the day, and
//! leaves them due on a later day or on none. Broken off anywhere it goes on where it was. What it writes is what a
//! certificate would have been brought to anyway by the next event or record about it (`course.rs`).

use std::sync::Arc;

use super::{Course, Happened, Ledger};
use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::certificates::{self, CertificateRow};
use crate::store::{Conn, StoreError};

/// Most certificates in one transaction.
const PORTION: i64 = 200;
/// How often a transaction is tried when others are in the way.
const TRIES: u8 = 4;

/// Lets happen what is due.
///
/// # Errors
/// When the database cannot.
pub async fn let_happen(app: &Arc<App>) -> Result<(), Problem> {
    while portion(app).await? {}
    Ok(())
}

/// One transaction; whether there may be more.
async fn portion(app: &Arc<App>) -> Result<bool, StoreError> {
    let mut tries = 1;
    loop {
        let work = Arc::clone(app);
        match app.db.write(move |conn| write(conn, &work)).await {
            Err(error) if error.is_passing() && tries < TRIES => tries += 1,
            written => return written,
        }
    }
}

fn write(conn: &mut Conn, app: &App) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let due = certificates::due(conn, now.day_number(), PORTION)?;
    let is_full = i64::try_from(due.len()).is_ok_and(|length| length == PORTION);
    let mut ledger = Ledger::default();
    for row in &due {
        bring_up(conn, app, row, now, &mut ledger)?;
    }
    ledger.close(conn, &app.config.iss)?;
    Ok(is_full)
}

/// Brings one certificate to today, unless somebody else has changed it at this moment: then it is brought there by
/// them, or with the next run.
fn bring_up(
    conn: &mut Conn,
    app: &App,
    stored: &CertificateRow,
    now: Timestamp,
    ledger: &mut Ledger,
) -> Result<(), StoreError> {
    let course = Course::of(stored)?;
    let happened: Vec<Happened> = course.until(now.day_number()).collect();
    let revision = stored.revision + 1;
    let mut row = CertificateRow { revision, updated_at: now.millis(), ..stored.clone() };
    happened.last().map_or(course, |last| last.course).put_into(&mut row);
    if certificates::change_state(conn, stored, &row)? {
        let new_id = || app.new_id().to_string();
        ledger.extend(happened.iter().map(|happened| happened.event(new_id(), stored, now)));
    }
    Ok(())
}
