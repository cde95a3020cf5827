//! Admission, on every database: what is admitted together is what it would be one after another, and of many who send
//! the same at once one makes it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::Arc;

use futures_util::stream;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use yzt_api::admit::{Admission, AdmitError, Ahead, Candidate, Outcome, Sender, places};
use yzt_api::app::App;
use yzt_api::audit::Context;
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::{Config, Secret};
use yzt_api::generate::Generator;
use yzt_api::ingest::{self, Format, Report, Request};
use yzt_api::record::{Day, Record};
use yzt_api::store::certificates::{self, CertificateRow};
use yzt_api::store::{Conn, StoreError, events, holders};
use yzt_api::vault::{Column, Field};
use yzt_tests::{Backend, TestDatabase};

/// 2026-07-01T12:00:00+08:00.
const NOON: Timestamp = Timestamp(1_782_878_400_000);
/// Different certificates that a run of records is about.
const CERTIFICATES: usize = 7;
const CASES: u32 = 32;
/// Certificates that several send at once, and how many do.
const LINES: usize = 1200;
const SENDERS: usize = 4;

/// A record of one of the certificates, and how it differs from the first that was said of it.
#[derive(Clone, Debug)]
struct Said {
    which: usize,
    event: &'static str,
    valid_to: &'static str,
    issue_date: &'static str,
    /// 210100 is the sender's, 210200 is not.
    division: &'static str,
    /// The holder's name where it is not the usual one.
    name: Option<&'static str>,
    /// Another holder: whose first certificate is this one, by the same code or the same digits as a code of type 999.
    holder: Option<(usize, bool)>,
    serial: Option<&'static str>,
}

/// What comes in together.
#[derive(Clone, Debug)]
struct Portion {
    records: Vec<Said>,
    /// Admitted by others between the moment the records are looked at and that in which they are written.
    in_the_way: Vec<Said>,
    /// What happens to a certificate afterwards.
    then: Option<(usize, &'static str)>,
}

fn said() -> impl Strategy<Value = Said> {
    let event =
        prop_oneof![6 => Just("initial"), 2 => Just("change"), 1 => Just("renewal"), 1 => Just("reissue")];
    let what = (0..CERTIFICATES, event, select(vec!["20300101", "20300101", "20310101"]));
    let when = (
        select(vec!["20260101", "20260101", "20260301"]),
        prop_oneof![9 => Just("210100"), 1 => Just("210200")],
    );
    let whose = (
        prop_oneof![4 => Just(None), 1 => Just(Some("改名运输有限公司"))],
        prop_oneof![4 => Just(None), 1 => (0..CERTIFICATES, any::<bool>()).prop_map(Some)],
        prop_oneof![5 => Just(None), 1 => select(vec!["00000001", "00000002"]).prop_map(Some)],
    );
    (what, when, whose).prop_map(
        |((which, event, valid_to), (issue_date, division), (name, holder, serial))| Said {
            which,
            event,
            valid_to,
            issue_date,
            division,
            name,
            holder,
            serial,
        },
    )
}

fn portion() -> impl Strategy<Value = Portion> {
    let statuses = select(vec!["reported_lost", "cancelled", "suspended"]);
    let records = prop::collection::vec(said(), 1..16);
    let in_the_way = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(said(), 1..4)];
    let then = prop::option::weighted(0.3, (0..CERTIFICATES, statuses));
    (records, in_the_way, then).prop_map(|(records, in_the_way, then)| Portion { records, in_the_way, then })
}

/// Admits each record by itself, or all of a portion together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    OneByOne,
    Together,
}

/// A province with an empty database.
struct Province {
    app: Arc<App>,
    _database: TestDatabase,
}

/// What is stored of a certificate, without what is drawn anew each time.
#[derive(Debug, PartialEq)]
struct Stored {
    row: CertificateRow,
    number: String,
    /// Type, code and name.
    holder: (String, String, String),
    /// Number, items and as what it was replaced.
    versions: Vec<(i32, String, Option<String>)>,
    /// Event, version, status, who sent it.
    events: Vec<(String, i32, String, String)>,
}

impl Province {
    async fn on(backend: Backend) -> Option<Self> {
        let database = TestDatabase::new(backend)?;
        let config = Config {
            data_dir: database.directory().to_string_lossy().into_owned(),
            database_url: Secret::from(database.url().to_owned()),
            sqlite_survives_power_loss: false,
            keystore_rounds: 1,
            ..Config::default()
        };
        let app = App::start(config, Clock::fixed(NOON)).await.unwrap();
        Some(Self { app: Arc::new(app), _database: database })
    }

    fn admission(&self, account: &str) -> Admission {
        let sender = Sender { account: account.to_owned(), division: Some("2101".to_owned()) };
        Admission::begin(&self.app, sender, None).unwrap()
    }

    fn candidates(&self, lines: &[Value]) -> Vec<Candidate> {
        lines.iter().map(|line| Candidate::of(record(line), &self.app.vault)).collect()
    }

    async fn one_by_one(&self, account: &str, lines: &[Value]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for candidate in self.candidates(lines) {
            let admission = self.admission(account);
            let admitted = self.app.db.write(move |conn| admission.admit(conn, &candidate, None)).await;
            outcomes.push(admitted.unwrap());
        }
        outcomes
    }

    /// As an ingest does it: looked at and sealed first, written later, `meanwhile` in between.
    async fn together(&self, lines: &[Value], meanwhile: impl AsyncFnOnce()) -> Vec<Outcome> {
        let (admission, candidates) = (self.admission("sender"), self.candidates(lines));
        let prepare = move |conn: &mut Conn| {
            let all: Vec<&Candidate> = candidates.iter().collect();
            let places = places::reserve(conn, "21", all.len())?;
            let due = admission.foresee_all(conn, &all)?.into_iter().zip(&candidates).zip(places);
            let ahead: Result<Vec<_>, AdmitError> = due
                .map(|((due, candidate), place)| {
                    due.map(|due| admission.prepare(candidate, due, place)).transpose()
                })
                .collect();
            Ok::<_, AdmitError>((admission, ahead?, candidates))
        };
        let (admission, ahead, candidates) = self.app.db.write(prepare).await.unwrap();
        meanwhile().await;
        let admit = move |conn: &mut Conn| {
            let all: Vec<_> = candidates.iter().zip(ahead.iter().map(Option::<Ahead>::as_ref)).collect();
            admission.admit_all(conn, &all)
        };
        self.app.db.write(admit).await.unwrap()
    }

    async fn run(&self, way: Way, first: &[Value], portions: &[Portion]) -> Vec<Outcome> {
        let lines = |said: &[Said]| said.iter().map(|said| said.line(first)).collect::<Vec<_>>();
        let mut outcomes = Vec::new();
        for Portion { records, in_the_way, then } in portions {
            let (records, others) = (lines(records), lines(in_the_way));
            let mut before = Vec::new();
            let mut meanwhile = async || before = self.one_by_one("another", &others).await;
            let admitted = match way {
                Way::OneByOne => {
                    meanwhile().await;
                    self.one_by_one("sender", &records).await
                }
                Way::Together => self.together(&records, meanwhile).await,
            };
            outcomes.extend(before.into_iter().chain(admitted));
            if let Some((which, status)) = then {
                self.set_status(&first[*which], status).await;
            }
        }
        outcomes
    }

    /// As if an event had changed the status.
    async fn set_status(&self, line: &Value, status: &'static str) {
        let Some(row) = self.row(line).await else { return };
        let change = move |conn: &mut Conn| certificates::change_status(conn, &row, status, false, 0);
        assert!(self.app.db.write::<_, StoreError, _>(change).await.unwrap());
    }

    async fn row(&self, line: &Value) -> Option<CertificateRow> {
        let record = record(line);
        let (kind, issuer) = (record.kind().code(), record.issuer().as_str().to_owned());
        let number = self.app.vault.index(Field::CertificateNumber, record.number().as_str());
        let find = move |conn: &mut Conn| certificates::find_by_number(conn, kind, &issuer, &number);
        self.app.db.read::<_, StoreError, _>(find).await.unwrap()
    }

    /// What is stored of all these certificates, whose holders are among theirs.
    async fn stored(&self, first: &[Value]) -> Vec<Option<Stored>> {
        let code =
            |line: &Value| self.app.vault.index(Field::HolderCode, line["holderCode"].as_str().unwrap());
        let codes: Vec<String> = first.iter().map(code).collect();
        let mut stored = Vec::new();
        for line in first {
            let Some(row) = self.row(line).await else {
                stored.push(None);
                continue;
            };
            let (app, codes) = (Arc::clone(&self.app), codes.clone());
            let read = move |conn: &mut Conn| Stored::of(&app, conn, row, &codes);
            stored.push(Some(self.app.db.read(read).await.unwrap()));
        }
        stored
    }
}

impl Stored {
    /// Opens what is encrypted, which succeeds only in the row it was encrypted for.
    fn of(app: &App, conn: &mut Conn, row: CertificateRow, codes: &[String]) -> Result<Self, StoreError> {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let holders = holders::find_all(conn, &codes)?;
        let holder = holders.into_iter().find(|holder| holder.id == row.holder_id).unwrap();
        let code = app.vault.open_text(&Column::HolderCode.of(&holder.id), &holder.code_ciphertext).unwrap();
        let number =
            app.vault.open_text(&Column::CertificateNumber.of(&row.id), &row.number_ciphertext).unwrap();
        let mut versions = Vec::new();
        for (_, version, _) in certificates::contents(conn, &[&row.id])? {
            let stored = certificates::find_version(conn, &row.id, version)?.unwrap();
            let cell = Column::CertificateItems.of_version(&row.id, version);
            let items = app.vault.open_bytes(&cell, &stored.items_ciphertext).unwrap();
            if version == row.version {
                assert_eq!(stored.status_index, row.status_index);
            }
            versions.push((version, String::from_utf8(items.to_vec()).unwrap(), stored.replaced_as));
        }
        versions.sort();
        let events = events::of_certificate(conn, &row.id)?.into_iter();
        let events = events.map(|event| (event.event, event.version, event.status, event.actor)).collect();
        Ok(Self {
            number: number.reveal().to_owned(),
            holder: (holder.code_type, code.reveal().to_owned(), holder.name),
            versions,
            events,
            row: without_what_is_drawn(row),
        })
    }
}

/// A certificate without ids, places, ciphertexts and a serial number of ours.
fn without_what_is_drawn(row: CertificateRow) -> CertificateRow {
    let is_ours = row.serial.len() == 32;
    CertificateRow {
        id: String::new(),
        number_ciphertext: Vec::new(),
        number_index: String::new(),
        holder_id: String::new(),
        status_index: 0,
        identifier: if is_ours { String::new() } else { row.identifier },
        serial: if is_ours { String::new() } else { row.serial },
        ..row
    }
}

impl Said {
    fn line(&self, first: &[Value]) -> Value {
        let mut line = first[self.which].clone();
        let mut set = |name: &str, value: &str| line[name] = json!(value);
        set("event", self.event);
        set("validTo", self.valid_to);
        set("issueDate", self.issue_date);
        set("division", self.division);
        if let Some((whose, is_same_type)) = self.holder {
            set("holderCode", first[whose]["holderCode"].as_str().unwrap());
            set(
                "holderCodeType",
                if is_same_type { first[whose]["holderCodeType"].as_str().unwrap() } else { "999" },
            );
        }
        if let Some(name) = self.name {
            set("holderName", name);
        }
        if let Some(serial) = self.serial {
            set("serial", serial);
        }
        line
    }
}

/// Certificates of vehicles that nobody else has, without end. Serial numbers are theirs by issuer and kind.
fn vehicles() -> impl Iterator<Item = Value> {
    let records = Generator::new(1, Day::parse("20260701").unwrap());
    let vehicles = records.filter(|record| matches!(record.kind().code(), "013" | "073"));
    vehicles.map(|record| {
        let mut line: Value = serde_json::from_slice(&record.to_line()).unwrap();
        line["validFrom"] = json!("20260101");
        line["validTo"] = json!("20300101");
        line
    })
}

fn record(line: &Value) -> Record {
    Record::from_json(line.to_string().as_bytes()).unwrap().record
}

/// Every case is about certificates and serial numbers of its own, in the same two provinces.
fn together_is_as_one_after_another(backend: Backend) {
    let runtime = Runtime::new().unwrap();
    let provinces = runtime.block_on(async { (Province::on(backend).await, Province::on(backend).await) });
    let (Some(one), Some(other)) = provinces else { return };
    let vehicles = RefCell::new(vehicles());
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(portion(), 1..4), |portions| {
        let first: Vec<Value> = vehicles.borrow_mut().by_ref().take(CERTIFICATES).collect();
        let by_one = runtime.block_on(one.run(Way::OneByOne, &first, &portions));
        let together = runtime.block_on(other.run(Way::Together, &first, &portions));
        prop_assert_eq!(by_one, together);
        let stored = [runtime.block_on(one.stored(&first)), runtime.block_on(other.stored(&first))];
        prop_assert_eq!(&stored[0], &stored[1]);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn together_is_as_one_after_another_on_sqlite() {
    together_is_as_one_after_another(Backend::Sqlite);
}

#[test]
fn together_is_as_one_after_another_on_postgres() {
    together_is_as_one_after_another(Backend::Postgres);
}

/// Senders who begin at different ends want the same certificates and holders in different orders.
async fn of_many_who_send_the_same_at_once_one_makes_it(backend: Backend) {
    let Some(province) = Province::on(backend).await else { return };
    let lines: Vec<Vec<u8>> = vehicles().take(LINES).map(|line| format!("{line}\n").into_bytes()).collect();
    let senders = (0..SENDERS).map(|sender| {
        let mut lines = lines.clone();
        if sender % 2 == 0 {
            lines.reverse();
        }
        lines.rotate_left(LINES / SENDERS * sender);
        let app = Arc::clone(&province.app);
        tokio::spawn(async move {
            let body = stream::iter(lines.into_iter().map(Ok::<_, Infallible>));
            ingest::ingest(&app, request(), body, |_| ()).await
        })
    });
    let mut created = 0;
    for sender in senders.collect::<Vec<_>>() {
        let report: Report = sender.await.unwrap().unwrap();
        assert_eq!((report.created + report.unchanged, report.rejected), (i64::try_from(LINES).unwrap(), 0));
        created += report.created;
    }
    assert_eq!(created, i64::try_from(LINES).unwrap());
}

#[tokio::test]
async fn of_many_who_send_the_same_at_once_one_makes_it_on_sqlite() {
    of_many_who_send_the_same_at_once_one_makes_it(Backend::Sqlite).await;
}

#[tokio::test]
async fn of_many_who_send_the_same_at_once_one_makes_it_on_postgres() {
    of_many_who_send_the_same_at_once_one_makes_it(Backend::Postgres).await;
}

/// Whoever reads on from the last event it has, while several write, has every event in the end, once each.
async fn whoever_follows_the_history_misses_nothing(backend: Backend) {
    let Some(province) = Province::on(backend).await else { return };
    let lines: Vec<Vec<u8>> = vehicles().take(LINES).map(|line| format!("{line}\n").into_bytes()).collect();
    let senders: Vec<_> = lines
        .chunks(LINES / SENDERS)
        .map(|lines| {
            let (app, lines) = (Arc::clone(&province.app), lines.to_vec());
            tokio::spawn(async move {
                let body = stream::iter(lines.into_iter().map(Ok::<_, Infallible>));
                ingest::ingest(&app, request(), body, |_| ()).await.unwrap()
            })
        })
        .collect();
    let mut read: Vec<i64> = Vec::new();
    while read.len() < LINES {
        let are_done = senders.iter().all(tokio::task::JoinHandle::is_finished);
        let newest = read.last().copied().unwrap_or_default();
        let rows = province.app.db.read(move |conn| events::after(conn, newest, 100)).await.unwrap();
        assert!(!are_done || !rows.is_empty(), "missing after {newest}");
        read.extend(rows.iter().map(|row| row.seq));
        tokio::task::yield_now().await;
    }
    assert_eq!(read, (1..=i64::try_from(LINES).unwrap()).collect::<Vec<_>>());
    for sender in senders {
        sender.await.unwrap();
    }
}

#[tokio::test]
async fn whoever_follows_the_history_misses_nothing_on_sqlite() {
    whoever_follows_the_history_misses_nothing(Backend::Sqlite).await;
}

#[tokio::test]
async fn whoever_follows_the_history_misses_nothing_on_postgres() {
    whoever_follows_the_history_misses_nothing(Backend::Postgres).await;
}

fn request() -> Request {
    Request {
        format: Format::Ndjson,
        sender: Sender { account: "sender".to_owned(), division: None },
        idempotency_key: None,
        limit: u64::MAX,
        context: Context::system(),
    }
}
