//! The four rows of annex A: from what happened to what it is worth, and back to what is behind it.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use data_encoding::BASE64;
use serde_json::{Value, json};
use yzt_api::jobs;
use yzt_tests::TestApp;
use yzt_tests::actors::Operator;
use yzt_tests::check::{Certificate, vehicle};

/// The head of a PDF.
const PDF: &[u8] = b"%PDF-1.7\n%%EOF";

/// Ten certificates of 2026 in one division, of which so many are shown and so many of these checked.
async fn ground(app: &TestApp, shown: usize, checked: usize) -> Vec<Certificate> {
    let mut certificates = Vec::new();
    for number in 0..10 {
        let certificate = app.certificate(&vehicle(number, &json!({ "division": "210100" }))).await;
        if number < shown {
            let receipt = app.receipt(&certificate.code().await);
            if number < checked {
                app.officer().await.upload(&[receipt]).await;
            }
        }
        certificates.push(certificate);
    }
    count(app).await;
    certificates
}

async fn count(app: &TestApp) {
    assert!(jobs::run(&app.running.app_data(), jobs::find("scores").unwrap()).await.unwrap());
}

async fn scores(who: &Operator, query: &str) -> Value {
    who.get(&format!("/v1/kpi/scores?year=2026{query}")).await.json(200)
}

async fn report_paper(app: &TestApp, paper: u32) {
    let count = json!({ "division": "210100", "kind": "013", "day": "20260601", "paper": paper });
    let report = json!({ "counts": [count], "note": "运政系统统计报表" });
    let issuer = app.issuer().await;
    let answer = issuer.send(issuer.request(reqwest::Method::PUT, "/v1/licence-counts").json(&report)).await;
    assert_eq!(answer.json(200)["taken"], 1);
}

#[tokio::test]
async fn exactly_ninety_per_cent_is_shown_by_both_readings() {
    let app = TestApp::spawn().await;
    ground(&app, 9, 2).await;
    report_paper(&app, 1).await;
    let scores = scores(&app.operator().await, "").await;
    let activation = &scores["activation"];
    assert_eq!((&activation["rate"]["part"], &activation["rate"]["whole"]), (&json!(9), &json!(10)));
    assert_eq!(activation["points"], json!({ "points": 35, "other_reading": 40 }));
    assert_eq!([&activation["shown"], &activation["checked"]], [9, 2]);
    assert_eq!(activation["next_band"]["missing"], 1);
    assert_eq!(activation["easiest"][0], json!({ "division": "210100", "kind": "013", "not_activated": 1 }));
    let certification = &scores["certification"];
    assert_eq!((&certification["rate"]["part"], &certification["rate"]["whole"]), (&json!(10), &json!(11)));
    assert_eq!(certification["points"]["points"], 40);
    assert_eq!(scores["total"]["points"], 40 + 35 + 10);
}

#[tokio::test]
async fn a_certificate_with_an_open_error_is_left_out_until_it_is_closed() {
    let app = TestApp::spawn().await;
    ground(&app, 9, 0).await;
    let operator = app.operator().await;
    let whole = async |app: &TestApp| {
        count(app).await;
        scores(&operator, "").await["activation"]["rate"]["whole"].clone()
    };
    assert_eq!(whole(&app).await, 10);
    // None of the ten vehicles has an operator with a licence.
    let follow = jobs::find("conformity_follow").unwrap();
    assert!(jobs::run(&app.running.app_data(), follow).await.unwrap());
    let errors = operator.get("/v1/nonconformities?severity=error").await.json(200);
    let errors = errors["nonconformities"].as_array().unwrap();
    let concerned: BTreeSet<_> = errors.iter().map(|error| error["certificate_id"].as_str()).collect();
    assert_eq!(concerned.len(), 10, "{errors:?}");
    assert_eq!(whole(&app).await, 0);
}

#[tokio::test]
async fn without_numbers_of_paper_licences_there_is_no_rate_to_score() {
    let app = TestApp::spawn().await;
    ground(&app, 0, 0).await;
    let before = scores(&app.operator().await, "").await;
    assert_eq!((&before["certification"]["points"], &before["total"]), (&json!(null), &json!(null)));
    assert_eq!(before["certification"]["note"], "not_reported");
    let nothing = scores(&app.operator().await, "&division=2114").await;
    assert_eq!(nothing["activation"]["note"], "not_applicable");
    assert_eq!(nothing["activation"]["rate"]["percent"], json!(null));
}

#[tokio::test]
async fn a_number_reported_again_replaces_the_one_before_and_both_are_kept() {
    let app = TestApp::spawn().await;
    report_paper(&app, 5).await;
    report_paper(&app, 7).await;
    let kept = app.operator().await.get("/v1/licence-counts").await.json(200);
    let numbers: Vec<_> = kept["counts"].as_array().unwrap().iter().map(|count| &count["paper"]).collect();
    assert_eq!(numbers, [5, 7]);
    assert!(kept["counts"][0]["replaced_at"].is_string() && kept["counts"][1]["replaced_at"].is_null());
    assert_eq!(scores(&app.operator().await, "").await["certification"]["paper"], 7);
}

#[tokio::test]
async fn a_moment_before_an_event_does_not_know_it() {
    let app = TestApp::spawn().await;
    let certificates = ground(&app, 1, 0).await;
    app.pass(86_400);
    app.issuer().await.report(&certificates[0], "cancelled").await;
    let _ = certificates[1].code().await;
    count(&app).await;
    let operator = app.operator().await;
    let at = |day: &str| format!("&as_of={day}");
    let (yesterday, today) = (scores(&operator, &at("20260615")).await, scores(&operator, "").await);
    assert_eq!([&yesterday["certification"]["electronic"], &today["certification"]["electronic"]], [10, 9]);
    assert_eq!([&yesterday["activation"]["activated"], &today["activation"]["activated"]], [1, 2]);
    assert_eq!(today["activation"]["issued"], 10, "cancelled or not, it was issued in the year");
}

#[tokio::test]
async fn a_check_heard_of_late_counts_on_the_day_it_was_made() {
    let app = TestApp::spawn().await;
    let certificates = ground(&app, 0, 0).await;
    let receipt = app.receipt(&certificates[0].code().await);
    app.pass(20 * 86_400);
    app.officer().await.upload(&[receipt]).await;
    count(&app).await;
    let before = scores(&app.operator().await, "&as_of=20260614").await;
    let then = scores(&app.operator().await, "&as_of=20260615").await;
    assert_eq!([&before["activation"]["checked"], &then["activation"]["checked"]], [0, 1]);
}

#[tokio::test]
async fn behind_each_figure_are_as_many_certificates_with_what_proves_them() {
    let app = TestApp::spawn().await;
    ground(&app, 6, 2).await;
    let operator = app.operator().await;
    let behind = async |figure: &str| {
        let page = operator.get(&format!("/v1/kpi/scores/certificates?year=2026&figure={figure}")).await;
        page.json(200)["certificates"].as_array().unwrap().clone()
    };
    for (figure, number) in [
        ("in_force", 10),
        ("issued", 10),
        ("activated", 6),
        ("shown", 6),
        ("checked", 2),
        ("not_activated", 4),
        ("activated_of_any_year", 6),
    ] {
        assert_eq!(behind(figure).await.len(), number, "{figure}");
    }
    let checked = &behind("checked").await[0];
    let uses = checked["uses"].as_array().unwrap();
    let receipt = uses.iter().find(|used| used["source"] == "officer_check").unwrap();
    let receipt =
        operator.get(&format!("/v1/receipts/{}", receipt["evidence"].as_str().unwrap())).await.json(200);
    assert_eq!(receipt["outcome"], "valid");
    let next = checked["certificate_id"].as_str().unwrap();
    let after =
        operator.get(&format!("/v1/kpi/scores/certificates?year=2026&figure=checked&after={next}")).await;
    assert_eq!(after.json(200)["certificates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_confirmed_refusal_costs_all_points_of_its_row_and_a_rejected_one_none() {
    let app = TestApp::spawn().await;
    let certificates = ground(&app, 0, 0).await;
    let holder = &certificates[0].holder;
    let wanted = json!({
        "certificate_id": certificates[0].id,
        "division": "210102",
        "happened_at": "2026-06-15T01:00:00Z",
        "account": "执法人员要求出示纸质证件",
    });
    let decide = async |decision: &str| {
        let reported = holder.post("/v1/refusals", &wanted).await.json(201);
        let path = format!("/v1/refusals/{}/decision", reported["id"].as_str().unwrap());
        let body = json!({ "decision": decision, "reason": "已核查执法记录仪" });
        let operator = app.operator().await;
        assert!(operator.post(&path, &body).await.json(200)["decided_at"].is_string());
        assert_eq!(operator.post(&path, &body).await.problem(), "already_decided");
        scores(&operator, "").await["showing"].clone()
    };
    assert_eq!(decide("reject").await["points"]["points"], 10);
    let confirmed = decide("confirm").await;
    assert_eq!((&confirmed["points"]["points"], &confirmed["confirmed"]), (&json!(0), &json!(1)));
    assert_eq!(scores(&app.operator().await, "&division=2102").await["showing"]["points"]["points"], 10);
    let own = holder.get("/v1/refusals").await.json(200);
    assert_eq!(own["refusals"].as_array().unwrap().len(), 2);
    let other = certificates[1].holder.post("/v1/refusals", &wanted).await;
    assert_eq!(other.problem(), "not_found", "a holder reports of the own certificates only");
}

#[tokio::test]
async fn training_counts_with_the_file_that_proves_it() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let record = async |audience: &str, reached: u32, evidence: &[u8]| {
        let wanted = json!({
            "division": "2101", "audience": audience, "title": "电子证照应用培训", "held_on": "20260601",
            "reached": reached, "of": 30, "evidence": BASE64.encode(evidence),
        });
        operator.post("/v1/kpi/trainings", &wanted).await
    };
    let points = async || scores(&operator, "&division=2101").await["training"]["points"]["points"].clone();
    assert_eq!(points().await, 0);
    assert_eq!(record("staff", 20, b"<html>").await.problem(), "unfit_value");
    assert_eq!(record("staff", 31, PDF).await.problem(), "unfit_value");
    let kept = record("staff", 20, PDF).await.json(201);
    assert_eq!(points().await, 6);
    let _ = record("staff", 30, PDF).await.json(201);
    let _ = record("public", 30, PDF).await.json(201);
    assert_eq!(points().await, 10);
    let file = operator.get(&format!("/v1/kpi/trainings/{}/evidence", kept["id"].as_str().unwrap())).await;
    assert_eq!((file.text.as_bytes(), file.header("content-type")), (PDF, "application/pdf"));
}

#[tokio::test]
async fn frozen_figures_stay_when_what_they_rest_on_changes() {
    let app = TestApp::spawn().await;
    let certificates = ground(&app, 3, 1).await;
    report_paper(&app, 10).await;
    let operator = app.operator().await;
    let frozen = operator.post("/v1/kpi/reports", &json!({ "year": 2026 })).await.json(201);
    assert_eq!(frozen["figures"], scores(&operator, "").await);
    app.pass(60);
    app.issuer().await.report(&certificates[0], "cancelled").await;
    count(&app).await;
    let path = format!("/v1/kpi/reports/{}", frozen["id"].as_str().unwrap());
    let later = operator.get(&path).await.json(200);
    assert_eq!((&later["figures"], &later["evidence"]), (&frozen["figures"], &frozen["evidence"]));
    assert_eq!(later["now"]["certification"]["electronic"], 9);
    let again = operator.post("/v1/kpi/reports", &json!({ "year": 2026 })).await.json(201);
    let chains = |report: &Value| -> Vec<Value> { report["evidence"].as_array().unwrap().clone() };
    let (before, after) = (chains(&frozen), chains(&again));
    assert_ne!(before[0], after[0], "one less is in force");
    assert_eq!(before[1..], after[1..], "the rest is as it was");
    let part = app.staff_of(yzt_api::auth::Role::Operator, "2101").await;
    let refused = part.post("/v1/kpi/reports", &json!({ "year": 2026 })).await;
    assert_eq!(refused.problem(), "other_division");
}

#[tokio::test]
async fn checks_that_nobody_makes_by_the_roadside_are_shown_beside_the_rate() {
    let app = TestApp::spawn().await;
    ground(&app, 4, 3).await;
    let signs = app.operator().await.get("/v1/kpi/scores/signs?year=2026").await.json(200);
    assert_eq!((&signs["looked_at"], &signs["signs"]["at_once"]), (&json!(3), &json!(3)));
    assert_eq!(
        (&signs["with"]["part"], &signs["doubtful"], &signs["without"]["part"]),
        (&json!(4), &json!(3), &json!(1))
    );
}

/// The figures sheet of a workbook: section, item, value as text.
fn sheet(bytes: Vec<u8>) -> Vec<[String; 3]> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range("指标").unwrap();
    let text = |row: &[Data], column: usize| row[column].to_string();
    range.rows().skip(2).map(|row| [0, 1, 2].map(|column| text(row, column))).collect()
}

#[tokio::test]
async fn the_annual_report_has_the_figures_of_the_api_in_every_form() {
    let app = TestApp::spawn().await;
    ground(&app, 9, 2).await;
    report_paper(&app, 1).await;
    let operator = app.operator().await;
    let frozen = operator.post("/v1/kpi/reports", &json!({ "year": 2026 })).await.json(201);
    let path = format!("/v1/kpi/reports/{}", frozen["id"].as_str().unwrap());
    let assessment = json!({ "overview": "=1+1 <b>总体良好</b>" });
    let written = operator.request(reqwest::Method::PUT, &format!("{path}/assessment")).json(&assessment);
    assert_eq!(operator.send(written).await.json(200)["assessment"]["overview"], assessment["overview"]);

    let request = operator.request(reqwest::Method::GET, &format!("{path}/workbook"));
    let rows = sheet(request.send().await.unwrap().bytes().await.unwrap().to_vec());
    let value = |section: &str, item: &str| {
        let row = rows.iter().find(|row| row[0] == section && row[1] == item);
        row.unwrap_or_else(|| panic!("{section} {item}: {rows:?}"))[2].clone()
    };
    let figures = &frozen["figures"];
    for (section, item, expected) in [
        ("制证率", "分子", &figures["certification"]["rate"]["part"]),
        ("制证率", "分母", &figures["certification"]["rate"]["whole"]),
        ("制证率", "比率", &figures["certification"]["rate"]["percent"]),
        ("年度激活率", "分子", &figures["activation"]["rate"]["part"]),
        ("年度激活率", "分母", &figures["activation"]["rate"]["whole"]),
        ("年度激活率", "其中亮证查验", &figures["activation"]["checked"]),
        ("年度激活率", "得分", &figures["activation"]["points"]["points"]),
        ("总分", "得分（恰好90%计入最高档）", &figures["total"]["other_reading"]),
    ] {
        let expected = expected.as_f64().unwrap();
        assert_eq!(value(section, item).parse::<f64>().unwrap(), expected, "{section} {item}");
    }
    let page = operator.get(&format!("{path}/page")).await.text;
    for row in &rows {
        assert!(page.contains(&row[1]), "{row:?}");
    }
    assert!(page.contains("90.00%") && page.contains("90.91%"), "{page}");
    assert!(page.contains("=1+1 &lt;b&gt;总体良好&lt;/b&gt;"), "what people write is no markup");
}

#[tokio::test]
async fn from_november_on_the_report_is_due_until_it_is_frozen() {
    let app = TestApp::spawn().await;
    let due = async || {
        let job = jobs::find("annual_report_reminder").unwrap();
        assert!(jobs::run(&app.running.app_data(), job).await.unwrap());
        let metrics = app.visitor().get("/metrics").await.text;
        let line = metrics.lines().find(|line| line.starts_with("yzt_annual_report_due ")).unwrap();
        line.ends_with(" 1")
    };
    assert!(!due().await);
    // From 10 o'clock on 15 June to the first of November.
    app.pass((15 + 31 + 31 + 30 + 31) * 86_400);
    assert!(!due().await, "the last of October");
    app.pass(86_400);
    assert!(due().await);
    let _ = app.operator().await.post("/v1/kpi/reports", &json!({ "year": 2026 })).await.json(201);
    assert!(!due().await);
}
