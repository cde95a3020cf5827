//! Asking for a role: a security administrator grants it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{find, fit, unfit};
use crate::app::App;
use crate::approvals::{self, Approval, Kind, RoleGrant, Wanted};
use crate::audit::Context;
use crate::auth::{Account, Role, SystemAdmin, is_prefix};
use crate::extract::Json;
use crate::problem::{Finding, Problem};

/// A role for an account.
#[derive(Clone, Deserialize, ToSchema)]
pub struct WantedGrant {
    /// Any but `holder`.
    pub(super) role: Role,
    /// Its jurisdiction: two, four or six digits (GB/T 2260); absent: the whole province.
    #[serde(default)]
    #[schema(example = "2101")]
    pub(super) division: Option<String>,
    /// Why: 1 to 200 characters.
    reason: String,
}

/// Asks for another role or jurisdiction for a staff account, or again for one whose role was not granted. Granted, it
/// ends the account's sessions.
#[utoipa::path(post, path = "/v1/accounts/{id}/grants", tag = "administration", operation_id = "request_grant",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the account")),
    request_body = WantedGrant,
    responses(
        (status = 202, description = "Waits for a security administrator", body = Approval),
        (status = 422, description = "Something does not fit")))]
pub async fn request(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<WantedGrant>,
) -> Result<HttpResponse, Problem> {
    fit(wanted.findings(&app.config.iss))?;
    let id = id.into_inner();
    let division = wanted.division.clone();
    let asked = wanted.asked(&app, &by, id.clone());
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let ask = move |conn: &mut _| {
        let row = find(conn, &id)?;
        by.require_keeping(conn, &row)?;
        by.require_jurisdiction(division.as_deref())?;
        integrity.check(&row)?;
        if row.holder_id.is_some() {
            fit(unfit("role", false).into_iter().collect())?;
        }
        let approval = approvals::request(conn, &integrity, asked, now)?;
        audit.append(conn, approvals::requested(context.by(&by), &approval))?;
        Ok::<_, Problem>(approval)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}

impl WantedGrant {
    pub(super) fn findings(&self, province: &str) -> Vec<Finding> {
        let is_of_province =
            |division: &String| division.len() >= 2 && is_prefix(division) && division.starts_with(province);
        let division = unfit("division", self.division.as_ref().is_none_or(is_of_province));
        unfit("role", self.role != Role::Holder).into_iter().chain(division).collect()
    }

    /// The same as an operation that needs a second person.
    pub(super) fn asked(self, app: &App, by: &Account, account: String) -> Wanted {
        Wanted {
            id: app.new_id().to_string(),
            kind: Kind::RoleGrant,
            object: account,
            payload: json!(RoleGrant { role: self.role, division: self.division.clone() }),
            division: self.division,
            by: by.id.clone(),
            reason: self.reason,
        }
    }
}
