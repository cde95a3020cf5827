//! Keys in a cryptographic module that is reached by PKCS#11, by the test module of this project, which signs with
//! SM2: from a certificate to its seal to the verdict, and everything that can go wrong on the way.

use std::path::PathBuf;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use verifier_core::Outcome;
use verifier_core::ids::Kind;
use yzt_api::config::{Config, Constant};
use yzt_api::keys::{Ceremony, CeremonyError, Custody, Input, PUBLICATION_SECONDS, Use};
use yzt_api::publish;
use yzt_api::store::keys::KeyRow;
use yzt_test_pkcs11::{FAULT, Fault, GENERATE, PIN, SIGN_DIGEST, SIGN_MESSAGE, TOKEN};
use yzt_tests::actors::Holder;
use yzt_tests::certificates::Issued;
use yzt_tests::{Answer, TestApp};

const DRIVER: Kind = Kind::PractitionerQualification;
/// Longer than any call into the test module takes that is not told to hang.
const PATIENCE: u64 = 2_000;

/// The library of the test module, which Cargo built beside this test.
fn library() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.with_file_name("libyzt_test_pkcs11.so")
}

/// Has the keys that sign online in the module, and the root key in a file.
fn in_module(config: &mut Config) {
    let pin = PathBuf::from(&config.data_dir).join("pin");
    std::fs::write(&pin, PIN).unwrap();
    config.pkcs11_pin_file = pin.to_string_lossy().into_owned();
    config.pkcs11_module = library().to_string_lossy().into_owned();
    config.pkcs11_token = TOKEN.to_owned();
    config.pkcs11_sessions = 2;
    config.pkcs11_mechanism = Constant(Some(SIGN_DIGEST));
    config.pkcs11_generate_mechanism = Constant(Some(GENERATE));
    config.pkcs11_session_timeout = PATIENCE;
    config.pkcs11_signature_timeout = PATIENCE;
    config.signer_seal = Custody::Pkcs11;
    config.signer_presentation = Custody::Pkcs11;
    config.signer_status = Custody::Pkcs11;
}

/// A session with the module, as whoever runs it has one.
fn session() -> Session {
    let module = Pkcs11::new(library()).unwrap();
    let _ = module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    module.open_rw_session(module.get_slots_with_token().unwrap()[0]).unwrap()
}

fn order(fault: Fault) {
    let order = [Attribute::Class(ObjectClass::DATA), Attribute::Label(FAULT.into())];
    let word = [Attribute::Value(fault.word().into())];
    session().create_object(&[&order[..], &word].concat()).unwrap();
}

/// Makes a key pair in the module, as with its own tool.
fn make_key(label: &str) {
    let session = session();
    // A server that is signed in has signed everyone in.
    let _ = session.login(UserType::User, Some(&AuthPin::from(PIN)));
    let number = MechanismType::new_vendor_defined(GENERATE).unwrap();
    let mechanism = Mechanism::VendorDefined(VendorDefinedMechanism::new::<()>(number, None));
    session.generate_key_pair(&mechanism, &[Attribute::Label(label.into())], &[]).unwrap();
}

async fn show(holder: &Holder, issued: &Issued) -> Answer {
    holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &serde_json::json!({})).await
}

/// Issues, presents and verifies.
async fn is_valid_all_the_way(app: &TestApp) -> bool {
    let issued = app.issued(DRIVER).await;
    let shown = show(&app.holder_of(&issued).await, &issued).await.json(201);
    let bundle = app.bundle().await;
    app.verdict(shown["code"].as_str().unwrap(), &bundle).outcome == Outcome::Valid
}

fn custody_of(app: &TestApp, key_use: Use) -> Vec<String> {
    let rows = app.running.app().signer.keys();
    rows.into_iter().filter(|row| row.key_use == key_use.word()).map(|row| row.custody).collect()
}

fn ceremony(app: &TestApp, use_now: Option<&str>) -> Ceremony {
    Ceremony {
        signer: app.running.app().signer.clone(),
        now: app.clock.now(),
        development: true,
        use_now: use_now.map(str::to_owned),
    }
}

async fn adopt(app: &TestApp, key_use: Use, label: &'static str) -> Result<KeyRow, CeremonyError> {
    let ceremony = ceremony(app, None);
    let adopted = app.running.app().db.write(move |conn| ceremony.adopt(conn, key_use, label)).await;
    app.running.app().learn_keys().await.unwrap();
    adopted
}

#[tokio::test]
async fn what_a_module_signs_is_valid_all_the_way() {
    let app = TestApp::spawn_with(in_module).await;
    assert!(is_valid_all_the_way(&app).await);
    assert_eq!(custody_of(&app, Use::Seal), ["pkcs11"]);
    assert_eq!(custody_of(&app, Use::Root), ["keystore"]);
    assert_eq!(app.visitor().get("/readyz").await.status, 200);
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(metrics.contains(r#"yzt_signatures_total{outcome="ok",use="seal"}"#), "{metrics}");
}

#[tokio::test]
async fn a_module_may_hash_itself_and_answer_in_der() {
    let app = TestApp::spawn_with(|config| {
        in_module(config);
        config.pkcs11_mechanism = Constant(Some(SIGN_MESSAGE));
        config.pkcs11_input = Input::Message;
    })
    .await;
    order(Fault::Der);
    assert!(is_valid_all_the_way(&app).await);
}

#[tokio::test]
async fn each_use_may_have_its_keys_in_another_place() {
    let app = TestApp::spawn_with(|config| {
        in_module(config);
        config.signer_presentation = Custody::Keystore;
    })
    .await;
    assert_eq!(custody_of(&app, Use::Presentation), ["keystore"]);
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    order(Fault::OtherKey);
    assert_eq!(show(&holder, &issued).await.status, 201, "showing needs no module");
}

#[tokio::test]
async fn a_module_that_hangs_holds_nobody_up_for_long_and_serves_again_afterwards() {
    let app = TestApp::spawn_with(|config| {
        in_module(config);
        config.pkcs11_session_timeout = 100;
        config.pkcs11_signature_timeout = 100;
    })
    .await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    order(Fault::Hang);
    // The first two take the sessions with them, the third gets none.
    for _ in 0..3 {
        let refused = show(&holder, &issued).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (503, "signing_failed"));
    }
    let ready = app.visitor().get("/readyz").await.json(503);
    let signer = ready["parts"].as_array().unwrap().iter().find(|part| part["name"] == "signer").unwrap();
    assert_eq!(signer["ready"], false);
    assert_eq!(app.visitor().get("/healthz").await.status, 200);
    order(Fault::None);
    assert_eq!(show(&holder, &issued).await.status, 201);
    assert_eq!(app.visitor().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn lost_sessions_and_a_token_put_into_another_slot_are_not_noticed() {
    let app = TestApp::spawn_with(in_module).await;
    assert!(is_valid_all_the_way(&app).await);
    for fault in [Fault::LoseSessions, Fault::Remove] {
        order(fault);
        assert!(is_valid_all_the_way(&app).await, "{fault:?}");
    }
}

#[tokio::test]
async fn a_signature_by_another_key_is_not_used() {
    let app = TestApp::spawn_with(in_module).await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    order(Fault::OtherKey);
    assert_eq!(show(&holder, &issued).await.problem(), "signing_failed");
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(metrics.contains(r#"yzt_signatures_total{outcome="failed",use="presentation"} 1"#), "{metrics}");
}

#[tokio::test]
async fn a_site_moves_from_key_files_to_a_module_by_adopting_a_key() {
    // The site as it was: every key in a file.
    let app = TestApp::spawn().await;
    let refused = adopt(&app, Use::Seal, "yzt-seal-2026").await;
    assert!(matches!(refused, Err(CeremonyError::NotInAModule(Use::Seal))), "{refused:?}");
    // The module comes; new seal keys belong in it, and it makes none for others.
    let app = app
        .again_with(|config| {
            in_module(config);
            config.pkcs11_generate_mechanism = Constant(None);
        })
        .await;
    make_key("yzt-seal-2026");
    let rotate = ceremony(&app, None);
    let refused = app.running.app().db.write(move |conn| rotate.rotate(conn, Use::Seal)).await;
    assert!(refused.unwrap_err().to_string().contains("yzt keys adopt"));
    let adopted = adopt(&app, Use::Seal, "yzt-seal-2026").await.unwrap();
    assert_eq!((adopted.custody.as_str(), adopted.label.as_str()), ("pkcs11", "yzt-seal-2026"));
    assert!(matches!(adopt(&app, Use::Seal, "yzt-seal-2026").await, Err(CeremonyError::Waiting(_))));
    // Until its 24 hours are over the old key seals.
    assert_ne!(sealed_by(&app, Kind::TaxiDriver).await, adopted.kid);
    publish::newest_trust_list(app.running.app()).await.unwrap();
    app.running.app().learn_keys().await.unwrap();
    app.pass(PUBLICATION_SECONDS);
    assert_eq!(sealed_by(&app, DRIVER).await, adopted.kid);
    assert!(is_valid_all_the_way(&app).await);
    assert!(matches!(adopt(&app, Use::Seal, "yzt-seal-2026").await, Err(CeremonyError::Known(_))));
}

/// The key that seals now, as the seal of a new certificate has it.
async fn sealed_by(app: &TestApp, kind: Kind) -> String {
    let id = app.issued(kind).await.id;
    let find = move |conn: &mut _| yzt_api::store::certificates::find_version(conn, &id, 1);
    app.running.app().db.read(find).await.unwrap().unwrap().seal_key
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_not_registered() {
    let app = TestApp::spawn_with(in_module).await;
    make_key("yzt-status-2026");
    order(Fault::OtherKey);
    let refused = adopt(&app, Use::Status, "yzt-status-2026").await;
    assert!(matches!(refused, Err(CeremonyError::Module(_))), "{refused:?}");
    order(Fault::None);
    let unknown = adopt(&app, Use::Status, "another").await;
    assert!(matches!(unknown, Err(CeremonyError::Module(_))), "{unknown:?}");
    assert!(matches!(adopt(&app, Use::Status, "../a/path").await, Err(CeremonyError::Label)));
    assert_eq!(custody_of(&app, Use::Status).len(), 1);
    adopt(&app, Use::Status, "yzt-status-2026").await.unwrap();
}

#[tokio::test]
async fn a_wrong_pin_does_not_lock_the_token() {
    let app = TestApp::spawn_with(in_module).await;
    let pin = app.database().directory().join("pin");
    order(Fault::LoseSessions);
    std::fs::write(&pin, "a wrong pin").unwrap();
    for _ in 0..yzt_test_pkcs11::TRIES * 2 {
        assert_eq!(app.visitor().get("/readyz").await.status, 503);
    }
    std::fs::write(&pin, PIN).unwrap();
    assert_eq!(app.visitor().get("/readyz").await.status, 200);
}
