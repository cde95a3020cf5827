//! Incidents: declared, cleared, made good, listed and exported.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CollectionPage;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Operator;
use crate::clock::Timestamp;
use crate::collection::incidents::{self, CollectionIncident, DeclaredIncident, IncidentKind};
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::routes::list::{PAGE, next};
use crate::store::collection::incidents::{self as rows, IncidentRow};
use crate::store::{Conn, StoreError, collection};

/// Most incidents of one file.
const MOST_EXPORTED: i64 = 10_000;
/// What spreadsheets need to see that a text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Incidents.
#[derive(Serialize, ToSchema)]
pub struct CollectionIncidents {
    /// Oldest first, at most 100.
    incidents: Vec<CollectionIncident>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// How an incident goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStep {
    /// The fault is cleared: two working days begin.
    Cleared,
    /// All that it held up was pushed.
    MadeGood,
}

/// What an operator says of an incident.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentReport {
    /// How it goes on.
    step: IncidentStep,
    /// When; now, where it is not said.
    at: Option<Timestamp>,
}

/// The incidents. With `Accept: text/csv` all of them as a file.
#[utoipa::path(get, path = "/v1/collection/incidents", tag = "collection", operation_id = "incidents",
    security(("session" = [])),
    params(CollectionPage, ("Accept" = Option<String>, Header, description = "`text/csv` for a file")),
    responses((status = 200, description = "Oldest first", content(
        (CollectionIncidents = "application/json"), (String = "text/csv")))))]
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    Operator(operator): Operator,
    page: web::Query<CollectionPage>,
) -> Result<HttpResponse, Problem> {
    operator.require_jurisdiction(None)?;
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let as_file = accepted.is_some_and(|accepted| accepted.contains("text/csv"));
    let limit = if as_file { MOST_EXPORTED } else { PAGE };
    let after = page.into_inner().after.unwrap_or_default();
    let read = move |conn: &mut Conn| rows::list(conn, &after, limit);
    let found: Vec<IncidentRow> = app.db.read::<_, StoreError, _>(read).await?;
    let next_after = next(&found, |row| row.id.clone());
    let now = app.clock.now();
    let incidents: Vec<_> = found.into_iter().map(|row| CollectionIncident::of(row, now)).collect();
    if !as_file {
        return Ok(HttpResponse::Ok().json(CollectionIncidents { incidents, next_after }));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"incidents.csv\""))
        .body(file(&incidents).map_err(Problem::internal)?))
}

/// The incident record as a table, in Chinese.
fn file(incidents: &[CollectionIncident]) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "编号",
        "类型",
        "状态",
        "开始时间",
        "登记人",
        "情况说明",
        "解除时间",
        "解除人",
        "补推截止时间",
        "超期未推条数",
        "补推完成时间",
    ])?;
    for incident in incidents {
        let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        writer.write_record([
            incident.id.clone(),
            kind(&incident.kind).to_owned(),
            state(incident.state).to_owned(),
            incident.begun_at.to_string(),
            safe(&incident.begun_by),
            safe(&incident.note),
            at(incident.cleared_at),
            safe(incident.cleared_by.as_deref().unwrap_or_default()),
            at(incident.due_at),
            incident.overdue.to_string(),
            at(incident.made_good_at),
        ])?;
    }
    Ok(BYTE_ORDER_MARK.to_owned() + &String::from_utf8(writer.into_inner()?)?)
}

/// A cell that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t']);
    format!("{}{text}", if is_formula { "'" } else { "" })
}

fn kind(word: &str) -> &'static str {
    if word == IncidentKind::SourceOutage.word() {
        "运政系统不能推送"
    } else {
        "部级系统不能访问"
    }
}

fn state(word: &str) -> &'static str {
    match word {
        "open" => "未解除",
        "owed" => "已解除，补推中",
        "overdue" => "已超期",
        _ => "已补推完成",
    }
}

/// Declares an incident.
#[utoipa::path(post, path = "/v1/collection/incidents", tag = "collection", operation_id = "declare_incident",
    security(("session" = [])), request_body = DeclaredIncident,
    responses(
        (status = 201, description = "It is open", body = CollectionIncident),
        (status = 409, description = "`incident_open`"),
        (status = 422, description = "Note or time do not fit")))]
pub async fn declare(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    Json(declared): Json<DeclaredIncident>,
) -> Result<HttpResponse, Problem> {
    operator.require_jurisdiction(None)?;
    let (id, now, audit) = (app.new_id().to_string(), app.clock.now(), app.audit.clone());
    let work = move |conn: &mut Conn| -> Result<IncidentRow, Problem> {
        let mark = collection::outbox(conn)?.seq;
        let row = declared.row(id, &operator.id, mark, now)?;
        if !rows::begin(conn, &row)? {
            return Err(Code::IncidentOpen.into());
        }
        let entry = Entry::new(Action::IncidentReported, context.by(&operator)).because("begun");
        audit.append(conn, entry.on("incident", row.id.clone()).detail("kind", row.kind.as_str()))?;
        Ok(row)
    };
    let row = app.db.write(work).await?;
    Ok(HttpResponse::Created().json(CollectionIncident::of(row, now)))
}

/// Says that the fault is cleared, or that all was pushed.
#[utoipa::path(post, path = "/v1/collection/incidents/{id}/reports", tag = "collection",
    operation_id = "report_incident", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the incident")), request_body = IncidentReport,
    responses(
        (status = 200, description = "How it stands now", body = CollectionIncident),
        (status = 409, description = "`incident_state`"),
        (status = 422, description = "The time does not fit")))]
pub async fn report(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(report): Json<IncidentReport>,
) -> Result<web::Json<CollectionIncident>, Problem> {
    operator.require_jurisdiction(None)?;
    let (at_work, now) = (app.clone().into_inner(), app.clock.now());
    let work = move |conn: &mut Conn| -> Result<IncidentRow, Problem> {
        let row = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        let at = report.at.unwrap_or(now);
        let earliest =
            row.cleared_at.filter(|_| report.step == IncidentStep::MadeGood).unwrap_or(row.begun_at);
        if at > now || at.millis() < earliest {
            return Err(
                Problem::new(Code::UnfitValue).detail("at: not later than now, nor before what came before")
            );
        }
        let (is_done, word) = match report.step {
            IncidentStep::Cleared => (incidents::clear(conn, &at_work, &id, &operator.id, at)?, "cleared"),
            IncidentStep::MadeGood => (rows::make_good(conn, &id, at.millis())?, "made_good"),
        };
        if !is_done {
            return Err(Code::IncidentState.into());
        }
        let entry = Entry::new(Action::IncidentReported, context.by(&operator)).because(word);
        at_work.audit.append(conn, entry.on("incident", row.id.clone()))?;
        Ok(rows::find(conn, &id)?.unwrap_or(row))
    };
    let row = app.db.write(work).await?;
    Ok(web::Json(CollectionIncident::of(row, now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(
            ["=1+1", "+86", "-1", "@x", "\tx", "停电"].map(safe),
            ["'=1+1", "'+86", "'-1", "'@x", "'\tx", "停电"]
        );
    }
}
