//! What a code that is not ours seems to be, so that the officer is told more than "wrong".
//!
//! A guess from the outside of the text. It decides nothing: every such code is `not_a_presentation`.

use serde::Serialize;

/// The kind of code a text seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Foreign {
    /// A WeChat or Alipay payment code: 16 to 24 digits with their prefixes, or an address of theirs.
    PaymentCode,
    /// A health or travel code of the epidemic years.
    HealthCode,
    /// An electronic certificate identifier (GB/T 36904), as in the static code on a certificate's face.
    CertificateFace,
    /// The code of an annotated copy of ours, which is verified as such.
    AnnotatedCopy,
    /// A bare number, as the opaque codes of other provinces' certificate apps are.
    Number,
    /// Any other web address.
    WebLink,
    /// Anything else.
    Text,
}

/// Address beginnings of payment codes, in lower case without scheme.
const PAYMENT_HOSTS: [&str; 5] = ["wxp:", "weixin:", "qr.alipay.com", "qr.95516.com", "payapp.weixin.qq.com"];

/// Words in addresses of health and travel codes, in lower case.
const HEALTH_WORDS: [&str; 4] = ["healthcode", "jiankangma", "jkm.", "xingchengma"];

/// Root of GB/T 36904 identifiers.
const CERTIFICATE_ROOT: &str = "1.2.156.3005.2.";

impl Foreign {
    /// The kind `code` seems to be.
    #[must_use]
    pub fn of(code: &str) -> Self {
        let lower = code.trim().to_ascii_lowercase();
        let address = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let whole_and_address = [lower.as_str(), address];
        if lower.contains(CERTIFICATE_ROOT) {
            Self::CertificateFace
        } else if is_copy(&lower) {
            Self::AnnotatedCopy
        } else if is_payment_number(&lower) || whole_and_address.iter().any(|a| has_prefix(a, &PAYMENT_HOSTS))
        {
            Self::PaymentCode
        } else if HEALTH_WORDS.iter().any(|word| lower.contains(word)) {
            Self::HealthCode
        } else if !lower.is_empty() && lower.bytes().all(|b| b.is_ascii_digit()) {
            Self::Number
        } else if lower.starts_with("http://") || lower.starts_with("https://") {
            Self::WebLink
        } else {
            Self::Text
        }
    }

    /// How the kind is called, in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::PaymentCode => "支付码",
            Self::HealthCode => "健康码或行程码",
            Self::CertificateFace => "证照面上的静态码",
            Self::AnnotatedCopy => "加注件核验码",
            Self::Number => "数字码",
            Self::WebLink => "网页链接",
            Self::Text => "其他文字",
        }
    }

    /// How the kind is called, in English.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::PaymentCode => "a payment code",
            Self::HealthCode => "a health or travel code",
            Self::CertificateFace => "the static code on a certificate's face",
            Self::AnnotatedCopy => "the code of an annotated copy",
            Self::Number => "a number",
            Self::WebLink => "a web link",
            Self::Text => "some other text",
        }
    }
}

fn has_prefix(address: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| address.starts_with(prefix))
}

/// The address of a copy's code, of whatever version.
fn is_copy(lower: &str) -> bool {
    let address = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let path = address.and_then(|address| address.split_once('/')).map_or("", |(_, path)| path);
    path.strip_prefix("c/").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// WeChat: 18 digits beginning 10–15. Alipay: 16 to 24 digits beginning 25–30.
fn is_payment_number(text: &str) -> bool {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let prefix = text.get(..2).and_then(|p| p.parse::<u8>().ok()).unwrap_or(0);
    match text.len() {
        18 if (10..=15).contains(&prefix) => true,
        16..=24 => (25..=30).contains(&prefix),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_other_kinds_are_told_apart() {
        for (code, kind) in [
            ("134512345678901234", Foreign::PaymentCode),
            ("281234567890123456", Foreign::PaymentCode),
            ("wxp://f2f0abcdef", Foreign::PaymentCode),
            ("HTTPS://QR.ALIPAY.COM/FKX0", Foreign::PaymentCode),
            ("https://jkm.example/abc", Foreign::HealthCode),
            (
                "1.2.156.3005.2.11100000000019713D071.112100009999999981.210102000001.001.6",
                Foreign::CertificateFace,
            ),
            ("4642087996", Foreign::Number),
            ("https://example.cn/a", Foreign::WebLink),
            ("https://example.cn/c/cars", Foreign::WebLink),
            ("HTTPS://YZT.EXAMPLE.CN/C/1QRMJ", Foreign::AnnotatedCopy),
            ("你好", Foreign::Text),
        ] {
            assert_eq!(Foreign::of(code), kind, "{code}");
        }
    }
}
