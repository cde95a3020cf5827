//! Step 7: the certificate's first and last day in China, and the end of its sealed copy.

use verifier_core::Seconds;

use super::faces::{FIRST_DAY, LAST_DAY};
use super::plan::{DAY, HOUR, NOW, Plan};
use super::scan::Vector;

/// Vectors about the certificate's dates.
pub fn vectors() -> Vec<Vector> {
    [last_days(), first_days(), sealed_copies()].concat()
}

/// The last valid day is the day before the one that starts at `midnight`; the scan is at `now`.
fn ending(midnight: Seconds, now: Seconds) -> Plan {
    let last = verifier_core::Day(midnight.day().0 - 1);
    Plan::at(now).with(|plan| plan.credential.face.last_day = Some(last))
}

fn last_days() -> Vec<Vector> {
    let midnight = NOW.day().start();
    let long_ago = Plan::server().with(|plan| plan.credential.face.last_day = Some(FIRST_DAY));
    table! {
        "last-day-at-23-59-59" "最后有效日的 23:59:59（北京时间）。" "23:59:59 in China on the last valid day.",
            ending(midnight, midnight.minus(1)).scan() => valid(&[]);
        "last-day-is-yesterday" "最后有效日次日的 00:00:01（北京时间）。" "00:00:01 in China on the day after.",
            ending(midnight, midnight.plus(1)).scan() => invalid("certificate_expired");
        "last-day-still-yesterday-in-utc" "北京时间已是次日，UTC 仍是最后有效日。" "The day after in China, still the last valid day in UTC.",
            ending(midnight, midnight.plus(8 * HOUR - 1)).scan() => invalid("certificate_expired");
        "last-day-long-ago" "两年多前到期。" "Expired more than two years ago.",
            long_ago.scan() => invalid("certificate_expired");
        "last-day-at-noon" "最后有效日的正午。" "Noon of the last valid day.",
            Plan::at(LAST_DAY.start().plus(12 * HOUR)).scan() => valid(&[]);
    }
}

fn first_days() -> Vec<Vector> {
    let never = Plan::server().with(|plan| {
        plan.credential.valid_from = NOW.plus(DAY);
        plan.credential.face.last_day = Some(FIRST_DAY);
    });
    let begin = |from: Seconds| Plan::server().with(|plan| plan.credential.valid_from = from).scan();
    table! {
        "first-second-was-a-second-ago" "一秒前开始有效。" "Valid since a second ago.",
            begin(NOW.minus(1)) => valid(&[]);
        "first-second-is-a-second-from-now" "一秒后才有效。" "Valid from a second from now.",
            begin(NOW.plus(1)) => invalid("certificate_not_yet_valid");
        "first-day-is-tomorrow" "明天才有效。" "Valid from tomorrow.",
            begin(NOW.day().start().plus(DAY)) => invalid("certificate_not_yet_valid");
        "last-day-before-first-day" "既已到期又未开始：先看到期。" "Both expired and not yet valid: expired is said first.",
            never.scan() => invalid("certificate_expired");
    }
}

fn sealed_copies() -> Vec<Vector> {
    let until = |expires: Seconds| Plan::server().with(|plan| plan.credential.expires = expires).scan();
    table! {
        "credential-ends-in-a-second" "证照副本还有一秒到期。" "The sealed copy has a second left.",
            until(NOW.plus(1)) => valid(&[]);
        "credential-ended-a-second-ago" "证照副本一秒前到期，须联网更新。" "The sealed copy ended a second ago and must be renewed.",
            until(NOW.minus(1)) => undetermined("credential_expired");
        "credential-ended-a-month-ago" "证照副本一个月前到期。" "The sealed copy ended a month ago.",
            until(NOW.minus(30 * DAY)) => undetermined("credential_expired");
    }
}
