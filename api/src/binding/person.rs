//! A person bound to itself: at once, when name and citizen id are those of one person.
//!
//! Whether there are certificates for that person plays no part before it is confirmed: whoever guesses learns nothing
//! of that.

use verifier_core::ids::CitizenId;

use super::{Binding, PERSON, add_account, asked_now, holder, holder_row};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::real_name;
use crate::problem::Problem;
use crate::store::bindings::{self as rows, BindingRow};
use crate::store::{Conn, wechat_users};

/// Binds a WeChat user to the person it is.
pub(super) async fn bind(
    app: &App,
    context: &Context,
    user_id: String,
    id: &CitizenId,
    name: String,
) -> Result<Binding, Problem> {
    let confirmed = real_name::confirm(app, id, &name).await?;
    let now = app.clock.now();
    let person = holder_row(app, PERSON, id.as_str(), name.clone())?;
    let shown = name.clone();
    let asked = asked_now(app.new_id().to_string(), user_id, PERSON, confirmed.reference, now);
    let (integrity, audit) = (app.integrity.clone(), app.audit.clone());
    let entry = Entry::new(Action::IdentityBound, context.clone())
        .detail("real_name_reference", asked.real_name_reference.as_str());
    let work = move |conn: &mut Conn| -> Result<_, Problem> {
        wechat_users::touch(conn, &asked.wechat_user_id, now.millis())?;
        let holder_id = holder(conn, person)?;
        if let Some(known) = rows::account_of(conn, &asked.wechat_user_id, &holder_id)? {
            return Ok(known);
        }
        add_account(conn, &integrity, &asked.id, name, holder_id, now)?;
        let row = BindingRow {
            state: "bound".to_owned(),
            account_id: Some(asked.id.clone()),
            decided_at: Some(now.millis()),
            ..asked
        };
        rows::insert(conn, &row)?;
        let entry = entry.on("account", row.id.as_str()).detail("wechat_user", row.wechat_user_id.as_str());
        audit.append(conn, entry)?;
        Ok(row)
    };
    Ok(Binding::of((app.db.write(work).await?, Some(shown), None)))
}
