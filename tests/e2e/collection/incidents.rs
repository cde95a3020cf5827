//! Outages, and the two working days after them. The tests begin on Monday 2026-06-15; Friday the 19th is 端午节.

use serde_json::json;
use verifier_core::ids::Kind;
use yzt_tests::TestApp;

use super::{Sites, ministry, register};

const DAY: i64 = 86_400;

#[tokio::test]
async fn a_ministry_out_of_reach_for_long_is_an_incident_with_a_term_of_two_working_days() {
    let ministry = ministry().await;
    let base = ministry.base();
    let province = TestApp::spawn_with(|config| config.ministry_url = base).await;
    let sites = Sites { ministry, province };
    let operator = sites.province.operator().await;
    let _ = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    assert_eq!(operator.get("/v1/collection/incidents").await.json(200)["incidents"], json!([]), "not yet");

    sites.province.pass(700);
    sites.ministry.pass(700);
    sites.collect().await;
    let incidents = operator.get("/v1/collection/incidents").await.json(200);
    assert_eq!(incidents["incidents"][0]["kind"], "ministry_unreachable");
    assert_eq!(incidents["incidents"][0]["state"], "open");
    assert_eq!(incidents["incidents"][0]["begun_at"], "2026-06-15T02:00:00Z");

    register(&sites.ministry, &sites.province, "21").await;
    sites.province.pass(600);
    sites.ministry.pass(600);
    sites.collect().await;
    let incidents = operator.get("/v1/collection/incidents").await.json(200);
    let incident = &incidents["incidents"][0];
    assert_eq!(incident["state"], "made_good", "what waited was sent with it");
    assert_eq!(incident["due_at"], "2026-06-17T16:00:00Z", "midnight after Wednesday");
    assert_eq!(incident["overdue"], 0);
}

#[tokio::test]
async fn an_outage_of_the_source_is_declared_cleared_overdue_and_exported() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let declared = json!({ "kind": "source_outage", "note": "=机房停电" });
    let incident = operator.post("/v1/collection/incidents", &declared).await.json(201);
    assert_eq!(operator.post("/v1/collection/incidents", &declared).await.problem(), "incident_open");
    let reports = format!("/v1/collection/incidents/{}/reports", incident["id"].as_str().unwrap());
    let report = async |step: &str| operator.post(&reports, &json!({ "step": step })).await;
    assert_eq!(report("made_good").await.problem(), "incident_state", "it is not cleared yet");

    app.pass(2 * DAY);
    let cleared = report("cleared").await.json(200);
    assert_eq!(cleared["state"], "owed");
    assert_eq!(cleared["due_at"], "2026-06-22T16:00:00Z", "from Wednesday over 端午节 to Monday");

    app.pass(6 * DAY);
    let listed = operator.get("/v1/collection/incidents").await.json(200);
    assert_eq!(listed["incidents"][0]["state"], "overdue");
    assert_eq!(report("made_good").await.json(200)["state"], "made_good");

    let request =
        operator.request(reqwest::Method::GET, "/v1/collection/incidents").header("accept", "text/csv");
    let file = operator.send(request).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("运政系统不能推送"), "{}", file.text);
    assert!(file.text.contains(",'=机房停电,"), "no cell is a formula");
}

#[tokio::test]
async fn what_waits_past_the_term_is_counted_and_the_alarm_knows_the_term() {
    let sites = Sites::new().await;
    let operator = sites.province.operator().await;
    let _ = operator.post("/v1/collection/commands", &json!({ "command": "pause" })).await.json(200);
    let declared = json!({ "kind": "ministry_unreachable", "note": "部级系统升级" });
    let incident = operator.post("/v1/collection/incidents", &declared).await.json(201);
    let _ = sites.province.issued(Kind::TaxiDriver).await;
    let reports = format!("/v1/collection/incidents/{}/reports", incident["id"].as_str().unwrap());
    let _ = operator.post(&reports, &json!({ "step": "cleared" })).await.json(200);
    sites.collect().await;
    let metrics = sites.province.visitor().get("/metrics").await.text;
    // 2026-06-18T00:00:00+08:00.
    assert!(metrics.contains("yzt_collection_due_timestamp_seconds 1781712000"), "{metrics}");

    sites.province.pass(3 * DAY);
    sites.ministry.pass(3 * DAY);
    sites.collect().await;
    let listed = operator.get("/v1/collection/incidents").await.json(200);
    assert_eq!(
        (&listed["incidents"][0]["state"], &listed["incidents"][0]["overdue"]),
        (&"overdue".into(), &1.into())
    );
    let _ = operator.post("/v1/collection/commands", &json!({ "command": "resume" })).await.json(200);
    sites.collect().await;
    let listed = operator.get("/v1/collection/incidents").await.json(200);
    assert_eq!(
        (&listed["incidents"][0]["state"], &listed["incidents"][0]["overdue"]),
        (&"made_good".into(), &1.into())
    );
}
