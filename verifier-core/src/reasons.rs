//! The one table of reasons and warnings: stable code, what it makes of the verdict, the sentence an officer reads
//! and the next step, in Chinese and English.
//!
//! - `reasons/copy.rs`: those of annotated copies
//!
//! No sentence says or implies "unlicensed" because a code could not be checked (交办运〔2024〕39号).

use serde::{Serialize, Serializer};

/// What a scan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Genuine, current, in force.
    Valid,
    /// Not to be accepted.
    Invalid,
    /// Cannot be told here and now.
    Undetermined,
}

impl Outcome {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undetermined => "undetermined",
        }
    }
}

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

macro_rules! table {
    (
        $(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $code:literal $(=> $outcome:ident)?,
            $zh:literal, $en:literal, $next_zh:literal, $next_en:literal; )* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The sentence an officer reads.
            #[must_use]
            pub const fn message(self) -> Text {
                match self { $(Self::$variant => Text { zh: $zh, en: $en },)* }
            }

            /// What to do next.
            #[must_use]
            pub const fn next_step(self) -> Text {
                match self { $(Self::$variant => Text { zh: $next_zh, en: $next_en },)* }
            }

            /// The one with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        table!(@outcome $name { $($variant $(=> $outcome)?,)* });
    };
    (@outcome $name:ident { $($variant:ident => $outcome:ident,)+ }) => {
        impl $name {
            /// What it makes of the verdict.
            #[must_use]
            pub const fn outcome(self) -> Outcome {
                match self { $(Self::$variant => Outcome::$outcome,)* }
            }
        }
    };
    (@outcome $name:ident { $($variant:ident,)+ }) => {};
}

mod copy;

pub use copy::{CopyReason, Since};

table! {
    /// Why a verdict is not valid, in the order of the steps that find it.
    Reason {
        /// Step 1: the form of a code, but damaged or over the limits.
        Malformed = "malformed" => Invalid,
            "二维码内容不完整或已损坏，读不出证照。", "The code is damaged or incomplete; no certificate can be read from it.",
            "请持证人刷新后重新出示再扫；仍不行，请按车牌号和颜色、证号或身份证件号查询。",
            "Ask for a fresh code and scan again; failing that, look up by plate and colour, certificate number or id.";
        /// Step 1: a code of a protocol version this client does not know.
        UnsupportedVersion = "unsupported_version" => Invalid,
            "这是新版本的亮证码，本应用还不能识别。", "This code is of a newer version that this app cannot read.",
            "请更新本应用后再扫；来不及更新，请按车牌号和颜色、证号或身份证件号查询。",
            "Update this app and scan again; meanwhile look up by plate and colour, certificate number or id.";
        /// Step 1: a code of another kind.
        NotAPresentation = "not_a_presentation" => Invalid,
            "这不是亮证码。", "This is not a presentation code.",
            "请持证人打开“亮证”页面出示；不能出示的，请按车牌号和颜色、证号或身份证件号查询。",
            "Ask the holder to open the 亮证 page; failing that, look up by plate and colour, certificate number or id.";
        /// Between steps 1 and 2: no trust list or status list on this device can be relied on.
        BundleInvalid = "bundle_invalid" => Undetermined,
            "本机的核验数据缺失或损坏，无法离线判定。", "This device's verification data is missing or damaged; nothing can be decided offline.",
            "请联网更新或重新导入核验数据包；或者在线核验、按车牌号和颜色查询。",
            "Update or import the verification bundle again, verify online, or look up by plate and colour.";
        /// Between steps 1 and 2: the trust list asks for a newer client.
        ClientTooOld = "client_too_old" => Undetermined,
            "本应用版本过旧，不能使用当前的核验数据。", "This app is too old for the present verification data.",
            "请更新本应用；来不及更新，请在线核验或按车牌号和颜色查询。",
            "Update this app; meanwhile verify online or look up by plate and colour.";
        /// Step 2: no issuer in the trust list answers for the division.
        UnknownIssuer = "unknown_issuer" => Undetermined,
            "本机没有该发证地区的核验数据，无法离线判定。", "This device has no verification data for the issuing region.",
            "请更新核验数据包后再扫，或向发证地在线核验。",
            "Update the verification bundle and scan again, or verify online with the issuing region.";
        /// Steps 2 and 4: no key of the issuer has the id.
        UnknownKey = "unknown_key" => Undetermined,
            "本机还没有签发此码所用的密钥，无法离线判定。", "This device does not have the key this code was made with.",
            "请更新核验数据包后再扫，或在线核验。",
            "Update the verification bundle and scan again, or verify online.";
        /// Steps 2 and 4: a key for another use, or not good at the time it signed.
        KeyNotValid = "key_not_valid" => Invalid,
            "签发所用的密钥当时不可用于此用途，或已被撤销。", "The key used was not valid for this purpose at that time, or was revoked.",
            "请记录并在线核验；请持证人联系发证机关重新生成电子证照。",
            "Record this and verify online; the holder should ask the authority to issue the e-certificate anew.";
        /// Step 3: the authority's signature is wrong.
        SealForged = "seal_forged" => Invalid,
            "发证机关的签名不符：证照内容不是发证机关签发的，或被改动过。", "The authority's signature is wrong: this content was not issued by it, or was altered.",
            "请按涉嫌伪造证照处理，并按车牌号和颜色、证号或身份证件号核实其许可情况。",
            "Treat as a suspected forgery, and look the licence itself up by plate and colour, number or id.";
        /// Step 4: the presentation's signature is wrong.
        PresentationForged = "presentation_forged" => Invalid,
            "亮证签名不符：此码不是由系统或持证人本机当场生成的。", "The presentation's signature is wrong: neither the system nor the holder's own phone made this code.",
            "请持证人当面打开“亮证”页面重新出示；仍不符的，按涉嫌冒用处理并在线查询。",
            "Ask the holder to open the 亮证 page in front of you; if it fails again, treat as suspected misuse and look up online.";
        /// Step 5: this device's clock is behind a time it has seen signed.
        ClockSuspect = "clock_suspect" => Undetermined,
            "本机时钟慢于已核验数据中的时间，无法判定是否当场出示。", "This device's clock is behind times it has already verified, so it cannot tell what is current.",
            "请把本机时间设为自动，再扫一次。", "Set this device's time to automatic and scan again.";
        /// Step 6: not shown to be shown now.
        CodeExpired = "code_expired" => Undetermined,
            "证照签名真实，但此码已过时，可能是截图，也可能是双方时钟不一致。", "The seal is genuine, but this code is out of date: perhaps a screenshot, perhaps a clock.",
            "请持证人刷新后重新出示；仍过时，请检查双方手机时间，再按车牌号和颜色查询。",
            "Ask for a fresh code; if that is out of date too, check both clocks, then look up by plate and colour.";
        /// Step 6: made in the future.
        CodeNotYetValid = "code_not_yet_valid" => Undetermined,
            "证照签名真实，但此码的生成时间晚于本机时间。", "The seal is genuine, but this code was made later than this device's time.",
            "请检查双方手机时间是否为自动，再请持证人刷新后重新出示。",
            "Check that both clocks are set automatically, then ask for a fresh code.";
        /// Step 7: after its last valid day.
        CertificateExpired = "certificate_expired" => Invalid,
            "证照真实，但已超过有效期。", "The certificate is genuine but past its last valid day.",
            "请持证人办理换发；是否已换发新证，请在线查询。",
            "The holder should renew it; look up online whether a new one was already issued.";
        /// Step 7: before its first valid second.
        CertificateNotYetValid = "certificate_not_yet_valid" => Invalid,
            "证照真实，但尚未到有效起始日期。", "The certificate is genuine but its validity has not begun.",
            "请核对有效起始日期；此前是否另有有效证照，请在线查询。",
            "Check its first valid day; look up online whether another certificate is in force.";
        /// Step 7: the sealed copy must be renewed; the certificate itself may well be in force.
        CredentialExpired = "credential_expired" => Undetermined,
            "证照真实，但这份离线副本需要更新，无法离线判定现状。", "The certificate is genuine, but this sealed copy needs renewing; its present state cannot be told offline.",
            "请持证人联网打开“亮证”页面更新后重新出示，或在线核验。",
            "Ask the holder to open the 亮证 page with network and show it again, or verify online.";
        /// Step 8: 注销.
        Cancelled = "cancelled" => Invalid,
            "证照已注销。", "The certificate has been cancelled.",
            "请告知持证人已注销；有异议的，联系发证机关核实。", "Tell the holder; in case of doubt ask the issuing authority.";
        /// Step 8: 暂扣.
        Suspended = "suspended" => Invalid,
            "证照处于暂扣状态。", "The certificate is suspended.",
            "请在线核实暂扣是否已解除，再按规定处理。", "Check online whether the suspension has ended, then proceed by the rules.";
        /// Step 8: 吊销 or 撤销.
        Revoked = "revoked" => Invalid,
            "证照已被吊销或撤销。", "The certificate has been revoked.",
            "请在线核实并按规定处理。", "Confirm online and proceed by the rules.";
        /// Step 8: 挂失.
        ReportedLost = "reported_lost" => Invalid,
            "证照已挂失，不能以此码出示。", "The certificate was reported lost; this code may not be used.",
            "请核对持证人身份；本人可在页面撤销挂失或申请补发。", "Check the holder's identity; the holder can withdraw the report or apply for a reissue.";
        /// Step 8: expired and not renewed.
        ExpiredNotRenewed = "expired_not_renewed" => Invalid,
            "证照已到期且未换发。", "The certificate has expired and was not renewed.",
            "请持证人办理换发；是否正在办理，请在线查询。", "The holder should renew it; look up online whether this is under way.";
        /// Step 9: a list over 7 days old, or past its end.
        BundleTooOld = "bundle_too_old" => Undetermined,
            "签名真实，但本机核验数据已超过 7 天，无法判定证照现状。", "The signatures are genuine, but this device's data is over 7 days old; the present state cannot be told.",
            "请联网更新或导入新的核验数据包后再扫，或在线核验。", "Update or import a newer bundle and scan again, or verify online.";
    }
}

table! {
    /// What an officer should know of a valid verdict. Turns green to amber, a specimen to grey, never to red.
    Warning {
        /// The status list is over 24 hours old.
        StatusStale = "status_stale",
            "证照状态数据已超过 24 小时。", "The status data is over 24 hours old.",
            "有网络时请更新核验数据包。", "Update the bundle when there is network.";
        /// Nothing is known of the status.
        StatusUnknown = "status_unknown",
            "本机没有该证照的状态数据：签名真实，但未查是否注销或暂扣。", "No status data for this certificate: the signatures are genuine, cancellation was not checked.",
            "有网络时请在线核验。", "Verify online when there is network.";
        /// The trust list is over 24 hours old.
        TrustListStale = "trust_list_stale",
            "密钥数据已超过 24 小时。", "The key data is over 24 hours old.",
            "有网络时请更新核验数据包。", "Update the bundle when there is network.";
        /// The same presentation from a different scan.
        SeenBefore = "seen_before",
            "此码先前已被扫过一次，可能被转借。", "This very code was scanned before; it may have been passed on.",
            "请持证人当面刷新后重新出示，并核对本人。", "Ask for a fresh code in front of you and check the holder.";
        /// A newer version was sealed.
        Superseded = "superseded",
            "许可有效，但证照已有新版本，所示内容可能不是最新。", "The licence stands, but a newer version was issued; what is shown may be out of date.",
            "请持证人联网刷新证照；需要时在线查询最新内容。", "Ask the holder to refresh with network; look up the latest content where it matters.";
        /// Annual review or integrity assessment overdue.
        ReviewOverdue = "review_overdue",
            "年度审验或诚信考核已逾期。", "The annual review or integrity assessment is overdue.",
            "请提醒持证人尽快办理。", "Remind the holder to have it done.";
        /// The holder's phone clock differs.
        HolderClockOff = "holder_clock_off",
            "持证人手机的时间与本机不一致。", "The holder's phone clock differs from this device's.",
            "请双方把手机时间设为自动。", "Both phones should set their time automatically.";
        /// For demonstration and training only.
        Specimen = "specimen",
            "这是演示和培训用的样证，不是真实证照。", "This is a specimen for demonstration and training, not a certificate.",
            "不得作为有效证照采信。", "Do not accept it as a certificate.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            assert_ne!(reason.outcome(), Outcome::Valid);
        }
        for warning in Warning::ALL {
            assert_eq!(Warning::from_code(warning.code()), Some(*warning));
            assert_eq!(Reason::from_code(warning.code()), None);
        }
    }

    #[test]
    fn nothing_undetermined_calls_anybody_unlicensed() {
        let undetermined = Reason::ALL.iter().filter(|reason| reason.outcome() == Outcome::Undetermined);
        for text in undetermined.flat_map(|reason| [reason.message(), reason.next_step()]) {
            for word in ["无证", "未取得", "非法", "unlicensed", "illegal"] {
                assert!(!text.zh.contains(word) && !text.en.contains(word), "{}", text.zh);
            }
        }
    }
}
