//! Steps 2 and 4: when a key was good. A second on either side of each limit.

use verifier_core::trust::{IssuerKey, KeyUse};

use super::plan::{Plan, issuer_key};
use super::scan::Vector;

/// Vectors about the dates of keys.
pub fn vectors() -> Vec<Vector> {
    [seal_keys(), presentation_keys()].concat()
}

fn seal_keys() -> Vec<Vector> {
    let sealed = Plan::server().credential.sealed;
    let with = |change: &dyn Fn(&mut IssuerKey)| {
        Plan::server().with(|plan| plan.keys("21", KeyUse::Seal, change)).scan()
    };
    let rotated = Plan::server().with(|plan| {
        plan.keys("21", KeyUse::Seal, |key| key.expires = sealed.plus(60));
        let next = issuer_key("21 seal, next", KeyUse::Seal, plan.now);
        plan.trust.issuers.iter_mut().take(1).for_each(|issuer| issuer.keys.push(next.clone()));
    });
    let revoked_for_all = with(&|key| {
        key.revoked = Some(sealed.plus(1));
        key.revoked_all = true;
    });
    let at_the_end_of_time = Plan::server().sealing(|parts| parts.payload.set(6, u64::MAX));
    table! {
        "seal-before-its-key-began" "签发时密钥尚未启用（差 1 秒）。" "Sealed a second before the key began.",
            with(&|key| key.not_before = sealed.plus(1)) => invalid("key_not_valid");
        "seal-after-its-key-began" "签发时密钥刚启用 1 秒。" "Sealed a second after the key began.",
            with(&|key| key.not_before = sealed.minus(1)) => valid(&[]);
        "seal-after-its-key-ended" "签发时密钥已到期 1 秒。" "Sealed a second after the key ended.",
            with(&|key| key.expires = sealed.minus(1)) => invalid("key_not_valid");
        "seal-before-its-key-ended" "签发后密钥轮换到期：证照仍有效。" "Sealed before the key ended and another took over: still good.",
            rotated.scan() => valid(&[]);
        "seal-after-its-key-was-revoked" "密钥撤销后 1 秒签发。" "Sealed a second after the key was revoked.",
            with(&|key| key.revoked = Some(sealed.minus(1))) => invalid("key_not_valid");
        "seal-before-its-key-was-revoked" "密钥撤销前 1 秒签发：证照仍有效。" "Sealed a second before the key was revoked: still good.",
            with(&|key| key.revoked = Some(sealed.plus(1))) => valid(&[]);
        "seal-by-a-key-revoked-for-all" "密钥被整体撤销：撤销前签发的也无效。" "The key was revoked for all it ever sealed.",
            revoked_for_all => invalid("key_not_valid");
        "seal-by-a-key-revoked-for-all-without-a-time" "密钥被整体撤销，未写时间。" "Revoked for all it ever sealed, without a time.",
            with(&|key| key.revoked_all = true) => invalid("key_not_valid");
        "seal-at-the-end-of-time" "签发时间为最大整数。" "Sealed at the largest time there is.",
            at_the_end_of_time => invalid("key_not_valid");
    }
}

fn presentation_keys() -> Vec<Vector> {
    let made = Plan::server().presentation.made;
    let with = |change: &dyn Fn(&mut IssuerKey)| {
        Plan::server().with(|plan| plan.keys("21", KeyUse::Presentation, change)).scan()
    };
    table! {
        "presentation-before-its-key-began" "亮证时密钥尚未启用。" "Made a second before the key began.",
            with(&|key| key.not_before = made.plus(1)) => invalid("key_not_valid");
        "presentation-after-its-key-ended" "亮证时密钥已到期。" "Made a second after the key ended.",
            with(&|key| key.expires = made.minus(1)) => invalid("key_not_valid");
        "presentation-after-its-key-was-revoked" "亮证密钥撤销后生成。" "Made a second after the key was revoked.",
            with(&|key| key.revoked = Some(made.minus(1))) => invalid("key_not_valid");
        "presentation-before-its-key-was-revoked" "亮证密钥撤销前 1 秒生成。" "Made a second before the key was revoked.",
            with(&|key| key.revoked = Some(made.plus(1))) => valid(&[]);
        "presentation-by-a-key-revoked-for-all" "亮证密钥被整体撤销。" "Made by a key revoked for all it ever signed.",
            with(&|key| key.revoked_all = true) => invalid("key_not_valid");
    }
}
