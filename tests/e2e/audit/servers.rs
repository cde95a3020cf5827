//! Several servers write into one log at once.

use yzt_api::audit::{Action, Audit, Context, Entry};
use yzt_api::store::{Conn, Db, StoreError};
use yzt_tests::TestApp;

use super::{all, assert_linked, verified};

/// Entries of each server.
const EACH: usize = 60;

#[tokio::test]
async fn three_servers_at_once_and_transactions_undone_make_one_chain_without_gaps() {
    let app = TestApp::spawn().await;
    let (second, third) = (app.neighbour().await, app.neighbour().await);
    let before = all(&app).await.len();
    let mut writing = Vec::new();
    for server in [app.running.app(), second.app(), third.app()] {
        for n in 0..EACH {
            let (audit, db) = (server.audit.clone(), server.db.clone());
            writing.push(tokio::spawn(async move { one(&audit, &db, n).await }));
        }
    }
    let mut kept = 0;
    for written in writing {
        kept += usize::from(written.await.unwrap());
    }
    // Of every three, one is written in a transaction that is undone.
    assert_eq!(kept, 3 * EACH * 2 / 3);
    let rows = all(&app).await;
    assert_eq!(rows.len(), before + kept);
    assert_linked(&rows);
    assert!(verified(&app).await.is_sound());
    second.stop().await.unwrap();
    third.stop().await.unwrap();
}

/// Writes an entry by one of the three ways; whether it is there.
async fn one(audit: &Audit, db: &Db, n: usize) -> bool {
    let entry = Entry::new(Action::CertificateRead, Context::system()).detail("n", n);
    match n % 3 {
        0 => audit.record(entry).await.is_ok(),
        undo => {
            let audit = audit.clone();
            let work = move |conn: &mut Conn| {
                audit.append(conn, entry)?;
                if undo == 1 { Err(StoreError::Stopped) } else { Ok(()) }
            };
            patiently(db, work).await
        }
    }
}

/// SQLite lets one process write at a time: servers of one machine may have to try again.
async fn patiently(
    db: &Db,
    work: impl FnOnce(&mut Conn) -> Result<(), StoreError> + Clone + Send + 'static,
) -> bool {
    loop {
        match db.write(work.clone()).await {
            Err(StoreError::Busy) => tokio::task::yield_now().await,
            done => return done.is_ok(),
        }
    }
}
