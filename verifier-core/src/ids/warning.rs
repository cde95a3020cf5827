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
    /// Every warning there is, in the order they are given.
    pub const ALL: [Self; 5] =
        [Self::Root, Self::TypeCode, Self::IssuerIsDivision, Self::IssuerCheck, Self::Check];

    /// The stable name of the warning: part of the interface, never changed once published.
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

    /// The warning in Chinese, for people.
    #[must_use]
    pub const fn text_zh(self) -> &'static str {
        match self {
            Self::Root => "电子证照标识的根代码与标准不符",
            Self::TypeCode => "电子证照标识的证照类型代码不规范",
            Self::IssuerIsDivision => "电子证照标识以行政区划代码代替颁发机构代码",
            Self::IssuerCheck => "电子证照标识中颁发机构代码的校验码不正确",
            Self::Check => "电子证照标识的校验位不正确",
        }
    }

    /// The warning in English, for people.
    #[must_use]
    pub const fn text_en(self) -> &'static str {
        match self {
            Self::Root => "the identifier has another root than the standard's",
            Self::TypeCode => "the type code in the identifier is irregular",
            Self::IssuerIsDivision => "the identifier names its issuer by a division",
            Self::IssuerCheck => "the issuer's credit code in the identifier fails its check",
            Self::Check => "the check character of the identifier is wrong",
        }
    }
}

impl fmt::Display for IdWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text_en())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_a_code_of_its_own_and_speaks_both_languages() {
        let codes: std::collections::HashSet<_> =
            IdWarning::ALL.iter().map(|warning| warning.code()).collect();
        assert_eq!(codes.len(), IdWarning::ALL.len());
        for warning in IdWarning::ALL {
            assert!(!warning.text_zh().is_ascii());
            assert_eq!(warning.to_string(), warning.text_en());
        }
    }
}
