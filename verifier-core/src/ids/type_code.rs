//! Certificate type codes (GB/T 36904-2018 证照类型代码): who defined the type, and its number there.
//!
//! Not here: the nine types of this field, which are [`Kind`].

use core::fmt;

use serde::{Deserialize, Serialize};

use super::conversions::conversions;
use super::form::{is_alphanumeric, is_digits};
use super::{CreditCode, IdError, IdWarning, Kind};

/// The credit code of the Ministry of Transport, which defined the nine kinds.
const MINISTRY_OF_TRANSPORT: &str = "11100000000019713D";

/// A type code: the credit code of the defining authority and a number of three digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TypeCode(String);

impl TypeCode {
    /// Reads a type code such as `11100000000019713D071`.
    ///
    /// Fails with [`IdError::TypeCodeForm`], or as [`CreditCode::parse`] does.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (authority, number) = text.split_at_checked(18).ok_or(IdError::TypeCodeForm)?;
        if !is_digits(number, 3) {
            return Err(IdError::TypeCodeForm);
        }
        CreditCode::parse(authority)?;
        Ok(Self(text.to_owned()))
    }

    /// Reads a type code of another's identifier: 21 digits and upper-case letters will do, with a warning.
    pub(super) fn parse_foreign(text: &str) -> Result<(Self, Option<IdWarning>), IdError> {
        if !is_alphanumeric(text, 21..=21) {
            return Err(IdError::TypeCodeForm);
        }
        let warning = Self::parse(text).is_err().then_some(IdWarning::TypeCode);
        Ok((Self(text.to_owned()), warning))
    }

    /// The type code of one of the nine kinds.
    pub(super) fn of_kind(kind: Kind) -> Self {
        Self(format!("{MINISTRY_OF_TRANSPORT}{}", kind.code()))
    }

    /// The 21 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The credit code of the authority that defined the type.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.get(..18).unwrap_or_default()
    }

    /// Which of the nine kinds this is, if any.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.0.strip_prefix(MINISTRY_OF_TRANSPORT).and_then(Kind::from_code)
    }
}

impl fmt::Display for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

conversions!(TypeCode, parse);

impl From<TypeCode> for String {
    fn from(code: TypeCode) -> Self {
        code.0
    }
}

impl From<Kind> for TypeCode {
    fn from(kind: Kind) -> Self {
        Self::of_kind(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_kind_is_the_ministry_and_its_number() {
        let code = Kind::PractitionerQualification.type_code();
        assert_eq!(code.as_str(), "11100000000019713D071");
        assert_eq!(code.authority(), "11100000000019713D");
        assert_eq!(TypeCode::parse(code.as_str()), Ok(code));
    }

    #[test]
    fn types_of_other_authorities_are_none_of_the_nine() {
        for text in [
            "11100000000013338W011",
            "11100000MB03271699022",
            "11100000000013661B006",
            "11100000000019713D006",
        ] {
            assert_eq!(TypeCode::parse(text).unwrap().kind(), None);
        }
    }

    #[test]
    fn another_shape_is_refused_and_a_wrong_authority_too() {
        for text in [
            "",
            "071",
            "11100000000019713D",
            "11100000000019713D07",
            "11100000000019713D0711",
            "证证证证证证证",
        ] {
            assert_eq!(TypeCode::parse(text), Err(IdError::TypeCodeForm), "{text}");
        }
        assert_eq!(TypeCode::parse("11100000000019713D07A"), Err(IdError::TypeCodeForm));
        assert_eq!(TypeCode::parse("11100000000019713E071"), Err(IdError::CreditCodeCheck));
    }

    #[test]
    fn anothers_type_code_may_be_irregular_but_not_of_another_length() {
        let warning = |text| TypeCode::parse_foreign(text).map(|(_, warning)| warning);
        assert_eq!(warning("11100000000019713D071"), Ok(None));
        assert_eq!(warning("11100000000019713E0A1"), Ok(Some(IdWarning::TypeCode)));
        assert_eq!(warning("11100000000019713D71"), Err(IdError::TypeCodeForm));
        assert_eq!(warning("11100000000019713d071"), Err(IdError::TypeCodeForm));
    }
}
