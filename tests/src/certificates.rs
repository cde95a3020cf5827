//! Certificates as they come to be: invented, sent in by an issuer, sealed.

use serde_json::Value;
use verifier_core::ids::Kind;
use yzt_api::generate::Generator;
use yzt_api::record::{Day, Record};
use yzt_api::store::{StoreError, certificates};
use yzt_api::vault::Field;

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
    pub async fn issued(&self, kind: Kind) -> Issued {
        self.issued_with(kind, |_| ()).await
    }

    /// A certificate of this kind with some items changed.
    pub async fn issued_with(&self, kind: Kind, change: impl FnOnce(&mut Value)) -> Issued {
        let mut line = serde_json::from_slice(&invented(kind).to_line()).unwrap();
        change(&mut line);
        self.issue(&line).await
    }

    /// The certificate of a line of the interface.
    pub async fn issue(&self, line: &Value) -> Issued {
        self.issuer().await.send_in(std::slice::from_ref(line)).await;
        let record = Record::from_json(line.to_string().as_bytes()).unwrap().record;
        let (kind, issuer) = (record.kind().code(), record.issuer().as_str().to_owned());
        let app = self.running.app();
        let number = app.vault.index(Field::CertificateNumber, record.number().as_str());
        let find = move |conn: &mut _| certificates::find_by_number(conn, kind, &issuer, &number);
        let found: Result<_, StoreError> = app.db.read(find).await;
        let row = found.unwrap().unwrap();
        Issued { id: row.id, holder_id: row.holder_id, record }
    }

    /// Whoever holds a certificate, signed in.
    pub async fn holder_of(&self, issued: &Issued) -> Holder {
        self.holder(&issued.holder_id).await
    }
}

/// An invented record of this kind that is in force at [`BEGINNING`] and for a good while.
fn invented(kind: Kind) -> Record {
    let today = Day::from_days(BEGINNING.day().0.try_into().unwrap()).unwrap();
    let is_fit = |record: &Record| {
        record.kind() == kind
            && record.valid_from() <= today
            && record.valid_to().is_none_or(|last| last.days() > today.days() + 60)
    };
    Generator::new(7, today).find(is_fit).unwrap()
}
