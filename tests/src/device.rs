//! What a device does: registers its key; an officer's carries a bundle, and decides without network.

use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::sm2::{PublicKey, SigningKey};
use verifier_core::{Bundle, State, Verdict, verify};
use yzt_api::keys::pinned_roots;

use crate::TestApp;
use crate::actors::Person;

const DOMAIN: &[u8] = b"yzt-device-registration:";

/// The key of a phone.
#[must_use]
pub fn phone(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32]).unwrap()
}

/// A challenge to register a phone with.
pub async fn challenge(who: &Person) -> String {
    let answer = who.post("/v1/device-challenges", &json!({})).await.json(201);
    answer["challenge"].as_str().unwrap().to_owned()
}

/// A registration as a phone makes it.
#[must_use]
pub fn registration(phone: &SigningKey, challenge: &str) -> Value {
    let bytes = HEXLOWER.decode(challenge.as_bytes()).unwrap();
    json!({
        "public_key": HEXLOWER.encode(&phone.public_key().compressed()),
        "label": "我的手机",
        "challenge": challenge,
        "signature": HEXLOWER.encode(&phone.sign(&[DOMAIN, &bytes].concat())),
    })
}

impl TestApp {
    /// The bundle as it is given out now.
    pub async fn bundle(&self) -> Bundle {
        let (trust, status) =
            (self.fetch("/v1/bundle/trust-list").await, self.fetch("/v1/bundle/status/21").await);
        let roots = pinned_roots(&self.running.app().signer.keys());
        let key =
            |hex: &String| PublicKey::from_compressed(&HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap();
        let roots: Vec<_> = roots.iter().map(key).collect();
        Bundle::open(&trust, &roots, [("21", status.as_slice())]).unwrap()
    }

    /// The verdict about a code now, by a device that carries `bundle` and has seen nothing yet.
    #[must_use]
    pub fn verdict(&self, code: &str, bundle: &Bundle) -> Verdict {
        verify(code, Ok(bundle), self.clock.now().seconds(), &State::default())
    }

    async fn fetch(&self, path: &str) -> Vec<u8> {
        let answer = self.visitor().request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }
}
