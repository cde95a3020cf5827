//! The status list: what it says, from the certificates as they stand.

use std::collections::BTreeMap;

use verifier_core::sm2::sm3;
use verifier_core::status::{Status, StatusClaims};

use super::{Press, PublishError, indices};
use crate::clock::Timestamp;
use crate::keys::Use;
use crate::store::publication::{self, StatusListRow};
use crate::store::{Conn, PUBLICATION, StoreError, in_turn};

impl Press {
    /// The newest status list, if it shows all there is to show or is too young to be made anew.
    pub(super) fn look_for_status_list(
        &self,
        conn: &mut Conn,
    ) -> Result<Option<StatusListRow>, PublishError> {
        let generation = self.state(conn)?.1;
        let Some(issued_at) = publication::newest_status_time(conn, &self.config.iss)? else {
            return Ok(None);
        };
        let row = match self.shelf.status(issued_at) {
            Some(row) => row,
            None => match publication::newest_status_list(conn, &self.config.iss)? {
                Some(row) => self.shelf.put_status(row),
                None => return Ok(None),
            },
        };
        Ok(self.shows(&row, generation).then(|| StatusListRow::clone(&row)))
    }

    /// The newest status list, made anew if it is old or statuses have changed. In a transaction.
    pub(super) fn newest_status_list(&self, conn: &mut Conn) -> Result<StatusListRow, PublishError> {
        in_turn(conn, PUBLICATION)?;
        // Looked at again: another server may have made it while this one waited.
        if let Some(row) = self.look_for_status_list(conn)? {
            return Ok(row);
        }
        // The generation is read before the statuses: a change in between makes the list due again, never missed.
        let (next, generation) = self.state(conn)?;
        let row = self.sign_status_list(&self.status_claims(entries(conn)?, next), generation)?;
        if !publication::insert_status_list(conn, &row)? {
            return Err(PublishError::Contended);
        }
        tracing::info!(generation, "status list published");
        Ok(row)
    }

    fn state(&self, conn: &mut Conn) -> Result<(i64, i64), StoreError> {
        Ok(publication::status_state(conn, &self.config.iss)?.unwrap_or_default())
    }

    fn shows(&self, row: &StatusListRow, generation: i64) -> bool {
        let age = self.now.seconds().since(Timestamp(row.issued_at).seconds());
        let changed = row.generation != generation;
        age < self.config.status_list_ttl.into()
            && (!changed || age < self.config.status_list_interval.into())
    }

    fn status_claims(&self, entries: BTreeMap<u64, Status>, next: i64) -> StatusClaims {
        let issued = self.now.seconds();
        StatusClaims {
            sub: super::status_url(&self.config),
            issued,
            expires: issued.plus(self.config.status_list_lifetime.into()),
            ttl: self.config.status_list_ttl.into(),
            length: indices::length(u64::try_from(next).unwrap_or_default()),
            entries,
        }
    }

    fn sign_status_list(
        &self,
        claims: &StatusClaims,
        generation: i64,
    ) -> Result<StatusListRow, PublishError> {
        let bytes = claims.sign(&self.signer.active(Use::Status, self.now)?)?;
        Ok(StatusListRow {
            iss: self.config.iss.clone(),
            issued_at: Timestamp::from(claims.issued).millis(),
            digest: sm3(&bytes).to_vec(),
            bytes,
            generation,
            expires_at: Timestamp::from(claims.expires).millis(),
        })
    }
}

/// What is not simply valid, by place. A certificate that is not in force says so at the places of all its
/// versions: an old code of a cancelled certificate must not look merely superseded.
fn entries(conn: &mut Conn) -> Result<BTreeMap<u64, Status>, StoreError> {
    let overdue = publication::review_overdue(conn)?.into_iter().map(|index| (index, Status::ReviewOverdue));
    let replaced = publication::replaced(conn)?;
    let out_of_force = publication::out_of_force(conn)?;
    let named =
        replaced.iter().chain(&out_of_force).filter_map(|(index, word)| Some((*index, status(word)?)));
    Ok(overdue
        .chain(named)
        .filter_map(|(index, status)| Some((u64::try_from(index).ok()?, status)))
        .collect())
}

/// The status a word of the database stands for; `None` for `valid`.
#[must_use]
pub fn status(word: &str) -> Option<Status> {
    match word {
        "cancelled" => Some(Status::Cancelled),
        "suspended" => Some(Status::Suspended),
        "superseded" => Some(Status::Superseded),
        "revoked" => Some(Status::Revoked),
        "reported_lost" => Some(Status::ReportedLost),
        "expired_not_renewed" => Some(Status::ExpiredNotRenewed),
        _ => None,
    }
}
