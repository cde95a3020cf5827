//! What checks have to know, of many certificates at once, and what they find with it. Nothing is written here, and nothing
//! is held for it: whoever changes a certificate meanwhile adds an event, after which it is checked again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use verifier_core::ids::{Family, Kind};
use zeroize::Zeroizing;

use super::check::{Facts, Found, Paper, findings};
use super::settings::RuleSet;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::record::{Day, Record};
use crate::store::certificates::CertificateRow;
use crate::store::conformity::gather::{self as rows, HappenedRow, NeighbourRow};
use crate::store::{Conn, StoreError, indices};
use crate::vault::{Column, Vault};

const MILLIS_PER_DAY: i64 = 86_400_000;
/// Who reports what no issuer reported.
const SYSTEM: &str = "system";

/// What a check found.
pub struct Checked {
    /// The certificate as it was read.
    pub row: CertificateRow,
    /// Whether it counts: in force, and no specimen.
    pub in_force: bool,
    /// The rules it breaks; none where it is not in force.
    pub found: Vec<Found>,
    /// The newest event the check knew.
    pub seq: i64,
}

/// What it takes to check.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// What opens the items.
    pub vault: &'a Vault,
    /// The province.
    pub iss: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Checks these certificates.
///
/// # Errors
/// When the database cannot, or what it holds cannot be opened.
pub fn check(conn: &mut Conn, tools: Tools<'_>, ids: &[String]) -> Result<Vec<Checked>, Problem> {
    // Read first: what comes in while the rest is read has a larger number.
    let seq = indices::find(conn, tools.iss)?.map_or(0, |row| row.events);
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let all = rows::certificates(conn, &ids).map_err(StoreError::from)?;
    let in_force: Vec<_> = all.iter().filter(|row| is_in_force(row)).collect();
    let around = Around::of(conn, tools, &in_force)?;
    let mut contents = opened(conn, tools.vault, &ids_of(in_force.iter().map(|row| row.id.as_str())))?;
    let mut checked = Vec::with_capacity(all.len());
    for row in all {
        let in_force = is_in_force(&row);
        let content = contents.remove(&row.id).filter(|_| in_force);
        let found = match (content, Kind::from_code(&row.kind)) {
            (Some(content), Some(kind)) => {
                findings(tools.rules, kind, &Record::from_json(&content), &around.facts(&row, kind))
            }
            _ => Vec::new(),
        };
        checked.push(Checked { row, in_force, found, seq });
    }
    Ok(checked)
}

/// Whether a certificate counts.
fn is_in_force(row: &CertificateRow) -> bool {
    row.status == "valid" && !row.specimen
}

/// What is known around many certificates.
struct Around {
    today: Day,
    names: BTreeMap<String, String>,
    happened: BTreeMap<String, Vec<HappenedRow>>,
    by_plate: BTreeMap<String, Vec<NeighbourRow>>,
    by_holder: BTreeMap<String, Vec<NeighbourRow>>,
    scopes: BTreeMap<String, Vec<String>>,
}

impl Around {
    fn of(conn: &mut Conn, tools: Tools<'_>, all: &[&CertificateRow]) -> Result<Self, Problem> {
        let holders = ids_of(all.iter().map(|row| row.holder_id.as_str()));
        let plates = ids_of(all.iter().filter_map(|row| row.plate.as_deref()));
        let ids = ids_of(all.iter().map(|row| row.id.as_str()));
        let names = rows::names(conn, &holders).map_err(StoreError::from)?;
        let happened = rows::happened(conn, &ids).map_err(StoreError::from)?;
        let by_plate = rows::by_plate(conn, &plates).map_err(StoreError::from)?;
        let papers = paper_kinds();
        let by_holder = rows::by_holder(conn, &holders, &papers).map_err(StoreError::from)?;
        let today = tools.now.day().0;
        let mut around = Self {
            today: i32::try_from(today).ok().and_then(Day::from_days).unwrap_or(Day::LAST),
            names: names.into_iter().collect(),
            happened: grouped(happened, |row| Some(row.certificate_id.clone())),
            by_plate: grouped(by_plate, |row| row.plate.clone()),
            by_holder: grouped(by_holder, |row| Some(row.holder_id.clone())),
            scopes: BTreeMap::new(),
        };
        around.scopes = around.open_papers(conn, tools.vault, all)?;
        Ok(around)
    }

    /// The scopes of the papers that one of these certificates stands beside.
    fn open_papers(
        &self,
        conn: &mut Conn,
        vault: &Vault,
        all: &[&CertificateRow],
    ) -> Result<BTreeMap<String, Vec<String>>, Problem> {
        let beside = all.iter().flat_map(|row| self.papers(row).map(|paper| paper.id.as_str()));
        let contents = opened(conn, vault, &ids_of(beside))?;
        let scopes = |(id, content): (String, Zeroizing<Vec<u8>>)| {
            let scopes: Scopes =
                serde_json::from_slice(&content).map_err(|_| Problem::internal("stored items"))?;
            Ok((id, scopes.either()))
        };
        contents.into_iter().map(scopes).collect()
    }

    /// The papers of the holder that a certificate is compared with: licences beside a vehicle's, other qualifications of
    /// its kind beside a qualification. None is past its last day.
    fn papers<'a>(&'a self, row: &'a CertificateRow) -> impl Iterator<Item = &'a NeighbourRow> {
        let family = Kind::from_code(&row.kind).map(Kind::family);
        let beside = self.by_holder.get(&row.holder_id).map_or(&[][..], Vec::as_slice);
        beside.iter().filter(move |paper| match family {
            _ if !self.is_current(paper) || paper.id == row.id => false,
            Some(Family::TransportCertificate) => {
                Kind::from_code(&paper.kind).is_some_and(|kind| kind.family() == Family::OperatingLicence)
            }
            Some(Family::Qualification) => paper.kind == row.kind,
            Some(Family::OperatingLicence) | None => false,
        })
    }

    fn is_current(&self, other: &NeighbourRow) -> bool {
        other.valid_to.is_none_or(|last| last >= self.today.days())
    }

    fn facts(&self, row: &CertificateRow, kind: Kind) -> Facts {
        let papers: Vec<_> = self.papers(row).filter_map(|paper| self.paper(paper)).collect();
        let is_licence = |paper: &Paper| paper.kind.family() == Family::OperatingLicence;
        let (licences, qualifications) = papers.into_iter().partition(is_licence);
        Facts {
            today: self.today,
            holder_name: self.names.get(&row.holder_id).cloned().unwrap_or_default(),
            overdue_days: if row.review_overdue { self.overdue_days(row) } else { None },
            late_days: self.late_days(row),
            plate_mates: self.plate_mates(row, kind),
            licences,
            qualifications,
        }
    }

    fn paper(&self, row: &NeighbourRow) -> Option<Paper> {
        Some(Paper {
            kind: Kind::from_code(&row.kind)?,
            scopes: self.scopes.get(&row.id).cloned().unwrap_or_default(),
        })
    }

    fn plate_mates(&self, row: &CertificateRow, kind: Kind) -> usize {
        let has_ended = row.valid_to.is_some_and(|last| last < self.today.days());
        if kind.family() != Family::TransportCertificate || has_ended {
            return 0;
        }
        let mates = row.plate.as_ref().and_then(|plate| self.by_plate.get(plate));
        let is_mate = |other: &&NeighbourRow| {
            other.id != row.id && other.plate_colour == row.plate_colour && self.is_current(other)
        };
        mates.map_or(0, |mates| mates.iter().filter(is_mate).count())
    }

    /// Days since the review was reported overdue.
    fn overdue_days(&self, row: &CertificateRow) -> Option<i32> {
        let reported = self.events(row).filter(|event| event.event == "review_overdue");
        let newest = reported.max_by_key(|event| event.seq)?;
        Some(self.today.days() - day(newest.recorded_at))
    }

    /// Days between the newest change at its source and its coming in.
    fn late_days(&self, row: &CertificateRow) -> Option<i32> {
        let changes = self.events(row).filter(|event| event.event != "issued" && event.actor != SYSTEM);
        let newest = changes.max_by_key(|event| event.seq)?;
        Some(day(newest.recorded_at) - day(newest.occurred_at))
    }

    fn events(&self, row: &CertificateRow) -> impl Iterator<Item = &HappenedRow> {
        self.happened.get(&row.id).into_iter().flatten()
    }
}

/// The items that say what a paper is for.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Scopes {
    business_scope_code: Vec<String>,
    qualification_code: Vec<String>,
}

impl Scopes {
    fn either(self) -> Vec<String> {
        if self.business_scope_code.is_empty() { self.qualification_code } else { self.business_scope_code }
    }
}

/// The kinds of which others are compared with a certificate of the same holder.
fn paper_kinds() -> Vec<&'static str> {
    let papers = Kind::ALL.into_iter().filter(|kind| kind.family() != Family::TransportCertificate);
    papers.map(Kind::code).collect()
}

/// The items in force of these certificates, canonical JSON.
fn opened(
    conn: &mut Conn,
    vault: &Vault,
    ids: &[&str],
) -> Result<BTreeMap<String, Zeroizing<Vec<u8>>>, Problem> {
    let sealed = rows::contents(conn, ids).map_err(StoreError::from)?;
    let open = |(id, version, ciphertext): (String, i32, Vec<u8>)| {
        let cell = Column::CertificateItems.of_version(&id, version);
        Ok((id, vault.open_bytes(&cell, &ciphertext)?))
    };
    sealed.into_iter().map(open).collect()
}

/// Each once, in order.
fn ids_of<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

fn grouped<T>(all: Vec<T>, key: impl Fn(&T) -> Option<String>) -> BTreeMap<String, Vec<T>> {
    let mut groups: BTreeMap<_, Vec<T>> = BTreeMap::new();
    for one in all {
        if let Some(key) = key(&one) {
            groups.entry(key).or_default().push(one);
        }
    }
    groups
}

/// The day of an instant, in China.
fn day(millis: i64) -> i32 {
    const CHINA_OFFSET: i64 = MILLIS_PER_DAY / 3;
    i32::try_from((millis + CHINA_OFFSET).div_euclid(MILLIS_PER_DAY)).unwrap_or(i32::MAX)
}
