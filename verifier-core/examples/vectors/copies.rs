//! Annotated copies (§11): whether one is as it was issued, and what has become of the certificate since.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use verifier_core::copy::{Annotation, Content, ContentValue};
use verifier_core::status::Status;
use verifier_core::token;
use verifier_core::trust::KeyUse;

use super::parts::{Parts, key};
use super::plan::{ADDRESS, DAY, HOUR, Plan};
use super::scan::{About, Scan};

/// A vector of a copy, as it stands in its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyVector {
    pub name: String,
    pub about: About,
    pub copy_code: String,
    pub trust_list: String,
    pub status_lists: std::collections::BTreeMap<String, String>,
    pub roots: Vec<String>,
    pub now: u64,
    pub clock_floor: u64,
    pub outcome: String,
    pub reason: Option<String>,
    pub since: Option<String>,
    /// What stands on the copy, where the vector is about its digest.
    pub content: Option<Digested>,
}

/// What stands on a copy, and its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digested {
    pub serial: u64,
    pub recipient: String,
    pub purpose: String,
    pub items: serde_json::Value,
    pub digest: String,
}

const SERIAL: u64 = 2_026_112_000_000_042;

/// Every vector of a copy.
pub fn vectors() -> Vec<CopyVector> {
    [genuine(), since(), forged(), form(), clocks()].concat()
}

fn content() -> Content {
    let text = |text: &str| ContentValue::Text(text.to_owned());
    let list = ["01001", "02001"].map(str::to_owned).to_vec();
    let items = [
        ("holderName".to_owned(), text("张三丰")),
        ("holderAddress".to_owned(), text("沈阳市和平区示例路 1 号")),
        ("qualificationCode".to_owned(), ContentValue::List(list)),
        ("specimen".to_owned(), ContentValue::Flag(false)),
    ];
    Content {
        serial: SERIAL,
        recipient: "示例财产保险股份有限公司沈阳分公司".to_owned(),
        purpose: "办理车辆保险".to_owned(),
        items: items.into(),
    }
}

fn digested() -> Digested {
    let content = content();
    Digested {
        serial: content.serial,
        digest: HEXLOWER.encode(&content.digest()),
        recipient: content.recipient,
        purpose: content.purpose,
        items: serde_json::json!({
            "holderName": "张三丰",
            "holderAddress": "沈阳市和平区示例路 1 号",
            "qualificationCode": ["01001", "02001"],
            "specimen": false,
        }),
    }
}

/// The annotation of a copy made twenty days ago, without end.
fn annotation(plan: &Plan) -> Annotation {
    let content = content();
    Annotation {
        made: plan.now.minus(5 * DAY),
        expires: None,
        serial: SERIAL,
        digest: content.digest(),
        recipient: content.recipient,
        purpose: content.purpose,
    }
}

fn copied(plan: &Plan, annotation: &Annotation) -> Vec<u8> {
    let Ok(copy) = annotation.sign(&plan.sealed(), &plan.shown_by);
    copy
}

/// The scan of a copy.
fn of(plan: &Plan) -> Scan {
    plan.scan().with_code(token::format_copy(ADDRESS, &copied(plan, &annotation(plan))))
}

/// The scan of a copy whose envelope was changed before it was signed.
fn changed(change: impl FnOnce(&mut Parts)) -> Scan {
    let plan = Plan::server();
    let copy = Parts::open(&copied(&plan, &annotation(&plan))).map(|mut parts| {
        change(&mut parts);
        parts.sign(&plan.shown_by)
    });
    plan.scan().with_code(token::format_copy(ADDRESS, &copy.unwrap_or_default()))
}

fn ending(seconds: i64) -> Scan {
    let plan = Plan::server();
    let end = verifier_core::Seconds(plan.now.0.saturating_add_signed(seconds));
    let annotation = Annotation { expires: Some(end), ..annotation(&plan) };
    plan.scan().with_code(token::format_copy(ADDRESS, &copied(&plan, &annotation)))
}

fn made(seconds: i64) -> Scan {
    let plan = Plan::server();
    let made = verifier_core::Seconds(plan.now.0.saturating_add_signed(seconds));
    let annotation = Annotation { made, ..annotation(&plan) };
    plan.scan().with_code(token::format_copy(ADDRESS, &copied(&plan, &annotation)))
}

fn vector(
    (name, zh, en): (&str, &str, &str),
    scan: Scan,
    (outcome, reason, since): (&str, Option<&str>, Option<&str>),
) -> CopyVector {
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    CopyVector {
        name: name.to_owned(),
        about: About { zh: zh.to_owned(), en: en.to_owned() },
        copy_code: scan.code,
        trust_list: hex(&scan.trust_list),
        status_lists: scan.status_lists.iter().map(|(prefix, list)| (prefix.clone(), hex(list))).collect(),
        roots: scan.roots.iter().map(|root| hex(&root.compressed())).collect(),
        now: scan.now.0,
        clock_floor: scan.clock_floor.0,
        outcome: outcome.to_owned(),
        reason: reason.map(str::to_owned),
        since: since.map(str::to_owned),
        content: None,
    }
}

fn valid(about: (&str, &str, &str), scan: Scan, since: &str) -> CopyVector {
    vector(about, scan, ("valid", None, Some(since)))
}

fn invalid(about: (&str, &str, &str), scan: Scan, reason: &str) -> CopyVector {
    vector(about, scan, ("invalid", Some(reason), None))
}

fn undetermined(about: (&str, &str, &str), scan: Scan, reason: &str) -> CopyVector {
    vector(about, scan, ("undetermined", Some(reason), None))
}

fn genuine() -> Vec<CopyVector> {
    let plain = valid(
        ("copy", "与签发时一致的加注件。", "A copy as it was issued."),
        of(&Plan::server()),
        "unchanged",
    );
    let specimen = Plan::server().with(|plan| plan.credential.face.specimen = true);
    vec![
        CopyVector { content: Some(digested()), ..plain },
        valid(
            ("copy-that-ends-in-a-second", "一秒后到期的加注件。", "A copy that ends in a second."),
            ending(1),
            "unchanged",
        ),
        valid(("copy-of-a-specimen", "样证的加注件。", "A copy of a specimen."), of(&specimen), "unchanged"),
        valid(
            (
                "copy-of-a-credential-that-ended",
                "封装已到期，加注件仍成立。",
                "The sealed copy of the certificate has ended since; the copy stands.",
            ),
            of(&Plan::server().with(|plan| plan.credential.expires = plan.now.minus(HOUR))),
            "unchanged",
        ),
        valid(
            ("copy-with-a-later-claim", "含本版本不认识的声明。", "With a claim this version does not know."),
            changed(|parts| parts.payload.set(99, "later")),
            "unchanged",
        ),
    ]
}

fn since() -> Vec<CopyVector> {
    let with = |status| of(&Plan::server().with_status(status));
    let over = Plan::server().with(|plan| {
        plan.credential.face.last_day = Some(verifier_core::Day(plan.now.day().0 - 1));
    });
    let old_list =
        Plan::server().with(|plan| plan.list("21", |list| list.issued = list.issued.minus(8 * DAY)));
    vec![
        valid(
            ("copy-changed-since", "证照此后已变更。", "The certificate has changed since."),
            with(Status::Superseded),
            "changed",
        ),
        valid(
            ("copy-revoked-since", "证照此后已吊销。", "The certificate was revoked since."),
            with(Status::Revoked),
            "ended",
        ),
        valid(
            ("copy-cancelled-since", "证照此后已注销。", "The certificate was cancelled since."),
            with(Status::Cancelled),
            "ended",
        ),
        valid(
            ("copy-suspended-since", "证照此后被暂扣。", "The certificate is suspended."),
            with(Status::Suspended),
            "suspended",
        ),
        valid(
            ("copy-reported-lost-since", "证照此后挂失。", "The certificate was reported lost."),
            with(Status::ReportedLost),
            "suspended",
        ),
        valid(
            (
                "copy-review-overdue-since",
                "年审逾期：内容未变。",
                "The review is overdue; nothing has changed.",
            ),
            with(Status::ReviewOverdue),
            "unchanged",
        ),
        valid(
            ("copy-expired-since", "证照此后到期。", "The certificate has expired since."),
            of(&over),
            "ended",
        ),
        valid(
            ("copy-without-a-status-list", "没有状态列表。", "Without a status list."),
            of(&Plan::server().with(|plan| plan.status.clear())),
            "unknown",
        ),
        valid(
            (
                "copy-with-a-status-list-of-eight-days",
                "状态列表已八天，不能说明现状。",
                "A status list of eight days says nothing of today.",
            ),
            of(&old_list),
            "unknown",
        ),
    ]
}

fn forged() -> Vec<CopyVector> {
    let plan = Plan::server();
    let unsigned = |change: fn(&mut Parts)| {
        let plan = Plan::server();
        let copy = Parts::open(&copied(&plan, &annotation(&plan))).map(|mut parts| {
            change(&mut parts);
            parts.with_signature(parts.signature.clone())
        });
        plan.scan().with_code(token::format_copy(ADDRESS, &copy.unwrap_or_default()))
    };
    let by = |name: &str| Plan::server().with(|plan| plan.shown_by = key(name));
    let claiming = |name: &'static str| {
        let kid = key("21 presentation").public_key().id().0;
        let plan = by(name);
        let copy = Parts::open(&copied(&plan, &annotation(&plan))).map(|mut parts| {
            parts.protected.set(4, kid.to_vec());
            parts.sign(&plan.shown_by)
        });
        plan.scan().with_code(token::format_copy(ADDRESS, &copy.unwrap_or_default()))
    };
    let revoked = Plan::server().with(|plan| {
        let before = plan.now.minus(6 * DAY);
        plan.keys("21", KeyUse::Presentation, |key| key.revoked = Some(before));
    });
    let unknown = Plan::server().with(|plan| plan.credential.issuer = "440100".to_owned());
    let thief = Plan::server().with(|plan| plan.seal_key = key("21 seal, unpublished"));
    vec![
        invalid(
            (
                "copy-for-another-recipient",
                "改了接收方，签名未变。",
                "The recipient was changed, the signature was not.",
            ),
            unsigned(|parts| parts.payload.change(-65_538, |copy| copy.set(2, "另一家公司"))),
            "copy_forged",
        ),
        invalid(
            (
                "copy-with-another-digest",
                "改了内容摘要，签名未变。",
                "The digest was changed, the signature was not.",
            ),
            unsigned(|parts| parts.payload.change(-65_538, |copy| copy.set(4, vec![7; 32]))),
            "copy_forged",
        ),
        invalid(
            (
                "copy-by-a-thief",
                "kid 是真密钥的，签名是别人的。",
                "The genuine key's kid, somebody else's signature.",
            ),
            claiming("thief"),
            "copy_forged",
        ),
        invalid(
            ("copy-by-the-seal-key", "用签发密钥签的加注件。", "Signed by the seal key."),
            of(&by("21 seal")),
            "key_not_valid",
        ),
        invalid(
            ("copy-by-a-key-revoked-before", "签发时密钥已吊销。", "By a key revoked before."),
            of(&revoked),
            "key_not_valid",
        ),
        undetermined(
            ("copy-by-an-unknown-key", "信任列表中没有的密钥。", "By a key that is not in the trust list."),
            of(&by("21 presentation, unpublished")),
            "unknown_key",
        ),
        undetermined(
            (
                "copy-of-an-unknown-issuer",
                "信任列表中没有的省份。",
                "Of a province that is not in the trust list.",
            ),
            of(&unknown),
            "unknown_issuer",
        ),
        undetermined(
            (
                "copy-sealed-by-an-unknown-key",
                "证照由未公布的密钥签发。",
                "The certificate is sealed by an unpublished key.",
            ),
            of(&thief),
            "unknown_key",
        ),
        undetermined(
            ("copy-without-a-trust-list", "没有信任列表。", "Without a trust list."),
            of(&plan).with_trust_list(Vec::new()),
            "bundle_invalid",
        ),
    ]
}

fn form() -> Vec<CopyVector> {
    let plan = Plan::server();
    let shown = plan.shown(&plan.sealed());
    let copy = copied(&plan, &annotation(&plan));
    let code = token::format_copy(ADDRESS, &copy);
    let as_code = |code: String| plan.scan().with_code(code);
    vec![
        invalid(
            ("copy-is-a-presentation", "亮证码不是加注件。", "A presentation is no copy."),
            plan.scan(),
            "not_a_copy",
        ),
        invalid(
            (
                "copy-address-of-a-presentation",
                "亮证令牌写在加注件地址后。",
                "A presentation's token behind the address of a copy.",
            ),
            as_code(token::format_copy(ADDRESS, &shown)),
            "malformed",
        ),
        invalid(
            ("copy-of-another-version", "加注件码的版本为 2。", "Version 2 of a copy's code."),
            as_code(code.replace("/C/1", "/C/2")),
            "unsupported_version",
        ),
        invalid(
            ("copy-cut-short", "码被截断。", "The code is cut short."),
            as_code(code.chars().take(300).collect()),
            "malformed",
        ),
        invalid(
            ("copy-token-alone", "没有地址的令牌。", "The token without an address."),
            as_code(code.rsplit('/').next().unwrap_or_default().chars().skip(1).collect()),
            "not_a_copy",
        ),
        invalid(
            ("copy-without-typ", "缺 typ。", "Without typ."),
            changed(|parts| parts.protected.remove(16)),
            "malformed",
        ),
        invalid(
            ("copy-of-another-typ", "typ 不符。", "Of another typ."),
            changed(|parts| parts.protected.set(16, "application/yzt-receipt+cbor")),
            "malformed",
        ),
        invalid(
            (
                "copy-without-kid",
                "缺 kid：加注件只由发证方签名。",
                "Without kid: only the issuer signs copies.",
            ),
            changed(|parts| parts.protected.remove(4)),
            "malformed",
        ),
        invalid(
            ("copy-without-a-digest", "缺内容摘要。", "Without a digest."),
            changed(|parts| parts.payload.change(-65_538, |copy| copy.remove(4))),
            "malformed",
        ),
        invalid(
            ("copy-with-a-short-digest", "内容摘要 31 字节。", "A digest of 31 bytes."),
            changed(|parts| parts.payload.change(-65_538, |copy| copy.set(4, vec![7; 31]))),
            "malformed",
        ),
        invalid(
            ("copy-with-a-serial-of-17-digits", "编号 17 位。", "A serial of 17 digits."),
            changed(|parts| parts.payload.change(-65_538, |copy| copy.set(1, 10_000_000_000_000_000_u64))),
            "malformed",
        ),
        invalid(
            ("copy-with-iat-as-text", "iat 为文本。", "iat is a text."),
            changed(|parts| parts.payload.set(6, "1")),
            "malformed",
        ),
    ]
}

fn clocks() -> Vec<CopyVector> {
    let old = Plan::server().with(|plan| {
        plan.trust.issued = plan.now.minus(8 * DAY);
        plan.clock_floor = Some(plan.now.minus(HOUR));
    });
    vec![
        invalid(("copy-that-ended-now", "此刻到期。", "It ends now."), ending(0), "copy_ended"),
        undetermined(
            ("copy-made-in-61-seconds", "制作时间晚于本机时间。", "It was made later than this clock says."),
            made(61),
            "clock_suspect",
        ),
        valid(
            ("copy-made-in-59-seconds", "在允许的时钟误差之内。", "Within the allowance of clocks."),
            made(59),
            "unchanged",
        ),
        undetermined(
            (
                "copy-by-a-clock-behind-its-floor",
                "本机时钟慢于已签名的时间。",
                "The clock is behind times that were signed.",
            ),
            of(&Plan::server().with(|plan| plan.clock_floor = Some(plan.now.plus(61)))),
            "clock_suspect",
        ),
        undetermined(
            ("copy-with-a-trust-list-of-eight-days", "信任列表已八天。", "A trust list of eight days."),
            of(&old),
            "bundle_too_old",
        ),
    ]
}
