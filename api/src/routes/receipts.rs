//! Receipts of officers' scans: taken in singly and in batches, and shown again.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Account, Officer, Role, SignedIn};
use crate::extract::{Json, LargeJson};
use crate::problem::{Code, Problem};
use crate::receipt::{self, Answer, Item, Kept, MAX_BATCH, ReceiptState};
use crate::store::receipts::ReceiptRow;
use crate::store::{self, Conn};

/// Largest batch, in bytes: 500 receipts of 16 KiB.
const BATCH_LIMIT: usize = MAX_BATCH * (16 << 10);

/// Receipts sent together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// At most 500.
    #[schema(value_type = Vec<Item>)]
    receipts: Vec<Value>,
}

/// What became of receipts sent together.
#[derive(Serialize, ToSchema)]
pub struct BatchAnswer {
    /// One for each, in their order.
    results: Vec<Answer>,
}

/// Takes in a receipt. Sending it again is harmless.
#[utoipa::path(post, path = "/v1/receipts", tag = "receipts", operation_id = "create_receipt",
    security(("session" = [])), request_body = inline(Item),
    responses(
        (status = 201, description = "Kept", body = Answer),
        (status = 200, description = "Kept before, with the same content", body = Answer),
        (status = 409, description = "`receipt_conflict`"),
        (status = 422, description = "`receipt_rejected`, `unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    Officer(officer): Officer,
    Json(item): Json<Value>,
) -> Result<HttpResponse, Problem> {
    let answers = receipt::take(&app, officer, vec![item]).await?;
    let answer =
        answers.into_iter().next().ok_or_else(|| Problem::internal("a receipt without an answer"))?;
    let status = match answer.state {
        ReceiptState::Accepted => StatusCode::CREATED,
        ReceiptState::AlreadyHad => StatusCode::OK,
        ReceiptState::Conflict => return Err(Code::ReceiptConflict.into()),
        ReceiptState::Rejected => return Err(Problem::new(Code::ReceiptRejected).findings(answer.findings)),
    };
    Ok(HttpResponse::build(status).json(answer))
}

/// Takes in receipts. Each gets its own answer, in order, and a bad one does not spoil the others. What is answered as
/// kept is kept, whatever happens then; without an answer, send all of them again.
#[utoipa::path(post, path = "/v1/receipts/batch", tag = "receipts", operation_id = "create_receipts",
    security(("session" = [])), request_body = Batch,
    responses((status = 200, description = "One answer for each", body = BatchAnswer)))]
pub async fn create_batch(
    app: web::Data<App>,
    Officer(officer): Officer,
    LargeJson(batch): LargeJson<Batch, BATCH_LIMIT>,
) -> Result<web::Json<BatchAnswer>, Problem> {
    if batch.receipts.len() > MAX_BATCH {
        return Err(Problem::new(Code::TooManyItems).detail(format!("at most {MAX_BATCH} receipts")));
    }
    let results = receipt::take(&app, officer, batch.receipts).await?;
    Ok(web::Json(BatchAnswer { results }))
}

/// A receipt and what this server made of it: for the officer who uploaded it, and for the operators of the
/// certificate's division.
#[utoipa::path(get, path = "/v1/receipts/{id}", tag = "receipts", operation_id = "receipt",
    security(("session" = [])), params(("id" = String, Path, description = "The receipt's id")),
    responses((status = 200, description = "The receipt", body = Kept)))]
pub async fn show(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Kept>, Problem> {
    let find = move |conn: &mut _| {
        let row = store::receipts::find(conn, &id)?.ok_or(Code::NotFound)?;
        require_sight(conn, &account, &row).map(|()| row)
    };
    let row = app.db.read(find).await?;
    let kept = Kept::of(row).ok_or_else(|| Problem::internal("a receipt in the database has no id"))?;
    Ok(web::Json(kept))
}

/// An officer sees the own receipts, an operator those of certificates of its division. A receipt of no certificate of
/// ours is of no division.
fn require_sight(conn: &mut Conn, account: &Account, row: &ReceiptRow) -> Result<(), Problem> {
    if account.role != Role::Operator {
        return if account.id == row.account_id { Ok(()) } else { Err(Code::NotFound.into()) };
    }
    let certificate = match &row.certificate_id {
        Some(id) => store::certificates::find(conn, id)?,
        None => None,
    };
    account.require_jurisdiction(certificate.map(|certificate| certificate.division).as_deref())
}
