//! A person bound to an organisation: confirmed as a person, then decided by an operator of the division, because no
//! service here says who may act for whom.
//!
//! The answer is the same whether the organisation has certificates or not.

use verifier_core::ids::{CitizenId, CreditCode, Division};

use super::{Binding, ORGANISATION, asked_now};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::real_name;
use crate::problem::Problem;
use crate::store::bindings::{self as rows, BindingRow};
use crate::store::{Conn, StoreError, certificates, holders, wechat_users};
use crate::vault::{Column, Field};

/// A person who wants to act for an organisation.
pub(super) struct Asked {
    pub(super) code: CreditCode,
    pub(super) name: String,
    pub(super) person_id: CitizenId,
    pub(super) person_name: String,
}

/// Asks for it. What was asked before and waits, or is in force, is not asked again.
pub(super) async fn ask(
    app: &App,
    context: &Context,
    user_id: String,
    asked: Asked,
) -> Result<Binding, Problem> {
    let confirmed = real_name::confirm(app, &asked.person_id, &asked.person_name).await?;
    let now = app.clock.now();
    let elsewhere = format!("{:0<6}", app.config.iss);
    let (id, code) = (app.new_id().to_string(), asked.code);
    let cell = Column::OrganisationCode.of(&id);
    let index = app.vault.index(Field::HolderCode, code.as_str());
    let row = BindingRow {
        organisation_code_ciphertext: Some(app.vault.seal(&cell, code.as_str().as_bytes())?),
        organisation_code_index: Some(index.clone()),
        organisation_name: Some(asked.name),
        applicant: Some(asked.person_name),
        ..asked_now(id, user_id, ORGANISATION, confirmed.reference, now)
    };
    let audit = app.audit.clone();
    let entry = Entry::new(Action::ApprovalRequested, context.clone())
        .detail("real_name_reference", row.real_name_reference.as_str());
    let work = move |conn: &mut Conn| -> Result<_, StoreError> {
        wechat_users::touch(conn, &row.wechat_user_id, now.millis())?;
        let holder = holders::find_by_typed_code(conn, ORGANISATION, &index)?;
        let bound = match &holder {
            Some(holder) => rows::account_of(conn, &row.wechat_user_id, &holder.id)?,
            None => None,
        };
        if let Some(bound) = bound {
            return Ok((bound, holder.map(|holder| holder.name), None));
        }
        if let Some(pending) = rows::pending_of(conn, &row.wechat_user_id, &index)? {
            return Ok((pending, None, None));
        }
        let division = match &holder {
            Some(holder) => certificates::newest_division(conn, &holder.id)?,
            None => None,
        };
        let division = division.or_else(|| registered_in(&code)).unwrap_or(elsewhere);
        let row = BindingRow { division: Some(division), ..row };
        rows::insert(conn, &row)?;
        let entry = entry.on("binding", row.id.as_str()).detail("wechat_user", row.wechat_user_id.as_str());
        audit.append(conn, entry.in_division(row.division.as_deref().unwrap_or_default()))?;
        Ok((row, None, None))
    };
    Ok(Binding::of(app.db.write(work).await?))
}

/// The division an organisation was registered in: characters 3 to 8 of its code (GB 32100).
fn registered_in(code: &CreditCode) -> Option<String> {
    let division = Division::parse(code.as_str().get(2..8)?).ok()?;
    Some(division.as_str().to_owned())
}
