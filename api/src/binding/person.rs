//! A person bound to itself: at once, when name and citizen id are those of one person.
//!
//! Whether there are certificates for that person plays no part before it is confirmed: whoever guesses learns nothing
//! of that.

use verifier_core::ids::CitizenId;

use super::{Binding, PERSON, add_account, asked_now, holder, holder_row};
use crate::app::App;
use crate::auth::real_name;
use crate::problem::Problem;
use crate::store::bindings::{self as rows, BindingRow};
use crate::store::{Conn, wechat_users};

/// Binds a WeChat user to the person it is.
pub(super) async fn bind(
    app: &App,
    user_id: String,
    id: &CitizenId,
    name: String,
) -> Result<Binding, Problem> {
    let confirmed = real_name::confirm(app, id, &name).await?;
    let now = app.clock.now();
    let person = holder_row(app, PERSON, id.as_str(), name.clone())?;
    let shown = name.clone();
    let asked = asked_now(app.new_id().to_string(), user_id, PERSON, confirmed.reference, now);
    let integrity = app.integrity.clone();
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
        Ok(row)
    };
    Ok(Binding::of((app.db.write(work).await?, Some(shown), None)))
}
