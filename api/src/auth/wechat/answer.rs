//! What `code2Session` answers: HTTP 200 and JSON, with an openid or with an `errcode` that says why not.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::outbound::Failure;
use crate::problem::{Code, Problem};

/// Seconds after which a user who came too often may come again: the limit is one for each minute.
const FREQUENCY_WINDOW: u32 = 60;
/// Seconds after which a service that did not answer may be asked again.
const RETRY_AFTER: u32 = 5;

/// The parts of an answer that are looked at. The session key is not: nothing here needs it.
#[derive(Deserialize)]
struct Answer {
    openid: Option<String>,
    #[serde(default)]
    errcode: i64,
}

/// Why WeChat names no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 40029: the code is none of this mini-program, or past its five minutes.
    CodeInvalid,
    /// 40163: the code was used before.
    CodeUsed,
    /// 45011: this user came too often.
    TooOften,
    /// 40226: WeChat holds the user for a risk and lets it into no mini-program.
    UserBlocked,
    /// -1: the service is busy.
    Busy,
    /// Any other code: the settings do not fit (40013, 40125), or something new.
    Other(i64),
    /// There was no answer, or none that can be read.
    NoAnswer(Failure),
}

/// The openid in an answer.
pub(super) fn openid_of(body: &[u8]) -> Result<Zeroizing<String>, Refusal> {
    let unreadable = Refusal::NoAnswer(Failure::Unreadable);
    let answer: Answer = serde_json::from_slice(body).map_err(|_| unreadable)?;
    match answer.errcode {
        0 => answer.openid.filter(|openid| !openid.is_empty()).map(Zeroizing::new).ok_or(unreadable),
        -1 => Err(Refusal::Busy),
        40029 => Err(Refusal::CodeInvalid),
        40163 => Err(Refusal::CodeUsed),
        40226 => Err(Refusal::UserBlocked),
        45011 => Err(Refusal::TooOften),
        other => Err(Refusal::Other(other)),
    }
}

impl Refusal {
    /// Whether it is the client's: a code that was guessed or sent twice.
    pub(super) fn is_of_the_code(self) -> bool {
        matches!(self, Self::CodeInvalid | Self::CodeUsed)
    }

    /// The word it is counted under.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CodeInvalid | Self::CodeUsed => "code",
            Self::TooOften => "limited",
            Self::UserBlocked => "blocked",
            Self::Busy | Self::Other(_) | Self::NoAnswer(_) => "unavailable",
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let unavailable = || Self::new(Code::WechatUnavailable).retry_after(RETRY_AFTER);
        match refusal {
            Refusal::CodeInvalid => Code::WechatCodeInvalid.into(),
            Refusal::CodeUsed => Code::WechatCodeUsed.into(),
            Refusal::TooOften => Self::new(Code::TooManyAttempts).retry_after(FREQUENCY_WINDOW),
            Refusal::UserBlocked => Code::WechatUserBlocked.into(),
            Refusal::Busy => unavailable().because("WeChat: busy (errcode -1), twice"),
            Refusal::Other(errcode) => {
                unavailable().because(format!("WeChat: errcode {errcode}; see docs/wechat.md"))
            }
            Refusal::NoAnswer(failure) => unavailable().because(format!("WeChat: {failure}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> Refusal {
        openid_of(body.as_bytes()).err().unwrap()
    }

    #[test]
    fn an_answer_with_an_openid_names_the_user() {
        for body in [
            r#"{"session_key":"HyVFkGl5F5OQWJZZaNzBBg==","openid":"oA-test_0001"}"#,
            r#"{"openid":"oA-test_0001","session_key":"x","unionid":"u","errcode":0,"errmsg":"ok"}"#,
        ] {
            assert_eq!(*openid_of(body.as_bytes()).unwrap(), "oA-test_0001");
        }
    }

    #[test]
    fn every_errcode_has_its_answer() {
        for (errcode, expected) in [
            (-1, Code::WechatUnavailable),
            (40029, Code::WechatCodeInvalid),
            (40163, Code::WechatCodeUsed),
            (40226, Code::WechatUserBlocked),
            (45011, Code::TooManyAttempts),
            (40125, Code::WechatUnavailable),
        ] {
            let body = format!(r#"{{"errcode":{errcode},"errmsg":"whatever, rid: 6166f719"}}"#);
            assert_eq!(Problem::from(refusal(&body)).code(), expected, "{errcode}");
        }
    }

    #[test]
    fn what_is_no_answer_of_its_form_names_nobody() {
        for body in
            ["", "{", "[]", "{}", r#"{"openid":""}"#, r#"{"openid":7}"#, r#"{"openid":null,"errcode":0}"#]
        {
            assert_eq!(refusal(body), Refusal::NoAnswer(Failure::Unreadable), "{body}");
        }
    }
}
