//! The conversions every text type shares, so that parsing and serde enter through the one constructor.
//!
//! Not here: `Display`, which types holding personal data must not have.

/// `FromStr`, `TryFrom<String>` and `Into<String>` by way of `$type::$constructor` and `$type::$text`.
macro_rules! conversions {
    ($type:ident, $constructor:ident) => {
        impl core::str::FromStr for $type {
            type Err = $crate::ids::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::$constructor(text)
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::ids::IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::$constructor(&text)
            }
        }
    };
}

pub(super) use conversions;
