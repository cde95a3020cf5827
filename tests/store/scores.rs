//! Figures, on every database: those that the job keeps, step by step and interrupted anywhere, are those that a plain
//! count over all that ever happened comes to, for any division, year and day.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;
use yzt_api::app::App;
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::{Config, Secret};
use yzt_api::kpi;
use yzt_api::record::Day;
use yzt_api::store::activations::{self, Source, Use};
use yzt_api::store::certificates::{self, CertificateRow, VersionRow};
use yzt_api::store::events::{self, EventRow};
use yzt_api::store::holders::{self, HolderRow};
use yzt_api::store::indices::{self, IndexRow};
use yzt_api::store::scores::{self as tallies, Filter, Until};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::{Backend, TestDatabase};

/// 2027-02-01T12:00:00+08:00.
const NOW: Timestamp = Timestamp(1_801_454_400_000);
const CASES: u32 = 48;
const CERTIFICATES: usize = 3;
/// 2026-12-20 and the days after it, over the turn of the year.
const FIRST: i32 = 20_807;
const DAYS: i32 = 30;
const MEASURES: [&str; 8] =
    ["in_force", "issued", "used", "shown", "checked", "used_any", "shown_any", "checked_any"];

/// Something that happens, in the order it becomes known here.
#[derive(Clone, Debug)]
enum Happening {
    /// A version of a certificate, its first or another: on a day, in a division, issued, valid so long, specimen.
    Version {
        which: usize,
        day: i32,
        division: usize,
        issued_on: i32,
        valid_for: Option<i32>,
        specimen: bool,
    },
    /// Another status.
    Status { which: usize, day: i32, status: &'static str },
    /// A use at an hour of a day (UTC+8).
    Used { which: usize, source: Source, day: i32, hour: i64 },
    /// The job runs.
    Count,
}

fn happening() -> impl Strategy<Value = Happening> {
    let day = || FIRST..FIRST + DAYS;
    let version =
        (0..CERTIFICATES, day(), 0..2_usize, day(), prop::option::of(0..20), prop::bool::weighted(0.1))
            .prop_map(|(which, day, division, issued_on, valid_for, specimen)| Happening::Version {
                which,
                day,
                division,
                issued_on,
                valid_for,
                specimen,
            });
    let status = (0..CERTIFICATES, day(), select(vec!["valid", "suspended", "cancelled"]))
        .prop_map(|(which, day, status)| Happening::Status { which, day, status });
    let source = select(vec![Source::HolderUse, Source::OfficerCheck]);
    let used = (0..CERTIFICATES, source, day(), 0..24_i64)
        .prop_map(|(which, source, day, hour)| Happening::Used { which, source, day, hour });
    prop_oneof![3 => version, 3 => status, 4 => used, 2 => Just(Happening::Count)]
}

/// What a certificate is, as the plain count has it.
#[derive(Clone)]
struct State {
    day: i32,
    division: usize,
    issued_on: i32,
    valid_to: Option<i32>,
    specimen: bool,
    status: &'static str,
}

/// All that ever happened to a certificate.
#[derive(Clone, Default)]
struct History {
    states: Vec<State>,
    /// Instants of uses, by how.
    uses: Vec<(&'static str, i64)>,
}

impl History {
    /// What changes nothing that counts leaves the day since which it is so.
    fn becomes(&mut self, state: State) {
        let counts = |state: &State| {
            let State { division, issued_on, valid_to, specimen, status, .. } = *state;
            (division, issued_on, valid_to, specimen, status == "valid")
        };
        if self.states.last().is_none_or(|last| counts(last) != counts(&state)) {
            self.states.push(state);
        }
    }

    fn on(&self, day: i32) -> Option<&State> {
        self.states.iter().rfind(|state| state.day <= day)
    }

    /// The day of the first use in a year in one of these ways.
    fn first(&self, year: i32, ways: &[&str]) -> Option<i32> {
        let of = self.uses.iter().filter(|(way, at)| ways.contains(way) && year_of(day_of(*at)) == year);
        of.map(|(_, at)| day_of(*at)).min()
    }

    /// Whether it counts on a day, in a division, for a measure and a year.
    fn counts(&self, day: i32, division: usize, measure: &str, year: i32) -> bool {
        let Some(state) = self.on(day).filter(|state| state.division == division && !state.specimen) else {
            return false;
        };
        let is_issued = year_of(state.issued_on) == year && state.issued_on <= day;
        let used = |ways: &[&str]| self.first(year, ways).is_some_and(|first| first <= day);
        match measure {
            "in_force" => state.status == "valid" && state.valid_to.is_none_or(|last| day <= last),
            "issued" => is_issued,
            "used" => is_issued && used(&["holder_use", "officer_check"]),
            "shown" => is_issued && used(&["holder_use"]),
            "checked" => is_issued && used(&["officer_check"]),
            "used_any" => used(&["holder_use", "officer_check"]),
            "shown_any" => used(&["holder_use"]),
            "checked_any" => used(&["officer_check"]),
            other => panic!("{other}"),
        }
    }
}

/// A province with the certificates of all cases.
struct Province {
    app: Arc<App>,
    _database: TestDatabase,
    /// Number of the next row of anything.
    next: Cell<i64>,
    cases: Cell<usize>,
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
        let app = Arc::new(App::start(config, Clock::fixed(NOW)).await.unwrap());
        let ground = |conn: &mut Conn| -> Result<(), StoreError> {
            let index = IndexRow { iss: "21".to_owned(), next: 0, secret: vec![], generation: 0, events: 0 };
            indices::insert(conn, &index)?;
            holders::insert(conn, &holder())?;
            Ok(())
        };
        app.db.write(ground).await.unwrap();
        Some(Self { app, _database: database, next: Cell::new(1), cases: Cell::new(0) })
    }

    fn number(&self) -> i64 {
        self.next.replace(self.next.get() + 1)
    }

    async fn write(&self, work: impl FnOnce(&mut Conn) -> Result<(), StoreError> + Send + 'static) {
        self.app.db.write(work).await.unwrap();
    }

    /// Lets it all happen; what happened, by certificate, and the divisions of the case.
    async fn live(&self, happenings: &[Happening]) -> (Vec<History>, [String; 2]) {
        let case = self.cases.replace(self.cases.get() + 1);
        let divisions = [0, 1].map(|n| format!("{}", 100_000 + case * 2 + n));
        let mut histories = vec![History::default(); CERTIFICATES];
        for happening in happenings {
            match happening {
                Happening::Count => kpi::catch_up(&self.app).await.unwrap(),
                Happening::Version { which, .. } => {
                    self.version(case, *which, happening, &mut histories[*which], &divisions).await;
                }
                Happening::Status { which, day, status } => {
                    let history = &mut histories[*which];
                    let Some(last) = history.states.last().cloned() else { continue };
                    let state = State { day: last.day.max(*day), status, ..last };
                    history.becomes(state);
                    self.event(id(case, *which), self.versions(case, *which).await, *day, status).await;
                }
                Happening::Used { which, source, day, hour } => {
                    let history = &mut histories[*which];
                    if history.states.is_empty() {
                        continue;
                    }
                    let at = begins(*day) + hour * 3_600_000;
                    history.uses.push((source.word(), at));
                    let (id, source, evidence) = (id(case, *which), *source, self.number().to_string());
                    let record = move |conn: &mut Conn| {
                        let used = Use {
                            certificate_id: &id,
                            source,
                            occurred_at: Timestamp(at),
                            recorded_at: NOW,
                            evidence: &evidence,
                        };
                        activations::record(conn, used).map(|_| ())
                    };
                    self.write(record).await;
                }
            }
        }
        kpi::catch_up(&self.app).await.unwrap();
        (histories, divisions)
    }

    async fn version(
        &self,
        case: usize,
        which: usize,
        happening: &Happening,
        history: &mut History,
        divisions: &[String; 2],
    ) {
        let Happening::Version { day, division, issued_on, valid_for, specimen, .. } = happening else {
            return;
        };
        let state = State {
            day: history.states.last().map_or(*day, |last| last.day.max(*day)),
            division: *division,
            issued_on: *issued_on,
            valid_to: valid_for.map(|days| issued_on + days),
            specimen: *specimen,
            status: "valid",
        };
        let (id, division) = (id(case, which), divisions[*division].clone());
        let number = self.versions(case, which).await + 1;
        let place = self.number();
        let row = certificate(&id, &division, number, place, &state);
        let version = version(&row);
        let write = move |conn: &mut Conn| -> Result<(), StoreError> {
            if number == 1 {
                assert!(certificates::insert(conn, &row)?);
            }
            certificates::insert_version(conn, &version)
        };
        self.write(write).await;
        history.becomes(state);
        self.event(id, number, *day, "valid").await;
    }

    /// How many versions a certificate has.
    async fn versions(&self, case: usize, which: usize) -> i32 {
        let id = id(case, which);
        let contents = move |conn: &mut Conn| certificates::contents(conn, &[&id]);
        let contents: Result<_, StoreError> = self.app.db.read(contents).await;
        i32::try_from(contents.unwrap().len()).unwrap()
    }

    async fn event(&self, certificate_id: String, version: i32, day: i32, status: &str) {
        let row = EventRow {
            id: self.number().to_string(),
            seq: 0,
            certificate_id,
            event: "changed".to_owned(),
            version,
            status: status.to_owned(),
            review_overdue: false,
            division: "210100".to_owned(),
            moved_from: None,
            until_day: None,
            reason: None,
            occurred_at: begins(day) + 3_600_000,
            recorded_at: NOW.millis(),
            actor: "system".to_owned(),
            batch_id: None,
        };
        self.write(move |conn| events::append(conn, "21", vec![row]).map(|added| assert!(added))).await;
    }

    /// What the tallies come to on a day, by measure.
    async fn counted(&self, division: &str, year: i32, day: i32) -> BTreeMap<String, i64> {
        let divisions = (division.to_owned(), division.to_owned());
        let kinds = ("000".to_owned(), "999".to_owned());
        let filter = move |year| Filter {
            year,
            until: until(day),
            divisions: divisions.clone(),
            kinds: kinds.clone(),
        };
        let read = move |conn: &mut Conn| -> Result<_, StoreError> {
            let mut all = tallies::counted(conn, &filter(0))?;
            all.extend(tallies::counted(conn, &filter(year))?);
            Ok(all)
        };
        let rows = self.app.db.read(read).await.unwrap();
        let mut sums = BTreeMap::new();
        for (measure, conforming, _, _, number) in rows {
            assert!(conforming);
            *sums.entry(measure).or_insert(0) += number.unwrap();
        }
        sums
    }
}

fn id(case: usize, which: usize) -> String {
    format!("case-{case}-certificate-{which}")
}

/// The instant a day begins in China.
fn begins(day: i32) -> i64 {
    i64::from(day) * 86_400_000 - 8 * 3_600_000
}

fn day_of(at: i64) -> i32 {
    i32::try_from(Timestamp(at).day().0).unwrap()
}

fn year_of(day: i32) -> i32 {
    Day::from_days(day).unwrap().parts().0.into()
}

fn until(day: i32) -> Until {
    let (year, _, of_month) = Day::from_days(day).unwrap().parts();
    let first = Day::parse(&format!("{year:04}0101")).unwrap().days();
    Until { year: first, month: day - i32::from(of_month) + 1, day }
}

fn holder() -> HolderRow {
    HolderRow {
        id: "holder".to_owned(),
        code_type: "001".to_owned(),
        code_ciphertext: vec![],
        code_index: "index".to_owned(),
        name: "某某运输有限公司".to_owned(),
        created_at: 0,
    }
}

fn certificate(id: &str, division: &str, version: i32, place: i64, state: &State) -> CertificateRow {
    CertificateRow {
        id: id.to_owned(),
        kind: "013".to_owned(),
        number_ciphertext: vec![],
        number_index: id.to_owned(),
        issuer_code: "issuer".to_owned(),
        division: division.to_owned(),
        identifier: id.to_owned(),
        serial: "1".to_owned(),
        holder_id: "holder".to_owned(),
        plate: None,
        plate_colour: None,
        version,
        status: "valid".to_owned(),
        review_overdue: false,
        specimen: state.specimen,
        status_index: place,
        issued_on: state.issued_on,
        valid_from: state.issued_on,
        valid_to: state.valid_to,
        created_at: 0,
        updated_at: 0,
        review_due: None,
        suspended_until: None,
        due_on: None,
        sequence: None,
        revision: 1,
    }
}

fn version(row: &CertificateRow) -> VersionRow {
    VersionRow {
        certificate_id: row.id.clone(),
        version: row.version,
        items_ciphertext: vec![],
        items_mac: vec![],
        status_index: row.status_index,
        made_by: "issued".to_owned(),
        replaced_as: None,
        credential: vec![],
        seal_key: String::new(),
        sealed_at: 0,
        credential_exp: 0,
        division: row.division.clone(),
        specimen: row.specimen,
        issued_on: row.issued_on,
        valid_to: row.valid_to,
    }
}

fn kept_figures_are_counted_ones(backend: Backend) {
    let runtime = Runtime::new().unwrap();
    let Some(province) = runtime.block_on(Province::on(backend)) else { return };
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(happening(), 1..24), |happenings| {
        let (histories, divisions) = runtime.block_on(province.live(&happenings));
        for (day, year) in
            (FIRST - 1..FIRST + DAYS + 20).step_by(7).flat_map(|day| [(day, 2026), (day, 2027)])
        {
            for (number, division) in divisions.iter().enumerate() {
                let kept = runtime.block_on(province.counted(division, year, day));
                for measure in MEASURES {
                    let counts = |history: &&History| history.counts(day, number, measure, year);
                    let counted = i64::try_from(histories.iter().filter(counts).count()).unwrap();
                    let kept = kept.get(measure).copied().unwrap_or_default();
                    prop_assert_eq!(kept, counted, "{} in {} on {}", measure, year, day);
                }
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn kept_figures_are_counted_ones_on_sqlite() {
    kept_figures_are_counted_ones(Backend::Sqlite);
}

#[test]
fn kept_figures_are_counted_ones_on_postgres() {
    kept_figures_are_counted_ones(Backend::Postgres);
}
