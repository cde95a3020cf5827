//! 电子证照目录: the kinds of certificates, and of each what a province may set: its template, the items of its face and the
//! day from which certificates of the kind are collected.
//!
//! A file: `api/data/catalogue.csv`, or the one that the setting `catalogue_file` names. It is a file and not an address of
//! the interface because these are decisions of the province on paper, the same for all servers, which move figures of the
//! past: they change with the configuration and a restart, and which file a server runs with is in the audit log with
//! its digest. Names and type codes are those of the standards (`verifier_core::ids::Kind`), the items those of the ingest
//! format (`record/items.rs`): what does not fit them is refused at the start.

use std::fmt;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::ids::{Family, Kind};
use verifier_core::sm2::sm3;

use crate::record::{Day, items};

const BUILT_IN: &str = include_str!("../data/catalogue.csv");

/// All kinds.
#[derive(Clone, Debug)]
pub struct Catalogue {
    kinds: Vec<CatalogueKind>,
    digest: String,
}

/// What the catalogue says of a kind of certificate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CatalogueKind {
    /// Last three digits of the type code (GB/T 36904).
    #[schema(example = "071")]
    kind: &'static str,
    /// The whole type code: who defines the kind, and its digits.
    #[schema(example = "11100000000019713D071")]
    type_code: String,
    /// What it is called in Chinese.
    #[schema(example = "道路运输从业人员从业资格证")]
    name: &'static str,
    /// What it is called in English.
    name_en: &'static str,
    /// Who holds it: `person`, or `operator` (an organisation or a person in business).
    #[schema(example = "person")]
    holder: &'static str,
    /// The standard that describes it.
    #[schema(example = "JT/T 1290")]
    standard: &'static str,
    /// The template of its face.
    #[schema(example = "qualification")]
    template: String,
    /// The day from which certificates of the kind are collected.
    #[schema(example = "2023-01-01")]
    collection_from: String,
    /// The items on its face, in their order.
    face_items: Vec<FaceItem>,
    /// Where this comes from.
    source: String,
    /// Whether it was compared with the text of its source.
    confirmed: bool,
    #[serde(skip)]
    collected_since: Option<Day>,
}

/// An item on the face of a certificate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FaceItem {
    /// Its name in records.
    #[schema(example = "holderName")]
    name: &'static str,
    /// Its name in Chinese.
    #[schema(example = "姓名")]
    label: &'static str,
}

/// Why a catalogue does not do.
#[derive(Debug)]
pub enum CatalogueError {
    /// The file cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// A line, from 1, does not fit; what of it.
    Line(usize, &'static str),
    /// A kind is missing, or there twice.
    Kind(&'static str),
}

impl Catalogue {
    /// Reads the file of this name, or the one this program brings along where the name is empty.
    ///
    /// # Errors
    /// When it cannot be read, or does not fit the kinds and items of the standards.
    pub fn open(file: &str) -> Result<Self, CatalogueError> {
        if file.is_empty() {
            return Self::parse(BUILT_IN);
        }
        let text = std::fs::read_to_string(file);
        Self::parse(&text.map_err(|error| CatalogueError::Unreadable(file.into(), error))?)
    }

    fn parse(text: &str) -> Result<Self, CatalogueError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let read = lines.map(|(at, line)| {
            CatalogueKind::parse(line.trim_end()).map_err(|what| CatalogueError::Line(at + 1, what))
        });
        let read: Vec<CatalogueKind> = read.collect::<Result<_, _>>()?;
        let one = |kind: Kind| {
            let mut of_kind = read.iter().filter(|entry| entry.kind == kind.code());
            of_kind
                .next()
                .filter(|_| of_kind.next().is_none())
                .cloned()
                .ok_or(CatalogueError::Kind(kind.code()))
        };
        let kinds = Kind::ALL.into_iter().map(one).collect::<Result<_, _>>()?;
        Ok(Self { kinds, digest: HEXLOWER.encode(&sm3(text.as_bytes())) })
    }

    /// Every kind.
    #[must_use]
    pub fn kinds(&self) -> &[CatalogueKind] {
        &self.kinds
    }

    /// The day from which certificates of a kind are collected.
    #[must_use]
    pub fn collected_since(&self, kind: Kind) -> Option<Day> {
        self.kinds.iter().find(|entry| entry.kind == kind.code())?.collected_since
    }

    /// SM3 of the file, hex: says which one this is.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl CatalogueKind {
    /// Reads a line; `Err`: what of it does not fit.
    fn parse(line: &str) -> Result<Self, &'static str> {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [code, template, since, face, source, mark] = cells.as_slice() else {
            return Err("six columns");
        };
        let kind = Kind::from_code(code).ok_or("the kind")?;
        let since = Day::parse(since).ok_or("the day, as YYYYMMDD")?;
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !is_word(template) {
            return Err("the template");
        }
        let item = |name: &str| {
            let item = items::find(Some(kind), name).filter(|item| item.name == name)?;
            Some(FaceItem { name: item.name, label: item.name_zh })
        };
        let face_items: Option<Vec<FaceItem>> = face.split_whitespace().map(item).collect();
        let family = kind.family();
        let (year, month, day) = since.parts();
        Ok(Self {
            kind: kind.code(),
            type_code: kind.type_code().to_string(),
            name: kind.name_zh(),
            name_en: kind.name_en(),
            holder: if family == Family::Qualification { "person" } else { "operator" },
            standard: family.standard(),
            template: (*template).to_owned(),
            collection_from: format!("{year:04}-{month:02}-{day:02}"),
            face_items: face_items.filter(|items| !items.is_empty()).ok_or("the items of the face")?,
            source: (*source).to_owned(),
            confirmed: *mark != "?",
            collected_since: Some(since),
        })
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => {
                write!(
                    f,
                    "the catalogue {} cannot be read: {error}; see the setting catalogue_file",
                    path.display()
                )
            }
            Self::Line(line, what) => write!(f, "line {line} of the catalogue does not fit: {what}"),
            Self::Kind(kind) => write!(f, "the catalogue must have the kind {kind} once"),
        }
    }
}

impl std::error::Error for CatalogueError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        Catalogue::parse(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn the_catalogue_of_this_program_has_every_kind_with_a_face() {
        let catalogue = Catalogue::open("").unwrap();
        let kinds: Vec<_> = catalogue.kinds().iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, Kind::ALL.map(Kind::code));
        for kind in Kind::ALL {
            assert!(catalogue.collected_since(kind).is_some());
        }
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_line() {
        let with = |old: &str, new: &str| BUILT_IN.replacen(old, new, 1);
        assert!(failure(&with("008,", "999,")).ends_with("the kind"));
        assert!(failure(&with("20230101", "20231301")).contains("YYYYMMDD"));
        assert!(failure(&with("holderName", "ownersName")).contains("items of the face"));
        assert!(failure(&with("016,", "008,")).contains("008 once"));
        assert!(failure("008,a\n").contains("line 1"));
        assert!(Catalogue::open("/no/such/file").is_err());
    }
}
