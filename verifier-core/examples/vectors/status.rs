//! Step 8: what the status list says of the certificate.

use verifier_core::status::Status;

use super::item::Item;
use super::parts::key;
use super::plan::{Plan, status_list};
use super::scan::Vector;

/// Vectors about the certificate's status.
pub fn vectors() -> Vec<Vector> {
    [reasons(), warnings(), unknown(), places(), specimens()].concat()
}

fn reasons() -> Vec<Vector> {
    let of = |status| Plan::server().with_status(status).scan();
    table! {
        "status-cancelled" "已注销。" "Cancelled.", of(Status::Cancelled) => invalid("cancelled");
        "status-suspended" "已暂扣。" "Suspended.", of(Status::Suspended) => invalid("suspended");
        "status-revoked" "已吊销或撤销。" "Revoked.", of(Status::Revoked) => invalid("revoked");
        "status-reported-lost" "已挂失。" "Reported lost.", of(Status::ReportedLost) => invalid("reported_lost");
        "status-expired-not-renewed" "到期未换发。" "Expired and not renewed.",
            of(Status::ExpiredNotRenewed) => invalid("expired_not_renewed");
        "status-cancelled-phone-made" "手机生成的码，证照已注销。" "A phone's code of a cancelled certificate.",
            Plan::phone().with_status(Status::Cancelled).scan() => invalid("cancelled");
    }
}

fn warnings() -> Vec<Vector> {
    let of = |status| Plan::server().with_status(status).scan();
    table! {
        "status-superseded" "已有新版本，许可仍有效。" "Superseded by a newer version; the licence stands.",
            of(Status::Superseded) => valid(&["superseded"]);
        "status-review-overdue" "年审或诚信考核逾期。" "The annual review is overdue.",
            of(Status::ReviewOverdue) => valid(&["review_overdue"]);
    }
}

fn unknown() -> Vec<Vector> {
    let value = |value: u8| {
        Plan::server().listing(move |parts| {
            let mut list = vec![0_u8; 2_048];
            list.iter_mut().skip(1_205 / 2).take(1).for_each(|byte| *byte = value << 4);
            let packed = miniz_oxide::deflate::compress_to_vec_zlib(&list, 6);
            parts.payload.change(65_533, |list| list.set("lst", packed));
        })
    };
    let without = Plan::server().with(|plan| plan.status.clear());
    let others_only = Plan::server().with(|plan| {
        plan.status = [("33", (status_list("33", plan.now), key("33 status")))].into();
    });
    let outside =
        |length: u64| Plan::server().with(|plan| plan.list("21", |list| list.length = length)).scan();
    let largest = Plan::server().with(|plan| plan.credential.face.status_index = u64::MAX);
    let unknown = &["status_unknown"][..];
    table! {
        "status-value-8" "状态值 8，尚无含义。" "Status value 8, which has no meaning yet.",
            value(8) => valid(unknown);
        "status-value-15" "状态值 15，尚无含义。" "Status value 15, which has no meaning yet.",
            value(15) => valid(unknown);
        "status-list-missing" "数据包里没有状态列表。" "The bundle has no status list.",
            without.scan() => valid(unknown);
        "status-list-of-other-provinces-only" "数据包里只有外省的状态列表。" "The bundle has other provinces' status lists only.",
            others_only.scan() => valid(unknown);
        "status-index-outside" "索引在列表之外，不等于有效。" "The index is outside the list, which is not the same as valid.",
            outside(1_204) => valid(unknown);
        "status-index-largest" "索引为最大整数。" "The index is the largest integer.",
            largest.scan() => valid(unknown);
        "status-list-of-no-entries" "状态列表没有条目。" "A status list without entries.",
            outside(0) => valid(unknown);
    }
}

fn places() -> Vec<Vector> {
    let neighbours = Plan::server().with(|plan| {
        plan.list("21", |list| {
            list.entries = [1_203, 1_204, 1_206, 1_207].map(|index| (index, Status::Revoked)).into()
        });
    });
    let at = |index: u64, status| {
        Plan::server().with(|plan| plan.credential.face.status_index = index).with_status(status)
    };
    let largest = Plan::server().listing(|parts| {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 16 << 20], 6);
        parts.payload.change(65_533, |list| list.set("lst", packed));
    });
    table! {
        "status-of-the-neighbours" "前后相邻的证照被吊销，本证有效。" "The neighbours in the list are revoked, this one is not.",
            neighbours.scan() => valid(&[]);
        "status-at-the-first-index" "第一个索引：低半字节。" "The first index: the lower half of a byte.",
            at(0, Status::Cancelled).scan() => invalid("cancelled");
        "status-at-the-last-index" "最后一个索引：高半字节。" "The last index: the upper half of a byte.",
            at(4_095, Status::Suspended).scan() => invalid("suspended");
        "status-list-of-16-mib" "状态列表正好 16 MiB。" "A status list of exactly 16 MiB.", largest => valid(&[]);
        "status-list-without-ttl" "状态列表没有 ttl：可以没有。" "A status list without ttl, which may be absent.",
            without_ttl() => valid(&[]);
    }
}

fn without_ttl() -> super::scan::Scan {
    Plan::server().listing(|parts| {
        parts.payload.remove(65_534);
        parts.payload.set(99, Item::from("later"));
    })
}

fn specimens() -> Vec<Vector> {
    let specimen = || Plan::server().with(|plan| plan.credential.face.specimen = true);
    let marked_false =
        Plan::server().sealing(|parts| parts.payload.change(-65_537, |face| face.set(12, false)));
    table! {
        "specimen" "样证：显示灰色，不是绿色。" "A specimen: grey, never green.",
            specimen().scan() => valid(&["specimen"]);
        "specimen-with-review-overdue" "年审逾期的样证。" "A specimen whose review is overdue.",
            specimen().with_status(Status::ReviewOverdue).scan() => valid(&["review_overdue", "specimen"]);
        "specimen-false" "样证标志为假：普通证照。" "The specimen mark is false: a certificate like others.",
            marked_false => valid(&[]);
    }
}
