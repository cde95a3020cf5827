//! Records and events in one batch, in their order; and what is told of them afterwards.

use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_tests::TestApp;

use super::{NDJSON, counts, lines, send};

/// So many invented certificates of vehicles.
fn vehicles(count: usize) -> Vec<Value> {
    let all = lines(400);
    let all = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|line| line["kind"] == "013").take(count).collect()
}

/// An event of the certificate of a record, as a line.
fn event(of: &Value, members: Value) -> Value {
    let mut line = json!({
        "kind": of["kind"], "issuerCode": of["issuerCode"], "certificateNumber": of["certificateNumber"],
    });
    for (name, value) in members.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

fn body(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Event, version and status of all changes an account is told of.
async fn told(who: &yzt_tests::actors::Person) -> Vec<(String, i64, String)> {
    let (mut after, mut told) = (0, Vec::new());
    loop {
        let page = who.get(&format!("/v1/changes?limit=2&after={after}")).await.json(200);
        for change in page["changes"].as_array().unwrap() {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            told.push((text("event"), change["version"].as_i64().unwrap(), text("status")));
            assert!(change["seq"].as_i64().unwrap() > after);
            after = change["seq"].as_i64().unwrap();
        }
        after = page["next_after"].as_i64().unwrap();
        if page["more"] == false {
            return told;
        }
    }
}

#[tokio::test]
async fn records_and_events_of_a_batch_are_taken_in_their_order() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let [one, other] = <[Value; 2]>::try_from(vehicles(2)).unwrap();
    let mut reissued = one.clone();
    reissued["event"] = json!("reissue");
    let batch = [
        one.clone(),
        event(&one, json!({ "event": "reported_lost", "reason": "遗失" })),
        reissued,
        event(&one, json!({ "event": "suspended", "id": "018f3c4e-0000-7000-8000-000000000007" })),
        other.clone(),
        event(&one, json!({ "event": "suspended", "id": "018f3c4e-0000-7000-8000-000000000007" })),
        event(&one, json!({ "event": "found" })),
        event(&one, json!({ "event": "resumed", "colour": "蓝" })),
        event(
            &json!({ "kind": "013", "issuerCode": one["issuerCode"], "certificateNumber": "210100999999" }),
            json!({ "event": "cancelled" }),
        ),
        event(&other, json!({ "event": "cancelled" })),
    ];
    let report = send(&issuer, NDJSON, None, body(&batch)).await.json(200);
    assert_eq!(counts(&report), [10, 2, 4, 1, 3], "{report}");
    let rules: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["severity"] == "error")
        .map(|finding| (finding["line"].as_i64().unwrap(), finding["rule"].as_str().unwrap()))
        .collect();
    assert_eq!(rules, [(7, "transition_not_allowed"), (8, "event_form"), (9, "unknown_certificate")]);
    let said = |event: &str, version, status: &str| (event.to_owned(), version, status.to_owned());
    assert_eq!(
        told(&issuer).await,
        [
            said("issued", 1, "valid"),
            said("reported_lost", 1, "reported_lost"),
            said("reissued", 2, "valid"),
            said("suspended", 2, "suspended"),
            said("issued", 1, "valid"),
            said("cancelled", 1, "cancelled"),
        ]
    );
}

#[tokio::test]
async fn an_event_may_be_sent_by_itself_under_what_its_certificate_is_known_by() {
    let app = TestApp::spawn().await;
    let (issuer, [line]) = (app.issuer().await, <[Value; 1]>::try_from(vehicles(1)).unwrap());
    let suspend = event(&line, json!({ "event": "suspended" }));
    let unknown = issuer.post("/v1/certificates", &suspend).await;
    assert_eq!(unknown.json(422)["findings"][0]["rule"], "unknown_certificate");
    let _ = issuer.post("/v1/certificates", &line).await.json(201);
    let recorded = issuer.post("/v1/certificates", &suspend).await.json(200);
    assert_eq!((&recorded["outcome"], &recorded["status"]), (&json!("recorded"), &json!("suspended")));
    assert!(recorded["event"].is_string());
}

#[tokio::test]
async fn changes_are_told_to_those_who_answer_for_the_certificate() {
    let app = TestApp::spawn().await;
    let (issuer, [line]) = (app.issuer().await, <[Value; 1]>::try_from(vehicles(1)).unwrap());
    let _ = issuer.post("/v1/certificates", &line).await.json(201);
    let city = &line["division"].as_str().unwrap()[..4];
    let elsewhere = if city == "2114" { "2101" } else { "2114" };
    assert_eq!(told(&app.staff_of(Role::Operator, city).await).await.len(), 1);
    let far = app.staff_of(Role::Issuer, elsewhere).await;
    let page = far.get("/v1/changes").await.json(200);
    assert_eq!((page["changes"].as_array().unwrap().len(), &page["next_after"]), (0, &json!(1)));
    assert_eq!(far.get(&format!("/v1/changes?division={city}")).await.problem(), "other_division");
    for query in ["after=-1", "limit=0", "limit=501", "after=x", "before=1"] {
        assert_eq!(issuer.get(&format!("/v1/changes?{query}")).await.problem(), "bad_query", "{query}");
    }
}
