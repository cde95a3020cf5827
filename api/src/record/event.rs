//! What made this version of a certificate (业务类型), as the issuer's system says.
//!
//! Not here: changes of status (suspension, cancellation …), which make no new version.

/// What made this version of a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// 初领: issued for the first time.
    #[default]
    Initial,
    /// 变更: an item changed.
    Change,
    /// 换发: renewed at the end of its validity.
    Renewal,
    /// 补发: made again, as after loss or damage.
    Reissue,
}

impl Event {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Initial, Self::Change, Self::Renewal, Self::Reissue];

    /// The event with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// The code in records: `initial`, `change`, `renewal`, `reissue`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Change => "change",
            Self::Renewal => "renewal",
            Self::Reissue => "reissue",
        }
    }

    /// The name in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Initial => "初领",
            Self::Change => "变更",
            Self::Renewal => "换发",
            Self::Reissue => "补发",
        }
    }

    /// What a 证照发放类型 (JT/T 415-2006, 5.5.3) means here; 9 其他 and unknown ones say nothing.
    pub(super) fn from_issue_type(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Initial),
            "2" | "3" | "7" => Some(Self::Reissue),
            "4" | "5" => Some(Self::Change),
            "6" => Some(Self::Renewal),
            _ => None,
        }
    }
}
