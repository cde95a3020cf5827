//! The certificates behind a figure, page by page, each with what proves its uses.
//!
//! Which they are is said by the very function that the tallies are made with, so that a list is as long as its figure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use verifier_core::sm2::sm3;

use crate::auth::Account;
use crate::clock::Timestamp;
use crate::kpi::Scope;
use crate::kpi::calendar;
use crate::kpi::count::{Measure, Moves};
use crate::kpi::query::Asked;
use crate::problem::Problem;
use crate::store::scores::{self as rows, Candidates, FactRow, Proof, UseRow};
use crate::store::{Conn, StoreError};

/// Certificates of one page.
const PAGE: usize = 100;
/// Candidates looked at together.
const AT_ONCE: i64 = 500;
/// How often candidates are looked at for one page: a page may be short, and says where to go on.
const LOOKS: usize = 20;

/// Which figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// In force.
    InForce,
    /// Issued in the year.
    Issued,
    /// Issued in the year and used in it, either way.
    Activated,
    /// Of those, by the holder.
    Shown,
    /// Of those, by an officer.
    Checked,
    /// Issued in the year and not used in it.
    NotActivated,
    /// Used in the year, whenever issued.
    ActivatedOfAnyYear,
}

/// The parameters as they come.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BehindQuery {
    /// Which figure.
    #[param(inline)]
    figure: Figure,
    /// The year, in China.
    #[param(example = 2026)]
    year: String,
    /// Two, four or six digits (GB/T 2260).
    division: Option<String>,
    /// Last three digits of the type code.
    kind: Option<String>,
    /// As of the end of this day, `YYYYMMDD`; without: now.
    as_of: Option<String>,
    /// After the certificate with this id.
    after: Option<String>,
}

/// A page of the certificates behind a figure.
#[derive(Serialize, ToSchema)]
pub struct Behind {
    /// By id, at most 100.
    pub certificates: Vec<Counted>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// A certificate as it is counted. Whose it is, is not told here: `GET /v1/certificates/{id}` shows it masked.
#[derive(Serialize, ToSchema)]
#[schema(as = CountedCertificate)]
pub struct Counted {
    /// Its id.
    pub certificate_id: String,
    /// The division it counts in.
    division: String,
    /// Last three digits of the type code.
    kind: String,
    /// `YYYYMMDD`.
    issued_on: Option<String>,
    /// Whether it conforms.
    conforming: bool,
    /// Its first uses in the year.
    uses: Vec<Use>,
}

/// A first use.
#[derive(Serialize, ToSchema)]
#[schema(as = CountedUse)]
pub struct Use {
    /// `holder_use` or `officer_check`.
    source: String,
    /// When.
    occurred_at: Timestamp,
    /// The presentation (16 hexadecimal digits) or the receipt (a UUID, at `/v1/receipts/{id}`) that proves it.
    evidence: String,
}

/// What is looked for.
pub struct Search {
    /// Year, jurisdiction, kind, moment.
    pub scope: Scope,
    /// Which figure.
    pub figure: Figure,
    /// After this certificate.
    pub after: String,
}

impl BehindQuery {
    /// What is asked for, within what the operator may see.
    ///
    /// # Errors
    /// As [`crate::kpi::ActivationQuery::scope`].
    pub fn search(self, operator: &Account, now: Timestamp) -> Result<Search, Problem> {
        let asked = Asked { year: &self.year, kind: self.kind.as_deref(), as_of: self.as_of.as_deref() };
        let scope = asked.scope(self.division, operator, now)?;
        Ok(Search { scope, figure: self.figure, after: self.after.unwrap_or_default() })
    }
}

/// One page.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, search: &Search) -> Result<Behind, StoreError> {
    let mut from = search.candidates();
    let mut certificates = Vec::new();
    for _ in 0..LOOKS {
        let ids = rows::candidates(conn, &from)?;
        let is_last = i64::try_from(ids.len()).is_ok_and(|length| length < AT_ONCE);
        for case in cases(conn, &ids)? {
            from.after.clone_from(&case.id);
            certificates.extend(search.counted(case));
            if certificates.len() == PAGE {
                return Ok(Behind { certificates, next_after: Some(from.after) });
            }
        }
        if is_last {
            return Ok(Behind { certificates, next_after: None });
        }
    }
    Ok(Behind { certificates, next_after: Some(from.after) })
}

struct Case {
    id: String,
    facts: Vec<FactRow>,
    uses: Vec<UseRow>,
    proofs: Vec<Proof>,
}

fn cases(conn: &mut Conn, ids: &[String]) -> Result<Vec<Case>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let kept = rows::kept(conn, &ids)?;
    let proofs = rows::proofs(conn, &ids)?;
    let empty = |id: &&str| Case { id: (*id).to_owned(), facts: vec![], uses: vec![], proofs: vec![] };
    let mut cases: BTreeMap<&str, Case> = ids.iter().map(|id| (*id, empty(id))).collect();
    for fact in kept.facts {
        if let Some(case) = cases.get_mut(fact.certificate_id.as_str()) {
            case.facts.push(fact);
        }
    }
    for used in kept.uses {
        if let Some(case) = cases.get_mut(used.certificate_id.as_str()) {
            case.uses.push(used);
        }
    }
    for proof in proofs {
        if let Some(case) = cases.get_mut(proof.0.as_str()) {
            case.proofs.push(proof);
        }
    }
    let mut cases: Vec<Case> = cases.into_values().collect();
    cases.iter_mut().for_each(|case| case.facts.sort_by_key(|fact| fact.since));
    Ok(cases)
}

impl Search {
    fn candidates(&self) -> Candidates {
        let year = self.scope.year;
        let whenever = matches!(self.figure, Figure::InForce | Figure::ActivatedOfAnyYear);
        let used = matches!(
            self.figure,
            Figure::Activated | Figure::Shown | Figure::Checked | Figure::ActivatedOfAnyYear
        );
        Candidates {
            divisions: self.scope.divisions(),
            kinds: self.scope.kinds(),
            issued: if whenever {
                (i32::MIN, i32::MAX)
            } else {
                (calendar::first_day(year), calendar::last_day(year))
            },
            used_in: used.then(|| year.into()),
            until: self.scope.as_of.days(),
            after: self.after.clone(),
            limit: AT_ONCE,
        }
    }

    /// The certificate, if it counts.
    fn counted(&self, case: Case) -> Option<Counted> {
        let as_of = self.scope.as_of.days();
        let mut moves = Moves::default();
        moves.add(&case.facts, &case.uses, 1);
        let year = self.scope.year.into();
        let (divisions, kinds) = (self.scope.divisions(), self.scope.kinds());
        let counts = |measure: Measure| {
            let year = if measure == Measure::InForce { 0 } else { year };
            moves.standing(year, measure, as_of, (&divisions, &kinds))
        };
        let conforming = match self.figure {
            Figure::InForce => counts(Measure::InForce),
            Figure::Issued => counts(Measure::Issued),
            Figure::Activated => counts(Measure::Used),
            Figure::Shown => counts(Measure::Shown),
            Figure::Checked => counts(Measure::Checked),
            Figure::ActivatedOfAnyYear => counts(Measure::UsedAny),
            Figure::NotActivated => counts(Measure::Issued).filter(|_| counts(Measure::Used).is_none()),
        }?;
        let fact = case.facts.iter().rfind(|fact| fact.since <= as_of)?;
        let of_year = |proof: &&Proof| proof.1 == year;
        let uses = case.proofs.iter().filter(of_year).map(|(_, _, source, at, evidence)| Use {
            source: source.clone(),
            occurred_at: Timestamp(*at),
            evidence: evidence.clone(),
        });
        Some(Counted {
            certificate_id: case.id,
            division: fact.division.clone(),
            kind: fact.kind.clone(),
            issued_on: crate::record::Day::from_days(fact.issued_on).map(|day| day.to_string()),
            conforming,
            uses: uses.collect(),
        })
    }
}

impl Counted {
    pub(super) fn conforms(&self) -> bool {
        self.conforming
    }

    /// What proves the first use of this kind.
    pub(super) fn evidence(&self, source: &str) -> Option<&str> {
        self.uses.iter().find(|used| used.source == source).map(|used| used.evidence.as_str())
    }
}

impl Figure {
    /// As it is asked for.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Issued => "issued",
            Self::Activated => "activated",
            Self::Shown => "shown",
            Self::Checked => "checked",
            Self::NotActivated => "not_activated",
            Self::ActivatedOfAnyYear => "activated_of_any_year",
        }
    }
}

/// How many certificates are behind a figure, and their SM3 chain in the order of their ids.
///
/// # Errors
/// When the database cannot.
pub fn chain(conn: &mut Conn, search: Search, only_conforming: bool) -> Result<(u64, [u8; 32]), StoreError> {
    let (mut number, mut chain) = (0, [0; 32]);
    let mut from = search.candidates();
    loop {
        let ids = rows::candidates(conn, &from)?;
        for case in cases(conn, &ids)? {
            from.after.clone_from(&case.id);
            let counted = search.counted(case).filter(|counted| counted.conforming || !only_conforming);
            if let Some(counted) = counted {
                number += 1;
                chain = counted.chained(chain);
            }
        }
        if i64::try_from(ids.len()).is_ok_and(|length| length < AT_ONCE) {
            return Ok((number, chain));
        }
    }
}

impl Counted {
    fn chained(&self, before: [u8; 32]) -> [u8; 32] {
        let mut bytes = before.to_vec();
        bytes.extend_from_slice(self.certificate_id.as_bytes());
        for used in &self.uses {
            bytes.push(0);
            bytes.extend_from_slice(used.evidence.as_bytes());
        }
        sm3(&bytes)
    }
}
