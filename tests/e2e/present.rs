//! Showing certificates: what a holder sees of theirs, the code, and what it counts.

use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use verifier_core::presentation::Maker;
use verifier_core::{Display, Outcome, Reason, Seconds, Warning};
use yzt_api::clock::Timestamp;
use yzt_api::keys::{self, Ceremony, CeremonyError, Revocation, Use};
use yzt_api::store::StoreError;
use yzt_api::store::activations::{self, Source};
use yzt_tests::actors::Holder;
use yzt_tests::certificates::Issued;
use yzt_tests::{Answer, TestApp};

const DRIVER: Kind = Kind::PractitionerQualification;
const DAY: i64 = 86_400;

async fn show(holder: &Holder, issued: &Issued) -> Answer {
    holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await
}

async fn code(holder: &Holder, issued: &Issued) -> String {
    show(holder, issued).await.json(201)["code"].as_str().unwrap().to_owned()
}

/// Whether the certificate has been used by its holder in the year of this instant: a second first use is refused.
async fn is_activated(app: &TestApp, issued: &Issued, at: Timestamp) -> bool {
    let id = issued.id.clone();
    let first = app.running.app().db.write(move |conn| {
        let (source, evidence) = (Source::HolderUse, "test");
        let used =
            activations::Use { certificate_id: &id, source, occurred_at: at, recorded_at: at, evidence };
        activations::record(conn, used)
    });
    !first.await.map_err(|error: StoreError| error.to_string()).unwrap()
}

#[tokio::test]
async fn a_holder_sees_their_own_certificates_and_no_others() {
    let app = TestApp::spawn().await;
    let (issued, other) = (app.issued(DRIVER).await, app.issued(Kind::TaxiDriver).await);
    let holder = app.holder_of(&issued).await;
    let list = holder.get("/v1/certificates").await.json(200);
    let list = list["certificates"].as_array().unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["id"], issued.id.as_str());
    assert_eq!(list[0]["number"], issued.record.number().as_str(), "whole: it is theirs");
    assert_eq!((&list[0]["status"], list[0].get("not_presentable")), (&json!("valid"), None));
    assert_eq!(holder.get(&format!("/v1/certificates/{}", other.id)).await.problem(), "not_found");
    assert_eq!(show(&holder, &other).await.problem(), "not_found");
    for person in [&app.officer().await.0, &app.issuer().await.0, &app.operator().await.0] {
        assert_eq!(person.get("/v1/certificates").await.problem(), "wrong_role");
    }
}

#[tokio::test]
async fn all_but_the_holder_see_personal_items_masked() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let path = format!("/v1/certificates/{}", issued.id);
    let id = issued.record.holder().code();
    let own = app.holder_of(&issued).await.get(&path).await;
    assert!(own.text.contains(id));
    let item = |certificate: &Value, name: &str| {
        let items = certificate["items"].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).cloned().unwrap_or_default()
    };
    for person in [&app.officer().await.0, &app.issuer().await.0, &app.operator().await.0] {
        let seen = person.get(&path).await;
        assert!(
            !seen.text.contains(id) && !seen.text.contains(issued.record.number().as_str()),
            "{}",
            seen.text
        );
        let certificate = seen.json(200);
        assert_eq!(item(&certificate, "holderName")["value"], issued.record.holder().name());
        assert_eq!(item(&certificate, "holderCode")["masked"], true);
        assert!(!item(&certificate, "qualificationCode")["meaning"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_code_is_valid_without_network_for_a_minute_and_counts_as_a_use() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let bundle = app.bundle().await;
    let shown = show(&holder, &issued).await.json(201);
    assert_eq!(
        (&shown["refresh_after"], shown["expires_at"].as_str()),
        (&json!(30), Some("2026-06-15T02:01:00Z"))
    );
    assert!(shown["qr"]["svg"].as_str().unwrap().starts_with("<svg"));
    let code = shown["code"].as_str().unwrap();
    assert!(code.starts_with(&format!("{}/V/1", app.base().to_uppercase())));

    let verdict = app.verdict(code, &bundle);
    assert_eq!(
        (verdict.outcome, verdict.display, verdict.warnings),
        (Outcome::Valid, Display::Green, vec![])
    );
    let by = verdict.presentation.unwrap();
    assert_eq!((by.by, by.cti.to_string()), (Maker::Server, shown["cti"].as_str().unwrap().to_owned()));
    assert_eq!(verdict.certificate.unwrap().holder, issued.record.holder().name());
    app.pass(600);
    assert_eq!(app.verdict(code, &bundle).reason, Some(Reason::CodeExpired), "a screenshot");
    assert!(is_activated(&app, &issued, app.clock.now()).await);
    assert!(!is_activated(&app, &issued, app.clock.now().plus_seconds(366 * DAY)).await, "another year");
}

#[tokio::test]
async fn two_codes_of_one_second_have_names_of_their_own() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::RoadTransportCertificate).await;
    let holder = app.holder_of(&issued).await;
    let (one, two) = (show(&holder, &issued).await.json(201), show(&holder, &issued).await.json(201));
    assert_ne!(one["cti"], two["cti"]);
    assert_ne!(one["code"], two["code"]);
}

#[tokio::test]
async fn the_picture_alone_is_to_be_had_as_svg_and_png() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let path = format!("/v1/certificates/{}/presentations", issued.id);
    for (media_type, begins) in [("image/svg+xml", &b"<svg"[..]), ("image/png", b"\x89PNG")] {
        let answer = holder.request(Method::POST, &path).header("accept", media_type).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (201, &media_type.parse().unwrap())
        );
        assert_eq!(answer.headers()["yzt-cti"].len(), 16);
        assert_eq!(answer.headers()["yzt-expires-at"], "2026-06-15T02:01:00Z");
        assert_eq!(answer.headers()["yzt-refresh-after"], "30");
        assert!(answer.bytes().await.unwrap().starts_with(begins), "{media_type}");
    }
}

#[tokio::test]
async fn each_status_says_why_a_certificate_cannot_be_shown() {
    for (event, problem) in [
        ("cancelled", "certificate_cancelled"),
        ("revoked", "certificate_revoked"),
        ("reported_lost", "certificate_reported_lost"),
        ("expired", "certificate_expired"),
    ] {
        let app = TestApp::spawn().await;
        let issued = app.issued(DRIVER).await;
        let holder = app.holder_of(&issued).await;
        let path = format!("/v1/certificates/{}/events", issued.id);
        let _ = app.issuer().await.post(&path, &json!({ "event": event })).await.json(201);
        assert_eq!(show(&holder, &issued).await.problem(), problem);
        let list = holder.get("/v1/certificates").await.json(200);
        assert_eq!(list["certificates"][0]["not_presentable"], problem);
        assert!(!is_activated(&app, &issued, app.clock.now()).await);
    }
}

#[tokio::test]
async fn a_certificate_is_shown_to_the_end_of_its_last_day() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["validTo"] = json!("20260620")).await;
    let holder = app.holder_of(&issued).await;
    // From 10:00 on the 15th to the last second of the 20th, both in China.
    app.pass(5 * DAY + 14 * 3600 - 1);
    let verdict = app.verdict(&code(&holder, &issued).await, &app.bundle().await);
    assert_eq!(verdict.outcome, Outcome::Valid);
    app.pass(1);
    assert_eq!(show(&holder, &issued).await.problem(), "certificate_expired");
}

#[tokio::test]
async fn a_certificate_is_not_shown_before_its_first_day() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["validFrom"] = json!("20260701")).await;
    assert_eq!(show(&app.holder_of(&issued).await, &issued).await.problem(), "certificate_not_yet_valid");
}

#[tokio::test]
async fn a_specimen_is_grey_and_counts_nothing() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["specimen"] = json!(true)).await;
    let verdict = app.verdict(&code(&app.holder_of(&issued).await, &issued).await, &app.bundle().await);
    assert_eq!((verdict.display, verdict.warnings), (Display::Grey, vec![Warning::Specimen]));
    assert!(!is_activated(&app, &issued, app.clock.now()).await);
}

#[tokio::test]
async fn a_seal_near_its_end_is_renewed_when_the_certificate_is_shown() {
    let app = TestApp::spawn_with(|config| config.credential_lifetime = 100).await;
    let issued = app.issued_with(DRIVER, |line| line["validTo"] = json!("20300101")).await;
    let holder = app.holder_of(&issued).await;
    let seal_after = async |days: i64| {
        app.pass(days * DAY);
        let verdict = app.verdict(&code(&holder, &issued).await, &app.bundle().await);
        assert_eq!(verdict.outcome, Outcome::Valid);
        let certificate = verdict.certificate.unwrap();
        (certificate.sealed, certificate.status_index)
    };
    let (first, index) = seal_after(0).await;
    assert_eq!(seal_after(90).await, (first, index));
    let renewed = seal_after(5).await;
    assert_eq!(renewed, (app.clock.now().seconds(), index));
    assert_eq!(seal_after(5).await, renewed);
    let past_the_first_end = seal_after(20).await;
    assert_eq!(past_the_first_end, renewed);
    assert!(app.clock.now().seconds() > Seconds(first.0 + 100 * 86_400));
}

#[tokio::test]
async fn when_a_seal_key_falls_with_all_it_sealed_the_next_code_has_another_seal() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let old = code(&holder, &issued).await;
    app.pass(10);
    replace_seal_key(&app).await;
    let new = code(&holder, &issued).await;
    let bundle = app.bundle().await;
    assert_eq!(app.verdict(&old, &bundle).reason, Some(Reason::KeyNotValid));
    assert_eq!(app.verdict(&new, &bundle).outcome, Outcome::Valid);
}

async fn replace_seal_key(app: &TestApp) {
    let server = app.running.app();
    let now = app.clock.now();
    let ceremony = Ceremony {
        signer: server.signer.clone(),
        now,
        development: true,
        use_now: Some("the seal key was stolen".to_owned()),
    };
    let replace = move |conn: &mut _| {
        let rows = yzt_api::store::keys::list(conn)?;
        let old = rows.iter().find(|row| row.key_use == Use::Seal.word()).unwrap().kid.clone();
        keys::revoke(conn, &old, &Revocation { all: true, reason: "stolen", approval: None }, now)?;
        ceremony.rotate(conn, Use::Seal)?;
        Ok::<_, CeremonyError>(())
    };
    server.db.write(replace).await.unwrap();
    server.learn_keys().await.unwrap();
}
