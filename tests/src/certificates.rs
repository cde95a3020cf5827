//! Certificates as they come to be: invented, sent in by an issuer, sealed.

use reqwest::Method;
use serde_json::Value;
use verifier_core::ids::Kind;
use yzt_api::generate::Generator;
use yzt_api::problem::Problem;
use yzt_api::record::{Day, Record};
use yzt_api::store::certificates;

use crate::TestApp;
use crate::actors::Holder;
use crate::app::BEGINNING;

/// A certificate that an issuer sent in.
pub struct Issued {
    /// Our id of it.
    pub id: String,
    /// Whose it is.
    pub holder_id: String,
    /// What was sent.
    pub record: Record,
}

impl TestApp {
    /// A certificate of this kind, in force.
    pub async fn certificate(&self, kind: Kind) -> Issued {
        self.certificate_with(kind, |_| ()).await
    }

    /// A certificate of this kind with some items changed.
    pub async fn certificate_with(&self, kind: Kind, change: impl FnOnce(&mut Value)) -> Issued {
        let mut line: Value = serde_json::from_slice(&invented(kind).to_line()).unwrap();
        change(&mut line);
        let line = line.to_string();
        let issuer = self.issuer().await;
        let request =
            issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
        let report = issuer.send(request.body(line.clone())).await.json(200);
        assert_eq!(report["created"], 1, "{report}");
        let record = Record::from_json(line.as_bytes()).unwrap().record;
        let (issuer, number) = (record.issuer().to_string(), record.number().as_str().to_owned());
        let find = move |conn: &mut _| Ok(certificates::find_by_number(conn, kind.code(), &issuer, &number)?);
        let row = self.running.app().db.read(find).await;
        let row = row.map_err(|problem: Problem| problem.to_string()).unwrap().unwrap();
        Issued { id: row.id, holder_id: row.holder_id, record }
    }

    /// Whoever holds a certificate, signed in.
    pub async fn holder_of(&self, issued: &Issued) -> Holder {
        self.holder(&issued.holder_id).await
    }
}

/// An invented record of this kind that is valid at [`BEGINNING`].
fn invented(kind: Kind) -> Record {
    let today = Day::from_days(BEGINNING.day().0.try_into().unwrap()).unwrap();
    let is_fit = |record: &Record| {
        record.kind() == kind
            && record.valid_from() <= today
            && record.valid_to().is_none_or(|last| last.days() > today.days() + 60)
    };
    Generator::new(7, today).find(is_fit).unwrap()
}
