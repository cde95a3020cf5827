//! Many candidates admitted in one transaction, with the same outcome as one after another and few queries.
//!
//! New certificates that follow each other are gathered into a run and written together. Whatever else comes, such as
//! a change, or a certificate that an earlier record was about, ends the run and is admitted by itself, so that the
//! order counts as it should. When another transaction is in the way of a run, its records are admitted by themselves
//! too.

use std::collections::HashSet;

use super::known::{Key, known_all};
use super::run::Run;
use super::step::{self, Step};
use super::{Admission, AdmitError, Ahead, Candidate, Due, Outcome};
use crate::store::events::{self, EventRow};
use crate::store::{Conn, StoreError};

impl Admission {
    /// The versions that would be made if each candidate were admitted now, as [`Self::admit`] would; `None` when
    /// none would.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn foresee_all(
        &self,
        conn: &mut Conn,
        candidates: &[&Candidate],
    ) -> Result<Vec<Option<Due>>, StoreError> {
        let known = known_all(conn, candidates)?;
        let foreseen = known.into_iter().zip(candidates).map(|(known, candidate)| {
            let version = step::of(known.as_ref(), candidate, &self.bounds()).version();
            let certificate_id = known.map(|known| known.row.id);
            version.map(|version| Due { certificate_id, version })
        });
        Ok(foreseen.collect())
    }

    /// Admits candidates in their order, in a transaction, each as [`Self::admit`] does.
    ///
    /// # Errors
    /// As [`Self::admit`].
    pub fn admit_all(
        &self,
        conn: &mut Conn,
        candidates: &[(&Candidate, Option<&Ahead>)],
    ) -> Result<Vec<Outcome>, AdmitError> {
        let all: Vec<&Candidate> = candidates.iter().map(|(candidate, _)| *candidate).collect();
        let mut outcomes = Vec::with_capacity(all.len());
        let mut spoken_of: HashSet<Key<'_>> = HashSet::with_capacity(all.len());
        let (mut run, mut history) = (Run::default(), Vec::new());
        for (known, (candidate, ahead)) in known_all(conn, &all)?.into_iter().zip(candidates) {
            // What is known holds for the first record about a certificate alone: that one may change it.
            let step = spoken_of
                .insert(candidate.key())
                .then(|| step::of(known.as_ref(), candidate, &self.bounds()));
            match (step, ahead) {
                (Some(Step::Unchanged), _) => outcomes.push(Outcome::Unchanged),
                (Some(Step::Refuse(finding)), _) => outcomes.push(Outcome::Refused(vec![finding])),
                (Some(Step::Create { version }), Some(ahead))
                    if ahead.is(&Due { certificate_id: None, version })
                        && run.take(self, outcomes.len(), candidate, ahead) =>
                {
                    outcomes.push(Outcome::Created);
                }
                _ => {
                    self.finish(conn, std::mem::take(&mut run), &mut outcomes, &mut history)?;
                    outcomes.push(self.admit_one(conn, candidate, *ahead, &mut history)?);
                }
            }
        }
        self.finish(conn, run, &mut outcomes, &mut history)?;
        // Last, since others wait for the numbers of events until this transaction ends.
        if events::append(conn, &self.app.config.iss, history)? {
            Ok(outcomes)
        } else {
            Err(StoreError::Busy.into())
        }
    }

    /// Writes a run; what it says of its records so far, that they are created, is corrected where they are not.
    fn finish(
        &self,
        conn: &mut Conn,
        run: Run<'_>,
        outcomes: &mut [Outcome],
        history: &mut Vec<EventRow>,
    ) -> Result<(), AdmitError> {
        if let Some(written) = run.write(self, conn)? {
            history.extend(written);
            return Ok(());
        }
        for (at, candidate, ahead) in run.records() {
            let outcome = self.admit_one(conn, candidate, Some(ahead), history)?;
            if let Some(said) = outcomes.get_mut(at) {
                *said = outcome;
            }
        }
        Ok(())
    }
}
