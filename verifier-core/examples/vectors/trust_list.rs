//! The trust list: what makes it unusable, and how roots change.

use verifier_core::trust::KeyUse;

use super::item::Item;
use super::parts::{Parts, key};
use super::plan::{Plan, issuer, issuer_key};
use super::scan::{Scan, Vector};

/// Vectors about the trust list.
pub fn vectors() -> Vec<Vector> {
    [roots(), damaged(), headers(), claims(), keys(), newer(), accepted()].concat()
}

fn signed_by(name: &str, pinned: &[&str]) -> Scan {
    Plan::server()
        .with(|plan| {
            plan.root = key(name);
            plan.roots = pinned.iter().map(|name| key(name)).collect();
        })
        .scan()
}

fn roots() -> Vec<Vector> {
    let claiming = Plan::server().with(|plan| plan.root = key("thief")).trusting(|parts| {
        parts.protected.set(4, key("root").public_key().id().0.to_vec());
    });
    table! {
        "trust-list-by-an-unknown-root" "由客户端不认识的根密钥签名。" "Signed by a root the client does not know.",
            signed_by("thief", &["root"]) => undetermined("bundle_invalid");
        "trust-list-right-kid-wrong-root" "kid 是真根密钥的，签名是别人的。" "The genuine root's kid, somebody else's signature.",
            claiming => undetermined("bundle_invalid");
        "trust-list-by-a-seal-key" "由签发密钥签名。" "Signed by a seal key.",
            signed_by("21 seal", &["root"]) => undetermined("bundle_invalid");
        "trust-list-by-its-own-next-root" "由列表自己写入的下一个根密钥签名：不能自荐。" "Signed by the next root it names itself, which no client yet knows.",
            signed_by("next root", &["root"]) => undetermined("bundle_invalid");
        "trust-list-by-the-next-root" "轮换后由下一个根密钥签名，客户端已从旧列表得知。" "Signed by the next root, which the client learnt from an earlier list.",
            signed_by("next root", &["root", "next root"]) => valid(&[]);
        "trust-list-by-one-of-two-roots" "客户端内置两个根密钥之一。" "Signed by one of two pinned roots.",
            signed_by("root", &["spare root", "root"]) => valid(&[]);
        "trust-list-without-roots" "客户端没有根密钥。" "The client has no root.",
            signed_by("root", &[]) => undetermined("bundle_invalid");
    }
}

fn with_bytes(change: impl FnOnce(&mut Vec<u8>)) -> Scan {
    let scan = Plan::server().scan();
    let mut bytes = scan.trust_list.clone();
    change(&mut bytes);
    scan.with_trust_list(bytes)
}

fn damaged() -> Vec<Vector> {
    let flip = |at: fn(usize) -> usize| {
        with_bytes(|bytes| {
            let at = at(bytes.len());
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
        })
    };
    let rows = rows! {
        "trust-list-empty" "没有信任列表。" "There is no trust list.", with_bytes(Vec::clear);
        "trust-list-cut-in-half" "信任列表只有一半。" "Half of a trust list.",
            with_bytes(|bytes| bytes.truncate(bytes.len() / 2));
        "trust-list-cut-by-a-byte" "信任列表少一个字节。" "A trust list without its last byte.",
            with_bytes(|bytes| bytes.truncate(bytes.len() - 1));
        "trust-list-with-a-trailing-byte" "信任列表之后多一个字节。" "A byte after the trust list.",
            with_bytes(|bytes| bytes.push(0));
        "trust-list-untagged" "信任列表没有标签 18。" "A trust list without tag 18.",
            with_bytes(|bytes| drop(bytes.drain(..1)));
        "trust-list-tagged-twice" "信任列表有两个标签 18。" "A trust list under tag 18 twice.",
            with_bytes(|bytes| bytes.insert(0, 0xd2));
        "trust-list-with-a-changed-bit" "信任列表的一位被改。" "A trust list with one bit changed.",
            flip(|length| length / 2);
        "trust-list-with-a-changed-signature" "信任列表签名的一位被改。" "A trust list with one bit of its signature changed.",
            flip(|length| length - 1);
    };
    rows.map(|(name, zh, en, scan)| scan.about(name, zh, en).undetermined("bundle_invalid")).into()
}

type Row = (&'static str, &'static str, &'static str, fn(&mut Parts));

fn refused(rows: &[Row]) -> Vec<Vector> {
    let named = rows.iter().map(|(name, zh, en, change)| {
        let scan = Plan::server().trusting(*change);
        scan.about(format!("trust-list-{name}"), format!("信任列表：{zh}"), format!("Trust list: {en}"))
            .undetermined("bundle_invalid")
    });
    named.collect()
}

fn headers() -> Vec<Vector> {
    refused(&rows! {
        "without-kid" "缺 kid。" "no kid.", |parts| parts.protected.remove(4);
        "with-es256" "alg 为 -7。" "alg is -7.", |parts| parts.protected.set(1, -7);
        "with-crit" "有 crit。" "there is a crit.", |parts| parts.protected.set(2, vec![Item::from(99)]);
        "with-unprotected-header" "非保护头不为空。" "the unprotected header is not empty.",
            |parts| parts.unprotected = Item::Map(vec![(99.into(), 1.into())]);
    })
}

fn claims() -> Vec<Vector> {
    refused(&rows! {
        "without-seq" "缺 seq。" "no seq.", |parts| parts.payload.remove("seq");
        "without-exp" "缺 exp。" "no exp.", |parts| parts.payload.remove("exp");
        "without-issuers" "缺 issuers。" "no issuers.", |parts| parts.payload.remove("issuers");
        "without-scopes" "缺 scopes。" "no scopes.", |parts| parts.payload.remove("scopes");
        "with-a-key-twice" "键重复。" "a key twice.", |parts| parts.payload.append("seq", 43);
        "with-unsorted-keys" "键未按序排列。" "unsorted keys.",
            |parts| parts.payload.entries_mut(|e| e.reverse());
        "with-a-trailing-byte-in-claims" "声明之后多一个字节。" "a byte after the claims.",
            |parts| parts.payload = Item::Raw([parts.payload.write(), vec![0]].concat());
        "with-iat-as-text" "iat 为文本。" "an iat that is a text.",
            |parts| parts.payload.set("iat", "2026-11-20");
        "with-a-name-of-257-bytes" "名称 257 字节。" "a name of 257 bytes.",
            |parts| first_issuer(parts, |issuer| issuer.set("name", "x".repeat(257)));
        "with-two-issuers-of-one-prefix" "两个发证地区前缀相同。" "two issuers of one prefix.",
            |parts| parts.payload.change("issuers", repeat_first);
    })
}

fn keys() -> Vec<Vector> {
    refused(&rows! {
        "with-a-kid-of-another-key" "kid 与公钥不符。" "a kid that is not its key's.",
            |parts| { first_key(parts, |key| key.set("kid", vec![7_u8; 8])) };
        "with-an-uncompressed-key" "公钥未压缩。" "an uncompressed key.",
            |parts| first_key(parts, |entry| entry.set("pub", key("21 seal").public_key().uncompressed().to_vec()));
        "with-a-key-off-the-curve" "公钥不在曲线上。" "a key that is not on the curve.",
            |parts| { first_key(parts, |key| key.set("pub", [vec![2], vec![0xff_u8; 32]].concat())) };
        "with-a-next-root-off-the-curve" "下一个根公钥不在曲线上。" "a next root that is not on the curve.",
            |parts| parts.payload.set("next_roots", vec![Item::from(vec![0_u8; 33])]);
        "with-a-key-without-dates" "密钥没有期限。" "a key without dates.",
            |parts| first_key(parts, |key| key.remove("exp"));
        "with-revoked-as-bool" "revoked 不是时间。" "a revoked that is no time.",
            |parts| first_key(parts, |key| key.set("revoked", true));
    })
}

fn newer() -> Vec<Vector> {
    let asking = |level: u64| Plan::server().with(|plan| plan.trust.min_client = level).scan();
    let of_another_form = Plan::server().trusting(|parts| {
        parts.payload.set("min_client", 9);
        ["issuers", "scopes", "authorities"].into_iter().for_each(|key| parts.payload.remove(key));
    });
    table! {
        "trust-list-for-newer-clients" "信任列表要求更新的客户端。" "The trust list asks for a newer client.",
            asking(2) => undetermined("client_too_old");
        "trust-list-of-a-later-form" "信任列表要求更新的客户端，其余内容是新格式。" "The trust list asks for a newer client, and the rest has a later form.",
            of_another_form => undetermined("client_too_old");
    }
}

fn accepted() -> Vec<Vector> {
    let unknown_use = Plan::server()
        .trusting(|parts| first_issuer(parts, |issuer| add_key(issuer, "audit", vec![1, 2, 3])));
    let unknown_claims = Plan::server().trusting(|parts| {
        parts.payload.set("later", 1);
        first_issuer(parts, |issuer| issuer.set("contact", "12328"));
        parts.protected.set(16, "application/later");
    });
    let sealed_by_unknown_use = {
        let plan = Plan::server().with(|plan| plan.seal_key = key("21 audit"));
        plan.trusting(|parts| {
            first_issuer(parts, |issuer| {
                add_key(issuer, "audit", key("21 audit").public_key().compressed().to_vec())
            })
        })
    };
    let two_seal_keys = Plan::server().with(|plan| {
        let more = issuer_key("21 seal, next", KeyUse::Seal, plan.now);
        plan.trust.issuers.iter_mut().take(1).for_each(|issuer| issuer.keys.push(more.clone()));
        plan.seal_key = key("21 seal, next");
    });
    let empty_prefix = Plan::server().with(|plan| {
        plan.trust.issuers.push(issuer("", "", plan.now));
        plan.credential.issuer = "440100".to_owned();
    });
    table! {
        "trust-list-with-a-key-of-a-later-use" "有用途未知的密钥：忽略。" "A key of a use this client does not know is ignored.",
            unknown_use => valid(&[]);
        "seal-by-a-key-of-a-later-use" "用用途未知的密钥签发：视同没有。" "Sealed by a key of a use this client does not know: as if it were not there.",
            sealed_by_unknown_use => undetermined("unknown_key");
        "trust-list-with-later-claims" "有未知的声明：忽略。" "Unknown claims are ignored.",
            unknown_claims => valid(&[]);
        "trust-list-with-two-seal-keys" "一个地区有两个签发密钥。" "An issuer with two seal keys.",
            two_seal_keys.scan() => valid(&[]);
        "trust-list-with-an-empty-prefix" "空前缀不代表任何地区。" "An empty prefix answers for nobody.",
            empty_prefix.scan() => undetermined("unknown_issuer");
    }
}

fn first_issuer(parts: &mut Parts, change: impl FnOnce(&mut Item)) {
    parts.payload.change("issuers", |issuers| first(issuers, change));
}

fn first_key(parts: &mut Parts, change: impl FnOnce(&mut Item)) {
    first_issuer(parts, |issuer| issuer.change("keys", |keys| first(keys, change)));
}

fn first(items: &mut Item, change: impl FnOnce(&mut Item)) {
    if let Item::Array(items) = items
        && let Some(item) = items.first_mut()
    {
        change(item);
    }
}

fn repeat_first(items: &mut Item) {
    if let Item::Array(items) = items {
        items.extend_from_within(..1);
    }
}

/// A key entry of some use, with whatever stands for its public key.
fn add_key(issuer: &mut Item, key_use: &str, public: Vec<u8>) {
    let kid = key("21 audit").public_key().id().0.to_vec();
    let mut entry = Item::Map(Vec::new());
    [
        ("kid", Item::from(kid)),
        ("use", key_use.into()),
        ("pub", public.into()),
        ("nbf", 0.into()),
        ("exp", u64::MAX.into()),
    ]
    .into_iter()
    .for_each(|(name, value)| entry.set(name, value));
    issuer.change("keys", |keys| {
        if let Item::Array(keys) = keys {
            keys.push(entry);
        }
    });
}
