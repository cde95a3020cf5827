//! The life of a certificate, on every database: whatever happens and whenever the job runs, what is stored is what
//! follows from the history and the days.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use yzt_api::admit::{Admission, Candidate, Sender};
use yzt_api::app::App;
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::{Config, Secret};
use yzt_api::generate::Generator;
use yzt_api::lifecycle::{self, Ledger, NewEvent, NotRecorded, Report, Subject};
use yzt_api::problem::Problem;
use yzt_api::record::{Day, Record};
use yzt_api::store::certificates::{self, CertificateRow};
use yzt_api::store::events::{self, EventRow};
use yzt_api::store::{Conn, StoreError};
use yzt_api::vault::Field;
use yzt_tests::{Backend, TestDatabase};

/// 2026-07-01, counted from 1970-01-01.
const FIRST_DAY: i32 = 20_635;
const CASES: u32 = 48;

/// What is done on one day.
#[derive(Clone, Debug)]
enum Done {
    /// A record comes in: its event, last valid day and last day of the review, in days from now.
    Sent(&'static str, i32, Option<i32>),
    /// An event is reported, with a last day where it takes one, in days from now.
    Reported(&'static str, Option<i32>),
    /// The job runs.
    Job,
    /// So many days pass.
    Passed(i32),
}

fn done() -> impl Strategy<Value = Done> {
    let record = select(vec!["change", "renewal", "reissue", "review", "transfer"]);
    let event = select(vec![
        "review_passed",
        "review_overdue",
        "suspended",
        "suspended",
        "resumed",
        "reported_lost",
        "found",
        "withdrawn",
        "restored",
        "expired",
    ]);
    prop_oneof![
        3 => (record, -3..30, prop::option::of(-3..20)).prop_map(|(event, last, review)| Done::Sent(event, last, review)),
        5 => (event, prop::option::of(0..10)).prop_map(|(event, until)| Done::Reported(event, until)),
        2 => Just(Done::Job),
        5 => (1..8).prop_map(Done::Passed),
    ]
}

/// A province and the certificate that all is about.
struct Life {
    app: Arc<App>,
    clock: Clock,
    line: Value,
    sent: Cell<i32>,
}

impl Life {
    fn today(&self) -> i32 {
        self.clock.now().day_number()
    }

    fn set_clock(&self, day: i32) {
        if let Clock::Fixed(millis) = &self.clock {
            millis.store(Timestamp::beginning_of(day).plus_seconds(3_600).millis(), Ordering::SeqCst);
        }
    }

    fn sender() -> Sender {
        Sender { account: "issuer".to_owned(), division: None }
    }

    async fn send(&self, event: &str, last: i32, review: Option<i32>) {
        let day = |days: i32| json!(Day::from_days(self.today() + days).unwrap().to_string());
        let mut line = self.line.clone();
        line["event"] = json!(event);
        line["validTo"] = day(last);
        // No two records say the same.
        self.sent.set(self.sent.get() + 1);
        line["remark"] = json!(format!("第 {} 次", self.sent.get()));
        if let Some(review) = review {
            line["auditValidTo"] = day(review);
        }
        let record = Record::from_json(line.to_string().as_bytes()).unwrap().record;
        let candidate = Candidate::of(record, &self.app.vault);
        let admission = Admission::begin(&self.app, Self::sender(), None).unwrap();
        self.app.db.write(move |conn| admission.admit(conn, &candidate, None)).await.unwrap();
    }

    async fn report(&self, event: &str, until: Option<i32>) {
        let takes_day = ["suspended", "review_passed"].contains(&event);
        let until = until.filter(|_| takes_day).map(|days| Day::from_days(self.today() + days).unwrap());
        let event: NewEvent =
            serde_json::from_value(json!({ "event": event, "until": until.map(|day| day.to_string()) }))
                .unwrap();
        let row = self.row().await;
        let app = Arc::clone(&self.app);
        let report = Report {
            subject: Subject::Id(row.id),
            event,
            by: Self::sender(),
            province: app.config.iss.clone(),
            batch: None,
            fresh: app.new_id(),
            now: self.clock.now(),
        };
        let write = move |conn: &mut Conn| -> Result<(), Problem> {
            let mut ledger = Ledger::default();
            match report.record(conn, &mut ledger, || app.new_id().to_string()) {
                // What cannot happen does not.
                Ok(_) | Err(NotRecorded::Refused(_)) => Ok(ledger.close(conn, &app.config.iss)?),
                Err(NotRecorded::Failed(error)) => Err(error.into()),
            }
        };
        self.app.db.write(write).await.unwrap();
    }

    async fn row(&self) -> CertificateRow {
        let record = Record::from_json(self.line.to_string().as_bytes()).unwrap().record;
        let (kind, issuer) = (record.kind().code(), record.issuer().as_str().to_owned());
        let number = self.app.vault.index(Field::CertificateNumber, record.number().as_str());
        let find = move |conn: &mut Conn| certificates::find_by_number(conn, kind, &issuer, &number);
        self.app.db.read::<_, StoreError, _>(find).await.unwrap().unwrap()
    }

    /// Does it all, then lets happen what is due, and gives what is stored.
    async fn live(&self, all: &[Done], with_jobs: bool) -> (CertificateRow, Vec<EventRow>) {
        self.set_clock(FIRST_DAY);
        self.send("initial", 20, Some(10)).await;
        for done in all {
            match done {
                Done::Sent(event, last, review) => self.send(event, *last, *review).await,
                Done::Reported(event, until) => self.report(event, *until).await,
                Done::Job if with_jobs => lifecycle::let_happen(&self.app).await.unwrap(),
                Done::Job => {}
                Done::Passed(days) => self.set_clock(self.today() + days),
            }
        }
        lifecycle::let_happen(&self.app).await.unwrap();
        let row = self.row().await;
        let id = row.id.clone();
        let read = move |conn: &mut Conn| events::of_certificate(conn, &id);
        let history = self.app.db.read::<_, StoreError, _>(read).await.unwrap();
        (row, history)
    }
}

/// What follows from a history alone: the state, and the days that end it.
#[derive(Debug, Default)]
struct Model {
    status: &'static str,
    overdue: bool,
    review_due: Option<i32>,
    suspended_until: Option<i32>,
    /// Status and last day of the suspension when it was withdrawn.
    withdrawn: (&'static str, Option<i32>),
}

impl Model {
    fn take(&mut self, event: &EventRow) {
        let day = Timestamp(event.occurred_at).day_number();
        let is_version = ["issued", "changed", "renewed", "reissued", "transferred_in"];
        let stated_good =
            event.until_day.is_some_and(|last| last >= Timestamp(event.recorded_at).day_number());
        match event.event.as_str() {
            "issued" => self.status = "valid",
            "renewed" if self.status == "expired_not_renewed" => {
                // Whether the new last day has passed already is not in the history: the status says it.
                self.status = if event.status == "valid" { "valid" } else { "expired_not_renewed" };
            }
            "reissued" if self.status == "reported_lost" => self.status = "valid",
            "suspended" => (self.status, self.suspended_until) = ("suspended", event.until_day),
            "resumed" if event.actor == "system" => {
                assert_eq!(self.suspended_until, Some(day - 1), "it ended on its day");
                self.status = "valid";
            }
            "resumed" | "found" => self.status = "valid",
            "restored" => (self.status, self.suspended_until) = self.withdrawn,
            "reported_lost" => self.status = "reported_lost",
            "withdrawn" => {
                self.withdrawn = (self.status, self.suspended_until);
                self.status = "cancelled";
            }
            "expired" => self.status = "expired_not_renewed",
            "review_overdue" if event.actor == "system" => {
                assert_eq!(self.review_due, Some(day - 1), "it was overdue on its day");
                self.overdue = true;
            }
            "review_overdue" => self.overdue = true,
            "review_passed" => {
                self.review_due = event.until_day;
                self.overdue &= event.until_day.is_some() && !stated_good;
            }
            _ => {}
        }
        if is_version.contains(&event.event.as_str()) {
            self.review_due = event.until_day.or(self.review_due);
            self.overdue &= !stated_good;
        }
        if self.status != "suspended" {
            self.suspended_until = None;
        }
        assert_eq!((event.status.as_str(), event.review_overdue), (self.status, self.overdue), "{event:?}");
    }

    /// That nothing is left to happen today.
    fn is_settled(&self, row: &CertificateRow, today: i32) {
        let current = ["valid", "suspended", "reported_lost"].contains(&self.status);
        assert!(!current || row.valid_to.is_none_or(|last| today <= last), "expired");
        assert!(!current || self.overdue || self.review_due.is_none_or(|last| today <= last), "overdue");
        assert!(self.suspended_until.is_none_or(|last| today <= last), "suspended");
    }
}

fn a_life_is_its_history(backend: Backend) {
    let runtime = Runtime::new().unwrap();
    let Some(database) = TestDatabase::new(backend) else { return };
    let clock = Clock::fixed(Timestamp::beginning_of(FIRST_DAY));
    let config = Config {
        data_dir: database.directory().to_string_lossy().into_owned(),
        database_url: Secret::from(database.url().to_owned()),
        sqlite_survives_power_loss: false,
        keystore_rounds: 1,
        ..Config::default()
    };
    let app = Arc::new(runtime.block_on(App::start(config, clock.clone())).unwrap());
    let vehicles =
        Generator::new(1, Day::parse("20260701").unwrap()).filter(|record| record.kind().code() == "013");
    let vehicles = std::cell::RefCell::new(vehicles.map(|record| {
        let mut line: Value = serde_json::from_slice(&record.to_line()).unwrap();
        for name in ["validFrom", "issueDate", "firstIssueDate"] {
            line[name] = json!("20260101");
        }
        line.as_object_mut().unwrap().remove("auditValidTo");
        line
    }));
    let life = || {
        let line = vehicles.borrow_mut().next().unwrap();
        Life { app: Arc::clone(&app), clock: clock.clone(), line, sent: Cell::new(0) }
    };
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(done(), 1..24), |all| {
        let (row, history) = runtime.block_on(life().live(&all, true));
        let mut model = Model::default();
        history.iter().for_each(|event| model.take(event));
        model.is_settled(&row, clock.now().day_number());
        let modelled = (model.status, model.overdue, model.review_due, model.suspended_until);
        let stored = (row.status.as_str(), row.review_overdue, row.review_due, row.suspended_until);
        prop_assert_eq!(modelled, stored);
        let (_, late) = runtime.block_on(life().live(&all, false));
        let told = |history: &[EventRow]| -> Vec<_> {
            let of = |row: &EventRow| {
                (row.event.clone(), row.version, row.status.clone(), row.occurred_at / 86_400_000)
            };
            history.iter().map(of).collect()
        };
        prop_assert_eq!(told(&history), told(&late), "the history does not depend on when the job runs");
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_life_is_its_history_on_sqlite() {
    a_life_is_its_history(Backend::Sqlite);
}

#[test]
fn a_life_is_its_history_on_postgres() {
    a_life_is_its_history(Backend::Postgres);
}
