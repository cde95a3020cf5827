//! Collection (归集) for the operator of the province: how it stands, and what a person may do about it.
//!
//! - `routes/collection/incidents.rs`: outages and the two working days after them
//! - `routes/collection/reconciliations.rs`: comparisons with the ministry's list
//!
//! The other side, which takes collections, is `routes/collections.rs`.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Operator};
use crate::clock::Timestamp;
use crate::collection::state::{self, CollectionState};
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::store::collection::{self as rows, ExceptionRow, SET_ASIDE};
use crate::store::{Conn, certificates};

pub mod incidents;
mod query;
pub mod reconciliations;

pub use query::CollectionPage;

/// What an operator has collection do.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "command", deny_unknown_fields)]
pub enum CollectionCommand {
    /// Nothing more is sent until it is resumed.
    Pause,
    /// It goes on, at once.
    Resume,
    /// Everything after this number is sent again. The ministry takes twice what it has as once.
    Replay {
        /// The mark to go back to; 0: all.
        mark: i64,
    },
}

/// Certificates set aside.
#[derive(Serialize, ToSchema)]
pub struct SetAside {
    /// By their ids, at most 100.
    certificates: Vec<CertificateSetAside>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// A certificate set aside: its events wait, those of others go on.
#[derive(Serialize, ToSchema)]
pub struct CertificateSetAside {
    /// Which.
    certificate_id: String,
    /// The ministry has its events up to this number.
    mark: i64,
    /// Why: the ministry's word, or ours.
    reason: String,
    /// Since when.
    since: Timestamp,
}

/// How collection stands.
#[utoipa::path(get, path = "/v1/collection", tag = "collection", operation_id = "collection",
    security(("session" = [])), responses((status = 200, description = "How it stands", body = CollectionState)))]
pub async fn show(
    app: web::Data<App>,
    Operator(operator): Operator,
) -> Result<web::Json<CollectionState>, Problem> {
    operator.require_jurisdiction(None)?;
    state::now(&app).await.map(web::Json)
}

/// Has it pause, go on, or send again.
#[utoipa::path(post, path = "/v1/collection/commands", tag = "collection", operation_id = "command_collection",
    security(("session" = [])), request_body = CollectionCommand,
    responses(
        (status = 200, description = "How it stands now", body = CollectionState),
        (status = 409, description = "`collection_off`"),
        (status = 422, description = "The mark does not fit")))]
pub async fn command(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    Json(command): Json<CollectionCommand>,
) -> Result<web::Json<CollectionState>, Problem> {
    enabled_for(&app, &operator)?;
    let (now, audit) = (app.clock.now().millis(), app.audit.clone());
    let work = move |conn: &mut Conn| -> Result<(), Problem> {
        let entry =
            command.obey(conn, now, Entry::new(Action::CollectionCommanded, context.by(&operator)))?;
        audit.append(conn, entry)?;
        Ok(())
    };
    app.db.write(work).await?;
    state::now(&app).await.map(web::Json)
}

impl CollectionCommand {
    /// Does it: the entry of the audit log, completed.
    fn obey(self, conn: &mut Conn, now: i64, entry: Entry) -> Result<Entry, Problem> {
        match self {
            Self::Pause => {
                rows::pause(conn, Some(now))?;
                Ok(entry.because("pause"))
            }
            Self::Resume => {
                rows::pause(conn, None)?;
                Ok(entry.because("resume"))
            }
            Self::Replay { mark } if mark < 0 => {
                Err(Problem::new(Code::UnfitValue).detail("mark: 0 or more"))
            }
            Self::Replay { mark } => {
                rows::replay(conn, mark)?;
                Ok(entry.because("replay").detail("mark", mark))
            }
        }
    }
}

/// The certificates set aside.
#[utoipa::path(get, path = "/v1/collection/set-aside", tag = "collection", operation_id = "set_aside",
    security(("session" = [])), params(CollectionPage),
    responses((status = 200, description = "By their ids", body = SetAside)))]
pub async fn set_aside(
    app: web::Data<App>,
    Operator(operator): Operator,
    page: web::Query<CollectionPage>,
) -> Result<web::Json<SetAside>, Problem> {
    operator.require_jurisdiction(None)?;
    let after = page.into_inner().after.unwrap_or_default();
    let read = move |conn: &mut Conn| rows::exceptions(conn, SET_ASIDE, &after, PAGE);
    let found: Vec<ExceptionRow> = app.db.read::<_, crate::store::StoreError, _>(read).await?;
    let next_after = next(&found, |row| row.certificate_id.clone());
    let certificates = found.into_iter().map(|row| CertificateSetAside {
        certificate_id: row.certificate_id,
        mark: row.seq,
        reason: row.reason,
        since: Timestamp(row.since),
    });
    Ok(web::Json(SetAside { certificates: certificates.collect(), next_after }))
}

/// Has a certificate that was set aside tried again.
#[utoipa::path(post, path = "/v1/collection/set-aside/{id}/retry", tag = "collection", operation_id = "retry_set_aside",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    responses((status = 204, description = "It is queued"), (status = 409, description = "`collection_off`")))]
pub async fn retry(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<actix_web::HttpResponse, Problem> {
    enabled_for(&app, &operator)?;
    let audit = app.audit.clone();
    let work = move |conn: &mut Conn| -> Result<(), Problem> {
        if rows::retry(conn, Some(&id))? == 0 {
            return Err(Code::NotFound.into());
        }
        let division = certificates::find(conn, &id)?.map(|row| row.division).unwrap_or_default();
        let entry = Entry::new(Action::CollectionCommanded, context.by(&operator)).because("retry");
        audit.append(conn, entry.on("certificate", id.into_inner()).in_division(division))?;
        Ok(())
    };
    app.db.write(work).await?;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// That this site collects, and that the operator is the province's.
fn enabled_for(app: &App, operator: &Account) -> Result<(), Problem> {
    operator.require_jurisdiction(None)?;
    if app.ministry.is_some() { Ok(()) } else { Err(Code::CollectionOff.into()) }
}
