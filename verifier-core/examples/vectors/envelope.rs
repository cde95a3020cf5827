//! Step 1: envelopes and headers (COSE_Sign1).

use super::item::Item;
use super::parts::{Parts, key};
use super::plan::Plan;
use super::scan::{Scan, Vector};

/// Vectors about envelopes and their headers.
pub fn vectors() -> Vec<Vector> {
    [shapes(), signatures(), headers_of_presentations(), headers_of_credentials()].concat()
}

/// The presentation put together in another way.
fn assembled(change: impl FnOnce(&Parts, [Item; 4]) -> Vec<u8>) -> Scan {
    let plan = Plan::server();
    let bytes = plan.shown(&plan.sealed());
    let changed = Parts::open(&bytes).map(|parts| {
        let elements = [
            parts.protected.write().into(),
            parts.unprotected.clone(),
            parts.payload.write().into(),
            parts.signature.clone().into(),
        ];
        change(&parts, elements)
    });
    plan.scan_of(&changed.unwrap_or_default())
}

fn shapes() -> Vec<Vector> {
    let array = |items: &[Item]| Item::Array(items.to_vec()).write();
    let rows = rows! {
        "envelope-tagged" "码内的信封带标签 18。" "An envelope under tag 18 inside a code.",
            assembled(|_, e| [vec![0xd2], array(&e)].concat());
        "envelope-with-three-parts" "信封缺签名。" "An envelope of three parts.",
            assembled(|_, [a, b, c, _]| array(&[a, b, c]));
        "envelope-with-five-parts" "信封多一部分。" "An envelope of five parts.",
            assembled(|_, [a, b, c, d]| array(&[a, b, c, d, Item::Bytes(Vec::new())]));
        "envelope-of-indefinite-length" "不定长的信封。" "An envelope of indefinite length.",
            assembled(|_, e| [vec![0x9f], e.iter().flat_map(Item::write).collect(), vec![0xff]].concat());
        "envelope-with-detached-payload" "声明分离（null）。" "A detached payload (null).",
            assembled(|_, [a, b, _, d]| array(&[a, b, Item::Raw(vec![0xf6]), d]));
        "envelope-with-claims-not-wrapped" "声明未包在字节串里。" "Claims that are not wrapped in a byte string.",
            assembled(|parts, [a, b, _, d]| array(&[a, b, parts.payload.clone(), d]));
        "envelope-with-header-not-wrapped" "保护头未包在字节串里。" "A protected header that is not wrapped in a byte string.",
            assembled(|parts, [_, b, c, d]| array(&[parts.protected.clone(), b, c, d]));
        "envelope-with-a-trailing-byte" "信封之后多一个字节。" "A byte after the envelope.",
            assembled(|_, e| [array(&e), vec![0]].concat());
        "envelope-with-long-lengths" "信封内长度不是最短编码。" "A length in the envelope in more bytes than it needs.",
            assembled(|parts, [a, b, c, _]| array(&[a, b, c, Item::Raw([vec![0x59, 0, 64], parts.signature.clone()].concat())]));
    };
    rows.map(|(name, zh, en, scan)| scan.about(name, zh, en).invalid("malformed")).into()
}

fn signatures() -> Vec<Vector> {
    let with = |signature: fn(&[u8]) -> Vec<u8>| {
        assembled(|parts, _| parts.with_signature(signature(&parts.signature)))
    };
    let malformed = rows! {
        "signature-of-63-bytes" "签名少一个字节。" "A signature of 63 bytes.",
            with(|s| s.iter().skip(1).copied().collect());
        "signature-of-65-bytes" "签名多一个字节。" "A signature of 65 bytes.", with(|s| [&[0], s].concat());
        "signature-in-der" "签名是 DER 编码。" "A signature in DER.", with(der);
        "signature-empty" "签名为空。" "An empty signature.", with(|_| Vec::new());
    };
    let forged = rows! {
        "signature-of-zeros" "签名全为零。" "A signature of zeros.", with(|_| vec![0; 64]);
        "signature-of-ones" "签名全为 0xff：r 和 s 超出范围。" "A signature of 0xff: r and s out of range.",
            with(|_| vec![0xff; 64]);
        "signature-with-r-zero" "签名的 r 为零。" "A signature with r = 0.",
            with(|s| s.iter().zip(0..).map(|(b, n)| if n < 32 { 0 } else { *b }).collect());
        "signature-with-s-and-r" "签名的 r 和 s 对调。" "A signature with r and s changed over.",
            with(|s| [s.get(32..).unwrap_or_default(), s.get(..32).unwrap_or_default()].concat());
    };
    let malformed = malformed.map(|(name, zh, en, scan)| scan.about(name, zh, en).invalid("malformed"));
    let forged = forged.map(|(name, zh, en, scan)| scan.about(name, zh, en).invalid("presentation_forged"));
    malformed.into_iter().chain(forged).collect()
}

type Row = (&'static str, &'static str, &'static str, fn(&mut Parts));

const HEADERS: &[Row] = &rows! {
    "header-without-alg" "缺 alg。" "No alg.", |parts| parts.protected.remove(1);
    "header-with-es256" "alg 为 -7（ES256）。" "alg is -7 (ES256).", |parts| parts.protected.set(1, -7);
    "header-with-alg-as-text" "alg 为文本。" "alg is a text.", |parts| parts.protected.set(1, "SM2");
    "header-with-crit" "有 crit。" "There is a crit.", |parts| parts.protected.set(2, vec![Item::from(99)]);
    "header-with-empty-crit" "crit 为空数组。" "There is an empty crit.",
        |parts| parts.protected.set(2, Vec::<Item>::new());
    "header-with-kid-of-7-bytes" "kid 只有 7 字节。" "A kid of 7 bytes.",
        |parts| { parts.protected.set(4, vec![7_u8; 7]) };
    "header-with-kid-as-text" "kid 为文本。" "A kid that is a text.",
        |parts| parts.protected.set(4, "21 presentation");
    "header-not-a-map" "保护头不是映射。" "A protected header that is no map.",
        |parts| parts.protected = Item::Array(Vec::new());
    "header-empty" "保护头为空。" "An empty protected header.", |parts| parts.protected = Item::Raw(Vec::new());
    "unprotected-kid" "kid 在非保护头。" "A kid in the unprotected header.",
        unprotected_kid;
    "unprotected-header-not-empty" "非保护头有未知的键。" "An unknown key in the unprotected header.",
        |parts| parts.unprotected = Item::Map(vec![(99.into(), 1.into())]);
    "unprotected-header-not-a-map" "非保护头不是映射。" "An unprotected header that is no map.",
        |parts| parts.unprotected = Item::Array(Vec::new());
};

fn headers_of_presentations() -> Vec<Vector> {
    let own: &[Row] = &rows! {
        "header-without-kcwt" "缺 kcwt：没有证照。" "No kcwt: there is no certificate.",
            |parts| parts.protected.remove(13);
        "header-with-kcwt-not-wrapped" "kcwt 未包在字节串里。" "A kcwt that is not wrapped in a byte string.",
            |parts| change_kcwt(parts, Item::Raw);
        "header-with-empty-kcwt" "kcwt 为空。" "An empty kcwt.",
            |parts| parts.protected.set(13, Vec::<u8>::new());
        "header-with-kcwt-tagged" "kcwt 带标签 18。" "A kcwt under tag 18.",
            |parts| change_kcwt(parts, |credential| [vec![0xd2], credential].concat().into());
        "header-with-kcwt-and-a-trailing-byte" "kcwt 之后多一个字节。" "A byte after the credential in kcwt.",
            |parts| change_kcwt(parts, |credential| [credential, vec![0]].concat().into());
    };
    let all = HEADERS.iter().chain(own);
    let named = all.map(|(name, zh, en, change)| {
        let about = (format!("presentation-{name}"), format!("亮证：{zh}"), format!("Presentation: {en}"));
        Plan::server().presenting(*change).about(about.0, about.1, about.2).invalid("malformed")
    });
    named.collect()
}

fn headers_of_credentials() -> Vec<Vector> {
    let own: &[Row] = &[("header-without-kid", "缺 kid。", "No kid.", |parts| parts.protected.remove(4))];
    let all = HEADERS.iter().chain(own);
    let named = all.map(|(name, zh, en, change)| {
        let about = (format!("credential-{name}"), format!("证照：{zh}"), format!("Credential: {en}"));
        Plan::server().sealing(*change).about(about.0, about.1, about.2).invalid("malformed")
    });
    named.chain([status_list_as_credential()]).collect()
}

/// An envelope of another kind where the credential should be.
fn status_list_as_credential() -> Vector {
    let plan = Plan::server();
    let list = plan.scan().status_lists.remove("21").unwrap_or_default();
    let untagged = list.get(1..).unwrap_or_default().to_vec();
    let shown = Parts::open(&plan.shown(&untagged)).map(|parts| parts.sign(&key("21 presentation")));
    plan.scan_of(&shown.unwrap_or_default())
        .about(
            "credential-is-a-status-list",
            "证照的位置上是状态列表。",
            "A status list where the credential should be.",
        )
        .invalid("malformed")
}

fn unprotected_kid(parts: &mut Parts) {
    let kid = parts.protected.get(4).cloned().map(|kid| (4.into(), kid));
    parts.unprotected = Item::Map(kid.into_iter().collect());
    parts.protected.remove(4);
}

fn change_kcwt(parts: &mut Parts, change: fn(Vec<u8>) -> Item) {
    if let Some(Item::Bytes(credential)) = parts.protected.get(13).cloned() {
        parts.protected.set(13, change(credential));
    }
}

/// `SEQUENCE { INTEGER r, INTEGER s }`.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let sign: &[u8] = if bytes.first().is_some_and(|b| *b >= 0x80) { &[0] } else { &[] };
        [&[2, u8::try_from(sign.len() + bytes.len()).unwrap_or(0)], sign, bytes].concat()
    };
    let (r, s) = signature.split_at(signature.len().min(32));
    let both = [integer(r), integer(s)].concat();
    [vec![0x30, u8::try_from(both.len()).unwrap_or(0)], both].concat()
}
