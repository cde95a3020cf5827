//! Step 1: claims of presentations and credentials that are missing, of another type, or out of range.

use super::item::Item;
use super::parts::key;
use super::plan::Plan;
use super::scan::Vector;

/// Vectors about the claims in a code.
pub fn vectors() -> Vec<Vector> {
    [lifetimes(), presentations(), credentials(), faces(), device_keys(), accepted()].concat()
}

type Row = (&'static str, &'static str, &'static str, fn(&mut Item));

fn lifetimes() -> Vec<Vector> {
    let lasting = |seconds: u64| {
        Plan::server().with(|plan| plan.presentation.expires = plan.presentation.made.plus(seconds)).scan()
    };
    let backwards = Plan::server().with(|plan| plan.presentation.expires = plan.presentation.made.minus(1));
    // Nothing overflows, and the phone's key has no dates to be checked against.
    let at_the_end_of_time = Plan::phone().presenting(|parts| {
        parts.payload.set(6, u64::MAX - 100);
        parts.payload.set(4, u64::MAX);
    });
    table! {
        "lifetime-301" "亮证有效期 301 秒。" "A presentation that lasts 301 seconds.", lasting(301) => invalid("malformed");
        "lifetime-300" "亮证有效期 300 秒，正好在限度内。" "A presentation that lasts 300 seconds, just within the limit.",
            lasting(300) => valid(&[]);
        "lifetime-1" "亮证有效期 1 秒，靠时钟容差通过。" "A presentation that lasts one second, current by the allowance.",
            lasting(1) => valid(&[]);
        "lifetime-0" "亮证有效期 0 秒。" "A presentation that lasts no time.", lasting(0) => invalid("malformed");
        "lifetime-of-a-day" "亮证有效期一天。" "A presentation that lasts a day.", lasting(86_400) => invalid("malformed");
        "lifetime-negative" "亮证的 exp 早于 iat。" "A presentation whose exp is before its iat.",
            backwards.scan() => invalid("malformed");
        "presentation-at-the-end-of-time" "亮证时间为最大整数。" "A presentation made at the largest time there is.",
            at_the_end_of_time => undetermined("code_not_yet_valid");
    }
}

fn presentations() -> Vec<Vector> {
    let rows: &[Row] = &rows! {
        "without-iat" "缺 iat。" "No iat.", |claims| claims.remove(6);
        "without-exp" "缺 exp。" "No exp.", |claims| claims.remove(4);
        "without-cti" "缺 cti。" "No cti.", |claims| claims.remove(7);
        "iat-negative" "iat 为负数。" "A negative iat.", |claims| claims.set(6, -1);
        "iat-a-text" "iat 为文本。" "An iat that is a text.", |claims| claims.set(6, "1795141780");
        "cti-of-7-bytes" "cti 只有 7 字节。" "A cti of 7 bytes.", |claims| { claims.set(7, vec![7_u8; 7]) };
        "cti-of-9-bytes" "cti 有 9 字节。" "A cti of 9 bytes.", |claims| claims.set(7, vec![7_u8; 9]);
        "cti-a-text" "cti 为文本。" "A cti that is a text.", |claims| claims.set(7, "c71e5d3a");
    };
    let scan = |change: fn(&mut Item)| Plan::server().presenting(|parts| change(&mut parts.payload));
    let named = rows.iter().map(|(name, zh, en, change)| {
        scan(*change)
            .about(format!("presentation-{name}"), format!("亮证：{zh}"), format!("Presentation: {en}"))
            .invalid("malformed")
    });
    named.collect()
}

fn credentials() -> Vec<Vector> {
    let rows: &[Row] = &rows! {
        "without-iss" "缺 iss。" "No iss.", |claims| claims.remove(1);
        "without-exp" "缺 exp。" "No exp.", |claims| claims.remove(4);
        "without-nbf" "缺 nbf。" "No nbf.", |claims| claims.remove(5);
        "without-iat" "缺 iat。" "No iat.", |claims| claims.remove(6);
        "without-face" "缺照面信息。" "No face.", |claims| claims.remove(-65_537);
        "iss-of-five-digits" "iss 只有五位。" "An iss of five digits.", |claims| claims.set(1, "21010");
        "iss-of-a-province" "iss 只有省级前缀。" "An iss that is a province's prefix.",
            |claims| claims.set(1, "21");
        "iss-with-a-letter" "iss 有字母。" "An iss with a letter.", |claims| claims.set(1, "21010A");
        "iss-full-width" "iss 为全角数字。" "An iss of full-width digits.", |claims| claims.set(1, "２１");
        "iss-a-number" "iss 为整数。" "An iss that is an integer.", |claims| claims.set(1, 210_100);
        "nbf-negative" "nbf 为负数。" "A negative nbf.", |claims| claims.set(5, -1);
        "exp-bytes" "exp 为字节串。" "An exp that is a byte string.", |claims| claims.set(4, vec![1_u8]);
        "face-an-array" "照面信息是数组。" "A face that is an array.",
            |claims| claims.set(-65_537, Vec::<Item>::new());
    };
    let scan = |change: fn(&mut Item)| Plan::server().sealing(|parts| change(&mut parts.payload));
    let named = rows.iter().map(|(name, zh, en, change)| {
        scan(*change)
            .about(format!("credential-{name}"), format!("证照：{zh}"), format!("Credential: {en}"))
            .invalid("malformed")
    });
    named.collect()
}

fn faces() -> Vec<Vector> {
    let rows: &[Row] = &rows! {
        "without-kind" "缺证照类型。" "No kind.", |face| face.remove(1);
        "kind-a-text" "证照类型为文本。" "A kind that is a text.", |face| face.set(1, "071");
        "without-number" "缺证号。" "No number.", |face| face.remove(2);
        "without-holder" "缺持证主体。" "No holder.", |face| face.remove(3);
        "holder-bytes" "持证主体为字节串。" "A holder that is a byte string.", |face| face.set(3, vec![0x41_u8]);
        "plate-colour-a-text" "车牌颜色为文本。" "A plate colour that is a text.", |face| face.set(6, "黄");
        "scope-a-number" "经营范围不是数组。" "A scope that is no array.", |face| face.set(7, 2_001);
        "scope-of-texts" "经营范围的代码为文本。" "Scope codes that are texts.",
            |face| face.set(7, vec![Item::from("02001")]);
        "without-status-index" "缺状态列表索引。" "No status index.", |face| face.remove(8);
        "status-index-negative" "状态列表索引为负数。" "A negative status index.", |face| face.set(8, -1);
        "without-version" "缺证照版本。" "No version.", |face| face.remove(9);
        "version-0" "证照版本为 0。" "Version 0.", |face| face.set(9, 0);
        "last-day-negative" "最后有效日为负数。" "A negative last day.", |face| face.set(10, -1);
        "last-day-a-text" "最后有效日为文本。" "A last day that is a text.", |face| face.set(10, "2030-04-30");
        "portrait-of-7-bytes" "照片摘要只有 7 字节。" "A portrait digest of 7 bytes.",
            |face| { face.set(11, vec![7_u8; 7]) };
        "specimen-a-number" "样证标志为整数。" "A specimen mark that is an integer.", |face| face.set(12, 1);
    };
    let scan = |change: fn(&mut Item)| Plan::server().sealing(|parts| parts.payload.change(-65_537, change));
    let named = rows.iter().map(|(name, zh, en, change)| {
        scan(*change)
            .about(format!("face-{name}"), format!("照面：{zh}"), format!("Face: {en}"))
            .invalid("malformed")
    });
    named.collect()
}

fn device_keys() -> Vec<Vector> {
    let rows: &[Row] = &rows! {
        "empty" "cnf 为空。" "An empty cnf.", |cnf| *cnf = Item::Map(Vec::new());
        "of-another-curve" "设备密钥为 P-256 曲线。" "A device key on P-256.",
            |cnf| cnf.change(1, |key| key.set(-1, 1));
        "of-another-type" "设备密钥类型为 OKP。" "A device key of type OKP.",
            |cnf| cnf.change(1, |key| key.set(1, 1));
        "without-sign" "设备密钥缺 y 的符号。" "A device key without the sign of y.",
            |cnf| cnf.change(1, |key| key.remove(-3));
        "with-y-in-full" "设备密钥给出完整的 y。" "A device key with y in full.",
            |cnf| { cnf.change(1, |key| key.set(-3, vec![7_u8; 32])) };
        "off-the-curve" "设备公钥不在曲线上。" "A device key that is not on the curve.",
            |cnf| { cnf.change(1, |key| key.set(-2, vec![0xff_u8; 32])) };
        "of-31-bytes" "设备公钥少一个字节。" "A device key of 31 bytes.",
            |cnf| { cnf.change(1, |key| key.set(-2, vec![7_u8; 31])) };
    };
    let scan = |change: fn(&mut Item)| Plan::phone().sealing(|parts| parts.payload.change(8, change));
    let named = rows.iter().map(|(name, zh, en, change)| {
        scan(*change).about(format!("device-key-{name}"), *zh, *en).invalid("malformed")
    });
    named.collect()
}

fn accepted() -> Vec<Vector> {
    let endless = Plan::server().with(|plan| plan.credential.face.last_day = None);
    let unnamed = Plan::server().with(|plan| plan.credential.face.scope = vec![99_999]);
    let newer = Plan::server().with(|plan| plan.credential.face.version = 1_000_000);
    let largest = Plan::server().with(|plan| plan.credential.expires = verifier_core::Seconds(u64::MAX));
    let plain = Plan::server().sealing(|parts| {
        parts.payload.change(-65_537, |face| [7, 10, 11].into_iter().for_each(|key| face.remove(key)));
    });
    let other = Plan::phone().with(|plan| {
        plan.credential.device_key = Some(key("other phone").public_key());
        plan.shown_by = key("other phone");
    });
    table! {
        "face-without-last-day" "长期有效的证照。" "A certificate without an end.", endless.scan() => valid(&[]);
        "face-with-unknown-scope" "代码表里没有的范围代码：显示代码本身。" "A scope code that is in no table is shown as its number.",
            unnamed.scan() => valid(&[]);
        "face-of-a-high-version" "证照版本很大。" "A high version.", newer.scan() => valid(&[]);
        "credential-without-practical-end" "证照副本的 exp 为最大整数。" "A credential whose exp is the largest integer.",
            largest.scan() => valid(&[]);
        "face-with-required-items-only" "只有必备的照面信息。" "A face of the required items only.",
            plain => valid(&[]);
        "device-key-of-the-other-sign" "设备公钥的 y 与另一设备奇偶相反。" "A device key whose y has the other sign.",
            other.scan() => valid(&[]);
    }
}
