//! Grants: made, listed, taken back, and used.
//!
//! - `grants/query.rs`: which of them are listed

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{PAGE, next, place};
use crate::app::App;
use crate::audit::Context;
use crate::auth::{Holder, SignedIn, ThirdParty};
use crate::extract::Json;
use crate::grants::{self, Given, Grant, Recipient, Use, UsePage, Wanted, WantedUse};
use crate::problem::Problem;
use crate::store::{accounts, grants as rows};

mod query;

use query::{GrantQuery, RecipientQuery, UseQuery};

/// Grants.
#[derive(Serialize, ToSchema)]
pub struct Grants {
    /// In the order that was asked for, at most 100.
    grants: Vec<Grant>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Third parties that items may be granted to.
#[derive(Serialize, ToSchema)]
pub struct Recipients {
    /// In the order that was asked for, at most 100.
    recipients: Vec<Recipient>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Third parties that items may be granted to.
#[utoipa::path(get, path = "/v1/recipients", tag = "sharing", operation_id = "list_recipients",
    security(("session" = [])), params(RecipientQuery),
    responses((status = 200, description = "Those whose account may be used", body = Recipients)))]
pub async fn recipients(
    app: web::Data<App>,
    _: SignedIn,
    query: web::Query<RecipientQuery>,
) -> Result<web::Json<Recipients>, Problem> {
    let query = query.into_inner();
    let name = query.plain_name()?;
    let place = place(query.after, query.order)?;
    let find = move |conn: &mut _| grants::recipients(conn, name.as_deref(), &place, PAGE);
    let recipients = app.db.read(find).await?;
    Ok(web::Json(Recipients { next_after: next(&recipients, |one| one.id().to_owned()), recipients }))
}

/// Grants items of certificates to a third party: a holder about their own, an operator of the division by law.
#[utoipa::path(post, path = "/v1/grants", tag = "sharing", operation_id = "make_grant",
    security(("session" = [])), request_body = Wanted,
    responses(
        (status = 201, description = "The grant", body = Grant),
        (status = 403, description = "`wrong_role`, `other_division`"),
        (status = 404, description = "`not_found`: a certificate of somebody else"),
        (status = 422, description = "`unfit_value`, `recipient_unknown`")))]
pub async fn create(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    Json(wanted): Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(grants::make(&app, context, account, wanted).await?))
}

/// Grants: those about the holder's certificates, those of the operator's division, or those made to the third party.
#[utoipa::path(get, path = "/v1/grants", tag = "sharing", operation_id = "list_grants",
    security(("session" = [])), params(GrantQuery),
    responses((status = 200, description = "In the order that was asked for", body = Grants)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<GrantQuery>,
) -> Result<web::Json<Grants>, Problem> {
    let (filter, place) = query.into_inner().filter(&account, app.clock.now())?;
    let server = app.clone().into_inner();
    let find = move |conn: &mut _| grants::page(conn, &server, &filter, &place, PAGE);
    let grants = app.db.read(find).await?;
    Ok(web::Json(Grants { next_after: next(&grants, |one| one.id().to_owned()), grants }))
}

/// One grant.
#[utoipa::path(get, path = "/v1/grants/{id}", tag = "sharing", operation_id = "grant",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the grant")),
    responses((status = 200, description = "The grant", body = Grant)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Grant>, Problem> {
    let server = app.clone().into_inner();
    let find = move |conn: &mut _| {
        let row = grants::visible(conn, &server, &id, &account)?;
        let recipient = accounts::find(conn, &row.recipient_id)?;
        Grant::of(&server, row, recipient.as_ref(), server.clock.now())
    };
    Ok(web::Json(app.db.read(find).await?))
}

/// Takes a grant back, at once and for good: a holder their own, an operator the authority's.
#[utoipa::path(post, path = "/v1/grants/{id}/revocation", tag = "sharing", operation_id = "revoke_grant",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the grant")),
    responses(
        (status = 200, description = "The grant as it is now", body = Grant),
        (status = 403, description = "`wrong_role`, `other_division`, `grant_of_other`"),
        (status = 409, description = "`changed_meanwhile`")))]
pub async fn revoke(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
) -> Result<web::Json<Grant>, Problem> {
    Ok(web::Json(grants::revoke(&app, context, account, id.into_inner()).await?))
}

/// Gives the items of a certificate under a grant, encrypted to the recipient. It is counted, and the holder sees it.
#[utoipa::path(post, path = "/v1/grants/{id}/uses", tag = "sharing", operation_id = "use_grant",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the grant")),
    request_body = WantedUse,
    responses(
        (status = 201, description = "The items, encrypted", body = Given),
        (status = 403, description = "`grant_revoked`, `grant_ended`, `grant_not_begun`, `grant_used_up`, `certificate_not_granted`"),
        (status = 409, description = "`no_encryption_key`, `changed_meanwhile`")))]
pub async fn give(
    app: web::Data<App>,
    ThirdParty(account): ThirdParty,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<WantedUse>,
) -> Result<HttpResponse, Problem> {
    let given = grants::give(&app, context, account, id.into_inner(), wanted).await?;
    Ok(HttpResponse::Created().json(given))
}

/// What was given under a grant.
#[utoipa::path(get, path = "/v1/grants/{id}/uses", tag = "sharing", operation_id = "list_grant_uses",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the grant"), UseQuery),
    responses((status = 200, description = "In the order that was asked for", body = UsePage)))]
pub async fn uses(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
    query: web::Query<UseQuery>,
) -> Result<web::Json<UsePage>, Problem> {
    let server = app.clone().into_inner();
    let (mut filter, place) = query.into_inner().filter()?;
    let find = move |conn: &mut _| {
        filter.grant_id = Some(grants::visible(conn, &server, &id, &account)?.id);
        grants::page_of_uses(conn, &filter, &place, PAGE)
    };
    Ok(web::Json(page(app.db.read(find).await?)))
}

/// What was given of all the holder's certificates, under whichever grant.
#[utoipa::path(get, path = "/v1/me/grant-uses", tag = "sharing", operation_id = "list_my_grant_uses",
    security(("session" = [])), params(UseQuery),
    responses((status = 200, description = "In the order that was asked for", body = UsePage)))]
pub async fn my_uses(
    app: web::Data<App>,
    holder: Holder,
    query: web::Query<UseQuery>,
) -> Result<web::Json<UsePage>, Problem> {
    let (filter, place) = query.into_inner().filter()?;
    let filter = rows::uses::Filter { holder_id: Some(holder.holder_id), ..filter };
    let find = move |conn: &mut _| grants::page_of_uses(conn, &filter, &place, PAGE);
    Ok(web::Json(page(app.db.read(find).await?)))
}

fn page(uses: Vec<Use>) -> UsePage {
    UsePage { next_after: next(&uses, |one| one.id().to_owned()), uses }
}
