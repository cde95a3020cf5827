//! Steps 5 and 6: the officer's clock, and whether the code is shown now. A second on either side of each limit.

use verifier_core::Seconds;
use verifier_core::presentation::Cti;

use super::parts::key;
use super::plan::{CTI, DAY, HOUR, NOW, Plan, status_list};
use super::scan::{Scan, Vector};

/// Vectors about clocks.
pub fn vectors() -> Vec<Vector> {
    [floors(), servers(), phones(), replays()].concat()
}

fn floors() -> Vec<Vector> {
    let floor = |seconds: u64| Plan::server().with(|plan| plan.clock_floor = Some(NOW.plus(seconds))).scan();
    // The state knows nothing newer, but the bundle was made ahead of the officer's clock.
    let bundle = |change: &dyn Fn(&mut Plan)| {
        Plan::server().with(|plan| {
            plan.clock_floor = Some(NOW.minus(30 * DAY));
            change(plan);
        })
    };
    let trust_ahead = |seconds: u64| bundle(&|plan| plan.trust.issued = NOW.plus(seconds)).scan();
    let status_ahead =
        |seconds: u64| bundle(&|plan| plan.list("21", |list| list.issued = NOW.plus(seconds))).scan();
    let other_ahead = bundle(&|plan| {
        plan.status.insert("33", (status_list("33", NOW), key("33 status")));
        plan.list("33", |list| list.issued = NOW.plus(61));
    });
    table! {
        "clock-behind-its-floor-by-59-seconds" "本机时钟比下限慢 59 秒，在容差内。" "The clock is 59 seconds below its floor, within the allowance.",
            floor(59) => valid(&[]);
        "clock-behind-its-floor-by-61-seconds" "本机时钟比下限慢 61 秒。" "The clock is 61 seconds below its floor.",
            floor(61) => undetermined("clock_suspect");
        "clock-behind-its-floor-by-a-year" "本机时钟比下限慢一年多。" "The clock is more than a year below its floor.",
            floor(400 * DAY) => undetermined("clock_suspect");
        "clock-behind-the-trust-list-by-59-seconds" "信任列表的时间比本机时钟快 59 秒。" "The trust list was made 59 seconds from now.",
            trust_ahead(59) => valid(&[]);
        "clock-behind-the-trust-list-by-61-seconds" "信任列表的时间比本机时钟快 61 秒。" "The trust list was made 61 seconds from now.",
            trust_ahead(61) => undetermined("clock_suspect");
        "clock-behind-the-status-list-by-59-seconds" "状态列表的时间比本机时钟快 59 秒。" "The status list was made 59 seconds from now.",
            status_ahead(59) => valid(&[]);
        "clock-behind-the-status-list-by-61-seconds" "状态列表的时间比本机时钟快 61 秒。" "The status list was made 61 seconds from now.",
            status_ahead(61) => undetermined("clock_suspect");
        "clock-behind-another-province-s-status-list" "外省状态列表的时间同样是时钟下限。" "Another province's status list is a floor all the same.",
            other_ahead.scan() => undetermined("clock_suspect");
    }
}

fn servers() -> Vec<Vector> {
    let made = |ahead: u64| shown(Plan::server(), NOW.plus(ahead).0);
    let ended = |ago: u64| shown(Plan::server(), NOW.0 - 60 - ago);
    table! {
        "code-of-59-seconds-from-now" "生成时间比本机时钟快 59 秒，在容差内。" "Made 59 seconds from now, within the allowance.",
            made(59) => valid(&[]);
        "code-of-61-seconds-from-now" "生成时间比本机时钟快 61 秒。" "Made 61 seconds from now.",
            made(61) => undetermined("code_not_yet_valid");
        "code-of-an-hour-from-now" "生成时间比本机时钟快一小时。" "Made an hour from now.",
            made(HOUR) => undetermined("code_not_yet_valid");
        "code-ended-1-second-ago" "有效期刚过 1 秒，在容差内。" "Ended a second ago, within the allowance.",
            ended(1) => valid(&[]);
        "code-ended-59-seconds-ago" "有效期刚过 59 秒，在容差内。" "Ended 59 seconds ago, within the allowance.",
            ended(59) => valid(&[]);
        "code-ended-61-seconds-ago" "有效期已过 61 秒。" "Ended 61 seconds ago.",
            ended(61) => undetermined("code_expired");
        "code-of-yesterday" "昨天的截图。" "A screenshot of yesterday.", ended(DAY) => undetermined("code_expired");
    }
}

fn phones() -> Vec<Vector> {
    let made = |ahead: u64| shown(Plan::phone(), NOW.plus(ahead).0);
    let ended = |ago: u64| shown(Plan::phone(), NOW.0 - 60 - ago);
    let ends = |left: u64| shown(Plan::phone(), NOW.0 - 60 + left);
    let off = &["holder_clock_off"][..];
    table! {
        "phone-clock-ahead-by-9-seconds" "手机时钟快 9 秒：不提示。" "The phone's clock is 9 seconds ahead: nothing to say.",
            made(9) => valid(&[]);
        "phone-clock-ahead-by-11-seconds" "手机时钟快 11 秒：提示。" "The phone's clock is 11 seconds ahead.",
            made(11) => valid(off);
        "phone-clock-ahead-by-59-seconds" "手机时钟快 59 秒：提示。" "The phone's clock is 59 seconds ahead.",
            made(59) => valid(off);
        "phone-clock-ahead-by-61-seconds" "手机时钟快 61 秒。" "The phone's clock is 61 seconds ahead.",
            made(61) => undetermined("code_not_yet_valid");
        "phone-code-ends-in-1-second" "手机生成的码还剩 1 秒。" "A phone's code with a second left.",
            ends(1) => valid(&[]);
        "phone-code-ended-1-second-ago" "手机生成的码刚过 1 秒：提示。" "A phone's code that ended a second ago.",
            ended(1) => valid(off);
        "phone-code-ended-59-seconds-ago" "手机生成的码刚过 59 秒：提示。" "A phone's code that ended 59 seconds ago.",
            ended(59) => valid(off);
        "phone-code-ended-61-seconds-ago" "手机生成的码已过 61 秒。" "A phone's code that ended 61 seconds ago.",
            ended(61) => undetermined("code_expired");
    }
}

fn replays() -> Vec<Vector> {
    let seen = |cti| Plan::server().with(|plan| plan.seen = vec![Cti([9; 8]), cti]);
    let other = Cti([8; 8]);
    let late = seen(CTI).with(|plan| plan.now = NOW.plus(DAY / 2));
    table! {
        "seen-before" "同一个码先前扫过。" "The same code was scanned before.",
            seen(CTI).scan() => valid(&["seen_before"]);
        "seen-another-code-before" "先前扫过的是别的码。" "It was another code that was scanned before.",
            seen(other).scan() => valid(&[]);
        "seen-before-and-expired" "先前扫过且已过时：不提示，只说过时。" "Scanned before, and out of date now: only that is said.",
            late.scan() => undetermined("code_expired");
    }
}

/// The scan of the plan's presentation, made at `made` for 60 seconds.
fn shown(plan: Plan, made: u64) -> Scan {
    let presentation = |plan: &mut Plan| {
        plan.presentation.made = Seconds(made);
        plan.presentation.expires = Seconds(made + 60);
    };
    plan.with(presentation).scan()
}
