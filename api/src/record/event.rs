//! What made this version of a certificate (业务类型), as the issuer's system says.
//!
//! Not here: what makes no new version (suspension, cancellation …), which is `lifecycle`'s.

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
    /// 年度审验: passed, with the items that changes.
    Review,
    /// 诚信考核: done, with the grade and the day it gives.
    Assessment,
    /// 转入: taken over from another division.
    Transfer,
}

impl Event {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Initial,
        Self::Change,
        Self::Renewal,
        Self::Reissue,
        Self::Review,
        Self::Assessment,
        Self::Transfer,
    ];

    /// The event with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// The code in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Change => "change",
            Self::Renewal => "renewal",
            Self::Reissue => "reissue",
            Self::Review => "review",
            Self::Assessment => "assessment",
            Self::Transfer => "transfer",
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
            Self::Review => "年度审验",
            Self::Assessment => "诚信考核",
            Self::Transfer => "转入",
        }
    }

    /// The word in a certificate's history.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Initial => "issued",
            Self::Change => "changed",
            Self::Renewal => "renewed",
            Self::Reissue => "reissued",
            Self::Review => "review_passed",
            Self::Assessment => "assessed",
            Self::Transfer => "transferred_in",
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
