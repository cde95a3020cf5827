//! The task that looks after the log: it signs checkpoints, and verifies what was written since it last looked. Tamper
//! evidence is worth nothing if nobody looks.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;

use super::inspect::{Inspection, Start, public_keys, seq_of};
use super::verify::Findings;
use super::{Action, Audit, AuditError, Context, Entry};
use crate::app::App;
use crate::store::audit::checkpoints;
use crate::store::{Conn, StoreError};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(20);

/// What it has seen.
#[derive(Debug, Default)]
pub struct Watch {
    /// The last row that was sound: number and hash. A log that is cut off behind it is noticed.
    seen: Option<(i64, Vec<u8>)>,
    is_broken: bool,
}

/// Looks after the log until the server stops.
pub async fn keep_watch(app: web::Data<App>) {
    let app = app.into_inner();
    let mut watch = Watch::default();
    let mut soon = tokio::time::interval(EVERY);
    loop {
        soon.tick().await;
        if let Err(error) = watch.once(&app).await {
            tracing::error!(%error, "the audit log could not be looked after");
        }
    }
}

impl Watch {
    /// Signs a checkpoint if one is due, and verifies what is new.
    ///
    /// # Errors
    /// When the database or the signer cannot.
    pub async fn once(&mut self, app: &Arc<App>) -> Result<(), AuditError> {
        // A log that was changed is said to be so even when nothing can be signed.
        let verified = self.verify(app).await;
        let signed = sign(app).await;
        verified?;
        signed
    }

    async fn verify(&mut self, app: &Arc<App>) -> Result<(), AuditError> {
        let (audit, seen) = (app.audit.clone(), self.seen.take());
        let findings = app.db.read(move |conn| look(&audit, conn, seen)).await?;
        self.seen.clone_from(&findings.last);
        if !findings.is_sound() && !self.is_broken {
            self.is_broken = true;
            raise(app, &findings).await;
        }
        Ok(())
    }
}

/// Verifies from what was seen last; the first time from the last checkpoint on.
fn look(audit: &Audit, conn: &mut Conn, seen: Option<(i64, Vec<u8>)>) -> Result<Findings, StoreError> {
    let keys = public_keys(conn)?;
    let archived = checkpoints::last_archived(conn)?;
    let seen = seen.filter(|(seq, _)| archived.is_none_or(|archived| archived.seq <= *seq));
    let last = checkpoints::newest(conn)?.and_then(|row| audit.believe(&row, &keys).ok());
    let start = match (seen, last) {
        (Some((seq, hash)), _) => Start::After(seq, hash),
        (None, Some(last)) => Start::After(seq_of(&last), last.hash.to_vec()),
        (None, None) => Start::Beginning,
    };
    let before = match &start {
        Start::After(seq, hash) => Some((*seq, hash.clone())),
        Start::Beginning | Start::With(_) => None,
    };
    let mut findings = audit.inspect(conn, &Inspection { start, to: None, kept: Vec::new() }, |_| ())?;
    findings.last = findings.last.or(before);
    Ok(findings)
}

async fn raise(app: &App, findings: &Findings) {
    app.metrics.audit_broken.set(1);
    for fault in &findings.faults {
        tracing::error!(%fault, "the audit log was changed");
    }
    let count = findings.more.saturating_add(u64::try_from(findings.faults.len()).unwrap_or(u64::MAX));
    let first = findings.faults.first().map(ToString::to_string).unwrap_or_default();
    let entry = Entry::new(Action::AuditBroken, Context::system());
    app.audit.note(entry.detail("faults", count).detail("first", first)).await;
}

async fn sign(app: &Arc<App>) -> Result<(), AuditError> {
    let signing = Arc::clone(app);
    let sign = move |conn: &mut Conn| {
        signing.audit.checkpoint_when_due(conn, &signing.signer, &signing.config)?;
        let newest = checkpoints::newest(conn)?;
        Ok::<_, AuditError>(newest.map(|newest| signing.clock.now().millis() - newest.at))
    };
    let age = app.db.write(sign).await?;
    app.metrics.audit_checkpoint_age.set(age.unwrap_or_default() / 1_000);
    Ok(())
}
