//! Making a grant, and taking it back. A holder does so about their own certificates; an operator of the division does so
//! for the authority, and says by which law.

use std::sync::Arc;

use super::shown::{Grant, Grantor};
use super::visible;
use super::wanted::{Wanted, refused};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::certificates;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::record::items;
use crate::store::Conn;
use crate::store::accounts::{self, AccountRow};
use crate::store::certificates::CertificateRow;
use crate::store::grants::{self as rows, GrantRow};
use crate::vault::Column;

/// Makes a grant.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::NotFound`] for certificates of others, [`Code::OtherDivision`],
/// [`Code::RecipientUnknown`].
pub async fn make(
    app: &Arc<App>,
    context: Context,
    account: Account,
    wanted: Wanted,
) -> Result<Grant, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    let wanted = wanted.tidied();
    wanted.check(account.role, now)?;
    let entry = Entry::new(Action::GrantMade, context.by(&account));
    let work = move |conn: &mut Conn| {
        let recipient = recipient(conn, &server, &wanted.recipient_id)?;
        let certificates = found(conn, &wanted, &account)?;
        let first = certificates.first().ok_or(Code::NotFound)?;
        let row = row(&server, &account, &wanted, first, now)?;
        rows::insert(conn, &row)?;
        let entry = entry
            .on("grant", row.id.as_str())
            .in_division(row.division.clone())
            .detail("recipient", row.recipient_id.as_str())
            .detail("items", row.items.as_str())
            .detail("certificates", row.certificates.as_str())
            .detail("uses", row.uses_allowed);
        server.audit.append(conn, entry)?;
        Grant::of(&server, row, Some(&recipient), now)
    };
    app.db.write(work).await
}

/// Takes a grant back, at once and for good.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`]; [`Code::GrantOfOther`] when the other side made it.
pub async fn revoke(
    app: &Arc<App>,
    context: Context,
    account: Account,
    id: String,
) -> Result<Grant, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    let entry = Entry::new(Action::GrantRevoked, context.by(&account)).on("grant", id.as_str());
    let work = move |conn: &mut Conn| {
        let mut row = visible(conn, &server, &id, &account)?;
        if row.grantor != Grantor::of(account.role).word() {
            return Err(Code::GrantOfOther.into());
        }
        if row.revoked_at.is_none() {
            let before = std::mem::take(&mut row.integrity_code);
            (row.revoked_at, row.revoked_by) = (Some(now.millis()), Some(account.id.clone()));
            server.integrity.protect(&mut row);
            if !rows::revoke(conn, &row, &before)? {
                return Err(Code::ChangedMeanwhile.into());
            }
            server.audit.append(conn, entry.in_division(row.division.clone()))?;
        }
        let recipient = accounts::find(conn, &row.recipient_id)?;
        Grant::of(&server, row, recipient.as_ref(), now)
    };
    app.db.write(work).await
}

fn recipient(conn: &mut Conn, app: &App, id: &str) -> Result<AccountRow, Problem> {
    let found = accounts::find(conn, id)?;
    let may_receive = |row: &AccountRow| {
        row.role == Role::ThirdParty.word() && row.disabled_at.is_none() && row.grant_id.is_some()
    };
    let row = found.filter(may_receive).ok_or(Code::RecipientUnknown)?;
    app.integrity.check(&row)?;
    Ok(row)
}

/// The certificates, all of one holder and all with something of what is granted.
fn found(conn: &mut Conn, wanted: &Wanted, account: &Account) -> Result<Vec<CertificateRow>, Problem> {
    let mut found: Vec<CertificateRow> = Vec::new();
    for id in &wanted.certificate_ids {
        found.push(certificates::visible(conn, id, account)?);
    }
    let holders = found.iter().map(|row| &row.holder_id);
    let is_one = holders.clone().all(|holder| Some(holder) == holders.clone().next());
    let has_items = |row: &CertificateRow| {
        let known = items::of_kind(certificates::kind(row).ok());
        wanted.items.iter().any(|name| known.iter().any(|item| item.name == name))
    };
    let rules = [
        ("certificate_ids", "of_several_holders", !is_one),
        ("items", "not_of_these_certificates", !found.iter().all(has_items)),
    ];
    refused(rules.into_iter().filter(|(.., broken)| *broken).map(|(item, rule, _)| (item, rule)))?;
    Ok(found)
}

fn row(
    app: &App,
    account: &Account,
    wanted: &Wanted,
    first: &CertificateRow,
    now: Timestamp,
) -> Result<GrantRow, Problem> {
    let id = app.new_id().to_string();
    let basis = wanted.basis.as_ref();
    let mut row = GrantRow {
        grantor: Grantor::of(account.role).word().to_owned(),
        granted_by: account.id.clone(),
        holder_id: first.holder_id.clone(),
        division: first.division.clone(),
        recipient_id: wanted.recipient_id.clone(),
        purpose_ciphertext: app.vault.seal(&Column::GrantPurpose.of(&id), wanted.purpose.as_bytes())?,
        basis_ciphertext: basis
            .map(|basis| app.vault.seal(&Column::GrantBasis.of(&id), basis.as_bytes()))
            .transpose()?,
        certificates: wanted.certificate_ids.join(" "),
        items: wanted.items.join(" "),
        valid_from: wanted.valid_from.unwrap_or(now).millis(),
        valid_until: wanted.valid_until.millis(),
        uses_allowed: wanted.uses,
        uses_taken: 0,
        created_at: now.millis(),
        revoked_at: None,
        revoked_by: None,
        integrity_key: 0,
        integrity_code: Vec::new(),
        id,
    };
    app.integrity.protect(&mut row);
    Ok(row)
}
