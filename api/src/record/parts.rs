//! The items of a record that have types of their own, each as far as it could be read.

use verifier_core::ids::{
    CertificateId, CertificateNumber, CreditCode, Division, IdError, Plate, PlateColour,
};

use super::day::Day;
use super::draft::Draft;
use super::form::image;
use super::holder::{Holder, HolderCode};
use super::name;
use super::rule::Rule;

/// What could be read. A part is `None` where its item is absent or was reported as broken.
pub(super) struct Parts {
    pub(super) number: Option<CertificateNumber>,
    pub(super) identifier: Option<CertificateId>,
    pub(super) issuer: Option<CreditCode>,
    pub(super) division: Option<Division>,
    pub(super) holder: Option<Holder>,
    pub(super) plate: Option<Plate>,
    pub(super) issued_on: Option<Day>,
    pub(super) valid_from: Option<Day>,
    pub(super) valid_to: Option<Day>,
    pub(super) photo_digest: Option<[u8; 32]>,
}

impl Parts {
    /// Reads the parts of a draft and reports what cannot be read.
    pub(super) fn of(draft: &mut Draft) -> Self {
        let kind = draft.kind;
        Self {
            number: kind
                .and_then(|kind| read(draft, name::NUMBER, |text| CertificateNumber::parse(kind, text))),
            identifier: read(draft, name::IDENTIFIER, CertificateId::parse_own),
            issuer: read(draft, name::ISSUER_CODE, CreditCode::parse),
            division: read(draft, name::DIVISION, Division::parse),
            holder: holder(draft),
            plate: plate(draft),
            issued_on: day(draft, name::ISSUE_DATE),
            valid_from: day(draft, name::VALID_FROM),
            valid_to: day(draft, name::VALID_TO),
            photo_digest: photo_digest(draft),
        }
    }
}

/// The day an item states.
pub(super) fn day(draft: &Draft, name: &str) -> Option<Day> {
    draft.items.text(name).and_then(Day::parse)
}

fn read<T>(draft: &mut Draft, name: &str, parse: impl FnOnce(&str) -> Result<T, IdError>) -> Option<T> {
    match parse(draft.items.text(name)?) {
        Ok(part) => Some(part),
        Err(error) => {
            draft.report(name, Rule::Id(error));
            None
        }
    }
}

fn holder(draft: &mut Draft) -> Option<Holder> {
    let code_type = draft.items.text(name::HOLDER_CODE_TYPE)?.to_owned();
    let code = read(draft, name::HOLDER_CODE, |code| HolderCode::parse(&code_type, code))?;
    let name = draft.items.text(name::HOLDER_NAME)?.to_owned();
    Some(Holder::new(code, name))
}

/// Plate and colour belong together: neither is a plate without the other.
fn plate(draft: &mut Draft) -> Option<Plate> {
    let colour = read(draft, name::PLATE_COLOUR, |code| {
        let code = code.parse().ok().and_then(PlateColour::from_code);
        code.ok_or(IdError::PlateColourUnknown)
    });
    // The colour does not change whether the number is one, so a wrong colour hides no wrong number.
    let assumed = colour.unwrap_or(PlateColour::Other);
    let plate = read(draft, name::PLATE, |number| Plate::parse(number, assumed))?;
    colour.map(|_| plate)
}

/// SM3 of the portrait's file: as given, or of the portrait itself.
fn photo_digest(draft: &mut Draft) -> Option<[u8; 32]> {
    let photo = draft.items.text(name::PHOTO).and_then(image::file);
    let actual = photo.map(|file| verifier_core::sm2::sm3(&file));
    let given = draft.items.text(name::PHOTO_DIGEST).and_then(digest_of_hex);
    if let (Some(actual), Some(given)) = (actual, given)
        && actual != given
    {
        draft.report(name::PHOTO_DIGEST, Rule::PhotoDigest);
    }
    actual.or(given)
}

fn digest_of_hex(text: &str) -> Option<[u8; 32]> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}
