//! The trust list: what it says, from the keys and settings of this province; at the ministry, from what the provinces say of
//! themselves (`ministry/province.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use verifier_core::sm2::PublicKey;
use verifier_core::sm2::sm3;
use verifier_core::time::Seconds;
use verifier_core::trust::{Issuer, IssuerKey, KeyUse, TrustClaims, TrustList};

use super::shelf::{Opened, ProvinceMark};
use super::{Press, PublishError};
use crate::clock::Timestamp;
use crate::config::SiteRole;
use crate::keys::{PUBLICATION_SECONDS, Use};
use crate::ministry;
use crate::record::codes;
use crate::seal::AND_MORE;
use crate::store::keys::{self, KeyRow};
use crate::store::publication::{self, TrustListRow};
use crate::store::{Conn, PUBLICATION, StoreError, in_turn, provinces};

/// A list older than this, in seconds, is made anew even when nothing changed.
const RENEWED_AFTER: u64 = 12 * 3_600;

impl Press {
    /// The newest trust list, if it says what is so and is young enough.
    pub(super) fn look_for_trust_list(&self, conn: &mut Conn) -> Result<Option<TrustListRow>, PublishError> {
        let keys = keys::list(conn)?;
        let provinces = self.marks(conn)?;
        let Some(seq) = publication::newest_trust_seq(conn)? else { return Ok(None) };
        let is_same = |opened: &Arc<Opened>| opened.keys == keys && opened.provinces == provinces;
        if let Some(opened) = self.shelf.trust(seq).filter(is_same) {
            // Settings do not change while a server runs: with the same keys and provinces it says the same.
            return Ok(self.is_young(opened.list.claims()).then(|| opened.row.clone()));
        }
        let Some(row) = publication::newest_trust_list(conn)? else { return Ok(None) };
        let Ok(list) = open(&row, &keys) else { return Ok(None) };
        if !self.still_holds(list.claims(), &self.claims(conn, &keys, 0)?) {
            return Ok(None);
        }
        self.shelf.put_trust(Opened { row: row.clone(), keys, provinces, list });
        Ok(Some(row))
    }

    /// The newest trust list, made anew if it is old or what it says has changed. In a transaction.
    pub(super) fn newest_trust_list(&self, conn: &mut Conn) -> Result<TrustListRow, PublishError> {
        in_turn(conn, PUBLICATION)?;
        // Looked at again: another server may have made it while this one waited.
        if let Some(row) = self.look_for_trust_list(conn)? {
            return Ok(row);
        }
        let rows = keys::list(conn)?;
        let seq = publication::newest_trust_list(conn)?.map_or(1, |row| row.seq.saturating_add(1));
        let claims = self.claims(conn, &rows, seq)?;
        self.publish(conn, &rows, seq, &claims)
    }

    fn marks(&self, conn: &mut Conn) -> Result<Vec<ProvinceMark>, StoreError> {
        match self.config.role {
            SiteRole::Province => Ok(Vec::new()),
            SiteRole::Ministry => provinces::marks(conn),
        }
    }

    fn is_young(&self, published: &TrustClaims) -> bool {
        self.now.seconds().since(published.issued) < RENEWED_AFTER
    }

    fn still_holds(&self, published: &TrustClaims, claims: &TrustClaims) -> bool {
        let same = TrustClaims {
            seq: published.seq,
            issued: published.issued,
            expires: published.expires,
            ..claims.clone()
        };
        self.is_young(published) && *published == same
    }

    fn publish(
        &self,
        conn: &mut Conn,
        rows: &[KeyRow],
        seq: i64,
        claims: &TrustClaims,
    ) -> Result<TrustListRow, PublishError> {
        let bytes = claims.sign(&self.signer.active(Use::Root, self.now)?)?;
        let row = TrustListRow {
            seq,
            digest: sm3(&bytes).to_vec(),
            bytes,
            issued_at: Timestamp::from(claims.issued).millis(),
            expires_at: Timestamp::from(claims.expires).millis(),
        };
        if !publication::insert_trust_list(conn, &row)? {
            return Err(PublishError::Contended);
        }
        self.mark_published(conn, rows)?;
        tracing::info!(seq, "trust list published");
        Ok(row)
    }

    /// From here the 24 hours count of every key that was never published before.
    fn mark_published(&self, conn: &mut Conn, rows: &[KeyRow]) -> Result<(), StoreError> {
        let usable_at = self.now.plus_seconds(PUBLICATION_SECONDS).millis();
        for row in rows.iter().filter(|row| row.published_at.is_none() && !is(row, Use::Audit)) {
            keys::mark_published(conn, &row.kid, self.now.millis(), usable_at)?;
        }
        Ok(())
    }

    fn claims(&self, conn: &mut Conn, rows: &[KeyRow], seq: i64) -> Result<TrustClaims, PublishError> {
        let (issuers, theirs) = match self.config.role {
            SiteRole::Province => (vec![self.issuer(rows)?], BTreeMap::new()),
            SiteRole::Ministry => ministry::issuers(&provinces::trusted(conn)?),
        };
        let issued = self.now.seconds();
        let roots = rows.iter().filter(|row| is(row, Use::Root) && row.revoked_at.is_none());
        Ok(TrustClaims {
            seq: u64::try_from(seq).unwrap_or_default(),
            issued,
            expires: issued.plus(self.config.trust_list_lifetime.into()),
            next_roots: roots.map(public_key).collect::<Result<_, _>>()?,
            min_client: verifier_core::trust::CLIENT_LEVEL,
            issuers,
            authorities: authorities().into_iter().chain(theirs).collect(),
            scopes: scopes(),
        })
    }

    fn issuer(&self, rows: &[KeyRow]) -> Result<Issuer, PublishError> {
        let keys = rows.iter().filter(|row| !is(row, Use::Root) && !is(row, Use::Audit)).map(issuer_key);
        Ok(Issuer {
            prefix: self.config.iss.clone(),
            name: self.config.issuer_name.clone(),
            verify_url: super::verify_url(&self.config),
            status_url: super::status_url(&self.config),
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

/// Opens a published list under the roots this server knows.
pub(super) fn open(row: &TrustListRow, rows: &[KeyRow]) -> Result<TrustList, PublishError> {
    let roots = rows.iter().filter(|row| is(row, Use::Root)).map(public_key);
    let roots: Vec<PublicKey> = roots.collect::<Result<_, _>>()?;
    TrustList::open(&row.bytes, &roots).map_err(PublishError::Unusable)
}

fn is(row: &KeyRow, key_use: Use) -> bool {
    row.key_use == key_use.word()
}

fn public_key(row: &KeyRow) -> Result<PublicKey, PublishError> {
    PublicKey::from_sec1(&row.public_key).map_err(|_| PublishError::KeyUnreadable(row.kid.clone()))
}

fn issuer_key(row: &KeyRow) -> Result<IssuerKey, PublishError> {
    let uses =
        [(Use::Seal, KeyUse::Seal), (Use::Presentation, KeyUse::Presentation), (Use::Status, KeyUse::Status)];
    let key_use = uses.into_iter().find_map(|(ours, theirs)| is(row, ours).then_some(theirs));
    Ok(IssuerKey {
        key_use: key_use.ok_or_else(|| PublishError::KeyUnreadable(row.kid.clone()))?,
        public_key: public_key(row)?,
        not_before: seconds(row.not_before),
        expires: seconds(row.not_after),
        revoked: row.revoked_at.map(seconds),
        revoked_all: row.revoked_all,
    })
}

fn seconds(millis: i64) -> Seconds {
    Timestamp(millis).seconds()
}

/// Division code → whose authority it is, for all divisions this program knows.
fn authorities() -> BTreeMap<String, String> {
    let name = |(code, name): (&str, &str)| (code.to_owned(), format!("{name}交通运输主管部门"));
    codes::Codes::Divisions.rows().map(name).collect()
}

fn scopes() -> BTreeMap<String, BTreeMap<u32, String>> {
    let rows = |mut table: BTreeMap<u32, &'static str>| {
        table.insert(AND_MORE, "等（其余见电子证照）");
        table.into_iter().map(|(code, name)| (code, name.to_owned())).collect()
    };
    codes::scope_tables().into_iter().map(|(table, entries)| (table.to_owned(), rows(entries))).collect()
}
