//! What is wrong with another province's identifier and must still not decide anything.
//!
//! Authenticity is the signature's business: identifiers with these flaws are on real certificates.

use core::fmt;

/// A deviation from GB/T 36904-2018 seen on real certificates, bearable in an identifier that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdWarning {
    /// The root is 1.2.156.3003.2 in place of 1.2.156.3005.2.
    Root,
    /// The type code does not begin with a valid credit code, or does not end in three digits.
    TypeCode,
    /// The issuer is a six-digit division in place of a credit code.
    IssuerIsDivision,
    /// The issuer's credit code fails its own check.
    IssuerCheck,
    /// The check character does not fit.
    Check,
}

impl IdWarning {
    /// The stable name of the warning.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Root => "identifier_root",
            Self::TypeCode => "identifier_type_code",
            Self::IssuerIsDivision => "identifier_issuer_is_division",
            Self::IssuerCheck => "identifier_issuer_check",
            Self::Check => "identifier_check",
        }
    }
}

impl fmt::Display for IdWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "the identifier has another root than the standard's",
            Self::TypeCode => "the type code in the identifier is irregular",
            Self::IssuerIsDivision => "the identifier names its issuer by a division",
            Self::IssuerCheck => "the issuer's credit code in the identifier fails its check",
            Self::Check => "the check character of the identifier is wrong",
        })
    }
}
