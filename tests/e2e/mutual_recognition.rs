//! Mutual recognition: a driver of one province is checked by an officer of another. Three real servers: two provinces and
//! the ministry.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, Outcome, Reason, State, Verdict, verify};
use yzt_api::auth::Role;
use yzt_api::collection;
use yzt_api::keys::{Ceremony, Use, pinned_roots};
use yzt_tests::TestApp;
use yzt_tests::actors::Officer;
use yzt_tests::certificates::Issued;

use crate::collection::{follow, ministry, register};

const HOUR: i64 = 3_600;

/// The driver's province, the officer's province, and the ministry both are registered at.
struct Country {
    ministry: TestApp,
    drivers: TestApp,
    officers: TestApp,
}

impl Country {
    async fn new() -> Self {
        let ministry = ministry().await;
        let [base, same] = [ministry.base(), ministry.base()];
        let drivers = TestApp::spawn_with(|config| config.ministry_url = base).await;
        let officers = TestApp::spawn_with(|config| {
            config.ministry_url = same;
            config.iss = "22".to_owned();
            config.issuer_name = "吉林省交通运输厅".to_owned();
        })
        .await;
        let key = collection::signer(ministry.running.app().signer.keystore()).unwrap().public_key();
        for (iss, province) in [("21", &drivers), ("22", &officers)] {
            register(&ministry, province, iss).await;
            province.registered_service(Role::ThirdParty, "ministry", &key, None).await;
        }
        Self { ministry, drivers, officers }
    }

    fn pass(&self, seconds: i64) {
        [&self.ministry, &self.drivers, &self.officers].into_iter().for_each(|site| site.pass(seconds));
    }

    /// A code of a certificate, made now.
    async fn code(&self, issued: &Issued) -> String {
        let holder = self.drivers.holder_of(issued).await;
        let path = format!("/v1/certificates/{}/presentations", issued.id);
        holder.post(&path, &json!({})).await.json(201)["code"].as_str().unwrap().to_owned()
    }

    /// What the national bundle says of a code, without network.
    async fn offline(&self, code: &str) -> Verdict {
        let roots = pinned_roots(&self.ministry.running.app().signer.keys());
        let root = |text: &String| {
            PublicKey::from_compressed(&data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()).unwrap()
        };
        let roots: Vec<_> = roots.iter().map(root).collect();
        let manifest = self.ministry.visitor().get("/v1/bundle").await.json(200);
        let mut lists = Vec::new();
        for part in manifest["status_lists"].as_array().unwrap() {
            lists.push((
                part["iss"].as_str().unwrap().to_owned(),
                self.fetch(part["path"].as_str().unwrap()).await,
            ));
        }
        assert_eq!(lists.len(), 2, "one for each province");
        let trust = self.fetch("/v1/bundle/trust-list").await;
        let lists = lists.iter().map(|(iss, bytes)| (iss.as_str(), bytes.as_slice()));
        let bundle = Bundle::open(&trust, &roots, lists).unwrap();
        verify(code, Ok(&bundle), self.ministry.clock.now().seconds(), &State::default())
    }

    async fn fetch(&self, path: &str) -> Vec<u8> {
        let request = self.ministry.visitor().request(reqwest::Method::GET, path);
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    async fn collect(&self) {
        assert!(collection::run(&self.drivers.running.app_data()).await.unwrap());
    }
}

async fn check(officer: &Officer, code: &str) -> Value {
    officer.post("/v1/verifications", &json!({ "code": code })).await.json(200)
}

async fn rotate(province: &TestApp, key_use: Use) {
    let ceremony = Ceremony {
        signer: province.running.app().signer.clone(),
        now: province.clock.now(),
        development: true,
        use_now: Some("test".to_owned()),
    };
    let _ = province.running.app().db.write(move |conn| ceremony.rotate(conn, key_use)).await.unwrap();
    province.running.app().learn_keys().await.unwrap();
}

#[tokio::test]
async fn online_the_issuing_province_answers() {
    let country = Country::new().await;
    let issued = country.drivers.issued(Kind::TaxiDriver).await;
    let code = country.code(&issued).await;
    let officer = country.officers.officer().await;
    let verdict = check(&officer, &code).await;
    assert_eq!(
        (&verdict["outcome"], &verdict["answered_by"]),
        (&"valid".into(), &"province".into()),
        "{verdict}"
    );
    assert_eq!(verdict["warnings"], json!([]));
    assert_eq!(check(&officer, &code).await["warnings"], json!([]), "the same scan again");
    let other = country.officers.officer().await;
    assert_eq!(check(&other, &code).await["warnings"][0], "seen_before", "another scan");

    let _ = country
        .drivers
        .issuer()
        .await
        .post(&format!("/v1/certificates/{}/events", issued.id), &json!({ "event": "suspended" }))
        .await
        .json(201);
    let verdict = check(&officer, &code).await;
    assert_eq!(verdict["reason"], "suspended", "at once, whatever the copy says: {verdict}");
}

#[tokio::test]
async fn offline_the_national_bundle_decides() {
    let country = Country::new().await;
    let issued = country.drivers.issued(Kind::TaxiDriver).await;
    let path = format!("/v1/certificates/{}/events", issued.id);
    country.pass(60);
    follow(&country.ministry).await;
    let code = country.code(&issued).await;
    let verdict = country.offline(&code).await;
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Valid, None));
    assert!(verdict.warnings.is_empty(), "{:?}", verdict.warnings);

    let _ = country.drivers.issuer().await.post(&path, &json!({ "event": "revoked" })).await.json(201);
    country.pass(10);
    follow(&country.ministry).await;
    assert_eq!(country.offline(&code).await.reason, Some(Reason::Revoked));
}

#[tokio::test]
async fn while_the_issuing_province_is_down_the_ministry_answers_from_its_copy_and_says_how_old_it_is() {
    let country = Country::new().await;
    let [good, bad] = [
        country.drivers.issued(Kind::TaxiDriver).await,
        country.drivers.issued(Kind::RoadTransportCertificate).await,
    ];
    follow(&country.ministry).await;
    let bad_code = country.code(&bad).await;
    let path = format!("/v1/certificates/{}/events", bad.id);
    country.pass(20);
    let code = country.code(&good).await;
    let _ = country.drivers.issuer().await.post(&path, &json!({ "event": "suspended" })).await.json(201);
    country.collect().await;
    let officer = country.officers.officer().await;
    let Country { ministry, drivers, officers } = country;
    let clock = drivers.clock.clone();
    drivers.stop().await;
    for site in [&ministry, &officers] {
        site.pass(30);
    }
    let verdict = check(&officer, &code).await;
    assert_eq!(
        (&verdict["outcome"], &verdict["answered_by"]),
        (&"valid".into(), &"ministry_copy".into()),
        "{verdict}"
    );
    assert_eq!(verdict["copy_age"], 50, "as it was collected, of the beginning");
    let verdict = check(&officer, &bad_code).await;
    assert_eq!(verdict["reason"], "suspended", "what was collected is newer than the list: {verdict}");
    assert_eq!(verdict["copy_age"], 30);
    assert_eq!(verdict["copy_as_of"], json!(clock.now()));
    let asked_there = ministry.visitor().post("/v1/verifications", &json!({ "code": code })).await.json(200);
    assert_eq!(asked_there["answered_by"], "ministry_copy");
    let metrics = ministry.visitor().get("/metrics").await.text;
    assert!(metrics.contains(r#"yzt_forwarded_verifications_total{answered_by="ministry_copy"} 3"#));
    for site in [&ministry, &officers] {
        site.pass(8 * 24 * HOUR);
    }
    let verdict = check(&officer, &code).await;
    assert_eq!(verdict["outcome"], "undetermined", "a copy as old decides nothing: {verdict}");
}

#[tokio::test]
async fn a_key_rotated_in_one_province_is_known_in_the_other_once_the_ministry_has_followed() {
    let country = Country::new().await;
    country.pass(HOUR);
    rotate(&country.drivers, Use::Seal).await;
    rotate(&country.drivers, Use::Presentation).await;
    let issued = country.drivers.issued(Kind::TaxiDriver).await;
    let code = country.code(&issued).await;
    let verdict = country.offline(&code).await;
    assert_eq!(
        verdict.reason,
        Some(Reason::UnknownKey),
        "the national list does not know it yet: cannot tell, and not red"
    );
    follow(&country.ministry).await;
    assert_eq!(country.offline(&code).await.outcome, Outcome::Valid);
    let verdict = check(&country.officers.officer().await, &code).await;
    assert_eq!((&verdict["outcome"], &verdict["answered_by"]), (&"valid".into(), &"province".into()));
}

#[tokio::test]
async fn a_collection_sealed_with_a_new_key_is_taken_although_the_ministry_has_not_followed_yet() {
    let country = Country::new().await;
    rotate(&country.drivers, Use::Seal).await;
    let _ = country.drivers.issued(Kind::TaxiDriver).await;
    country.collect().await;
    let state = country.drivers.operator().await.get("/v1/collection").await.json(200);
    assert_eq!((&state["waiting"], &state["set_aside"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn a_code_of_nobody_is_answered_here() {
    let country = Country::new().await;
    let officer = country.officers.officer().await;
    let verdict = check(&officer, "https://example.com").await;
    assert_eq!((&verdict["outcome"], &verdict["answered_by"]), (&"invalid".into(), &"here".into()));
}
