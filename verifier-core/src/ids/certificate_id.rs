//! Certificate identifiers (GB/T 36904-2018 电子证照标识): strict for ours, forgiving for other provinces'.
//!
//! `root.type.issuer.serial.version.check`; the check character is over type, issuer, serial and version without the
//! dots. Not here: whether a certificate is genuine, which only its signature can say.

mod parts;
#[cfg(test)]
mod tests;

use core::fmt;

use serde::{Deserialize, Serialize};

use super::conversions::conversions;
use super::{CreditCode, IdError, IdWarning, Kind, TypeCode, iso7064};
use parts::{Parts, Root, check_foreign_issuer, check_serial};

/// Longest serial in characters. The standard's maximum is unknown; 32 is the longest seen.
pub const SERIAL_LENGTH_MAX: usize = 64;

/// The identifier of one version of one certificate.
///
/// Parsing by `FromStr` and serde is that of [`CertificateId::parse_own`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateId {
    root: Root,
    type_code: TypeCode,
    issuer: String,
    serial: String,
    version: u16,
    check: char,
}

impl CertificateId {
    /// Makes an identifier with its check character. `serial` is 1 to 64 digits and upper-case letters, `version`
    /// 1 to 999.
    ///
    /// Fails with [`IdError::IdentifierSerial`] or [`IdError::IdentifierVersion`].
    pub fn new(
        type_code: TypeCode,
        issuer: &CreditCode,
        serial: &str,
        version: u16,
    ) -> Result<Self, IdError> {
        check_serial(serial)?;
        if !(1..=999).contains(&version) {
            return Err(IdError::IdentifierVersion);
        }
        let check = check_character(&type_code, issuer.as_str(), serial, version)?;
        let (issuer, serial) = (issuer.as_str().to_owned(), serial.to_owned());
        Ok(Self { root: Root::Standard, type_code, issuer, serial, version, check })
    }

    /// Reads an identifier made by us or received as ours: every rule holds.
    ///
    /// Fails with one of the `Identifier…` variants of [`IdError`], with [`IdError::TypeCodeForm`], or as
    /// [`CreditCode::parse`] does for the type's authority.
    pub fn parse_own(text: &str) -> Result<Self, IdError> {
        let parts = Parts::split(text)?;
        if parts.root != Root::Standard {
            return Err(IdError::IdentifierRoot);
        }
        let type_code = TypeCode::parse(parts.type_code)?;
        let issuer = CreditCode::parse(parts.issuer).map_err(|_| IdError::IdentifierIssuer)?;
        let id = Self::new(type_code, &issuer, parts.serial, parts.version()?)?;
        if id.check != parts.check()? {
            return Err(IdError::IdentifierCheck);
        }
        Ok(id)
    }

    /// Reads an identifier of another province: deviations seen on real certificates are warnings, each at most
    /// once.
    ///
    /// Fails, as [`CertificateId::parse_own`] does, where the text has not the shape of an identifier.
    pub fn parse_foreign(text: &str) -> Result<(Self, Vec<IdWarning>), IdError> {
        let parts = Parts::split(text)?;
        let (type_code, type_warning) = TypeCode::parse_foreign(parts.type_code)?;
        let issuer_warning = check_foreign_issuer(parts.issuer)?;
        check_serial(parts.serial)?;
        let (version, check) = (parts.version()?, parts.check()?);
        let expected = check_character(&type_code, parts.issuer, parts.serial, version)?;
        let warnings = [
            (parts.root != Root::Standard).then_some(IdWarning::Root),
            type_warning,
            issuer_warning,
            (check != expected).then_some(IdWarning::Check),
        ];
        let (issuer, serial) = (parts.issuer.to_owned(), parts.serial.to_owned());
        let id = Self { root: parts.root, type_code, issuer, serial, version, check };
        Ok((id, warnings.into_iter().flatten().collect()))
    }

    /// The type of the certificate.
    #[must_use]
    pub const fn type_code(&self) -> &TypeCode {
        &self.type_code
    }

    /// Which of the nine kinds the certificate is, if any.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.type_code.kind()
    }

    /// The issuing authority: its credit code; in another province's identifier maybe a division.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial (流水号), the same in all versions of a certificate.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The version, 1 to 999, one higher each time the certificate is issued again.
    #[must_use]
    pub const fn version(&self) -> u16 {
        self.version
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { root, type_code, issuer, serial, version, check } = self;
        write!(f, "{}.{type_code}.{issuer}.{serial}.{version:03}.{check}", root.as_str())
    }
}

conversions!(CertificateId, parse_own);

impl From<CertificateId> for String {
    fn from(id: CertificateId) -> Self {
        id.to_string()
    }
}

/// The check character; all arguments are known to be in its alphabet.
fn check_character(type_code: &TypeCode, issuer: &str, serial: &str, version: u16) -> Result<char, IdError> {
    let text = format!("{type_code}{issuer}{serial}{version:03}");
    iso7064::mod_37_36(text.bytes()).ok_or(IdError::IdentifierForm)
}
