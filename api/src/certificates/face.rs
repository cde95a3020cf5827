//! The face of a certificate as an account may see it: its holder whole, staff with personal items masked as in
//! [`super::look`], and counted and audited as there.

use std::sync::Arc;

use super::{in_force, items, kind, plain_items, visible};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::faces::{self, Content, Particulars, Sheet};
use crate::lifecycle::Standing;
use crate::outflow::Outflow;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::certificates::CertificateRow;

/// The face of the version in force of the certificate with this id.
///
/// # Errors
/// As [`super::look`].
pub async fn face(app: &Arc<App>, context: Context, account: Account, id: String) -> Result<Sheet, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    if account.role == Role::Holder {
        let own = move |conn: &mut Conn| {
            let row = visible(conn, &id, &account)?;
            sheet(conn, &server, &row, true, now)
        };
        return app.db.read(own).await;
    }
    let entry = Entry::new(Action::CertificateRead, context.by(&account)).on("certificate", id.as_str());
    let work = move |conn: &mut Conn| {
        let row = visible(conn, &id, &account)?;
        let sheet = sheet(conn, &server, &row, false, now)?;
        Outflow::Read.take(conn, &server.config, &account, 1, now)?;
        server.audit.append(conn, entry.in_division(row.division.clone()).detail("as", "face"))?;
        Ok(sheet)
    };
    app.db.write(work).await
}

fn sheet(
    conn: &mut Conn,
    app: &App,
    row: &CertificateRow,
    in_full: bool,
    now: Timestamp,
) -> Result<Sheet, Problem> {
    let version = in_force(conn, row)?;
    let content = Content::of(kind(row)?, &plain_items(&app.vault, &version)?)?;
    let content = if in_full { content } else { content.with(items::for_others) };
    let particulars = Particulars {
        identifier: row.identifier.clone(),
        version: row.version,
        seal: app.config.seal_name.clone(),
        mark: mark(row, now)?,
    };
    Ok(faces::face(&content, &particulars))
}

/// What is written across the face of what is no certificate in force.
///
/// # Errors
/// When what is stored is no status.
pub fn mark(row: &CertificateRow, now: Timestamp) -> Result<Option<&'static str>, Problem> {
    let is_over = row.valid_to.is_some_and(|last| i64::from(last) < i64::from(now.day().0));
    Ok(match row.status.parse()? {
        _ if row.specimen => Some(faces::SPECIMEN_MARK),
        Standing::Cancelled => Some("已注销"),
        Standing::Suspended => Some("暂扣"),
        Standing::Revoked => Some("已吊销"),
        Standing::ReportedLost => Some("已挂失"),
        Standing::ExpiredNotRenewed => Some("已过期"),
        Standing::Valid if is_over => Some("已过期"),
        Standing::Valid => None,
    })
}
