//! The yearly activation rate.

use serde_json::{Value, json};
use yzt_api::jobs;
use yzt_tests::TestApp;
use yzt_tests::check::vehicle;

/// Three certificates of 2026 and one of 2025, of which one each is used.
async fn ground() -> TestApp {
    let app = TestApp::spawn().await;
    let old = json!({ "issueDate": "20250701", "validFrom": "20250701" });
    for (number, members, is_checked, is_shown) in [
        (0, json!({}), true, true),
        (1, json!({}), false, true),
        (2, json!({}), false, false),
        (3, old, true, true),
        (4, json!({ "specimen": true }), true, true),
    ] {
        let certificate = app.certificate(&vehicle(number, &members)).await;
        if is_shown {
            let receipt = app.receipt(&certificate.code().await);
            if is_checked {
                app.officer().await.upload(&[receipt]).await;
            }
        }
    }
    assert!(jobs::run(&app.running.app_data(), jobs::find("scores").unwrap()).await.unwrap());
    app
}

async fn rate(app: &TestApp, query: &str) -> Value {
    app.operator().await.get(&format!("/v1/kpi/activation?{query}")).await.json(200)
}

fn fraction(figures: &Value) -> [u64; 3] {
    ["activated", "issued", "activated_of_any_year"].map(|name| figures[name].as_u64().unwrap())
}

#[tokio::test]
async fn the_rate_counts_what_was_issued_and_used_in_the_year() {
    let app = ground().await;
    let any = rate(&app, "year=2026").await;
    assert_eq!(fraction(&any["total"]), [2, 3, 3]);
    assert_eq!(any["total"]["percent"], 66.67);
    let checked = rate(&app, "year=2026&source=officer_check").await;
    assert_eq!(fraction(&checked["total"]), [1, 3, 2]);
    let shown = rate(&app, "year=2026&source=holder_use").await;
    assert_eq!(fraction(&shown["total"]), [2, 3, 3]);
}

#[tokio::test]
async fn a_year_without_issues_has_no_rate() {
    let app = ground().await;
    let total = &rate(&app, "year=2030").await["total"];
    assert_eq!((&total["percent"], &total["note"]), (&json!(null), &json!("not_applicable")));
    let before = &rate(&app, "year=2025").await["total"];
    assert_eq!((fraction(before), &before["percent"]), ([0, 1, 0], &json!(0.0)));
}

#[tokio::test]
async fn kinds_and_divisions_add_up() {
    let app = ground().await;
    let all = rate(&app, "year=2026").await;
    for rows in ["by_kind", "by_city", "by_county"] {
        let rows = all[rows].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| row["issued"].as_u64().unwrap()).sum::<u64>(), 3);
    }
    assert_eq!(all["by_kind"][0]["kind"], "013");
    for city in all["by_city"].as_array().unwrap() {
        let prefix = city["division"].as_str().unwrap().get(..4).unwrap();
        let narrowed = rate(&app, &format!("year=2026&division={prefix}")).await;
        assert_eq!(fraction(&narrowed["total"]), fraction(city));
        assert!(city["name"].is_string(), "{city}");
    }
    assert_eq!(fraction(&rate(&app, "year=2026&kind=071").await["total"]), [0, 0, 0]);
    assert_eq!(fraction(&rate(&app, "year=2026&kind=013&division=21").await["total"]), [2, 3, 3]);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_others_may_not_ask() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    for query in ["", "year=x", "year=2026&division=210", "year=2026&kind=999", "year=2026&source=x"] {
        let refused = operator.get(&format!("/v1/kpi/activation?{query}")).await;
        assert_eq!(refused.problem(), "bad_query", "{query}");
    }
    let refused = app.officer().await.get("/v1/kpi/activation?year=2026").await;
    assert_eq!(refused.problem(), "wrong_role");
}
