//! Step 9: how old the bundle is. A second on either side of each limit.

use verifier_core::Seconds;

use super::plan::{DAY, NOW, Plan};
use super::scan::{Scan, Vector};

/// Vectors about the bundle's age.
pub fn vectors() -> Vec<Vector> {
    [status_lists(), trust_lists(), both()].concat()
}

fn status_of(age: u64) -> Scan {
    Plan::server().with(|plan| issue_status(plan, age)).scan()
}

fn trust_of(age: u64) -> Scan {
    Plan::server().with(|plan| issue_trust(plan, age)).scan()
}

fn issue_status(plan: &mut Plan, age: u64) {
    plan.list("21", |list| list.issued = NOW.minus(age));
    plan.list("21", |list| list.expires = NOW.plus(DAY));
}

fn issue_trust(plan: &mut Plan, age: u64) {
    plan.trust.issued = NOW.minus(age);
}

fn status_lists() -> Vec<Vector> {
    let until =
        |expires: Seconds| Plan::server().with(|plan| plan.list("21", |list| list.expires = expires)).scan();
    let stale = &["status_stale"][..];
    table! {
        "status-list-of-a-day-less-a-second" "状态列表差一秒满 24 小时。" "A status list a second short of 24 hours old.",
            status_of(DAY - 1) => valid(&[]);
        "status-list-of-a-day-and-a-second" "状态列表超过 24 小时一秒。" "A status list a second over 24 hours old.",
            status_of(DAY + 1) => valid(stale);
        "status-list-of-7-days-less-a-second" "状态列表差一秒满 7 天。" "A status list a second short of 7 days old.",
            status_of(7 * DAY - 1) => valid(stale);
        "status-list-of-7-days-and-a-second" "状态列表超过 7 天一秒。" "A status list a second over 7 days old.",
            status_of(7 * DAY + 1) => undetermined("bundle_too_old");
        "status-list-ends-in-a-second" "状态列表还有一秒到期。" "A status list that ends in a second.",
            until(NOW.plus(1)) => valid(&[]);
        "status-list-ended-a-second-ago" "状态列表一秒前到期。" "A status list that ended a second ago.",
            until(NOW.minus(1)) => undetermined("bundle_too_old");
    }
}

fn trust_lists() -> Vec<Vector> {
    let until = |expires: Seconds| Plan::server().with(|plan| plan.trust.expires = expires).scan();
    let stale = &["trust_list_stale"][..];
    table! {
        "trust-list-of-a-day-less-a-second" "信任列表差一秒满 24 小时。" "A trust list a second short of 24 hours old.",
            trust_of(DAY - 1) => valid(&[]);
        "trust-list-of-a-day-and-a-second" "信任列表超过 24 小时一秒。" "A trust list a second over 24 hours old.",
            trust_of(DAY + 1) => valid(stale);
        "trust-list-of-7-days-less-a-second" "信任列表差一秒满 7 天。" "A trust list a second short of 7 days old.",
            trust_of(7 * DAY - 1) => valid(stale);
        "trust-list-of-7-days-and-a-second" "信任列表超过 7 天一秒。" "A trust list a second over 7 days old.",
            trust_of(7 * DAY + 1) => undetermined("bundle_too_old");
        "trust-list-ends-in-a-second" "信任列表还有一秒到期。" "A trust list that ends in a second.",
            until(NOW.plus(1)) => valid(&[]);
        "trust-list-ended-a-second-ago" "信任列表一秒前到期。" "A trust list that ended a second ago.",
            until(NOW.minus(1)) => undetermined("bundle_too_old");
    }
}

fn both() -> Vec<Vector> {
    let of = |days: u64| {
        Plan::server().with(|plan| {
            issue_status(plan, days * DAY);
            issue_trust(plan, days * DAY);
        })
    };
    let without_list = of(2).with(|plan| plan.status.clear());
    table! {
        "bundle-of-three-days" "数据包已三天。" "A bundle of three days.",
            of(3).scan() => valid(&["status_stale", "trust_list_stale"]);
        "bundle-of-a-month" "数据包已一个月。" "A bundle of a month.",
            of(30).scan() => undetermined("bundle_too_old");
        "bundle-of-two-days-without-status-list" "两天前的数据包，没有状态列表。" "A bundle of two days without a status list.",
            without_list.scan() => valid(&["status_unknown", "trust_list_stale"]);
    }
}
