//! Steps 2 to 4: whose keys made the seal and the presentation, and whether they may.

use super::item::Item;
use super::parts::{Parts, key};
use super::plan::{Plan, issuer, status_list};
use super::scan::{Scan, Vector};

/// Vectors about keys.
pub fn vectors() -> Vec<Vector> {
    [issuers(), seal_keys(), presentation_keys(), phones()].concat()
}

/// Province 21 and its city 2102 both answer for themselves.
fn nested() -> Plan {
    Plan::server().with(|plan| {
        plan.trust.issuers.push(issuer("2102", "大连市交通运输局", plan.now));
        plan.status.insert("2102", (status_list("2102", plan.now), key("2102 status")));
    })
}

fn of_dalian(plan: &mut Plan) {
    plan.credential.issuer = "210200".to_owned();
    plan.seal_key = key("2102 seal");
    plan.shown_by = key("2102 presentation");
}

fn issuers() -> Vec<Vector> {
    let other = Plan::server().with(|plan| {
        plan.credential.issuer = "330100".to_owned();
        plan.seal_key = key("33 seal");
        plan.shown_by = key("33 presentation");
        plan.status.insert("33", (status_list("33", plan.now), key("33 status")));
    });
    let unknown = Plan::server().with(|plan| plan.credential.issuer = "440100".to_owned());
    let nobody = Plan::server().with(|plan| plan.trust.issuers.clear());
    table! {
        "issuer-of-another-province" "外省证照，由外省密钥签发和出示。" "Another province's certificate, sealed and shown by its own keys.",
            other.scan() => valid(&[]);
        "issuer-unknown" "信任列表中没有的省份。" "A province that is not in the trust list.",
            unknown.scan() => undetermined("unknown_issuer");
        "issuer-none-at-all" "信任列表中没有发证地区。" "A trust list without issuers.",
            nobody.scan() => undetermined("unknown_issuer");
        "issuer-with-a-longer-prefix" "省、市前缀都符合时由较长的前缀负责。" "Of two prefixes that fit, the longer one answers.",
            nested().with(of_dalian).scan() => valid(&[]);
        "issuer-beside-a-longer-prefix" "其他城市仍由省级前缀负责。" "The other cities are still answered for by the province.",
            nested().scan() => valid(&[]);
    }
}

fn seal_keys() -> Vec<Vector> {
    let sealed_by = |name: &str| Plan::server().with(|plan| plan.seal_key = key(name));
    let with_kid_of_the_genuine =
        Plan::server().with(|plan| plan.seal_key = key("thief")).sealing(claiming("21 seal"));
    let province_for_city = nested().with(of_dalian).with(|plan| plan.seal_key = key("21 seal"));
    let city_for_another = nested().with(|plan| plan.seal_key = key("2102 seal"));
    table! {
        "seal-key-unknown" "信任列表中没有的签发密钥。" "A seal key that is not in the trust list.",
            sealed_by("21 seal, unpublished").scan() => undetermined("unknown_key");
        "seal-key-of-another-province" "外省签发密钥为本省区划签发。" "Another province's seal key seals for this province's division.",
            sealed_by("33 seal").scan() => undetermined("unknown_key");
        "seal-key-of-the-province-for-a-city-of-its-own" "省密钥为自有发证主体的城市签发。" "The province's key seals for a city that answers for itself.",
            province_for_city.scan() => undetermined("unknown_key");
        "seal-key-of-a-city-for-another-city" "大连的密钥为沈阳签发。" "Dalian's key seals for Shenyang.",
            city_for_another.scan() => undetermined("unknown_key");
        "seal-right-kid-wrong-key" "kid 是真密钥的，签名是别人的。" "The genuine key's kid, somebody else's signature.",
            with_kid_of_the_genuine => invalid("seal_forged");
        "seal-by-the-presentation-key" "用亮证密钥签发证照。" "Sealed by the presentation key.",
            sealed_by("21 presentation").scan() => invalid("key_not_valid");
        "seal-by-the-status-key" "用状态密钥签发证照。" "Sealed by the status key.",
            sealed_by("21 status").scan() => invalid("key_not_valid");
        "seal-by-the-root-key" "用根密钥签发证照。" "Sealed by the root key.",
            sealed_by("root").scan() => undetermined("unknown_key");
        "seal-with-another-holder" "改了持证人姓名，签名未变。" "The holder was changed, the seal's signature was not.",
            altered(|face| face.set(3, "李四丰")) => invalid("seal_forged");
        "seal-with-a-later-last-day" "改了最后有效日，签名未变。" "The last day was changed, the seal's signature was not.",
            altered(|face| face.set(10, 30_000)) => invalid("seal_forged");
        "seal-with-another-status-index" "改了状态列表索引，签名未变。" "The status index was changed, the seal's signature was not.",
            altered(|face| face.set(8, 7)) => invalid("seal_forged");
        "seal-with-an-empty-user-id" "签名时用户标识为空，而不是默认值。" "Sealed with an empty user id in place of the default one.",
            Plan::server().scan_of(&sealed_with_empty_user_id()) => invalid("seal_forged");
        "seal-with-the-device-key-put-in" "没有重新签名就加进设备密钥。" "A device key put in without sealing anew.",
            Plan::server().scan_of(&with_cnf_of("thief")) => invalid("seal_forged");
    }
}

fn presentation_keys() -> Vec<Vector> {
    let shown_by = |name: &str| Plan::server().with(|plan| plan.shown_by = key(name));
    let other_certificate = {
        let plan = Plan::server();
        let other = plan.clone().with(|plan| plan.credential.face.holder = "李四".to_owned()).sealed();
        Parts::open(&plan.shown(&plan.sealed())).map(|mut parts| {
            parts.protected.set(13, other);
            parts.with_signature(parts.signature.clone())
        })
    };
    let later = Parts::open(&Plan::server().scan().bytes()).map(|mut parts| {
        parts.payload.set(4, Plan::server().presentation.expires.0 + 60);
        parts.with_signature(parts.signature.clone())
    });
    table! {
        "presentation-key-unknown" "信任列表中没有的亮证密钥。" "A presentation key that is not in the trust list.",
            shown_by("21 presentation, unpublished").scan() => undetermined("unknown_key");
        "presentation-key-of-another-province" "外省亮证密钥出示本省证照。" "Another province's presentation key shows this province's certificate.",
            shown_by("33 presentation").scan() => undetermined("unknown_key");
        "presentation-by-the-seal-key" "用签发密钥亮证。" "Presented by the seal key.",
            shown_by("21 seal").scan() => invalid("key_not_valid");
        "presentation-by-the-status-key" "用状态密钥亮证。" "Presented by the status key.",
            shown_by("21 status").scan() => invalid("key_not_valid");
        "presentation-right-kid-wrong-key" "kid 是真密钥的，签名是别人的。" "The genuine key's kid, somebody else's signature.",
            shown_by("thief").presenting(claiming("21 presentation")) => invalid("presentation_forged");
        "presentation-of-a-swapped-certificate" "亮证签名不变，换成另一张真证照。" "Another genuine certificate under an old signature.",
            Plan::server().scan_of(&other_certificate.unwrap_or_default()) => invalid("presentation_forged");
        "presentation-with-a-later-end" "改了 exp，签名未变。" "The end was changed, the signature was not.",
            Plan::server().scan_of(&later.unwrap_or_default()) => invalid("presentation_forged");
    }
}

fn phones() -> Vec<Vector> {
    let without_kid = |plan: Plan| plan.presenting(|parts| parts.protected.remove(4));
    let bound = Plan::server().with(|plan| plan.credential.device_key = Some(key("phone").public_key()));
    let with_kid = Plan::phone().presenting(|parts| {
        let kid = key("phone").public_key().id().0;
        parts.protected.set(4, kid.to_vec());
    });
    table! {
        "phone-made" "持证人手机自行生成的码。" "A code made by the holder's own phone.",
            Plan::phone().scan() => valid(&[]);
        "server-made-for-a-bound-certificate" "证照绑定了设备，码由服务器生成。" "A server's code of a certificate that is bound to a phone.",
            bound.clone().scan() => valid(&[]);
        "phone-key-not-in-the-certificate" "另一部手机的密钥。" "The key of another phone.",
            Plan::phone().with(|plan| plan.shown_by = key("thief")).scan() => invalid("presentation_forged");
        "phone-made-without-device-key" "没有 kid，证照也没有设备密钥。" "No kid, and no device key in the certificate.",
            without_kid(Plan::server()) => invalid("presentation_forged");
        "server-made-without-kid" "服务器签名但没有 kid：按设备密钥核验不符。" "Signed by the server without a kid: the phone's key does not verify it.",
            without_kid(bound) => invalid("presentation_forged");
        "phone-made-with-a-kid" "手机签名却带 kid：按服务器密钥查不到。" "Signed by the phone with a kid: no key of the server has it.",
            with_kid => undetermined("unknown_key");
    }
}

/// Puts in the kid of another key.
fn claiming(name: &str) -> impl FnOnce(&mut Parts) {
    let kid = key(name).public_key().id().0;
    move |parts| parts.protected.set(4, kid.to_vec())
}

/// The face changed under the genuine seal's signature, and shown by the genuine server.
fn altered(change: impl FnOnce(&mut Item)) -> Scan {
    let plan = Plan::server();
    let sealed = Parts::open(&plan.sealed()).map(|mut parts| {
        parts.payload.change(-65_537, change);
        parts.with_signature(parts.signature.clone())
    });
    plan.scan_of(&plan.shown(&sealed.unwrap_or_default()))
}

/// The thief's phone key in the certificate, shown by the thief's phone.
fn with_cnf_of(name: &str) -> Vec<u8> {
    let plan = Plan::phone().with(|plan| {
        plan.credential.device_key = Some(key(name).public_key());
        plan.shown_by = key(name);
    });
    let unbound = Parts::open(&Plan::server().sealed()).map(|parts| parts.signature);
    let sealed = Parts::open(&plan.sealed()).map(|parts| parts.with_signature(unbound.unwrap_or_default()));
    plan.shown(&sealed.unwrap_or_default())
}

/// What OpenSSL 3.0 does when it is not told the user id.
fn sealed_with_empty_user_id() -> Vec<u8> {
    use sm2::dsa::signature::Signer;
    let plan = Plan::server();
    let sealed = Parts::open(&plan.sealed()).and_then(|parts| {
        let key = sm2::dsa::SigningKey::from_slice("", &super::parts::secret("21 seal")).ok()?;
        let signature: sm2::dsa::Signature = key.sign(&parts.signed_octets());
        Some(parts.with_signature(signature.to_vec()))
    });
    plan.shown(&sealed.unwrap_or_default())
}
