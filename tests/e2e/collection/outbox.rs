//! What is sent, what waits, what is set aside.

use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::store::collected::{self, CollectedRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;

use super::{Sites, assert_in_order, change, ministry, numbers, register};

async fn copy(ministry: &TestApp, id: &str) -> Option<CollectedRow> {
    let id = id.to_owned();
    let find = move |conn: &mut Conn| collected::find(conn, &id);
    ministry.running.app().db.read::<_, StoreError, _>(find).await.unwrap()
}

/// Moves the place that a certificate's version says it has.
async fn move_place(province: &TestApp, id: &str, by: i64) {
    let set = format!("status_index = status_index + {by}");
    change(province, format!("UPDATE certificate_versions SET {set} WHERE certificate_id = '{id}'")).await;
}

#[tokio::test]
async fn every_change_is_told_in_order() {
    let sites = Sites::new().await;
    let issued = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    sites.report(&issued, "suspended").await;
    sites.report(&issued, "resumed").await;
    sites.report(&issued, "review_overdue").await;
    let other = sites.province.issued(Kind::RoadTransportCertificate).await;
    sites.collect().await;

    let arrivals = sites.arrivals().await;
    assert_eq!(numbers(&arrivals), [1, 2, 3, 4, 5]);
    assert_in_order(&arrivals);
    let kept = copy(&sites.ministry, &issued.id).await.unwrap();
    assert_eq!((kept.seq, &*kept.status, kept.review_overdue), (4, "valid", true));
    assert_eq!(copy(&sites.ministry, &other.id).await.unwrap().iss, "21");
    let state = sites.state().await;
    assert_eq!((&state["mark"], &state["waiting"], &state["set_aside"]), (&5.into(), &0.into(), &0.into()));
}

#[tokio::test]
async fn what_is_told_twice_changes_nothing() {
    let sites = Sites::new().await;
    let issued = sites.province.issued(Kind::TaxiDriver).await;
    sites.report(&issued, "suspended").await;
    sites.collect().await;
    let before = (sites.arrivals().await, copy(&sites.ministry, &issued.id).await);
    let operator = sites.province.operator().await;
    let state =
        operator.post("/v1/collection/commands", &json!({ "command": "replay", "mark": 0 })).await.json(200);
    assert_eq!(state["waiting"], 2);
    sites.ministry.pass(60);
    sites.province.pass(60);
    sites.collect().await;
    assert_eq!((sites.arrivals().await, copy(&sites.ministry, &issued.id).await), before);
    assert_eq!(sites.state().await["waiting"], 0);
}

#[tokio::test]
async fn nothing_is_sent_while_it_is_paused() {
    let sites = Sites::new().await;
    let operator = sites.province.operator().await;
    let _ = operator.post("/v1/collection/commands", &json!({ "command": "pause" })).await.json(200);
    let _ = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    assert!(sites.arrivals().await.is_empty());
    assert_eq!(sites.state().await["waiting"], 1);
    let _ = operator.post("/v1/collection/commands", &json!({ "command": "resume" })).await.json(200);
    sites.collect().await;
    assert_eq!(numbers(&sites.arrivals().await), [1]);
}

#[tokio::test]
async fn a_ministry_out_of_reach_is_tried_again_later() {
    let ministry = ministry().await;
    let base = ministry.base();
    let province = TestApp::spawn_with(|config| config.ministry_url = base).await;
    // Nobody knows the province's key there yet.
    let sites = Sites { ministry, province };
    let _ = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    let state = sites.state().await;
    assert_eq!((&state["failures"], &state["mark"]), (&1.into(), &0.into()));
    assert_eq!(state["last_error"], "HTTP status 401");
    assert_eq!(state["set_aside"], 0, "the certificate is not to blame");

    register(&sites.ministry, &sites.province, "21").await;
    sites.collect().await;
    assert!(sites.arrivals().await.is_empty(), "it is not time yet");
    sites.province.pass(2);
    sites.collect().await;
    assert_eq!(numbers(&sites.arrivals().await), [1]);
    assert_eq!(sites.state().await["failures"], 0);
}

#[tokio::test]
async fn a_certificate_the_ministry_refuses_is_set_aside_and_the_others_go_on() {
    let sites = Sites::new().await;
    let bad = sites.province.issued(Kind::TaxiDriver).await;
    // What the version says is not what was sealed: the place in the status list is another's.
    move_place(&sites.province, &bad.id, 7_000_000).await;
    let good = sites.province.issued(Kind::RoadTransportCertificate).await;
    sites.report(&bad, "suspended").await;
    sites.report(&good, "suspended").await;
    sites.collect().await;
    assert_eq!(numbers(&sites.arrivals().await), [2, 4]);
    let operator = sites.province.operator().await;
    let aside = operator.get("/v1/collection/set-aside").await.json(200);
    assert_eq!(aside["certificates"][0]["certificate_id"], bad.id.as_str());
    assert_eq!(aside["certificates"][0]["reason"], "other_than_sealed");

    // Later events of it wait too, and those of others do not.
    sites.report(&bad, "resumed").await;
    sites.report(&good, "resumed").await;
    sites.collect().await;
    assert_eq!(numbers(&sites.arrivals().await), [2, 4, 6]);

    move_place(&sites.province, &bad.id, -7_000_000).await;
    let path = format!("/v1/collection/set-aside/{}/retry", bad.id);
    assert_eq!(operator.post(&path, &json!({})).await.status, 204);
    sites.collect().await;
    let arrivals = sites.arrivals().await;
    assert_eq!(numbers(&arrivals), [1, 2, 3, 4, 5, 6]);
    assert_in_order(&arrivals);
    assert_eq!(sites.state().await["set_aside"], 0);
    assert_eq!(copy(&sites.ministry, &bad.id).await.unwrap().seq, 5);
}

#[tokio::test]
async fn a_site_that_is_no_ministry_takes_no_collections_and_one_that_collects_to_nobody_says_so() {
    let app = TestApp::spawn().await;
    let answer = app.issuer().await.post("/v1/collections", &json!({ "changes": [] })).await;
    assert_eq!(answer.problem(), "not_the_ministry");
    let answer = app.operator().await.post("/v1/collection/commands", &json!({ "command": "pause" })).await;
    assert_eq!(answer.problem(), "collection_off");
}

#[tokio::test]
async fn nothing_personal_of_the_copy_lies_open_in_the_ministrys_database() {
    let sites = Sites::new().await;
    let issued = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    let id = issued.id.clone();
    let find = move |conn: &mut Conn| collected::find_version(conn, &id, 1);
    let version = sites.ministry.running.app().db.read::<_, StoreError, _>(find).await.unwrap().unwrap();
    let number = issued.record.number().as_str().as_bytes();
    let holds = |bytes: &[u8]| bytes.windows(number.len()).any(|window| window == number);
    assert!(!holds(&version.items_ciphertext));
}
