//! A certificate as it was known at an earlier moment.

use serde_json::{Value, json};
use yzt_api::clock::Timestamp;
use yzt_tests::TestApp;

use super::{DRIVER, happens, report};

#[tokio::test]
async fn a_certificate_is_shown_as_it_was_known_at_any_moment() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["employerName"] = json!("甲运输有限公司")).await;
    let (issuer, operator) = (app.issuer().await, app.operator().await);
    let mut moments = vec![app.clock.now()];
    app.pass(3_600);
    let mut line: Value = serde_json::from_slice(&issued.record.to_line()).unwrap();
    line["event"] = json!("change");
    line["validTo"] = json!("20400101");
    line["employerName"] = json!("乙运输有限公司");
    let _ = issuer.post("/v1/certificates", &line).await.json(200);
    moments.push(app.clock.now());
    app.pass(3_600);
    // It happened an hour before, and was heard of now: known it was from now on.
    let earlier = json!(app.clock.now().plus_seconds(-3_000));
    let _ = report(&issuer, &issued, json!({ "event": "suspended", "occurred_at": earlier })).await.json(201);
    moments.push(app.clock.now());
    app.pass(3_600);
    happens(&issuer, &issued, "cancelled").await;
    moments.push(app.clock.now());

    let at = async |moment: Timestamp| {
        operator.get(&format!("/v1/certificates/{}?as_of={moment}", issued.id)).await
    };
    let mut seen = Vec::new();
    for moment in &moments {
        let shown = at(*moment).await.json(200);
        assert_eq!(shown["as_of"], json!(moment));
        assert!(
            shown["identifier"].as_str().unwrap().contains(&format!(".00{}.", shown["version"])),
            "{shown}"
        );
        seen.push((shown["version"].clone(), shown["status"].clone(), shown["valid_to"] == "2040-01-01"));
        let before = at(moment.plus_seconds(-1)).await;
        match seen.len() {
            1 => assert_eq!(before.problem(), "not_found", "before it was known"),
            then => assert_eq!(
                before.json(200)["status"],
                seen[then - 2].1,
                "a second before, what was so before"
            ),
        }
    }
    let expected = [(1, "valid", false), (2, "valid", true), (2, "suspended", true), (2, "cancelled", true)];
    assert_eq!(seen, expected.map(|(version, status, later)| (json!(version), json!(status), later)));
    assert_eq!(at(app.clock.now().plus_seconds(60)).await.problem(), "bad_query");
    let unreadable = operator.get(&format!("/v1/certificates/{}?as_of=yesterday", issued.id)).await;
    assert_eq!(unreadable.problem(), "bad_query");
}
