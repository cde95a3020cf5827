//! The status list: what makes it unusable. A verdict that needs it then says so, and not "valid".

use verifier_core::trust::{IssuerKey, KeyUse};

use super::item::Item;
use super::parts::{Parts, key};
use super::plan::{HOUR, NOW, Plan, issuer, status_list};
use super::scan::{Scan, Vector};

/// Vectors about status lists that are refused.
pub fn vectors() -> Vec<Vector> {
    [signers(), dates_of_keys(), damaged(), edited(), bodies(), beside()].concat()
}

fn refused<const N: usize>(rows: [(&str, &str, &str, Scan); N]) -> Vec<Vector> {
    rows.into_iter()
        .map(|(name, zh, en, scan)| {
            scan.about(format!("status-list-{name}"), format!("状态列表：{zh}"), format!("Status list: {en}"))
                .undetermined("bundle_invalid")
        })
        .collect()
}

fn signed_by(name: &str) -> Plan {
    Plan::server().with(|plan| drop(plan.status.insert("21", (status_list("21", NOW), key(name)))))
}

fn signers() -> Vec<Vector> {
    let claiming = signed_by("thief")
        .listing(|parts| parts.protected.set(4, key("21 status").public_key().id().0.to_vec()));
    let other = Plan::server()
        .with(|plan| drop(plan.status.insert("21", (status_list("33", NOW), key("33 status")))));
    let other_url =
        Plan::server().with(|plan| plan.list("21", |list| list.sub = issuer("33", "", NOW).status_url));
    refused(rows! {
        "of-another-province" "外省的列表。" "another province's list.", other.scan();
        "with-another-province-s-address" "地址是外省的。" "another province's address.", other_url.scan();
        "by-an-unknown-key" "由信任列表中没有的密钥签名。" "signed by a key that is not in the trust list.",
            signed_by("21 status, unpublished").scan();
        "right-kid-wrong-key" "kid 是真密钥的，签名是别人的。" "the genuine key's kid, somebody else's signature.",
            claiming;
        "by-the-presentation-key" "由亮证密钥签名。" "signed by the presentation key.",
            signed_by("21 presentation").scan();
        "by-the-seal-key" "由签发密钥签名。" "signed by the seal key.", signed_by("21 seal").scan();
        "by-the-root-key" "由根密钥签名。" "signed by the root key.", signed_by("root").scan();
    })
}

fn dates_of_keys() -> Vec<Vector> {
    let made = NOW.minus(HOUR);
    let when = |change: &dyn Fn(&mut IssuerKey)| {
        Plan::server().with(|plan| plan.keys("21", KeyUse::Status, change)).scan()
    };
    let before = when(&|key| key.revoked = Some(made.plus(1)));
    let before = table! {
        "status-list-before-its-key-was-revoked" "状态列表：密钥撤销前生成。" "Status list: made before its key was revoked.",
            before => valid(&[]);
    };
    let refused = refused(rows! {
        "after-its-key-was-revoked" "密钥撤销后生成。" "made after its key was revoked.",
            when(&|key| key.revoked = Some(made.minus(1)));
        "by-a-key-revoked-for-all" "密钥被整体撤销。" "made by a key revoked for all it ever signed.",
            when(&|key| key.revoked_all = true);
        "before-its-key-began" "密钥启用前生成。" "made before its key began.",
            when(&|key| key.not_before = made.plus(1));
        "after-its-key-ended" "密钥到期后生成。" "made after its key ended.",
            when(&|key| key.expires = made.minus(1));
    });
    [before, refused].concat()
}

fn with_bytes(change: impl FnOnce(&mut Vec<u8>)) -> Scan {
    Plan::server().scan().with_list_bytes(change)
}

fn damaged() -> Vec<Vector> {
    let flip = |back: usize| {
        with_bytes(|bytes| {
            let at = bytes.len() - back;
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
        })
    };
    refused(rows! {
        "empty" "文件为空。" "an empty file.", with_bytes(Vec::clear);
        "cut-in-half" "只有一半。" "half of it.", with_bytes(|bytes| bytes.truncate(bytes.len() / 2));
        "with-a-trailing-byte" "之后多一个字节。" "a byte after it.", with_bytes(|bytes| bytes.push(0));
        "untagged" "没有标签 18。" "no tag 18.", with_bytes(|bytes| drop(bytes.drain(..1)));
        "with-a-changed-bit" "列表的一位被改。" "one bit of the list changed.", flip(80);
        "with-a-changed-signature" "签名的一位被改。" "one bit of the signature changed.", flip(1);
    })
}

type Row = (&'static str, &'static str, &'static str, fn(&mut Parts));

fn edited() -> Vec<Vector> {
    let rows: [Row; 9] = rows! {
        "without-typ" "缺 typ。" "no typ.", |parts| parts.protected.remove(16);
        "with-another-typ" "typ 为 JWT 的类型。" "the typ of the JWT form.",
            |parts| parts.protected.set(16, "application/statuslist+jwt");
        "with-es256" "alg 为 -7。" "alg is -7.", |parts| parts.protected.set(1, -7);
        "without-kid" "缺 kid。" "no kid.", |parts| parts.protected.remove(4);
        "without-iat" "缺 iat。" "no iat.", |parts| parts.payload.remove(6);
        "without-exp" "缺 exp。" "no exp.", |parts| parts.payload.remove(4);
        "without-sub" "缺 sub。" "no sub.", |parts| parts.payload.remove(2);
        "without-entries" "缺列表。" "no list.", |parts| parts.payload.remove(65_533);
        "with-a-key-twice" "键重复。" "a key twice.", |parts| parts.payload.append(6, 1);
    };
    refused(rows.map(|(name, zh, en, change)| (name, zh, en, Plan::server().listing(change))))
}

fn bodies() -> Vec<Vector> {
    let with = |change: fn(&mut Item)| Plan::server().listing(|parts| parts.payload.change(65_533, change));
    let packed = |bytes: &[u8]| miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6);
    let bomb = packed(&vec![0; (16 << 20) + 1]);
    let bomb = Plan::server().listing(|parts| parts.payload.change(65_533, |list| list.set("lst", bomb)));
    let mut wrong_sum = packed(&[0; 2_048]);
    wrong_sum.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
    let wrong_sum =
        Plan::server().listing(|parts| parts.payload.change(65_533, |list| list.set("lst", wrong_sum)));
    refused(rows! {
        "of-one-bit" "每条一位。" "one bit an entry.", with(|list| list.set("bits", 1));
        "of-eight-bits" "每条八位。" "eight bits an entry.", with(|list| list.set("bits", 8));
        "without-bits" "缺 bits。" "no bits.", with(|list| list.remove("bits"));
        "without-lst" "缺 lst。" "no lst.", with(|list| list.remove("lst"));
        "not-compressed" "未压缩。" "not compressed.", with(|list| list.set("lst", vec![0_u8; 2_048]));
        "of-nothing" "压缩数据为空。" "compressed data of no bytes.", with(|list| list.set("lst", Vec::<u8>::new()));
        "compressed-without-header" "压缩数据没有 zlib 头。" "compressed data without the zlib header.",
            with(|list| list.set("lst", miniz_oxide::deflate::compress_to_vec(&[0; 2_048], 6)));
        "compressed-data-cut-short" "压缩数据不完整。" "compressed data cut short.", with(cut_short);
        "with-a-wrong-checksum" "zlib 校验和不符。" "a wrong zlib checksum.", wrong_sum;
        "zlib-bomb" "解压后超过 16 MiB。" "more than 16 MiB when unpacked.", bomb;
    })
}

fn cut_short(list: &mut Item) {
    list.change("lst", |packed| {
        if let Item::Bytes(bytes) = packed {
            bytes.truncate(bytes.len() / 2);
        }
    });
}

/// A refused list of another province, or for nobody, takes nothing from this one's.
fn beside() -> Vec<Vector> {
    let other = |prefix: &'static str| {
        let mut scan = Plan::server().scan();
        scan.status_lists.insert(prefix.to_owned(), vec![0xd2, 0x84]);
        scan
    };
    table! {
        "status-list-of-another-province-damaged" "外省状态列表损坏，不影响本省。" "Another province's status list is damaged, which is nothing to this one.",
            other("33") => valid(&[]);
        "status-list-for-nobody" "有一份不属于任何地区的状态列表：忽略。" "A status list for a prefix that is in no trust list is ignored.",
            other("99") => valid(&[]);
    }
}
