//! What can be odd about a receipt. None of it is a reason not to keep it: a receipt is evidence.

use serde::Serialize;
use utoipa::ToSchema;

/// How far a device's clock may be ahead, in seconds: the allowance of the protocol (§6).
pub const CLOCK_ALLOWANCE: i64 = 60;
/// A receipt older than this, in seconds, is late: 400 days, after which the year it belongs to is long reported and
/// the lists to repeat its verdict with are gone.
pub const LATE_AFTER: i64 = 400 * 86_400;

/// Makes [`Flag`] with its stable words and its list.
macro_rules! flags {
    ($( $(#[doc = $meaning:literal])+ $flag:ident = $word:literal; )+) => {
        /// What is odd about a receipt.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Flag { $( $(#[doc = $meaning])+ $flag, )+ }

        impl Flag {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$flag, )+];

            /// The word it is stored as.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$flag => $word, )+ }
            }
        }
    };
}

flags! {
    /// The device came to another outcome than this server as of the scan: its lists were old, or it was not honest.
    VerdictDiffers = "verdict_differs";
    /// The code is none of ours, damaged, of another province, or of a certificate this server does not know.
    UnknownCode = "unknown_code";
    /// The device names another presentation or certificate than the code does. The code counts.
    ClaimsDiffer = "claims_differ";
    /// Another receipt tells of the same presentation: two officers looked at it, or it was passed on.
    SeenBefore = "seen_before";
    /// The scan lies in this server's future by more than 60 s. Such a receipt activates nothing.
    ClockAhead = "clock_ahead";
    /// The scan is more than 400 days old. Such a receipt activates nothing.
    Late = "late";
    /// No registered officer's device, or one revoked before the scan, made the signature. Such a receipt activates nothing.
    SignatureInvalid = "signature_invalid";
    /// The device that signed is another officer's than the one who uploaded.
    OtherOfficer = "other_officer";
}

impl Flag {
    /// Whether a receipt with this flag is too weak to count its scan as a use of the certificate.
    #[must_use]
    pub const fn bars_activation(self) -> bool {
        matches!(self, Self::ClockAhead | Self::Late | Self::SignatureInvalid)
    }
}

/// As they are stored: words separated by spaces.
pub fn write(flags: &[Flag]) -> String {
    flags.iter().map(|flag| flag.word()).collect::<Vec<_>>().join(" ")
}

/// What [`write()`] wrote.
pub fn read(stored: &str) -> Vec<Flag> {
    Flag::ALL.iter().copied().filter(|flag| stored.split(' ').any(|word| word == flag.word())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_come_back_as_they_were_stored() {
        assert_eq!(read(&write(Flag::ALL)), Flag::ALL);
        assert_eq!((write(&[]), read("")), (String::new(), Vec::new()));
    }

    #[test]
    fn words_are_those_of_the_interface() {
        for flag in Flag::ALL {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.word());
        }
    }
}
