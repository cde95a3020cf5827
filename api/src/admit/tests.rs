//! The rules of admission on a real database: what comes in, what is then there.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::config::Config;
use crate::generate::Generator;
use crate::publish::indices;
use crate::record::{Day, Record};
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::{events, indices as counters};
use crate::vault::Column;

/// 2026-07-01T12:00:00+08:00.
const NOON: Timestamp = Timestamp(1_782_878_400_000);

struct Ground {
    app: Arc<App>,
    _directory: TempDir,
}

impl Ground {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let config = Config {
            data_dir: directory.path().to_string_lossy().into_owned(),
            sqlite_survives_power_loss: false,
            keystore_rounds: 1,
            ..Config::default()
        };
        let app = App::start(config, Clock::fixed(NOON)).await.unwrap();
        Self { app: Arc::new(app), _directory: directory }
    }

    fn candidate(&self, line: &Value) -> Candidate {
        let accepted = Record::from_json(line.to_string().as_bytes()).unwrap();
        Candidate::of(accepted.record, &self.app.vault)
    }

    async fn admit(&self, line: &Value) -> Outcome {
        self.admit_as(None, line).await
    }

    async fn admit_as(&self, division: Option<&str>, line: &Value) -> Outcome {
        let candidate = self.candidate(line);
        let sender = Sender { account: "sender".to_owned(), division: division.map(str::to_owned) };
        let admission = Admission::begin(&self.app, sender, None).unwrap();
        self.app.db.write(move |conn| admission.admit(conn, &candidate, None)).await.unwrap()
    }

    async fn certificate(&self, line: &Value) -> CertificateRow {
        let candidate = self.candidate(line);
        let find = move |conn: &mut Conn| known(conn, &candidate);
        self.app.db.read(find).await.unwrap().unwrap().row
    }

    async fn version(&self, certificate: &CertificateRow, version: i32) -> VersionRow {
        let id = certificate.id.clone();
        let find = move |conn: &mut Conn| certificates::find_version(conn, &id, version);
        self.app.db.read(find).await.unwrap().unwrap()
    }

    /// As if an event had changed the status.
    async fn set_status(&self, line: &Value, status: &'static str) {
        let row = self.certificate(line).await;
        let change = move |conn: &mut Conn| certificates::change_status(conn, &row, status, false, 0);
        assert!(self.app.db.write::<_, StoreError, _>(change).await.unwrap());
    }

    async fn history(&self, certificate: &CertificateRow) -> Vec<(String, i32, String)> {
        let id = certificate.id.clone();
        let rows = self.app.db.read(move |conn| events::of_certificate(conn, &id)).await.unwrap();
        rows.into_iter().map(|row| (row.event, row.version, row.status)).collect()
    }
}

/// The first generated vehicle's certificate.
fn vehicle() -> Value {
    let mut records = Generator::new(1, Day::parse("20260701").unwrap());
    let record = records.find(|record| record.kind().code() == "013").unwrap();
    let line = serde_json::from_slice(&record.to_line()).unwrap();
    with(
        line,
        json!({ "event": "initial", "validFrom": "20260101", "validTo": "20300101", "issueDate": "20260101" }),
    )
}

fn with(mut line: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

fn refused_for(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Refused(findings) => findings[0].rule.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_certificate_is_created_with_version_place_and_history() {
    let ground = Ground::new().await;
    assert_eq!(ground.admit(&vehicle()).await, Outcome::Created);
    let row = ground.certificate(&vehicle()).await;
    assert_eq!((row.version, row.status.as_str(), row.specimen), (1, "valid", false));
    assert_eq!(row.serial.len(), 32);
    assert!(row.identifier.contains(&row.serial));
    assert!(u64::try_from(row.status_index).unwrap() < indices::BLOCK);
    let version = ground.version(&row, 1).await;
    assert_eq!((version.status_index, version.replaced_as), (row.status_index, None));
    assert_eq!(ground.history(&row).await, [("issued".to_owned(), 1, "valid".to_owned())]);
}

#[tokio::test]
async fn the_same_content_again_changes_nothing() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    let before = ground.certificate(&vehicle()).await;
    assert_eq!(ground.admit(&vehicle()).await, Outcome::Unchanged);
    let as_change = with(vehicle(), json!({ "event": "change" }));
    assert_eq!(ground.admit(&as_change).await, Outcome::Unchanged);
    assert_eq!(ground.certificate(&vehicle()).await, before);
}

#[tokio::test]
async fn other_content_without_a_reason_is_a_conflict_and_overwrites_nothing() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    let before = ground.certificate(&vehicle()).await;
    let other = with(vehicle(), json!({ "validTo": "20310101" }));
    assert_eq!(refused_for(&ground.admit(&other).await), "duplicate_with_other_content");
    assert_eq!(ground.certificate(&vehicle()).await, before);
}

#[tokio::test]
async fn a_change_makes_a_new_version_at_a_place_of_its_own() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    let before = ground.certificate(&vehicle()).await;
    let changed = with(vehicle(), json!({ "event": "change", "validTo": "20310101" }));
    assert_eq!(ground.admit(&changed).await, Outcome::Changed);
    let after = ground.certificate(&vehicle()).await;
    assert_eq!((after.version, &after.id, &after.serial), (2, &before.id, &before.serial));
    assert_ne!(after.identifier, before.identifier);
    assert_ne!(after.status_index, before.status_index);
    assert_eq!(ground.version(&after, 1).await.replaced_as.as_deref(), Some("superseded"));
    assert_eq!(ground.version(&after, 2).await.replaced_as, None);
    assert_eq!(ground.history(&after).await[1], ("changed".to_owned(), 2, "valid".to_owned()));
}

#[tokio::test]
async fn a_file_with_all_versions_sent_again_changes_nothing() {
    let ground = Ground::new().await;
    let changed =
        with(vehicle(), json!({ "event": "change", "issueDate": "20260301", "validTo": "20310101" }));
    let renewed =
        with(vehicle(), json!({ "event": "renewal", "issueDate": "20260601", "validTo": "20320101" }));
    for line in [&vehicle(), &changed, &renewed] {
        assert!(ground.admit(line).await.took_place());
    }
    for line in [&vehicle(), &changed, &renewed] {
        assert_eq!(ground.admit(line).await, Outcome::Unchanged);
    }
    assert_eq!(ground.certificate(&vehicle()).await.version, 3);
}

#[tokio::test]
async fn a_change_back_to_what_was_is_a_change() {
    let ground = Ground::new().await;
    let there = with(vehicle(), json!({ "event": "change", "validTo": "20310101" }));
    let back = with(vehicle(), json!({ "event": "change" }));
    ground.admit(&vehicle()).await;
    ground.admit(&there).await;
    assert_eq!(ground.admit(&back).await, Outcome::Changed);
    assert_eq!(ground.certificate(&vehicle()).await.version, 3);
}

#[tokio::test]
async fn what_has_ended_takes_no_new_version() {
    for status in ["cancelled", "revoked"] {
        let ground = Ground::new().await;
        ground.admit(&vehicle()).await;
        ground.set_status(&vehicle(), status).await;
        for event in ["change", "renewal", "reissue"] {
            let line = with(vehicle(), json!({ "event": event, "validTo": "20310101" }));
            assert_eq!(refused_for(&ground.admit(&line).await), "certificate_ended");
        }
        assert_eq!(ground.admit(&vehicle()).await, Outcome::Unchanged);
        assert_eq!(ground.certificate(&vehicle()).await.status, status);
    }
}

#[tokio::test]
async fn a_reissue_after_loss_is_valid_and_the_lost_one_stays_lost() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    ground.set_status(&vehicle(), "reported_lost").await;
    // Even with nothing changed but that it was made again.
    let reissued = with(vehicle(), json!({ "event": "reissue" }));
    assert_eq!(ground.admit(&reissued).await, Outcome::Changed);
    let row = ground.certificate(&vehicle()).await;
    assert_eq!((row.version, row.status.as_str()), (2, "valid"));
    assert_eq!(ground.version(&row, 1).await.replaced_as.as_deref(), Some("reported_lost"));
    assert_eq!(ground.admit(&reissued).await, Outcome::Unchanged);
    // Lost once more, the old record does not bring it back; another one does.
    ground.set_status(&vehicle(), "reported_lost").await;
    assert_eq!(ground.admit(&reissued).await, Outcome::Unchanged);
    let once_more = with(reissued, json!({ "issueDate": "20260601" }));
    assert_eq!(ground.admit(&once_more).await, Outcome::Changed);
    assert_eq!(ground.certificate(&vehicle()).await.status, "valid");
}

#[tokio::test]
async fn a_change_of_a_suspended_certificate_leaves_it_suspended() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    ground.set_status(&vehicle(), "suspended").await;
    let changed = with(vehicle(), json!({ "event": "change", "validTo": "20310101" }));
    assert_eq!(ground.admit(&changed).await, Outcome::Changed);
    assert_eq!(ground.certificate(&vehicle()).await.status, "suspended");
}

#[tokio::test]
async fn a_renewal_after_expiry_is_valid_if_it_is_not_over_itself() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    ground.set_status(&vehicle(), "expired_not_renewed").await;
    let over = with(vehicle(), json!({ "event": "renewal", "validTo": "20260630" }));
    ground.admit(&over).await;
    assert_eq!(ground.certificate(&vehicle()).await.status, "expired_not_renewed");
    let good = with(vehicle(), json!({ "event": "renewal", "validTo": "20260701" }));
    ground.admit(&good).await;
    assert_eq!(ground.certificate(&vehicle()).await.status, "valid");
}

#[tokio::test]
async fn what_was_made_ahead_is_used_only_for_the_version_it_was_made_for() {
    let ground = Ground::new().await;
    ground.admit(&vehicle()).await;
    let sender = Sender { account: "sender".to_owned(), division: None };
    let admission = Admission::begin(&ground.app, sender, None).unwrap();
    let changed = ground.candidate(&with(vehicle(), json!({ "event": "change", "validTo": "20310101" })));
    let stale = admission.prepare(&changed, Due { certificate_id: None, version: 1 }, 77).unwrap();
    let bytes = stale.sealed.bytes.clone();
    ground.app.db.write(move |conn| admission.admit(conn, &changed, Some(&stale))).await.unwrap();
    let row = ground.certificate(&vehicle()).await;
    assert_eq!((row.version, row.status_index), (2, 77));
    assert_ne!(ground.version(&row, 2).await.credential, bytes);
}

#[tokio::test]
async fn what_is_stored_opens_in_its_own_row_and_is_nowhere_in_the_clear() {
    let ground = Ground::new().await;
    let sender = Sender { account: "sender".to_owned(), division: None };
    let admission = Admission::begin(&ground.app, sender, None).unwrap();
    let candidate = ground.candidate(&vehicle());
    let reserve = |conn: &mut Conn| places::reserve(conn, "21", 1);
    let place = ground.app.db.write(reserve).await.unwrap()[0];
    let ahead = admission.prepare(&candidate, Due { certificate_id: None, version: 1 }, place).unwrap();
    let plain = candidate.items.to_vec();
    ground.app.db.write(move |conn| admission.admit(conn, &candidate, Some(&ahead))).await.unwrap();
    let row = ground.certificate(&vehicle()).await;
    let version = ground.version(&row, 1).await;
    let vault = &ground.app.vault;
    let items = |id: &str, version_of: i32| {
        vault.open_bytes(&Column::CertificateItems.of_version(id, version_of), &version.items_ciphertext)
    };
    assert_eq!(*items(&row.id, 1).unwrap(), plain);
    assert!(items(&row.id, 2).is_err() && items("another", 1).is_err());
    let number = vault.open_text(&Column::CertificateNumber.of(&row.id), &row.number_ciphertext).unwrap();
    assert_eq!(number.reveal(), vehicle()["certificateNumber"]);
}

#[tokio::test]
async fn a_sender_answers_for_its_own_division_only() {
    let ground = Ground::new().await;
    let here = with(vehicle(), json!({ "division": "210200" }));
    assert_eq!(refused_for(&ground.admit_as(Some("2101"), &here).await), "outside_jurisdiction");
    assert_eq!(ground.admit_as(Some("2102"), &here).await, Outcome::Created);
    // Nor can it take a certificate of another's over.
    let moved = with(vehicle(), json!({ "division": "210100", "event": "change" }));
    assert_eq!(refused_for(&ground.admit_as(Some("2101"), &moved).await), "outside_jurisdiction");
    let elsewhere = with(vehicle(), json!({ "division": "110100" }));
    assert_eq!(refused_for(&ground.admit(&elsewhere).await), "outside_jurisdiction");
}

#[tokio::test]
async fn an_identifier_is_one_certificates() {
    let ground = Ground::new().await;
    let serial = json!({ "serial": "00000001" });
    ground.admit(&with(vehicle(), serial.clone())).await;
    let another = with(with(vehicle(), serial), json!({ "certificateNumber": "210100999999" }));
    assert_eq!(refused_for(&ground.admit(&another).await), "identifier_taken");
}

#[tokio::test]
async fn places_are_taken_once_and_counted() {
    let ground = Ground::new().await;
    let taken = ground.app.db.write(|conn| places::reserve(conn, "21", 300)).await.unwrap();
    let more = ground.app.db.write(|conn| places::reserve(conn, "21", 200)).await.unwrap();
    let all: std::collections::HashSet<_> = taken.iter().chain(&more).collect();
    assert_eq!(all.len(), 500);
    let counter = ground.app.db.read(|conn| counters::find(conn, "21")).await.unwrap().unwrap();
    assert_eq!((counter.next, counter.generation, counter.secret.len()), (500, 0, 32));
}
