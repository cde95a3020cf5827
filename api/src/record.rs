//! The record of a certificate as the issuer's system (运政系统) sends it: read, normalised, held to the rules.
//!
//! Pure: a line of NDJSON or a row of CSV in, a [`Record`] or findings out. A record can only be had through the
//! rules, so whoever holds one need not check again. The data items are in `api/data/items.csv`, the code tables in
//! `api/data/codes/`. Not here: reading files and streams, the database, sealing.

use core::fmt;

use csv::StringRecord;
use serde_json::{Map, Value};
use verifier_core::ids::{CertificateId, CertificateNumber, CreditCode, Division, Family, Kind, Plate};

mod canonical;
mod check;
pub mod codes;
mod datum;
mod day;
mod draft;
mod event;
mod fields;
mod finding;
mod form;
mod holder;
pub mod items;
mod markdown;
pub(crate) mod name;
mod named;
mod parts;
mod rule;
pub(crate) mod vin;

pub use datum::{Datum, Items};
pub use day::Day;
pub use event::Event;
pub use fields::Columns;
pub use finding::Finding;
pub use form::Form;
pub(crate) use form::image::file as picture_file;
pub(crate) use holder::sex_of;
pub use holder::{Holder, HolderCode};
pub use markdown::items_markdown;
pub use named::Named;
pub use rule::{Rule, Severity};

use draft::Draft;
use fields::Fields;
use finding::Findings;
use parts::Parts;

/// A certificate's data, complete and according to the rules. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    kind: Kind,
    event: Event,
    number: CertificateNumber,
    identifier: Option<CertificateId>,
    issuer: CreditCode,
    division: Division,
    holder: Holder,
    plate: Option<Plate>,
    issued_on: Day,
    valid_from: Day,
    valid_to: Day,
    photo_digest: Option<[u8; 32]>,
    is_specimen: bool,
    sequence: Option<i64>,
    items: Items,
    extension: Map<String, Value>,
}

/// A record that was taken, with the warnings it was taken with.
#[derive(Debug)]
pub struct Accepted {
    /// The record.
    pub record: Record,
    /// What is doubtful in it, all of severity warning.
    pub warnings: Vec<Finding>,
}

impl Record {
    /// Reads one line of NDJSON. Fails with all findings, at least one of which is an error.
    pub fn from_json(line: &[u8]) -> Result<Accepted, Vec<Finding>> {
        match Fields::from_json(line) {
            Some(fields) => Self::of_draft(Draft::of_fields(fields)),
            None => Err(refusal(Rule::NotJson)),
        }
    }

    /// Reads one row of CSV under its header. Fails as [`Record::from_json`] does.
    pub fn from_csv(columns: &Columns, row: &StringRecord) -> Result<Accepted, Vec<Finding>> {
        match columns.fields(row) {
            Some(fields) => Self::of_draft(Draft::of_fields(fields)),
            None => Err(refusal(Rule::ColumnCount)),
        }
    }

    /// A record of items that are normal already, as the generator makes them.
    pub(crate) fn from_items(kind: Kind, items: Items) -> Result<Accepted, Vec<Finding>> {
        Self::of_draft(Draft::of_items(kind, items))
    }

    fn of_draft(mut draft: Draft) -> Result<Accepted, Vec<Finding>> {
        let parts = Parts::of(&mut draft);
        check::apply(&parts, &mut draft);
        if draft.has_errors() {
            return Err(draft.into_findings());
        }
        match Self::of_parts(parts, &mut draft) {
            Some(record) => Ok(Accepted { record, warnings: draft.into_findings() }),
            // Every part belongs to a required item, so what is missing has been reported as an error.
            None => Err(draft.into_findings()),
        }
    }

    fn of_parts(parts: Parts, draft: &mut Draft) -> Option<Self> {
        let mut items = core::mem::take(&mut draft.items);
        let stated = items.remove(name::EVENT);
        let stated = stated.as_ref().and_then(Datum::text).and_then(Event::parse);
        let implied = items.text(name::ISSUE_TYPE).and_then(Event::from_issue_type);
        let is_specimen = items.value(name::SPECIMEN) == Some(&Datum::Flag(true));
        if !is_specimen {
            items.remove(name::SPECIMEN);
        }
        let sequence = items.remove(name::SEQUENCE);
        Some(Self {
            kind: draft.kind?,
            event: stated.or(implied).unwrap_or_default(),
            number: parts.number?,
            identifier: parts.identifier,
            issuer: parts.issuer?,
            division: parts.division?,
            holder: parts.holder?,
            plate: parts.plate,
            issued_on: parts.issued_on?,
            valid_from: parts.valid_from?,
            valid_to: parts.valid_to?,
            photo_digest: parts.photo_digest,
            is_specimen,
            sequence: sequence.as_ref().and_then(Datum::text).and_then(|text| text.parse().ok()),
            items,
            extension: canonical::sorted(core::mem::take(&mut draft.extension)),
        })
    }

    /// Which of the nine kinds.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What made this version.
    #[must_use]
    pub const fn event(&self) -> Event {
        self.event
    }

    /// 证号.
    #[must_use]
    pub const fn number(&self) -> &CertificateNumber {
        &self.number
    }

    /// The certificate identifier, where the issuer's system gave one.
    #[must_use]
    pub const fn identifier(&self) -> Option<&CertificateId> {
        self.identifier.as_ref()
    }

    /// The serial for the identifier, where one was given, alone or inside the identifier.
    #[must_use]
    pub fn serial(&self) -> Option<&str> {
        let in_identifier = self.identifier.as_ref().map(CertificateId::serial);
        in_identifier.or_else(|| self.items.text(name::SERIAL))
    }

    /// The credit code of the issuing authority.
    #[must_use]
    pub const fn issuer(&self) -> &CreditCode {
        &self.issuer
    }

    /// The name of the issuing authority.
    #[must_use]
    pub fn issuer_name(&self) -> &str {
        self.items.text(name::ISSUER_NAME).unwrap_or_default()
    }

    /// The division the certificate belongs to.
    #[must_use]
    pub const fn division(&self) -> &Division {
        &self.division
    }

    /// The holder.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The plate with its colour; transport certificates have one.
    #[must_use]
    pub const fn plate(&self) -> Option<&Plate> {
        self.plate.as_ref()
    }

    /// 从业资格类别 of a qualification, 经营范围 of the others, as numbers: 01001 is 1001.
    #[must_use]
    pub fn scope(&self) -> Vec<u32> {
        let name = match self.kind.family() {
            Family::Qualification => name::QUALIFICATION,
            Family::OperatingLicence | Family::TransportCertificate => name::SCOPE,
        };
        let codes = self.items.list(name).iter();
        codes.filter_map(|code| code.parse().ok()).collect()
    }

    /// 发证日期.
    #[must_use]
    pub const fn issued_on(&self) -> Day {
        self.issued_on
    }

    /// The first valid day.
    #[must_use]
    pub const fn valid_from(&self) -> Day {
        self.valid_from
    }

    /// The last valid day; `None` where there is no end, which is sent as 99991231.
    #[must_use]
    pub fn valid_to(&self) -> Option<Day> {
        (self.valid_to < Day::LAST).then_some(self.valid_to)
    }

    /// SM3 of the holder's portrait file, where the portrait or its digest was given.
    #[must_use]
    pub const fn photo_digest(&self) -> Option<&[u8; 32]> {
        self.photo_digest.as_ref()
    }

    /// The last day its 年度审验 or 诚信考核 is good for, where that is said; of several the first.
    #[must_use]
    pub fn review_due(&self) -> Option<Day> {
        let names: &[&str] = match self.kind.family() {
            Family::TransportCertificate => &[name::REVIEW_TO],
            Family::Qualification => &[name::INTEGRITY_TO, name::EDUCATION_TO],
            Family::OperatingLicence => &[],
        };
        let days = names.iter().filter_map(|name| Day::parse(self.items.text(name)?));
        days.min().filter(|day| *day < Day::LAST)
    }

    /// The sender's number of this change of the certificate, where it numbers them.
    #[must_use]
    pub const fn sequence(&self) -> Option<i64> {
        self.sequence
    }

    /// Whether it is a specimen for demonstration and training.
    #[must_use]
    pub const fn is_specimen(&self) -> bool {
        self.is_specimen
    }

    /// All data items, normalised.
    #[must_use]
    pub const fn items(&self) -> &Items {
        &self.items
    }

    /// What was sent under names the kind has no item for, kept as it was.
    #[must_use]
    pub const fn extension(&self) -> &Map<String, Value> {
        &self.extension
    }
}

fn refusal(rule: Rule) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.whole(rule);
    findings.into_list()
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({}, {})", self.kind.code(), self.division)
    }
}

#[cfg(test)]
mod tests;
