//! What may be looked for.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::{CitizenId, CreditCode, Plate, PlateColour};
use zeroize::Zeroizing;

use crate::auth::Role;
use crate::problem::{Code, Finding, Problem};
use crate::reveals::Purpose;

/// Fewest and most characters of a certificate's number.
const NUMBER: RangeInclusive<usize> = 4..=64;

/// By what certificates are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LookupBy)]
pub enum By {
    /// Plate number and colour.
    Plate,
    /// 证号.
    Number,
    /// Citizen id or unified social credit code of the holder.
    HolderCode,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plate, Self::Number, Self::HolderCode];

    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plate => "plate",
            Self::Number => "number",
            Self::HolderCode => "holder_code",
        }
    }
}

/// What is looked for: one of plate with its colour, number, and holder code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLookup {
    /// Plate number.
    #[serde(default)]
    #[schema(example = "辽A12345")]
    plate: Option<String>,
    /// Plate colour code (JT/T 697.7): with the plate, always.
    #[serde(default)]
    #[schema(example = 2)]
    plate_colour: Option<u8>,
    /// 证号, whole.
    #[serde(default)]
    number: Option<String>,
    /// Citizen id (GB 11643) or unified social credit code (GB 32100) of the holder, whole.
    #[serde(default)]
    holder_code: Option<String>,
    /// What for.
    purpose: Purpose,
    /// What exactly for, 6 to 200 characters: the place of the check, the number of the case.
    #[schema(example = "沈阳市和平区三好街治超检查点")]
    basis: String,
}

/// The same, sound.
pub(super) struct Sought {
    pub(super) key: Key,
    pub(super) purpose: Purpose,
    pub(super) basis: String,
}

/// What certificates are found by.
pub(super) enum Key {
    Plate { number: String, colour: i32 },
    Number(Zeroizing<String>),
    HolderCode(Zeroizing<String>),
}

impl Key {
    pub(super) const fn by(&self) -> By {
        match self {
            Self::Plate { .. } => By::Plate,
            Self::Number(_) => By::Number,
            Self::HolderCode(_) => By::HolderCode,
        }
    }
}

impl WantedLookup {
    pub(super) const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What is sought, if this is sound.
    ///
    /// # Errors
    /// [`Code::UnfitValue`] with every item that does not fit.
    pub(super) fn checked(self, role: Role) -> Result<Sought, Problem> {
        let (purpose, basis) = (self.purpose, self.basis.trim().to_owned());
        let mut findings = purpose.unfit_for(role, &basis);
        match self.key() {
            Ok(key) if findings.is_empty() => return Ok(Sought { key, purpose, basis }),
            Ok(_) => {}
            Err(finding) => findings.push(finding),
        }
        Err(Problem::new(Code::UnfitValue).findings(findings))
    }

    fn key(self) -> Result<Key, Finding> {
        match (self.plate, self.plate_colour, self.number, self.holder_code) {
            (Some(plate), Some(colour), None, None) => {
                let colour =
                    PlateColour::from_code(colour).ok_or_else(|| finding("plate_colour", "unfit"))?;
                let plate = Plate::parse(&normal(&plate), colour).map_err(|_| finding("plate", "unfit"))?;
                Ok(Key::Plate { number: plate.number().to_owned(), colour: plate.colour().code().into() })
            }
            (Some(_), None, None, None) => Err(finding("plate_colour", "required")),
            (None, None, Some(number), None) => {
                let number = Zeroizing::new(number);
                let fits = NUMBER.contains(&number.trim().chars().count());
                if fits { Ok(Key::Number(number)) } else { Err(finding("number", "unfit")) }
            }
            (None, None, None, Some(code)) => {
                let code = Zeroizing::new(normal(&Zeroizing::new(code)));
                let fits = CitizenId::parse(&code).is_ok() || CreditCode::parse(&code).is_ok();
                if fits { Ok(Key::HolderCode(code)) } else { Err(finding("holder_code", "unfit")) }
            }
            _ => Err(finding("plate, number, holder_code", "exactly_one")),
        }
    }
}

fn normal(text: &str) -> String {
    text.trim().to_uppercase()
}

fn finding(item: &'static str, rule: &'static str) -> Finding {
    Finding { item: item.into(), rule: rule.into(), source: None }
}
