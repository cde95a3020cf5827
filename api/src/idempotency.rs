//! Writes under a key of the sender's (`Idempotency-Key`): sent again with the same body they are answered again and not
//! done again; with another body they are refused.
//!
//! The answer is kept in the transaction that does the write, so both hold or neither. What was refused leaves nothing
//! behind and may be sent again under its key: it is judged anew. What is not here: whole batches, whose answer is
//! their report (`ingest/replay.rs`).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use hmac::Mac;
use serde::Serialize;

use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::writes::{self, WriteRow};
use crate::store::{Conn, StoreError};
use crate::vault::Field;

const HEADER: &str = "idempotency-key";
const LENGTH_MAX: usize = 128;
const SECONDS_PER_DAY: i64 = 86_400;

/// A write that may be sent again.
pub struct Write {
    /// The key of one sender; no sender's keys meet another's.
    key: Option<String>,
    mac: Vec<u8>,
    now: Timestamp,
}

/// What a write was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    body: String,
}

/// The key a request carries.
///
/// # Errors
/// [`Code::BadIdempotencyKey`].
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(HEADER) else {
        return Ok(None);
    };
    let is_sound =
        |key: &&str| (1..=LENGTH_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = key.to_str().ok().filter(is_sound).ok_or(Code::BadIdempotencyKey)?;
    Ok(Some(key.to_owned()))
}

impl Write {
    /// The write that an account asks for at an address.
    ///
    /// # Errors
    /// [`Code::BadIdempotencyKey`].
    pub fn of(
        app: &App,
        account: &str,
        headers: &HeaderMap,
        address: &str,
        body: &[u8],
    ) -> Result<Self, Problem> {
        let mac = app.vault.mac(Field::Write).chain_update(address).chain_update([0]).chain_update(body);
        Ok(Self {
            key: key_of(headers)?.map(|key| format!("{account}:{key}")),
            mac: mac.finalize().into_bytes().to_vec(),
            now: app.clock.now(),
        })
    }

    /// The answer it had when it was done before.
    ///
    /// # Errors
    /// [`Code::IdempotencyKeyReused`] when another write has its key; when the database cannot.
    pub fn earlier(&self, conn: &mut Conn) -> Result<Option<Answer>, Problem> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(row) = writes::find(conn, key)? else { return Ok(None) };
        if row.body_mac != self.mac {
            return Err(Code::IdempotencyKeyReused.into());
        }
        let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| Problem::internal("the status of a kept answer"))?;
        Ok(Some(Answer { status, body: row.answer }))
    }

    /// Keeps the answer, in the transaction that does the write.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when the same write is being done by another server at this moment: sent again, it finds
    /// the answer. When the database cannot.
    pub fn keep(&self, conn: &mut Conn, answer: &Answer) -> Result<(), Problem> {
        let Some(key) = &self.key else { return Ok(()) };
        let row = WriteRow {
            key: key.clone(),
            body_mac: self.mac.clone(),
            status: answer.status.as_u16().into(),
            answer: answer.body.clone(),
            done_at: self.now.millis(),
        };
        if writes::insert(conn, &row)? { Ok(()) } else { Err(Problem::new(Code::Unavailable).retry_after(1)) }
    }
}

impl Answer {
    /// An answer in JSON.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self { status, body: serde_json::to_string(body).map_err(Problem::internal)? })
    }
}

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> Self {
        Self::build(answer.status).content_type("application/json").body(answer.body)
    }
}

/// Forgets answers so old that nobody sends their writes again.
///
/// # Errors
/// When the database cannot.
pub async fn forget(app: &App) -> Result<(), StoreError> {
    let days = i64::from(app.config.idempotency_retention);
    let before = app.clock.now().plus_seconds(-days * SECONDS_PER_DAY).millis();
    app.db.write(move |conn| writes::forget(conn, before)).await
}
