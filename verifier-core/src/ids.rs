//! Numbers and identifiers of this field, as types whose constructor is the only way in.
//!
//! Here: the nine certificate kinds, certificate identifiers (GB/T 36904), unified social credit codes
//! (GB 32100), citizen ids (GB 11643), divisions (GB/T 2260), plates with their colour and certificate numbers.
//! Every constructor takes the one normalised form and nothing else (upper case, half width, no spaces), so equal
//! values have equal text; tidying up what people type belongs to whoever reads it in. What a division is called,
//! or which codes exist on a given day, is data and lives elsewhere.
//!
//! Types that hold personal data ([`CitizenId`], [`CertificateNumber`], [`Plate`]) print themselves masked in
//! `Debug` and have no `Display`; errors never carry the value.

mod certificate_id;
mod certificate_number;
mod citizen_id;
mod conversions;
mod credit_code;
mod division;
mod error;
mod form;
mod iso7064;
mod kind;
mod plate;
mod plate_colour;
mod type_code;
mod warning;

#[cfg(test)]
mod properties;

pub use certificate_id::{CertificateId, SERIAL_LENGTH_MAX};
pub use certificate_number::CertificateNumber;
pub use citizen_id::CitizenId;
pub use credit_code::CreditCode;
pub use division::Division;
pub use error::IdError;
pub use kind::{Family, Kind};
pub use plate::Plate;
pub use plate_colour::PlateColour;
pub use type_code::TypeCode;
pub use warning::IdWarning;
