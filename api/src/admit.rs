//! Admission: a certificate's record becomes a certificate, a new version of one, or neither.
//!
//! - `admit/candidate.rs`: a sound record with what it is found by
//! - `admit/ahead.rs`: what is made before the transaction: seal and ciphertexts
//! - `admit/step.rs`: the rules, as one pure function of what is known and what came in
//! - `admit/known.rs`: what is known of their certificates
//! - `admit/rows.rs`: what is written for each
//! - `admit/together.rs`, `admit/run.rs`: many at once, with few queries
//! - `admit/places.rs`: places in the status list
//!
//! A certificate is known by kind, issuing authority and number. All of one admission happens in the caller's
//! transaction. What is not here: whether the record itself is sound (`record`), files and streams (`ingest`), and
//! changes of status that make no new version.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::app::App;
use crate::clock::Timestamp;
use crate::keys::{ActiveKey, SignerError, Use};
use crate::problem::Problem;
use crate::record::{Finding, Rule};
use crate::seal::{Sealed, Terms, Version};
use crate::store::events::EventRow;
use crate::store::{Conn, StoreError};
use crate::vault::VaultError;

mod ahead;
mod candidate;
mod known;
pub mod places;
mod rows;
mod run;
mod step;
mod together;

pub use ahead::{Ahead, Due};
pub use candidate::Candidate;

use known::known;
use rows::Written;
use step::{Bounds, Known, Step};

/// How often an admission is decided anew when others change the same certificate at the same moment.
const TRIES: u8 = 3;

/// Who sends certificates in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The account, or `system`.
    pub account: String,
    /// The prefix of the divisions it answers for; `None`: the whole province.
    pub division: Option<String>,
}

/// What came of an admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new certificate.
    Created,
    /// A new version of a known one.
    Changed,
    /// Nothing: it is known as it is.
    Unchanged,
    /// Nothing: a rule forbids it.
    Refused(Vec<Finding>),
}

impl Outcome {
    /// Whether it took a place in the status list.
    #[must_use]
    pub const fn took_place(&self) -> bool {
        matches!(self, Self::Created | Self::Changed)
    }
}

/// What admissions have in common that are made together.
pub struct Admission {
    app: Arc<App>,
    sender: Sender,
    batch: Option<String>,
    now: Timestamp,
    terms: Terms,
    signer: ActiveKey,
}

impl Admission {
    /// Admissions at this moment, with the key that seals now.
    ///
    /// # Errors
    /// When no key may seal.
    pub fn begin(app: &Arc<App>, sender: Sender, batch: Option<String>) -> Result<Self, SignerError> {
        let now = app.clock.now();
        let signer = app.signer.active(Use::Seal, now)?;
        Ok(Self { terms: Terms::of(&app.config, now), app: Arc::clone(app), sender, batch, now, signer })
    }

    /// When they are made.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn seal(&self, candidate: &Candidate, version: Version) -> Result<Sealed, SignerError> {
        self.terms.seal(&candidate.record, version, &self.signer)
    }

    /// Admits a candidate, in a transaction. What was made ahead is used when it is of the version that is now due;
    /// otherwise it is made here, at the same place in the status list.
    ///
    /// # Errors
    /// When the database, the signer or the vault cannot.
    pub fn admit(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        ahead: Option<&Ahead>,
    ) -> Result<Outcome, AdmitError> {
        let outcomes = self.admit_all(conn, &[(candidate, ahead)])?;
        Ok(outcomes.into_iter().next().unwrap_or(Outcome::Unchanged))
    }

    /// Admits one of several; what happened goes to the `history` that is written when all are admitted.
    fn admit_one(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        ahead: Option<&Ahead>,
        history: &mut Vec<EventRow>,
    ) -> Result<Outcome, AdmitError> {
        for _ in 0..TRIES {
            let known = known(conn, candidate)?;
            let written = match step::of(known.as_ref(), candidate, &self.bounds()) {
                Step::Unchanged => return Ok(Outcome::Unchanged),
                Step::Refuse(finding) => return Ok(Outcome::Refused(vec![finding])),
                Step::Create { version } => {
                    let made = self.made(conn, candidate, Due { certificate_id: None, version }, ahead)?;
                    self.create(conn, candidate, &made, history)?
                }
                Step::Replace { version, replaced_as, status } => {
                    let Some(Known { row, .. }) = &known else { continue };
                    let due = Due { certificate_id: Some(row.id.clone()), version };
                    let made = self.made(conn, candidate, due, ahead)?;
                    self.replace(conn, candidate, row, &made, (replaced_as, &status), history)?
                }
            };
            match written {
                Written::Done(outcome) => return Ok(outcome),
                Written::Overtaken => {}
            }
        }
        Err(StoreError::Busy.into())
    }

    fn made<'a>(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        due: Due,
        ahead: Option<&'a Ahead>,
    ) -> Result<Cow<'a, Ahead>, AdmitError> {
        let status_index = match ahead {
            Some(ahead) if ahead.is(&due) => return Ok(Cow::Borrowed(ahead)),
            Some(ahead) => ahead.status_index(),
            None => places::reserve_one(conn, &self.app.config.iss)?,
        };
        Ok(Cow::Owned(self.prepare(candidate, due, status_index)?))
    }

    fn bounds(&self) -> Bounds<'_> {
        Bounds {
            province: &self.app.config.iss,
            division: self.sender.division.as_deref(),
            today: i32::try_from(self.now.day().0).unwrap_or(i32::MAX),
        }
    }
}

/// A finding about an item of a record that is itself sound.
pub(crate) fn finding(rule: Rule, item: &str) -> Finding {
    Finding {
        severity: rule.severity(),
        item: item.to_owned(),
        rule,
        source: rule.source().unwrap_or_default(),
    }
}

/// Why nothing could be admitted.
#[derive(Debug)]
#[non_exhaustive]
pub enum AdmitError {
    /// The database could not.
    Store(StoreError),
    /// No key seals.
    Signer(SignerError),
    /// Nothing can be encrypted.
    Vault(VaultError),
    /// The machine has no source of random bytes.
    NoRandomness,
}

impl From<VaultError> for AdmitError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<StoreError> for AdmitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SignerError> for AdmitError {
    fn from(error: SignerError) -> Self {
        Self::Signer(error)
    }
}

impl fmt::Display for AdmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Signer(error) => error.fmt(f),
            Self::Vault(error) => error.fmt(f),
            Self::NoRandomness => f.write_str("this machine gives no random bytes"),
        }
    }
}

impl std::error::Error for AdmitError {}

impl From<AdmitError> for Problem {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::Store(error) => error.into(),
            AdmitError::Signer(error) => error.into(),
            AdmitError::Vault(error) => error.into(),
            AdmitError::NoRandomness => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests;
