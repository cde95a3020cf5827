//! What a third party's system does: registers the key it has its answers encrypted to, uses grants, opens envelopes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use verifier_core::sm2::SigningKey;
use yzt_api::auth::Role;

use crate::TestApp;
use crate::actors::{Person, ThirdParty};
use crate::app::PASSWORD;

const DOMAIN: &[u8] = b"yzt-encryption-key:";

/// A third party with its key.
pub struct Recipient {
    /// Its session.
    pub person: ThirdParty,
    /// Id of its account.
    pub id: String,
    /// Its private key, 32 bytes.
    pub secret: [u8; 32],
}

/// A challenge to register an encryption key with.
pub async fn challenge(who: &Person) -> String {
    let answer = who.post("/v1/encryption-key-challenges", &json!({})).await.json(201);
    answer["challenge"].as_str().unwrap().to_owned()
}

/// A registration of an encryption key, as its holder makes it.
#[must_use]
pub fn registration(secret: &[u8; 32], challenge: &str) -> Value {
    let key = SigningKey::from_bytes(secret).unwrap();
    let bytes = HEXLOWER.decode(challenge.as_bytes()).unwrap();
    json!({
        "public_key": HEXLOWER.encode(&key.public_key().compressed()),
        "label": "核保系统",
        "challenge": challenge,
        "signature": HEXLOWER.encode(&key.sign(&[DOMAIN, &bytes].concat())),
    })
}

impl TestApp {
    /// A third party without a key.
    pub async fn recipient_without_key(&self, number: u8) -> Recipient {
        let login = self.account(Role::ThirdParty, None).await;
        let id = login.strip_prefix("third_party-").unwrap().to_owned();
        let person = ThirdParty(self.visitor().sign_in(&login, PASSWORD).await);
        Recipient { person, id, secret: [number; 32] }
    }

    /// A third party with its key registered.
    pub async fn recipient(&self, number: u8) -> Recipient {
        let recipient = self.recipient_without_key(number).await;
        let challenge = challenge(&recipient.person).await;
        let wanted = registration(&recipient.secret, &challenge);
        let _ = recipient.person.post("/v1/encryption-keys", &wanted).await.json(201);
        recipient
    }
}

impl Recipient {
    /// What is in the envelope of an answer.
    #[must_use]
    pub fn open(&self, given: &Value) -> Value {
        let envelope = STANDARD.decode(given["envelope"].as_str().unwrap()).unwrap();
        serde_json::from_slice(&opened(&envelope, &self.secret)).unwrap()
    }
}

/// Opens an envelope with a second implementation, in Python: it shares no code with the server's.
#[must_use]
pub fn opened(envelope: &[u8], secret: &[u8; 32]) -> Vec<u8> {
    let folder = env!("CARGO_MANIFEST_DIR");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("envelope.der");
    std::fs::write(&file, envelope).unwrap();
    let opened = std::process::Command::new("python3")
        .args(["-m", "conformance", "open", "--key", &HEXLOWER.encode(secret)])
        .arg(&file)
        .current_dir(folder)
        .output()
        .expect("python3 is needed for the second implementation: scripts/setup test");
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    opened.stdout
}
