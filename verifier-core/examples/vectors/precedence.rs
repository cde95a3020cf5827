//! Several faults at once: which one is said. Steps 1 to 4 decide in their order; of 5 to 9 an invalid result outranks
//! an undetermined one, and an earlier step a later one.

use verifier_core::status::Status;

use super::faces::FIRST_DAY;
use super::parts::{Parts, key};
use super::plan::{DAY, HOUR, NOW, Plan};
use super::scan::{Scan, Vector};

/// Vectors with more than one fault.
pub fn vectors() -> Vec<Vector> {
    [before_the_signatures(), at_the_signatures(), invalid_first(), earlier_first(), all_warnings()].concat()
}

/// A screenshot of yesterday.
fn screenshot(plan: &mut Plan) {
    plan.presentation.made = NOW.minus(DAY);
    plan.presentation.expires = NOW.minus(DAY - 60);
}

fn from_the_future(plan: &mut Plan) {
    plan.presentation.made = NOW.plus(HOUR);
    plan.presentation.expires = NOW.plus(HOUR + 60);
}

fn old_bundle(plan: &mut Plan) {
    plan.trust.issued = NOW.minus(8 * DAY);
    plan.list("21", |list| list.issued = NOW.minus(8 * DAY));
}

fn clock_set_back(plan: &mut Plan) {
    plan.clock_floor = Some(NOW.plus(HOUR));
}

fn expired(plan: &mut Plan) {
    plan.credential.face.last_day = Some(FIRST_DAY);
}

fn copy_ended(plan: &mut Plan) {
    plan.credential.expires = NOW.minus(DAY);
}

fn refused_list(scan: Scan) -> Scan {
    scan.with_list_bytes(|bytes| bytes.truncate(40))
}

fn server() -> Plan {
    Plan::server()
}

fn before_the_signatures() -> Vec<Vector> {
    let without_bundle = |scan: Scan| scan.with_trust_list(Vec::new());
    let newer = || server().with(|plan| plan.trust.min_client = 2).scan();
    let unknown = server().with(screenshot).with(|plan| plan.credential.issuer = "440100".to_owned());
    table! {
        "malformed-without-bundle" "码已损坏，本机也没有数据包。" "A damaged code, and no bundle.",
            without_bundle(server().scan().with_code("HTTPS://YZT.EXAMPLE.GOV.CN/V/1QQQQ")) => invalid("malformed");
        "payment-code-without-bundle" "付款码，本机没有数据包。" "A payment code, and no bundle.",
            without_bundle(server().scan().with_code("134512345678901234")) => invalid("not_a_presentation");
        "version-2-with-a-bundle-for-newer-clients" "码和数据包都是新版本。" "Code and bundle are both for newer clients.",
            newer().with_code("HTTPS://YZT.EXAMPLE.GOV.CN/V/2QQQQ") => invalid("unsupported_version");
        "unknown-issuer-and-screenshot" "未知省份的截图。" "A screenshot from an unknown province.",
            unknown.scan() => undetermined("unknown_issuer");
        "unknown-key-and-clock-set-back" "签发密钥未知，时钟也被调慢。" "An unknown seal key, and the clock set back.",
            server().with(clock_set_back).with(|plan| plan.seal_key = key("21 seal, unpublished")).scan() => undetermined("unknown_key");
        "unknown-root-and-old-bundle" "信任列表的根密钥未知，而且过旧。" "A trust list of an unknown root, and old.",
            server().with(old_bundle).with(|plan| plan.root = key("thief")).scan() => undetermined("bundle_invalid");
    }
}

fn at_the_signatures() -> Vec<Vector> {
    let forged = |plan: Plan| {
        let sealed = Parts::open(&plan.sealed()).map(|mut parts| {
            parts.payload.change(-65_537, |face| face.set(3, "李四"));
            parts.with_signature(parts.signature.clone())
        });
        plan.scan_of(&plan.shown(&sealed.unwrap_or_default()))
    };
    let by_another_phone =
        Plan::phone().with_status(Status::Cancelled).with(|plan| plan.shown_by = key("thief"));
    let unpublished = server().with(|plan| plan.shown_by = key("21 presentation, unpublished"));
    table! {
        "forged-and-cancelled" "内容被改，原证也已注销。" "Altered, and the original is cancelled.",
            forged(server().with_status(Status::Cancelled)) => invalid("seal_forged");
        "forged-screenshot-and-old-bundle" "内容被改的截图，数据包也过旧。" "Altered, a screenshot, and an old bundle.",
            forged(server().with(screenshot).with(old_bundle)) => invalid("seal_forged");
        "forged-and-unknown-presentation-key" "内容被改，亮证密钥也未知。" "Altered, and shown by an unknown key.",
            forged(unpublished) => invalid("seal_forged");
        "forged-and-shown-by-the-seal-key" "内容被改，又用签发密钥亮证。" "Altered, and shown by the seal key.",
            forged(server().with(|plan| plan.shown_by = key("21 seal"))) => invalid("seal_forged");
        "another-phone-and-cancelled" "另一部手机出示，证照已注销。" "Shown by another phone, and cancelled.",
            by_another_phone.scan() => invalid("presentation_forged");
        "another-phone-and-clock-set-back" "另一部手机出示，时钟也被调慢。" "Shown by another phone, and the clock set back.",
            by_another_phone.clone().with(clock_set_back).scan() => invalid("presentation_forged");
    }
}

fn invalid_first() -> Vec<Vector> {
    table! {
        "screenshot-of-a-cancelled-certificate" "已注销证照的截图：说已注销。" "A screenshot of a cancelled certificate says cancelled.",
            server().with(screenshot).with_status(Status::Cancelled).scan() => invalid("cancelled");
        "suspended-and-old-bundle" "已暂扣，数据包过旧：说已暂扣。" "Suspended by an old bundle says suspended.",
            server().with(old_bundle).with_status(Status::Suspended).scan() => invalid("suspended");
        "revoked-and-clock-set-back" "已吊销，时钟被调慢：说已吊销。" "Revoked, with the clock set back, says revoked.",
            server().with(clock_set_back).with_status(Status::Revoked).scan() => invalid("revoked");
        "lost-and-credential-ended" "已挂失，副本到期：说已挂失。" "Reported lost, with an ended copy, says reported lost.",
            server().with(copy_ended).with_status(Status::ReportedLost).scan() => invalid("reported_lost");
        "screenshot-of-an-expired-certificate" "已到期证照的截图：说已到期。" "A screenshot of an expired certificate says expired.",
            server().with(screenshot).with(expired).scan() => invalid("certificate_expired");
        "expired-and-clock-set-back" "已到期，时钟被调慢：说已到期。" "Expired even by a clock set back.",
            server().with(clock_set_back).with(expired).scan() => invalid("certificate_expired");
        "expired-and-refused-status-list" "已到期，状态列表不可用：说已到期。" "Expired, with a refused status list, says expired.",
            refused_list(server().with(expired).scan()) => invalid("certificate_expired");
        "expired-and-cancelled" "已到期又已注销：先看到期。" "Expired and cancelled: the earlier step is said.",
            server().with(expired).with_status(Status::Cancelled).scan() => invalid("certificate_expired");
        "cancelled-specimen" "已注销的样证。" "A cancelled specimen.",
            server().with_status(Status::Cancelled).with(|plan| plan.credential.face.specimen = true).scan() => invalid("cancelled");
    }
}

fn earlier_first() -> Vec<Vector> {
    let before_it_began = server().with(|plan| {
        plan.credential.valid_from = NOW.minus(10 * DAY);
        plan.now = NOW.minus(20 * DAY);
    });
    table! {
        "clock-set-back-before-the-certificate-began" "时钟被调到证照生效之前：不能说证照尚未生效。" "The clock set back to before the certificate began, which says nothing of the certificate.",
            before_it_began.scan() => undetermined("clock_suspect");
        "clock-set-back-and-screenshot" "时钟被调慢，码也过时。" "The clock set back, and a screenshot.",
            server().with(clock_set_back).with(screenshot).scan() => undetermined("clock_suspect");
        "clock-set-back-and-code-from-the-future" "时钟被调慢，所以码来自未来。" "The clock set back, and so the code is from the future.",
            server().with(clock_set_back).with(from_the_future).scan() => undetermined("clock_suspect");
        "screenshot-and-credential-ended" "截图，副本也到期。" "A screenshot, and the sealed copy ended.",
            server().with(screenshot).with(copy_ended).scan() => undetermined("code_expired");
        "screenshot-and-old-bundle" "截图，数据包也过旧。" "A screenshot, and an old bundle.",
            server().with(screenshot).with(old_bundle).scan() => undetermined("code_expired");
        "credential-ended-and-old-bundle" "副本到期，数据包也过旧。" "The sealed copy ended, and an old bundle.",
            server().with(copy_ended).with(old_bundle).scan() => undetermined("credential_expired");
        "screenshot-and-refused-status-list" "截图，状态列表也不可用。" "A screenshot, and a refused status list.",
            refused_list(server().with(screenshot).scan()) => undetermined("code_expired");
        "credential-ended-and-refused-status-list" "副本到期，状态列表也不可用。" "The sealed copy ended, and a refused status list.",
            refused_list(server().with(copy_ended).scan()) => undetermined("credential_expired");
        "refused-status-list-and-old-trust-list" "状态列表不可用，信任列表也过旧。" "A refused status list, and an old trust list.",
            refused_list(server().with(|plan| plan.trust.issued = NOW.minus(8 * DAY)).scan()) => undetermined("bundle_invalid");
        "superseded-and-old-bundle" "已有新版本，数据包过旧：不提示，只说过旧。" "Superseded by an old bundle: only the bundle's age is said.",
            server().with(old_bundle).with_status(Status::Superseded).scan() => undetermined("bundle_too_old");
    }
}

/// All that can be said of one valid code, in the order of the table.
fn all_warnings() -> Vec<Vector> {
    let all = Plan::phone().with_status(Status::Superseded).with(|plan| {
        plan.trust.issued = NOW.minus(2 * DAY);
        plan.list("21", |list| list.issued = NOW.minus(2 * DAY));
        plan.presentation.made = NOW.plus(30);
        plan.presentation.expires = NOW.plus(90);
        plan.seen = vec![plan.presentation.cti];
        plan.credential.face.specimen = true;
    });
    let warnings =
        ["status_stale", "trust_list_stale", "seen_before", "superseded", "holder_clock_off", "specimen"];
    vec![
        all.scan()
            .about(
                "every-warning-at-once",
                "所有可能同时出现的提示。",
                "Every warning that can stand beside the others.",
            )
            .valid(&warnings),
    ]
}
