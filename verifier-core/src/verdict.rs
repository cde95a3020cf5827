//! The verdict: what a scan comes to, what was established and what was not, and what the officer does next.

use serde::Serialize;

use crate::bundle::BundleError;
use crate::credential::Credential;
use crate::foreign::Foreign;
use crate::ids::{Family, Kind, PlateColour};
use crate::presentation::{Cti, Maker};
use crate::reasons::{Outcome, Reason, Text, Warning};
use crate::status::Status;
use crate::time::Seconds;
use crate::trust::TrustList;

/// The colour an officer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Display {
    /// Valid, nothing to add.
    Green,
    /// Valid, with something to know.
    Amber,
    /// Invalid.
    Red,
    /// A specimen.
    Grey,
    /// Cannot be told here.
    Undetermined,
}

/// A reason or warning with its sentence and next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The stable code.
    pub code: &'static str,
    /// The sentence.
    pub message: Text,
    /// What to do next.
    pub next_step: Text,
}

/// What a scan comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Valid, invalid or undetermined.
    pub outcome: Outcome,
    /// The reason that decided; `None` when valid.
    pub reason: Option<Reason>,
    /// Everything else that was found, in the order of the steps.
    pub other_reasons: Vec<Reason>,
    /// What to know of a valid verdict.
    pub warnings: Vec<Warning>,
    /// The colour.
    pub display: Display,
    /// Sentences and next steps of the reason, the other reasons and the warnings.
    pub explanations: Vec<Explanation>,
    /// What a code of another kind seems to be.
    pub seems: Option<Foreign>,
    /// What the certificate says; only when both signatures are good.
    pub certificate: Option<Certificate>,
    /// How it was shown; only when both signatures are good.
    pub presentation: Option<Shown>,
    /// What was established, and what not.
    pub established: Established,
    /// By how many seconds the holder's clock is ahead (positive) or behind (negative), at least.
    pub holder_clock_offset: Option<i64>,
    /// Why the bundle could not be used.
    pub bundle_error: Option<&'static str>,
}

/// A certificate as the officer reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Last three digits of the type code.
    pub kind: u16,
    /// What the kind is called; `None` for one this client does not know.
    pub kind_name: Option<Text>,
    /// Division code of the issuing authority.
    pub issuer: String,
    /// Name of the issuing authority, where the trust list has it.
    pub authority: Option<String>,
    /// 证号.
    pub number: String,
    /// Name of the holder.
    pub holder: String,
    /// Last four characters of the holder's id.
    pub tail: Option<String>,
    /// Plate number.
    pub plate: Option<String>,
    /// Plate colour code.
    pub plate_colour: Option<u8>,
    /// What the colour is called, where the code has a meaning.
    pub plate_colour_name: Option<Text>,
    /// Categories or business scope.
    pub scope: Vec<ScopeItem>,
    /// Version, from 1.
    pub version: u32,
    /// Place in the issuer's status list.
    pub status_index: u64,
    /// First valid second.
    pub valid_from: Seconds,
    /// Last valid day, `YYYY-MM-DD` (UTC+8).
    pub last_day: Option<String>,
    /// When it was sealed.
    pub sealed: Seconds,
    /// The sealed copy is to be renewed from here on.
    pub credential_expires: Seconds,
    /// First 8 bytes of SM3 of the portrait file, hexadecimal.
    pub portrait: Option<String>,
    /// For demonstration and training only.
    pub specimen: bool,
}

/// A code of a code table, with its name where the trust list has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopeItem {
    /// The code.
    pub code: u32,
    /// Its name.
    pub name: Option<String>,
}

/// How a certificate was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Name of the presentation.
    pub cti: Cti,
    /// Made at.
    pub made: Seconds,
    /// Shown until.
    pub expires: Seconds,
    /// By the server or by the holder's phone.
    pub by: Maker,
}

/// What was established, and with which data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Established {
    /// The authority issued the certificate.
    pub seal: bool,
    /// The presentation was signed by whoever may.
    pub presentation: bool,
    /// It is being shown now.
    pub shown_now: bool,
    /// The certificate is within its dates.
    pub within_dates: bool,
    /// Number of the trust list used.
    pub trust_list_seq: Option<u64>,
    /// Time of the trust list used.
    pub trust_list_issued: Option<Seconds>,
    /// What the status list said, if anything.
    pub status: Option<Status>,
    /// As of when.
    pub status_as_of: Option<Seconds>,
}

impl Verdict {
    /// Decides between what was found: an invalid result outranks an undetermined one, an earlier one a later.
    pub(crate) fn of(mut found: Vec<Reason>, warnings: Vec<Warning>) -> Self {
        let first = |outcome| found.iter().position(|reason| reason.outcome() == outcome);
        let decisive = first(Outcome::Invalid).or_else(|| first(Outcome::Undetermined));
        let reason = decisive.map(|at| found.remove(at));
        let warnings = if reason.is_none() { warnings } else { Vec::new() };
        Self {
            outcome: reason.map_or(Outcome::Valid, Reason::outcome),
            display: display(reason, &warnings),
            explanations: explanations(reason, &found, &warnings),
            reason,
            other_reasons: found,
            warnings,
            seems: None,
            certificate: None,
            presentation: None,
            established: Established::default(),
            holder_clock_offset: None,
            bundle_error: None,
        }
    }

    /// The verdict of a step that decides alone.
    pub(crate) fn because(reason: Reason) -> Self {
        Self::of(vec![reason], Vec::new())
    }

    pub(crate) fn without_bundle(error: BundleError) -> Self {
        let reason = match error {
            BundleError::ClientTooOld => Reason::ClientTooOld,
            _ => Reason::BundleInvalid,
        };
        Self { bundle_error: Some(error.code()), ..Self::because(reason) }
    }
}

impl Certificate {
    pub(crate) fn new(credential: &Credential, trust: &TrustList) -> Self {
        let face = &credential.face;
        Self {
            kind: face.kind,
            kind_name: Kind::from_number(face.kind)
                .map(|kind| Text { zh: kind.name_zh(), en: kind.name_en() }),
            issuer: credential.issuer.clone(),
            authority: trust.claims().authorities.get(&credential.issuer).cloned(),
            number: face.number.clone(),
            holder: face.holder.clone(),
            tail: face.tail.clone(),
            plate: face.plate.clone(),
            plate_colour: face.plate_colour,
            plate_colour_name: face.plate_colour.and_then(PlateColour::from_code).map(colour_name),
            scope: scope(credential, trust),
            version: face.version,
            status_index: face.status_index,
            valid_from: credential.valid_from,
            last_day: face.last_day.map(|day| day.to_string()),
            sealed: credential.sealed,
            credential_expires: credential.expires,
            portrait: face.portrait.map(|digest| data_encoding::HEXLOWER.encode(&digest)),
            specimen: face.specimen,
        }
    }
}

const fn colour_name(colour: PlateColour) -> Text {
    Text { zh: colour.name_zh(), en: colour.name_en() }
}

/// Practitioners' certificates carry 从业资格类别 (JT/T 697.7 5.22), the others 经营范围 (JT/T 415).
fn scope(credential: &Credential, trust: &TrustList) -> Vec<ScopeItem> {
    let table = match Kind::from_number(credential.face.kind).map(Kind::family) {
        Some(Family::Qualification) => "qualification",
        _ => "business",
    };
    let names = trust.claims().scopes.get(table);
    let name = |code| names.and_then(|names| names.get(code)).cloned();
    credential.face.scope.iter().map(|code| ScopeItem { code: *code, name: name(code) }).collect()
}

fn display(reason: Option<Reason>, warnings: &[Warning]) -> Display {
    match reason.map(Reason::outcome) {
        Some(Outcome::Invalid) => Display::Red,
        Some(_) => Display::Undetermined,
        None if warnings.contains(&Warning::Specimen) => Display::Grey,
        None if warnings.is_empty() => Display::Green,
        None => Display::Amber,
    }
}

fn explanations(reason: Option<Reason>, others: &[Reason], warnings: &[Warning]) -> Vec<Explanation> {
    let reasons = reason.iter().chain(others).map(|reason| Explanation {
        code: reason.code(),
        message: reason.message(),
        next_step: reason.next_step(),
    });
    let warnings = warnings.iter().map(|warning| Explanation {
        code: warning.code(),
        message: warning.message(),
        next_step: warning.next_step(),
    });
    reasons.chain(warnings).collect()
}
