//! The reasons of annotated copies, and what has become of a certificate since one was made.

use super::{Outcome, Serialize, Serializer, Text};

table! {
    /// Why an annotated copy is not taken for what it says, in the order of the steps of §11.
    CopyReason {
        /// Step 1: damaged, too long, or not of the form.
        Malformed = "malformed" => Invalid,
            "加注件的核验码已损坏或格式不符。", "The copy's code is damaged or not of its form.",
            "请重新扫描；仍不符的，请持件人提供原文件或重新制作。", "Scan again; if it fails, ask for the original file or a new copy.";
        /// Step 1: another version of the protocol.
        UnsupportedVersion = "unsupported_version" => Invalid,
            "加注件的核验码版本不受支持。", "The copy's code is of a version this app does not know.",
            "请更新本应用后再核验。", "Update this app, then check again.";
        /// Step 1: no code of a copy.
        NotACopy = "not_a_copy" => Invalid,
            "这不是加注件的核验码。", "This is not the code of an annotated copy.",
            "请扫描加注件“核验码”处的二维码；亮证码请用亮证核验。", "Scan the code on the copy; a code that is being presented is verified as such.";
        /// Between steps 1 and 2: no usable trust list.
        BundleInvalid = "bundle_invalid" => Undetermined,
            "本机的核验数据缺失或已损坏，无法离线判定。", "The verification data on this device is missing or damaged.",
            "请联网更新核验数据包，或在线核验。", "Update the verification bundle, or verify online.";
        /// Between steps 1 and 2: the trust list asks for a newer client.
        ClientTooOld = "client_too_old" => Undetermined,
            "本应用版本过旧，不能使用当前的核验数据。", "This app is too old for the present verification data.",
            "请更新本应用，或在线核验。", "Update this app, or verify online.";
        /// Step 2: no issuer in the trust list answers for the division.
        UnknownIssuer = "unknown_issuer" => Undetermined,
            "本机没有该发证地区的核验数据。", "This device has no verification data for the issuing region.",
            "请更新核验数据包，或向发证地在线核验。", "Update the verification bundle, or verify online with the issuing region.";
        /// Steps 2 and 4: no key of the issuer has the id.
        UnknownKey = "unknown_key" => Undetermined,
            "本机没有签发此加注件所用的密钥。", "This device does not have the key this copy was signed with.",
            "请更新核验数据包，或在线核验。", "Update the verification bundle, or verify online.";
        /// Steps 2 and 4: a key for another use, or not good at the time it signed.
        KeyNotValid = "key_not_valid" => Invalid,
            "签发所用的密钥当时不可用于此用途，或已被撤销。", "The key used was not valid for this purpose at that time, or was revoked.",
            "请勿采信；请持证人重新制作加注件。", "Do not rely on it; ask for a new copy.";
        /// Step 3: the authority's signature is wrong.
        SealForged = "seal_forged" => Invalid,
            "发证机关的签名不符：证照内容不是发证机关签发的，或被改动过。", "The authority's signature is wrong: this content was not issued by it, or was altered.",
            "请勿采信，并按涉嫌伪造证照处理。", "Do not rely on it; treat it as a suspected forgery.";
        /// Step 4: the copy's signature is wrong.
        CopyForged = "copy_forged" => Invalid,
            "加注件签名不符：接收方、用途、日期或内容不是系统签发的，或被改动过。", "The copy's signature is wrong: recipient, purpose, date or content were not issued so, or were altered.",
            "请勿采信；请持证人重新制作加注件。", "Do not rely on it; ask for a new copy.";
        /// Step 5: this device's clock is behind a time it has seen signed, or behind the copy's.
        ClockSuspect = "clock_suspect" => Undetermined,
            "本机时钟慢于已签名的时间，无法判定加注件是否在期限内。", "This device's clock is behind times that were signed.",
            "请把本机时间设为自动，再核验一次。", "Set this device's time to automatic and check again.";
        /// Step 6: its end is past.
        CopyEnded = "copy_ended" => Invalid,
            "加注件真实，但已超过使用期限。", "The copy is genuine but past its end.",
            "请持证人重新制作加注件。", "Ask for a new copy.";
        /// Step 7: a trust list over 7 days old, or past its end.
        BundleTooOld = "bundle_too_old" => Undetermined,
            "本机核验数据已超过 7 天，无法判定签发密钥是否仍可信。", "This device's data is over 7 days old; whether the keys still hold cannot be told.",
            "请联网更新核验数据包，或在线核验。", "Update the bundle, or verify online.";
    }
}

table! {
    /// What has become of the certificate since a copy of it was made.
    Since {
        /// It is as it was.
        Unchanged = "unchanged",
            "加注件与签发时一致，证照自制作以来没有变化。", "The copy is as it was issued, and the certificate has not changed since.",
            "请核对件上内容与核验结果逐项一致，并确认用途和接收方相符。", "Compare what stands on it with this result, and that recipient and purpose fit.";
        /// A newer version was sealed.
        Changed = "changed",
            "加注件与签发时一致，但证照此后已变更，内容可能不是最新。", "The copy is as it was issued, but the certificate has changed since.",
            "需要现行内容的，请持证人重新制作加注件。", "Where the present content matters, ask for a new copy.";
        /// It is suspended or reported lost.
        Suspended = "suspended",
            "加注件与签发时一致，但证照目前处于暂扣或挂失状态。", "The copy is as it was issued, but the certificate is suspended or reported lost at present.",
            "请联系发证机关核实后再采信。", "Ask the issuing authority before relying on it.";
        /// It was cancelled or revoked, or has expired.
        Ended = "ended",
            "加注件与签发时一致，但证照此后已注销、吊销或到期。", "The copy is as it was issued, but the certificate has since been cancelled or revoked, or has expired.",
            "只能证明制作当时的情况，不能证明证照现在有效。", "It shows how things stood when it was made, not that the certificate is in force.";
        /// Nothing is known of its status.
        Unknown = "unknown",
            "加注件与签发时一致；证照此后是否变更，本机没有数据。", "The copy is as it was issued; whether the certificate has changed since is not known here.",
            "请联网更新核验数据包，或在线核验。", "Update the verification bundle, or verify online.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back() {
        for reason in CopyReason::ALL {
            assert_eq!(CopyReason::from_code(reason.code()), Some(*reason));
            assert_ne!(reason.outcome(), Outcome::Valid);
        }
        for since in Since::ALL {
            assert_eq!(Since::from_code(since.code()), Some(*since));
            assert_eq!(CopyReason::from_code(since.code()), None);
        }
    }
}
