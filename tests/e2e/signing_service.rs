//! Keys in a signing service that is reached by HTTP: a stand-in, well and unwell.

use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use verifier_core::Outcome;
use verifier_core::ids::Kind;
use yzt_api::config::Config;
use yzt_api::keys::{Ceremony, CeremonyError, Custody, Input, Use};
use yzt_tests::certificates::Issued;
use yzt_tests::signing_service::{BEARER, Mood, SigningService};
use yzt_tests::{Answer, TestApp};

const DRIVER: Kind = Kind::PractitionerQualification;

/// Has the keys that sign online in the service.
fn in_service(config: &mut Config, service: &SigningService) {
    let token = Path::new(&config.data_dir).join("token");
    std::fs::write(&token, BEARER).unwrap();
    config.signing_service_token_file = token.to_string_lossy().into_owned();
    config.signing_service_url.clone_from(&service.url);
    config.signer_seal = Custody::Service;
    config.signer_presentation = Custody::Service;
    config.signer_status = Custody::Service;
}

async fn show(app: &TestApp, issued: &Issued) -> Answer {
    let holder = app.holder_of(issued).await;
    holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &serde_json::json!({})).await
}

async fn is_valid_all_the_way(app: &TestApp) -> bool {
    let issued = app.issued(DRIVER).await;
    let shown = show(app, &issued).await.json(201);
    let bundle = app.bundle().await;
    app.verdict(shown["code"].as_str().unwrap(), &bundle).outcome == Outcome::Valid
}

#[tokio::test]
async fn what_a_service_signs_is_valid_all_the_way() {
    let service = SigningService::start();
    for input in [Input::Digest, Input::Message] {
        let app = TestApp::spawn_with(|config| {
            in_service(config, &service);
            config.signing_service_input = input;
        })
        .await;
        assert!(is_valid_all_the_way(&app).await, "{input}");
        assert_eq!(app.visitor().get("/readyz").await.status, 200);
    }
}

#[tokio::test]
async fn a_service_that_cannot_is_asked_once_more_and_then_the_holder_is_told_to_come_again() {
    let service = SigningService::start();
    let app = TestApp::spawn_with(|config| in_service(config, &service)).await;
    let issued = app.issued(DRIVER).await;
    service.set(Mood::DownOnce);
    assert_eq!(show(&app, &issued).await.status, 201);
    for mood in [Mood::Down, Mood::Nonsense, Mood::OtherKey] {
        service.set(mood);
        let before = service.requests();
        let refused = show(&app, &issued).await;
        assert_eq!(
            (refused.status.as_u16(), refused.problem().as_str()),
            (503, "signing_failed"),
            "{mood:?}"
        );
        let tries = if mood == Mood::Down { 2 } else { 1 };
        assert_eq!(service.requests() - before, tries, "{mood:?}");
        assert_eq!(app.visitor().get("/readyz").await.status, 503);
    }
    service.set(Mood::Well);
    assert_eq!(show(&app, &issued).await.status, 201);
}

#[tokio::test]
async fn a_service_that_does_not_answer_holds_nobody_up_for_long() {
    let service = SigningService::start();
    let app = TestApp::spawn_with(|config| in_service(config, &service)).await;
    let issued = app.issued(DRIVER).await;
    let app = app
        .again_with(|config| {
            in_service(config, &service);
            config.signing_service_timeout = 100;
        })
        .await;
    service.set(Mood::Silent);
    assert_eq!(show(&app, &issued).await.problem(), "signing_failed");
    service.set(Mood::Well);
}

#[tokio::test]
async fn a_service_that_makes_no_keys_has_them_adopted() {
    let service = SigningService::start();
    let app = TestApp::spawn_with(|config| in_service(config, &service)).await;
    service.set(Mood::MakesNoKeys);
    let ceremony = || Ceremony {
        signer: app.running.app().signer.clone(),
        now: app.clock.now(),
        development: true,
        use_now: Some("test".to_owned()),
    };
    let (rotate, adopt, unknown) = (ceremony(), ceremony(), ceremony());
    let db = &app.running.app().db;
    let refused = db.write(move |conn| rotate.rotate(conn, Use::Seal)).await;
    assert!(refused.unwrap_err().to_string().contains("yzt keys adopt"));
    let refused = db.write(move |conn| unknown.adopt(conn, Use::Seal, "another")).await;
    assert!(matches!(refused, Err(CeremonyError::Module(_))), "{refused:?}");
    service.make_key("yzt-seal-2026");
    let adopted = db.write(move |conn| adopt.adopt(conn, Use::Seal, "yzt-seal-2026")).await.unwrap();
    assert_eq!((adopted.custody.as_str(), adopted.label.as_str()), ("service", "yzt-seal-2026"));
    app.running.app().learn_keys().await.unwrap();
    assert!(is_valid_all_the_way(&app).await);
}

/// An authority, and what it certifies: the service at `localhost`, and this server.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn certify(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// What a service needs that lets in only whom this authority certified.
    fn server(&self) -> rustls::ServerConfig {
        yzt_api::tls::prepare();
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (certificate, key) = self.certify("localhost");
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        rustls::ServerConfig::builder()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

#[tokio::test]
async fn service_and_server_know_each_other_by_their_certificates() {
    let authority = Authority::new();
    let service = SigningService::start_with(authority.server());
    let over_tls = |config: &mut Config, server: &Authority, client: &Authority| {
        in_service(config, &service);
        let directory = Path::new(&config.data_dir).to_owned();
        let write = |name: &str, text: String| {
            let file = directory.join(name);
            std::fs::write(&file, text).unwrap();
            file.to_string_lossy().into_owned()
        };
        let (certificate, key) = client.certify("yzt");
        config.signing_service_ca_file = write("ca.pem", server.issuer.pem());
        config.signing_service_identity_file =
            write("identity.pem", certificate.pem() + &key.serialize_pem());
    };
    let app = TestApp::spawn_with(|config| over_tls(config, &authority, &authority)).await;
    assert!(is_valid_all_the_way(&app).await);
    let stranger = Authority::new();
    for (server, client) in [(&stranger, &authority), (&authority, &stranger)] {
        let issued = app.issued(DRIVER).await;
        let other = TestApp::try_spawn_with(|config| over_tls(config, server, client)).await;
        assert!(other.is_err(), "it makes its keys in the service at its first start");
        assert_eq!(show(&app, &issued).await.status, 201);
    }
}
