//! What a site does by itself, again and again: each job on one of its servers at a time.
//!
//! - `jobs/every.rs`: when a job is due
//! - `jobs/run.rs`: taking it, doing it, giving it back
//!
//! Whoever is at a job holds a lease in the database and renews it; when that server dies, another takes over once the
//! lease is over. So a job may be broken off anywhere and begun anew: each piece of it is a transaction of its own, and
//! done twice is as done once. What is not here: what every server does for itself (`publish::keep_fresh`, …).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::app::App;
use crate::problem::Problem;
use crate::{auth, collection, conformity, idempotency, kpi, lifecycle, ministry, publish};

mod every;
mod run;

pub use every::Every;
pub use run::{keep_running, run};

/// What a job does.
pub type Work = Pin<Box<dyn Future<Output = Result<(), Problem>> + Send>>;

/// Something done again and again.
pub struct Job {
    /// What it is called in commands, metrics and the database.
    pub name: &'static str,
    /// What it does, for people: Chinese, English.
    pub what: (&'static str, &'static str),
    /// When it is due.
    pub every: Every,
    /// What it does.
    pub work: fn(Arc<App>) -> Work,
}

/// Every job.
pub const JOBS: &[Job] = &[
    Job {
        name: "certificates_due",
        what: (
            "到期自动变更证照状态：过期未换发、逾期未审验或未考核、暂扣期满",
            "Lets certificates expire, reviews become overdue and suspensions end on their day",
        ),
        every: Every::Seconds(60),
        work: |app| Box::pin(async move { lifecycle::let_happen(&app).await }),
    },
    Job {
        name: "sessions_sweep",
        what: ("清理过期会话和失败登录计数", "Forgets old sessions and counts of failed sign-ins"),
        every: Every::Seconds(3_600),
        work: |app| Box::pin(async move { Ok(auth::sessions::sweep(&app).await?) }),
    },
    Job {
        name: "writes_forget",
        what: ("清理超过保留期的幂等应答", "Forgets the answers of writes that nobody sends again"),
        every: Every::Seconds(3_600),
        work: |app| Box::pin(async move { Ok(idempotency::forget(&app).await?) }),
    },
    Job {
        name: "nonces_sweep",
        what: (
            "清理已不可能再用的签名请求 nonce",
            "Forgets nonces of signed requests that are too old to be taken",
        ),
        every: Every::Seconds(600),
        work: |app| Box::pin(async move { Ok(auth::signed_request::sweep(&app).await?) }),
    },
    Job {
        name: "lists_prune",
        what: (
            "清理超过保留期的信任列表、状态列表和已到期的一次性凭据",
            "Forgets very old lists, and claims that have ended",
        ),
        every: Every::Seconds(3_600),
        work: |app| Box::pin(async move { Ok(publish::prune(&app).await?) }),
    },
    Job {
        name: "collection",
        what: (
            "向部级系统归集证照变更，检查补推时限",
            "Tells the ministry what changed, and looks after terms",
        ),
        every: Every::Seconds(60),
        work: |app| Box::pin(async move { collection::drain(&app).await }),
    },
    Job {
        name: "reconciliation",
        what: ("与部级系统逐证比对", "Compares every certificate with the ministry's list"),
        every: Every::Day { hour: 3 },
        work: |app| Box::pin(async move { collection::reconciliation::compare(&app).await }),
    },
    Job {
        name: "provinces",
        what: ("部级系统取各省信任列表和状态列表", "At the ministry: fetches the lists of every province"),
        every: Every::Seconds(60),
        work: |app| Box::pin(async move { ministry::follow(&app).await }),
    },
    Job {
        name: "scores",
        what: ("更新制证率、激活率等指标的统计", "Keeps the tallies that the scores are made from"),
        every: Every::Seconds(15),
        work: |app| Box::pin(async move { kpi::catch_up(&app).await }),
    },
    Job {
        name: "annual_report_reminder",
        what: (
            "11 月起提醒冻结本年度指标、上报年度报告",
            "Reminds of the annual report from November on, until the year's figures are frozen",
        ),
        every: Every::Day { hour: 9 },
        work: |app| Box::pin(async move { Ok(kpi::annual::remind(&app).await?) }),
    },
    Job {
        name: "conformity_follow",
        what: ("检查有变化的证照是否合规", "Checks the data of certificates that changed"),
        every: Every::Seconds(10),
        work: |app| Box::pin(async move { conformity::follow(&app).await.map(drop) }),
    },
    Job {
        name: "conformity_runs",
        what: ("执行按需发起的数据合规检查", "Checks the data of divisions somebody asked about"),
        every: Every::Seconds(30),
        work: |app| Box::pin(async move { conformity::work_off(&app).await }),
    },
    Job {
        name: "conformity_nightly",
        what: ("每夜检查全部证照是否合规", "Checks the data of all certificates, every night"),
        every: Every::Day { hour: 1 },
        work: |app| Box::pin(async move { conformity::nightly(&app).await }),
    },
];

/// The job of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_job_has_a_name_of_its_own() {
        let names: BTreeSet<_> = JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), JOBS.len());
        assert!(JOBS.iter().all(|job| find(job.name).is_some_and(|found| found.name == job.name)));
    }
}
