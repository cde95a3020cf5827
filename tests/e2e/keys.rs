//! Keys as a running server sees them.

use yzt_api::config::Config;
use yzt_api::keys::{self, Ceremony, CeremonyError, PUBLICATION_SECONDS, Revocation, Use};
use yzt_api::publish;
use yzt_api::store::keys::KeyRow;
use yzt_tests::TestApp;

const ALONE: Revocation<'static> = Revocation { all: false, reason: "test", approval: None };

async fn rows(app: &TestApp) -> Vec<KeyRow> {
    app.running.app().learn_keys().await.unwrap();
    app.running.app().signer.keys()
}

async fn rotate(app: &TestApp, use_now: Option<&str>) -> Result<KeyRow, CeremonyError> {
    let ceremony = Ceremony {
        signer: app.running.app().signer.clone(),
        now: app.clock.now(),
        development: true,
        use_now: use_now.map(str::to_owned),
    };
    app.running.app().db.write(move |conn| ceremony.rotate(conn, Use::Seal)).await
}

fn active(app: &TestApp) -> String {
    use verifier_core::sm2::Sign;
    let key = app.running.app().signer.active(Use::Seal, app.clock.now()).unwrap();
    key.key_id().to_string()
}

#[tokio::test]
async fn in_development_a_server_makes_its_keys_and_says_so() {
    let app = TestApp::spawn().await;
    let rows = rows(&app).await;
    assert_eq!(rows.len(), Use::ALL.len());
    assert!(rows.iter().all(|row| row.development && row.override_reason.is_some()));
    assert_eq!(keys::pinned_roots(&rows).len(), 1);
}

#[tokio::test]
async fn a_new_key_takes_over_24_hours_after_it_was_published() {
    let app = TestApp::spawn().await;
    let old = active(&app);
    let new = rotate(&app, None).await.unwrap();
    rows(&app).await;
    assert_eq!(active(&app), old);

    publish::newest_trust_list(app.running.app()).await.unwrap();
    app.pass(PUBLICATION_SECONDS - 1);
    rows(&app).await;
    assert_eq!(active(&app), old);
    app.pass(1);
    assert_eq!(active(&app), new.kid);
}

#[tokio::test]
async fn a_key_that_waits_is_not_doubled_and_signs_at_once_when_a_reason_is_given() {
    let app = TestApp::spawn().await;
    let waiting = rotate(&app, None).await.unwrap();
    assert!(matches!(rotate(&app, None).await, Err(CeremonyError::Waiting(kid)) if kid == waiting.kid));
    let used = rotate(&app, Some("the old key was lost")).await.unwrap();
    assert_eq!(used.kid, waiting.kid);
    let rows = rows(&app).await;
    let recorded = rows.iter().find(|row| row.kid == used.kid).unwrap();
    assert_eq!(recorded.override_reason.as_deref(), Some("the old key was lost"));
}

#[tokio::test]
async fn a_server_without_a_key_that_signs_is_not_ready_and_says_which_part() {
    let app = TestApp::spawn().await;
    let kid = active(&app);
    let now = app.clock.now();
    let revoke = move |conn: &mut _| keys::revoke(conn, &kid, &ALONE, now);
    app.running.app().db.write(revoke).await.unwrap();
    app.running.app().learn_keys().await.unwrap();
    let ready = app.visitor().get("/readyz").await.json(503);
    assert_eq!(ready["parts"][1]["name"], "signing_keys");
    assert_eq!(ready["parts"][1]["ready"], false);
}

#[tokio::test]
async fn production_refuses_what_development_made() {
    let app = TestApp::spawn().await;
    let kid = active(&app);
    let config = Config {
        environment: yzt_api::config::Environment::Production,
        data_dir: app.database().directory().to_string_lossy().into_owned(),
        keystore_rounds: 1,
        ..Config::default()
    };
    let keystore = keys::Keystore::open(&config).unwrap();
    let refused = keystore.find(&kid, "seal");
    assert_eq!(refused.unwrap_err(), keys::KeystoreError::DevelopmentKey(kid));
}
