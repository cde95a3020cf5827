//! Step 1: deterministic CBOR. Everything here is properly signed, so that the form alone decides.

use super::item::{Item, head};
use super::parts::Parts;
use super::plan::Plan;
use super::scan::{Scan, Vector};

/// Vectors about the form of the messages in a code.
pub fn vectors() -> Vec<Vector> {
    [order(), lengths(), types(), limits(), accepted()].concat()
}

/// Name, Chinese, English, and what is done to the presentation's claims (6: iat, 4: exp, 7: cti).
type Row = (&'static str, &'static str, &'static str, fn(&mut Item));

fn presentations(rows: &[Row]) -> Vec<Vector> {
    let scan = |change: fn(&mut Item)| Plan::server().presenting(|parts| change(&mut parts.payload));
    rows.iter()
        .map(|(name, zh, en, change)| scan(*change).about(*name, *zh, *en).invalid("malformed"))
        .collect()
}

fn credentials(rows: &[Row]) -> Vec<Vector> {
    let scan = |change: fn(&mut Item)| Plan::server().sealing(|parts| change(&mut parts.payload));
    rows.iter()
        .map(|(name, zh, en, change)| scan(*change).about(*name, *zh, *en).invalid("malformed"))
        .collect()
}

fn order() -> Vec<Vector> {
    let header = |change: fn(&mut Item)| Plan::server().presenting(|parts| change(&mut parts.protected));
    let mut vectors = presentations(&rows! {
        "cbor-duplicate-key" "亮证声明中有重复的键。" "A key twice in the presentation.",
            |claims| claims.append(7, vec![0_u8; 8]);
        "cbor-duplicate-key-with-the-same-value" "键和值都重复。" "A key twice with the same value.",
            |claims| { let again = claims.get(7).cloned(); again.into_iter().for_each(|value| claims.append(7, value)); };
        "cbor-unsorted-keys" "亮证声明的键未按序排列。" "Unsorted keys in the presentation.",
            |claims| claims.entries_mut(|e| e.reverse());
        "cbor-trailing-byte-in-claims" "亮证声明之后多一个字节。" "A byte after the presentation's claims.",
            |claims| *claims = after(claims, &[0]);
    });
    vectors.extend(credentials(&rows! {
        "cbor-duplicate-key-in-the-credential" "证照声明中有重复的键。" "A key twice in the credential.",
            |claims| claims.append(1, "210200");
        "cbor-duplicate-key-in-the-face" "照面信息中有重复的键。" "A key twice in the face.",
            |claims| claims.change(-65_537, |face| face.append(3, "李四"));
        "cbor-unsorted-keys-in-the-credential" "证照声明的键未按序排列。" "Unsorted keys in the credential.",
            |claims| claims.entries_mut(|e| e.reverse());
        "cbor-unsorted-keys-in-the-face" "照面信息的键未按序排列。" "Unsorted keys in the face.",
            |claims| claims.change(-65_537, |face| face.entries_mut(|e| e.swap(0, 1)));
        "cbor-negative-keys-first" "键 -65537 排在最前：按数值而非按编码排序。" "Key -65537 first: sorted by value, not by encoding.",
            |claims| claims.entries_mut(|e| e.rotate_right(1));
        "cbor-trailing-byte-in-the-credential" "证照声明之后多一个字节。" "A byte after the credential's claims.",
            |claims| *claims = after(claims, &[0]);
    }));
    vectors.push(
        header(|header| header.append(1, -65_537))
            .about("cbor-duplicate-key-in-the-header", "头部有重复的键。", "A key twice in the header.")
            .invalid("malformed"),
    );
    vectors.push(
        header(|header| header.entries_mut(|e| e.reverse()))
            .about("cbor-unsorted-keys-in-the-header", "头部的键未按序排列。", "Unsorted keys in the header.")
            .invalid("malformed"),
    );
    vectors
}

fn lengths() -> Vec<Vector> {
    let mut vectors = presentations(&rows! {
        "cbor-long-integer" "整数不是最短编码。" "An integer in more bytes than it needs.",
            |claims| change_int(claims, |n| raw(&[0x1b], &n.to_be_bytes()));
        "cbor-long-key" "键不是最短编码。" "A key in more bytes than it needs.",
            |claims| claims.entries_mut(|e| e.iter_mut().take(1).for_each(|e| e.0 = Item::Raw(vec![0x18, 4])));
        "cbor-long-length-of-bytes" "字节串长度不是最短编码。" "A byte string's length in more bytes than it needs.",
            |claims| claims.change(7, |cti| *cti = raw(&[0x58, 8], &[7; 8]));
        "cbor-long-length-of-a-map" "映射长度不是最短编码。" "A map's length in more bytes than it needs.",
            |claims| *claims = Item::Raw([&[0xb8, 3][..], claims.write().get(1..).unwrap_or_default()].concat());
        "cbor-indefinite-map" "不定长映射。" "A map of indefinite length.",
            |claims| *claims = Item::Raw([&[0xbf][..], claims.write().get(1..).unwrap_or_default(), &[0xff]].concat());
        "cbor-indefinite-bytes" "不定长字节串。" "A byte string of indefinite length.",
            |claims| claims.change(7, |cti| *cti = raw(&[0x5f, 0x48], &[7, 7, 7, 7, 7, 7, 7, 7, 0xff]));
        "cbor-map-of-2-to-the-64" "声称有 2^64-1 项的映射。" "A map that claims 2^64-1 entries.",
            |claims| *claims = raw(&[0xbb], &[0xff; 8]);
        "cbor-array-of-2-to-the-64" "声称有 2^64-1 项的数组。" "An array that claims 2^64-1 items.",
            |claims| claims.set(9, raw(&[0x9b], &[0xff; 8]));
        "cbor-bytes-of-2-to-the-64" "声称有 2^64-1 字节的字节串。" "A byte string that claims 2^64-1 bytes.",
            |claims| claims.set(9, raw(&[0x5b], &[0xff; 8]));
        "cbor-map-cut-short" "映射缺一项。" "A map with an entry fewer than it says.",
            |claims| *claims = Item::Raw([&[0xa4][..], claims.write().get(1..).unwrap_or_default()].concat());
    });
    vectors.extend(credentials(&rows! {
        "cbor-long-length-of-a-text" "文本长度不是最短编码。" "A text's length in more bytes than it needs.",
            |claims| claims.set(1, raw(&[0x78, 6], b"210100"));
        "cbor-indefinite-text" "不定长文本。" "A text of indefinite length.",
            |claims| claims.set(1, raw(&[0x7f, 0x66], b"210100\xff"));
        "cbor-indefinite-array" "不定长数组。" "An array of indefinite length.",
            |claims| claims.change(-65_537, |face| face.set(7, raw(&[0x9f, 0x19], &[0x07, 0xd1, 0xff])));
        "cbor-text-not-utf-8" "文本不是 UTF-8。" "A text that is not UTF-8.",
            |claims| claims.change(-65_537, |face| face.set(3, raw(&[0x62], &[0xd5, 0xc5])));
    }));
    vectors
}

fn types() -> Vec<Vector> {
    presentations(&rows! {
        "cbor-float" "时间是浮点数。" "A time as a double-precision float.",
            |claims| claims.set(6, raw(&[0xfb], &[0x41, 0xda, 0xbf, 0xe3, 0x75, 0, 0, 0]));
        "cbor-half-float" "未知声明是半精度浮点数。" "An unknown claim that is a half-precision float.",
            |claims| claims.set(9, raw(&[0xf9], &[0x3c, 0]));
        "cbor-tagged-time" "时间带标签 1。" "A time under tag 1.",
            |claims| change_int(claims, |n| Item::Raw([vec![0xc1], head(0, n)].concat()));
        "cbor-tag-in-an-unknown-claim" "未知声明带标签。" "A tag in an unknown claim.",
            |claims| claims.set(9, raw(&[0xc2, 0x41], &[1]));
        "cbor-bignum" "时间是大整数。" "A time as a bignum.",
            |claims| change_int(claims, |n| raw(&[0xc2, 0x48], &n.to_be_bytes()));
        "cbor-null" "未知声明为 null。" "An unknown claim that is null.",
            |claims| claims.set(9, raw(&[0xf6], &[]));
        "cbor-undefined" "未知声明为 undefined。" "An unknown claim that is undefined.",
            |claims| claims.set(9, raw(&[0xf7], &[]));
        "cbor-simple-value" "未知声明为保留的简单值。" "An unknown claim that is a reserved simple value.",
            |claims| claims.set(9, raw(&[0xf8], &[0xff]));
        "cbor-break-alone" "孤立的结束符。" "A break outside of anything.",
            |claims| claims.set(9, raw(&[0xff], &[]));
        "cbor-claims-are-an-array" "声明是数组。" "The claims are an array.",
            |claims| *claims = Item::Array(vec![1.into(), 2.into()]);
        "cbor-claims-are-empty" "声明为空映射。" "The claims are an empty map.",
            |claims| *claims = Item::Map(Vec::new());
        "cbor-keys-are-texts" "键用文本数字。" "Keys that are texts of the numbers.",
            |claims| claims.entries_mut(|e| e.iter_mut().for_each(|e| as_text(&mut e.0)));
    })
}

fn limits() -> Vec<Vector> {
    let mut vectors = presentations(&rows! {
        "cbor-nested-nine-deep" "嵌套九层。" "Nested nine deep.", |claims| claims.set(9, nested(8));
        "cbor-nested-a-hundred-deep" "嵌套一百层。" "Nested a hundred deep.", |claims| claims.set(9, nested(99));
        "cbor-unknown-text-of-257-bytes" "未知声明的文本 257 字节。" "An unknown claim with a text of 257 bytes.",
            |claims| claims.set(9, "x".repeat(257));
    });
    vectors.extend(credentials(&[
        ("holder-of-257-bytes", "姓名 257 字节。", "A holder's name of 257 bytes.", |claims| {
            claims.change(-65_537, |face| face.set(3, "某".repeat(85) + "ab"))
        }),
        ("number-of-257-bytes", "证号 257 字节。", "A certificate number of 257 bytes.", |claims| {
            claims.change(-65_537, |face| face.set(2, "1".repeat(257)))
        }),
    ]));
    vectors
}

fn accepted() -> Vec<Vector> {
    let longest = Plan::server().with(|plan| plan.credential.face.holder = "某".repeat(85) + "a").scan();
    let deepest = Plan::server().presenting(|parts| parts.payload.set(9, nested(7)));
    table! {
        "holder-of-256-bytes" "姓名 256 字节，正好在限度内。" "A holder's name of 256 bytes, just within the limit.",
            longest => valid(&[]);
        "cbor-nested-eight-deep" "嵌套八层，正好在限度内。" "Nested eight deep, just within the limit.",
            deepest => valid(&[]);
        "unknown-claims-are-ignored" "头部、亮证、证照和照面中有未知的键：忽略。" "Unknown keys in headers, presentation, credential and face are ignored.",
            unknown_claims() => valid(&[]);
    }
}

fn unknown_claims() -> Scan {
    let plan = Plan::server();
    let sealed = Parts::open(&plan.sealed()).map(|mut parts| {
        parts.protected.set(99, "x");
        parts.payload.set(99, vec![Item::from(1), Item::from("x")]);
        parts.payload.change(-65_537, |face| face.set(13, true));
        parts.sign(&plan.seal_key)
    });
    let shown = Parts::open(&plan.shown(&sealed.unwrap_or_default())).map(|mut parts| {
        parts.protected.set(99, -1);
        parts.payload.set("later", 1);
        parts.sign(&plan.shown_by)
    });
    plan.scan_of(&shown.unwrap_or_default())
}

fn raw(head: &[u8], rest: &[u8]) -> Item {
    Item::Raw([head, rest].concat())
}

fn after(item: &Item, more: &[u8]) -> Item {
    raw(&item.write(), more)
}

/// Changes how `iat` is written.
fn change_int(claims: &mut Item, write: impl FnOnce(u64) -> Item) {
    claims.change(6, |item| {
        if let Item::Int(n) = *item {
            *item = write(u64::try_from(n).unwrap_or_default());
        }
    });
}

fn as_text(key: &mut Item) {
    if let Item::Int(n) = key {
        *key = Item::Text(n.to_string());
    }
}

fn nested(depth: usize) -> Item {
    raw(&vec![0x81; depth], &[0])
}
