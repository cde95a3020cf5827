//! What happened to certificates, read on from a mark: how the 运政系统 and whoever keeps a copy learn of it.

use actix_web::web;

use crate::app::App;
use crate::auth::SignedIn;
use crate::lifecycle::{self, Changes};
use crate::problem::{Code, Finding, Problem};

mod query;

use query::{ChangesQuery, LIMIT_MAX};

/// What happened to the certificates of the account's divisions, in the order it was recorded, without gaps: reading on
/// from `next_after` misses nothing. What left them is seen once more.
#[utoipa::path(get, path = "/v1/changes", tag = "certificates", operation_id = "changes",
    security(("session" = [])), params(ChangesQuery),
    responses((status = 200, description = "Changes after the mark", body = Changes)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<ChangesQuery>,
) -> Result<web::Json<Changes>, Problem> {
    let ChangesQuery { after, limit, division } = query.into_inner();
    let findings: Vec<Finding> = [("after", after >= 0), ("limit", (1..=LIMIT_MAX).contains(&limit))]
        .into_iter()
        .filter(|(_, fits)| !fits)
        .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
        .collect();
    if !findings.is_empty() {
        return Err(Problem::new(Code::BadQuery).findings(findings));
    }
    let divisions = account.divisions(division)?;
    let read = move |conn: &mut _| lifecycle::changes(conn, &divisions, after, limit);
    Ok(web::Json(app.db.read(read).await?))
}
