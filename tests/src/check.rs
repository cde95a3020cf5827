//! A certificate on its way: sent in by the issuer, shown by its holder, scanned by an officer.

use serde_json::{Value, json};
use uuid::Uuid;
use verifier_core::receipt::{Receipt, ReceiptId};
use verifier_core::{Seconds, unverified_reference};
use yzt_api::generate::Generator;
use yzt_api::record::Day;

use crate::TestApp;
use crate::actors::{Holder, Issuer, Officer};

/// A certificate that is in force, with its holder signed in.
pub struct Certificate {
    /// Our id of it.
    pub id: String,
    /// Who shows it.
    pub holder: Holder,
}

/// The invented certificate of a vehicle with this number, as a line of the interface; `members` replace its own.
#[must_use]
pub fn vehicle(number: usize, members: &Value) -> Value {
    with(vehicles().nth(number).unwrap(), members)
}

/// The invented certificates of vehicles, as lines of the interface, without end.
pub fn vehicles() -> impl Iterator<Item = Value> {
    let records = Generator::new(1, Day::parse("20260601").unwrap());
    let dates = json!({ "event": "initial", "issueDate": "20260105", "validFrom": "20260105", "validTo": "20300105" });
    let lines = records.filter(|record| record.kind().code() == "013");
    lines.map(move |record| with(serde_json::from_slice(&record.to_line()).unwrap(), &dates))
}

/// A line in which `members` replace its own.
#[must_use]
pub fn with(mut line: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

impl TestApp {
    /// Sends a certificate in and signs its holder in.
    pub async fn certificate(&self, line: &Value) -> Certificate {
        let issued = self.issue(line).await;
        Certificate { holder: self.holder_of(&issued).await, id: issued.id }
    }

    /// A receipt of a code scanned now, found valid, by an officer without network.
    #[must_use]
    pub fn receipt(&self, code: &str) -> Receipt {
        self.receipt_at(code, self.clock.now().seconds())
    }

    /// The same for a scan at another time.
    #[must_use]
    pub fn receipt_at(&self, code: &str, scanned_at: Seconds) -> Receipt {
        let reference = unverified_reference(code);
        Receipt {
            id: ReceiptId(*Uuid::now_v7().as_bytes()),
            code: code.to_owned(),
            cti: reference.as_ref().map(|reference| reference.cti),
            certificate: reference.map(|reference| reference.certificate),
            outcome: "valid".to_owned(),
            reason: None,
            bundle_seq: Some(1),
            status_iat: None,
            officer: "LN-0001".to_owned(),
            device: "d-1".to_owned(),
            scanned_at,
            place: None,
            purpose: "路面执法检查".to_owned(),
        }
    }
}

impl Issuer {
    /// Sends certificates in, all of which are taken.
    pub async fn send_in(&self, lines: &[Value]) {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let request = self.request(reqwest::Method::POST, "/v1/ingest");
        let answer = self.send(request.header("content-type", "application/x-ndjson").body(body)).await;
        let report = answer.json(200);
        assert_eq!(report["rejected"], 0, "{report}");
    }

    /// Reports an event of a certificate.
    pub async fn report(&self, certificate: &Certificate, event: &str) {
        let path = format!("/v1/certificates/{}/events", certificate.id);
        let _ = self.post(&path, &json!({ "event": event })).await.json(201);
    }
}

impl Certificate {
    /// A code, made now by the server.
    pub async fn code(&self) -> String {
        let path = format!("/v1/certificates/{}/presentations", self.id);
        let shown = self.holder.post(&path, &json!({})).await.json(201);
        shown["code"].as_str().unwrap().to_owned()
    }
}

impl Officer {
    /// Uploads receipts as one batch. The answers, in order.
    pub async fn upload(&self, receipts: &[Receipt]) -> Vec<Value> {
        let items: Vec<Value> = receipts.iter().map(|receipt| json!({ "receipt": receipt })).collect();
        self.upload_items(&items).await
    }

    /// The same with items in any form.
    pub async fn upload_items(&self, items: &[Value]) -> Vec<Value> {
        let answer = self.post("/v1/receipts/batch", &json!({ "receipts": items })).await.json(200);
        answer["results"].as_array().unwrap().clone()
    }
}
