//! Receipts: what officers upload, what becomes of it, and what it counts for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use verifier_core::receipt::Receipt;
use verifier_core::sm2::SigningKey;
use yzt_api::jobs;
use yzt_api::store::devices::{self, DeviceRow};
use yzt_api::store::{StoreError, accounts};
use yzt_tests::TestApp;
use yzt_tests::actors::Officer;
use yzt_tests::check::{Certificate, vehicle};

/// The second at which tests begin is this long before the year ends in China: 2026-06-15T10:00 to 2027-01-01T00:00.
const TO_NEW_YEAR: i64 = 199 * 86_400 + 14 * 3_600;

async fn ground() -> (TestApp, Officer, Certificate) {
    let app = TestApp::spawn().await;
    let officer = app.officer().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    (app, officer, certificate)
}

/// Activated, issued and the wider figure.
async fn figures(app: &TestApp, query: &str) -> [u64; 3] {
    assert!(jobs::run(&app.running.app_data(), jobs::find("scores").unwrap()).await.unwrap());
    let rate = app.operator().await.get(&format!("/v1/kpi/activation?{query}")).await.json(200);
    ["activated", "issued", "activated_of_any_year"].map(|name| rate["total"][name].as_u64().unwrap())
}

async fn checked(app: &TestApp, year: u16) -> u64 {
    figures(app, &format!("year={year}&source=officer_check")).await[2]
}

fn states(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["state"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_receipt_is_kept_judged_and_counted_once_however_often_it_is_sent() {
    let (app, officer, certificate) = ground().await;
    let receipt = app.receipt(&certificate.code().await);
    let first = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(201);
    assert_eq!(
        first,
        json!({
            "id": receipt.id, "state": "accepted", "flags": [], "outcome": "valid"
        })
    );
    let again = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(200);
    assert_eq!((&again["state"], &again["outcome"]), (&json!("already_had"), &json!("valid")));
    assert_eq!(checked(&app, 2026).await, 1);
}

#[tokio::test]
async fn a_batch_sent_twice_is_kept_once() {
    let (app, officer, certificate) = ground().await;
    let code = certificate.code().await;
    let receipts: Vec<Receipt> = (0..20).map(|_| app.receipt(&code)).collect();
    assert!(states(&officer.upload(&receipts).await).iter().all(|state| *state == "accepted"));
    assert!(states(&officer.upload(&receipts).await).iter().all(|state| *state == "already_had"));
    assert_eq!(checked(&app, 2026).await, 1);
}

#[tokio::test]
async fn a_bad_receipt_never_spoils_the_others() {
    let (app, officer, certificate) = ground().await;
    let code = certificate.code().await;
    let [one, other] = [app.receipt(&code), app.receipt(&code)];
    let altered = Receipt { purpose: "其他".to_owned(), ..one.clone() };
    let without_purpose = Receipt { purpose: String::new(), ..app.receipt(&code) };
    let answers = officer
        .upload_items(&[
            json!({ "receipt": one }),
            json!({ "receipt": altered }),
            json!({ "receipt": without_purpose }),
            json!({ "signed": "AAAA" }),
            json!("wxp://f2f0"),
            json!({ "receipt": other }),
        ])
        .await;
    let expected = ["accepted", "conflict", "rejected", "rejected", "rejected", "accepted"];
    assert_eq!(states(&answers), expected);
    let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(
        ids,
        [json!(one.id), json!(one.id), json!(without_purpose.id), json!(null), json!(null), json!(other.id)]
    );
    assert_eq!(answers[2]["findings"][0]["item"], "purpose");
    let kept = officer.get(&format!("/v1/receipts/{}", one.id)).await.json(200);
    assert_eq!(kept["receipt"], json!(one));
}

#[tokio::test]
async fn alone_what_is_no_receipt_or_another_is_a_problem() {
    let (app, officer, certificate) = ground().await;
    let receipt = app.receipt(&certificate.code().await);
    let _ = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(201);
    let altered = Receipt { purpose: "其他".to_owned(), ..receipt };
    let conflict = officer.post("/v1/receipts", &json!({ "receipt": altered })).await;
    assert_eq!(conflict.problem(), "receipt_conflict");
    let rejected = officer.post("/v1/receipts", &json!({})).await;
    assert_eq!(rejected.problem(), "receipt_rejected");
}

#[tokio::test]
async fn codes_of_others_are_kept_and_flagged() {
    let (app, officer, _) = ground().await;
    let receipts: Vec<Receipt> = ["wxp://f2f0abc", "", &"8".repeat(7_089)]
        .map(|code| Receipt { outcome: "invalid".to_owned(), ..app.receipt(code) })
        .into();
    for answer in officer.upload(&receipts).await {
        assert_eq!((&answer["state"], &answer["flags"]), (&json!("accepted"), &json!(["unknown_code"])));
    }
}

#[tokio::test]
async fn what_is_cancelled_between_scan_and_upload_was_valid_and_counts() {
    let (app, officer, certificate) = ground().await;
    let receipt = app.receipt(&certificate.code().await);
    app.pass(3_600);
    app.issuer().await.report(&certificate, "cancelled").await;
    app.pass(3_600);
    let answers = officer.upload(&[receipt]).await;
    assert_eq!((&answers[0]["outcome"], &answers[0]["flags"]), (&json!("valid"), &json!([])));
    assert_eq!(checked(&app, 2026).await, 1);
}

#[tokio::test]
async fn what_was_cancelled_before_a_scan_with_old_lists_differs_and_does_not_count() {
    let (app, officer, certificate) = ground().await;
    let code = certificate.code().await;
    app.issuer().await.report(&certificate, "cancelled").await;
    app.pass(5);
    let receipt = app.receipt(&code);
    app.pass(3_600);
    let answers = officer.upload(&[receipt]).await;
    assert_eq!((&answers[0]["outcome"], &answers[0]["reason"]), (&json!("invalid"), &json!("cancelled")));
    assert_eq!(answers[0]["flags"], json!(["verdict_differs"]));
    assert_eq!(checked(&app, 2026).await, 0);
}

#[tokio::test]
async fn one_showing_to_two_officers_counts_once_and_the_second_is_flagged() {
    let (app, officer, certificate) = ground().await;
    let colleague = app.officer().await;
    let code = certificate.code().await;
    let first = officer.upload(&[app.receipt(&code)]).await;
    let second = colleague.upload(&[app.receipt(&code)]).await;
    assert_eq!((&first[0]["flags"], &second[0]["flags"]), (&json!([]), &json!(["seen_before"])));
    assert_eq!((&second[0]["state"], &second[0]["outcome"]), (&json!("accepted"), &json!("valid")));
    assert_eq!(checked(&app, 2026).await, 1);
}

#[tokio::test]
async fn a_december_scan_that_arrives_in_january_belongs_to_december() {
    let (app, _, certificate) = ground().await;
    app.pass(TO_NEW_YEAR - 30);
    let holder = app.holder(&holder_of(&app, &certificate).await).await;
    let certificate = Certificate { holder, ..certificate };
    let _ = app.visitor().get("/v1/bundle").await.json(200);
    let december = app.receipt(&certificate.code().await);
    app.pass(30);
    let january = app.receipt(&certificate.code().await);
    app.pass(2 * 86_400);
    let officer = app.officer().await;
    for (receipt, expected) in [(december, [1, 0]), (january, [1, 1])] {
        assert_eq!(officer.upload(&[receipt]).await[0]["outcome"], "valid");
        assert_eq!([checked(&app, 2026).await, checked(&app, 2027).await], expected);
    }
}

#[tokio::test]
async fn a_specimen_never_counts() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({ "specimen": true }))).await;
    let receipt = app.receipt(&certificate.code().await);
    assert_eq!(app.officer().await.upload(&[receipt]).await[0]["outcome"], "valid");
    assert_eq!(figures(&app, "year=2026").await, [0, 0, 0]);
}

#[tokio::test]
async fn a_signed_receipt_is_believed_when_an_officers_device_signed_it() {
    let (app, officer, certificate) = ground().await;
    let device = SigningKey::from_bytes(&[5; 32]).unwrap();
    register(&app, &officer, &device).await;
    let stranger = SigningKey::from_bytes(&[6; 32]).unwrap();
    let [code, other] = [certificate.code().await, certificate.code().await];
    let signed = |code: &str, key: &SigningKey| json!({ "signed": URL_SAFE_NO_PAD.encode(app.receipt(code).sign(key).unwrap()) });
    let answers = officer.upload_items(&[signed(&code, &device), signed(&other, &stranger)]).await;
    assert_eq!((&answers[0]["state"], &answers[0]["flags"]), (&json!("accepted"), &json!([])));
    assert_eq!(
        (&answers[1]["state"], &answers[1]["flags"]),
        (&json!("accepted"), &json!(["signature_invalid"]))
    );
}

#[tokio::test]
async fn a_receipt_is_shown_to_its_officer_and_operators_only() {
    let (app, officer, certificate) = ground().await;
    let receipt = app.receipt(&certificate.code().await);
    officer.upload(std::slice::from_ref(&receipt)).await;
    let path = format!("/v1/receipts/{}", receipt.id);
    for kept in [officer.get(&path).await, app.operator().await.get(&path).await] {
        let kept = kept.json(200);
        assert_eq!((&kept["receipt"], &kept["certificate_id"]), (&json!(receipt), &json!(certificate.id)));
    }
    assert_eq!(app.officer().await.get(&path).await.problem(), "not_found");
    assert_eq!(certificate.holder.get(&path).await.problem(), "wrong_role");
    assert_eq!(app.visitor().get(&path).await.problem(), "not_signed_in");
}

#[tokio::test]
async fn only_officers_leave_receipts_and_only_so_many_at_once() {
    let (app, officer, _) = ground().await;
    let batch = json!({ "receipts": vec![json!({}); 501] });
    assert_eq!(officer.post("/v1/receipts/batch", &batch).await.problem(), "too_many_items");
    assert_eq!(app.operator().await.post("/v1/receipts/batch", &batch).await.problem(), "wrong_role");
    assert_eq!(app.visitor().post("/v1/receipts", &json!({})).await.problem(), "not_signed_in");
    assert!(officer.upload(&[]).await.is_empty());
}

#[tokio::test]
async fn a_full_batch_of_the_largest_receipts_fits_and_a_larger_body_does_not() {
    let (app, officer, _) = ground().await;
    let largest = || Receipt { place: Some("路".repeat(200)), ..app.receipt(&"8".repeat(7_089)) };
    let receipts: Vec<Receipt> = (0..500).map(|_| largest()).collect();
    assert!(states(&officer.upload(&receipts).await).iter().all(|state| *state == "accepted"));
    let endless = json!({ "receipts": ["8".repeat(9 << 20)] });
    assert_eq!(officer.post("/v1/receipts/batch", &endless).await.problem(), "body_too_large");
}

#[tokio::test]
async fn many_who_send_the_same_receipts_at_once_agree() {
    let (app, officer, certificate) = ground().await;
    let code = certificate.code().await;
    let receipts: Vec<Receipt> = (0..10).map(|_| app.receipt(&code)).collect();
    let reversed: Vec<Receipt> = receipts.iter().rev().cloned().collect();
    let (one, two, three, four) = tokio::join!(
        officer.upload(&receipts),
        officer.upload(&reversed),
        officer.upload(&receipts),
        officer.upload(&reversed)
    );
    let answers = [one, two, three, four].concat();
    let accepted = states(&answers).iter().filter(|state| **state == "accepted").count();
    let had = states(&answers).iter().filter(|state| **state == "already_had").count();
    assert_eq!((accepted, had), (10, 30));
    assert_eq!(checked(&app, 2026).await, 1);
}

#[tokio::test]
async fn receipts_are_counted_by_state() {
    let (app, officer, _) = ground().await;
    officer.upload_items(&[json!({ "receipt": app.receipt("x") }), json!({})]).await;
    let metrics = app.visitor().get("/metrics").await.text;
    for state in ["accepted", "rejected"] {
        assert!(metrics.contains(&format!("yzt_receipts_total{{state=\"{state}\"}} 1")), "{metrics}");
    }
    let line = r#"yzt_verdicts_total{outcome="invalid",reason="not_a_presentation",via="receipt"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
}

async fn holder_of(app: &TestApp, certificate: &Certificate) -> String {
    let id = certificate.id.clone();
    let find = move |conn: &mut _| yzt_api::store::certificates::find(conn, &id);
    let found: Result<_, StoreError> = app.running.app().db.read(find).await;
    found.unwrap().unwrap().holder_id
}

/// As if the officer had registered the device.
async fn register(app: &TestApp, officer: &Officer, device: &SigningKey) {
    let me = officer.get("/v1/me").await.json(200);
    let key = device.public_key();
    let row = DeviceRow {
        id: app.running.app().new_id().to_string(),
        account_id: me["id"].as_str().unwrap().to_owned(),
        public_key: key.compressed().to_vec(),
        kid: key.id().to_string(),
        label: "测试设备".to_owned(),
        created_at: 0,
        revoked_at: None,
    };
    let add = move |conn: &mut _| {
        assert!(accounts::find(conn, &row.account_id)?.is_some());
        devices::insert(conn, &row)
    };
    let added: Result<bool, StoreError> = app.running.app().db.write(add).await;
    assert!(added.unwrap());
}
