//! The parts of a certificate identifier as they are written, each checked for itself.
//!
//! Not here: how the parts fit together, which the check character says.

use crate::ids::form::{is_alphanumeric, is_digits};
use crate::ids::{CreditCode, IdError, IdWarning, SERIAL_LENGTH_MAX};

/// What an identifier begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Root {
    /// The standard's.
    Standard,
    /// Written by one vendor's software.
    Deviating,
}

impl Root {
    const ALL: [Self; 2] = [Self::Standard, Self::Deviating];

    /// The root without the dot that follows it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "1.2.156.3005.2",
            Self::Deviating => "1.2.156.3003.2",
        }
    }
}

/// The six parts, of which only the root is known to be good.
pub(super) struct Parts<'a> {
    pub(super) root: Root,
    pub(super) type_code: &'a str,
    pub(super) issuer: &'a str,
    pub(super) serial: &'a str,
    version: &'a str,
    check: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes an identifier apart at its dots.
    pub(super) fn split(text: &'a str) -> Result<Self, IdError> {
        let known = |root: Root| Some((root, text.strip_prefix(root.as_str())?.strip_prefix('.')?));
        let (root, rest) = Root::ALL.into_iter().find_map(known).ok_or(IdError::IdentifierRoot)?;
        let mut parts = rest.split('.');
        let mut next = || parts.next().ok_or(IdError::IdentifierForm);
        let (type_code, issuer, serial) = (next()?, next()?, next()?);
        let (version, check) = (next()?, next()?);
        match parts.next() {
            Some(_) => Err(IdError::IdentifierForm),
            None => Ok(Self { root, type_code, issuer, serial, version, check }),
        }
    }

    /// The version, 1 to 999.
    pub(super) fn version(&self) -> Result<u16, IdError> {
        let number = if is_digits(self.version, 3) { self.version.parse().ok() } else { None };
        number.filter(|version| *version > 0).ok_or(IdError::IdentifierVersion)
    }

    /// The check character, which need not fit.
    pub(super) fn check(&self) -> Result<char, IdError> {
        let check = self.check.chars().next().filter(|_| is_alphanumeric(self.check, 1..=1));
        check.ok_or(IdError::IdentifierCheck)
    }
}

/// Whether a text may be a serial.
pub(super) fn check_serial(serial: &str) -> Result<(), IdError> {
    if is_alphanumeric(serial, 1..=SERIAL_LENGTH_MAX) { Ok(()) } else { Err(IdError::IdentifierSerial) }
}

/// Whether a text may be the issuer in another province's identifier, and what is wrong with it.
pub(super) fn check_foreign_issuer(issuer: &str) -> Result<Option<IdWarning>, IdError> {
    if is_digits(issuer, 6) {
        return Ok(Some(IdWarning::IssuerIsDivision));
    }
    if !is_alphanumeric(issuer, 18..=18) {
        return Err(IdError::IdentifierIssuer);
    }
    Ok(CreditCode::parse(issuer).is_err().then_some(IdWarning::IssuerCheck))
}
