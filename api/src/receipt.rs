//! Receipts: what officers' devices keep of their scans, taken in later (protocol §7).
//!
//! - `receipt/submission.rs`: what comes in, checked one by one
//! - `receipt/evidence.rs`: what this server knew at the time of a scan
//! - `receipt/judge.rs`: the verdict repeated as of the scan, and what is odd about the receipt
//! - `receipt/keep.rs`: kept in one transaction, with the activations that follow
//! - `receipt/flag.rs`: the oddities, as stable words
//!
//! The device's verdict is never trusted and never overwritten: both are kept. What is not here: what a code
//! proves, which is verifier-core's.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Account;
use crate::problem::{Finding, Problem};
use crate::publish;
use crate::store::receipts::ReceiptRow;
use crate::verification;

mod evidence;
mod flag;
mod judge;
mod keep;
#[cfg(test)]
pub(crate) mod samples;
mod shown;
mod submission;

pub use flag::Flag;
pub use shown::Kept;
pub use submission::Item;

use judge::Judged;
use submission::Submission;

/// Most receipts in one batch.
pub const MAX_BATCH: usize = 500;

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// Kept now.
    Accepted,
    /// Kept before, with the same content: the device may forget it.
    AlreadyHad,
    /// Another receipt with other content has this id. That one stays; this one is not kept.
    Conflict,
    /// Not a receipt: see `findings`. Not kept.
    Rejected,
}

impl ReceiptState {
    const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AlreadyHad => "already_had",
            Self::Conflict => "conflict",
            Self::Rejected => "rejected",
        }
    }
}

/// What became of one receipt of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReceiptAnswer)]
pub struct Answer {
    /// The receipt's id, as far as it could be read.
    pub id: Option<String>,
    /// What became of it.
    pub state: ReceiptState,
    /// What is odd about it. It is kept all the same.
    pub flags: Vec<Flag>,
    /// This server's verdict as of the scan: `valid`, `invalid` or `undetermined`; absent when not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The verdict's reason; absent when valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it was rejected, item by item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Answer {
    fn of(row: &ReceiptRow, state: ReceiptState) -> Self {
        let kept = state != ReceiptState::Conflict;
        Self {
            id: Some(row.id.clone()),
            state,
            flags: if kept { flag::read(&row.flags) } else { Vec::new() },
            outcome: kept.then(|| row.server_outcome.clone()),
            reason: row.server_reason.clone().filter(|_| kept),
            findings: Vec::new(),
        }
    }
}

/// Takes in receipts that an officer uploads: one answer each, in their order. What is answered as kept is committed.
///
/// # Errors
/// When this server can keep none of them: its database or its trust list are not to be had. Sending all of them
/// again is right then.
pub async fn take(app: &App, officer: Account, items: Vec<Value>) -> Result<Vec<Answer>, Problem> {
    let mut answers = BTreeMap::new();
    let mut submissions = Vec::new();
    for (place, item) in items.iter().enumerate() {
        match Submission::read(item) {
            Ok(submission) => submissions.push((place, submission)),
            Err(rejected) => drop(answers.insert(place, rejected.into())),
        }
    }
    for (place, answer) in keep(app, officer, submissions).await? {
        answers.insert(place, answer);
    }
    let answers: Vec<Answer> = answers.into_values().collect();
    for answer in &answers {
        app.metrics.receipts.with_label_values(&[answer.state.word()]).inc();
    }
    Ok(answers)
}

/// Judges outside any transaction, because signatures take time that a writer should not have; keeps in one.
async fn keep(
    app: &App,
    officer: Account,
    submissions: Vec<(usize, Submission)>,
) -> Result<Vec<(usize, Answer)>, Problem> {
    if submissions.is_empty() {
        return Ok(Vec::new());
    }
    // So that there is one to repeat verdicts with.
    publish::newest_trust_list(app).await?;
    let (iss, received) = (app.config.iss.clone(), app.clock.now());
    let gathered = app.db.read(move |conn| evidence::gather(conn, &iss, submissions)).await?;
    let iss = app.config.iss.clone();
    let judge = move || {
        let judged = |(place, case): (usize, evidence::Case)| (place, case.judge(&iss, &officer, received));
        gathered.into_iter().map(judged).collect::<Vec<(usize, Judged)>>()
    };
    let judged = tokio::task::spawn_blocking(judge).await.map_err(Problem::internal)?;
    for (_, judged) in &judged {
        if let Some((outcome, reason)) = judged.verdict() {
            verification::count(&app.metrics, "receipt", outcome, reason);
        }
    }
    Ok(app.db.write(move |conn| keep::all(conn, judged)).await?)
}
