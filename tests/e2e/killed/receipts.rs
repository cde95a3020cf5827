//! Receipts uploaded to a server that is killed.

use serde_json::{Value, json};
use yzt_tests::actors::Officer;

use super::*;

/// So many batches are acknowledged before the server is killed.
const BEFORE: usize = 5;

#[tokio::test]
async fn receipts_that_were_acknowledged_outlive_the_server_and_no_batch_is_halved() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let batches: Vec<Vec<Value>> = (0..40).map(|_| (0..25).map(|_| receipt()).collect()).collect();

    let server = Process::start(&database);
    add_account(&database, ACCOUNT, "officer", Role::Officer).await;
    let acknowledged = upload_until_killed(server, &batches).await;
    assert!((BEFORE..batches.len()).contains(&acknowledged), "killed in the middle: {acknowledged}");

    let server = Process::start(&database);
    let officer = officer(&server).await;
    for (number, batch) in batches.iter().enumerate() {
        let answers = officer.upload_items(batch).await;
        let first = answers[0]["state"].as_str().unwrap();
        assert!(
            first == "already_had" || (first == "accepted" && number >= acknowledged),
            "{number}: {first}"
        );
        assert!(answers.iter().all(|answer| answer["state"] == first), "batch {number} was halved");
    }
    server.kill();
}

/// Uploads one batch after another, and kills the server while one is under way. How many were acknowledged.
async fn upload_until_killed(server: Process, batches: &[Vec<Value>]) -> usize {
    let officer = officer(&server).await;
    let (acknowledge, mut acknowledged) = tokio::sync::watch::channel(0);
    let uploads = async {
        for batch in batches {
            let request = officer.request(Method::POST, "/v1/receipts/batch");
            let sent = request.json(&json!({ "receipts": batch })).send().await;
            let answer = match sent.and_then(reqwest::Response::error_for_status) {
                Ok(response) => response.bytes().await,
                Err(error) => Err(error),
            };
            if answer.is_err() {
                break;
            }
            acknowledge.send_modify(|count| *count += 1);
        }
    };
    let killing = async {
        acknowledged.wait_for(|count| *count == BEFORE).await.unwrap();
        server.kill();
    };
    tokio::join!(uploads, killing);
    *acknowledge.borrow()
}

async fn officer(server: &Process) -> Officer {
    Officer(Person::at(server.base.clone()).sign_in("officer", PASSWORD).await)
}

/// A receipt of a payment code: evidence like any other.
pub(crate) fn receipt() -> Value {
    json!({ "receipt": {
        "id": uuid::Uuid::now_v7(),
        "code": "wxp://f2f0abc",
        "outcome": "invalid",
        "reason": "not_a_presentation",
        "officer": "LN-0001",
        "device": "d-1",
        "scanned_at": Clock::System.now().seconds(),
        "purpose": "路面执法检查",
    } })
}
