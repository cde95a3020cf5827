//! A vector as a test uses it: its bytes, and the verdict on them.

// Each test file uses a part.
#![allow(dead_code)]

use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::Value;
use verifier_core::presentation::Cti;
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, BundleError, Seconds, State, Verdict, verify};

/// What a vector gives to a verifier, and what it expects.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub code: String,
    pub trust_list: Vec<u8>,
    pub status_lists: Vec<(String, Vec<u8>)>,
    pub roots: Vec<PublicKey>,
    pub now: Seconds,
    pub state: State,
    pub expected: Expected,
}

/// Outcome, reason and warnings.
pub type Expected = (String, Option<String>, Vec<String>);

impl Case {
    /// The vector of this name.
    pub fn named(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name).with_extension("json");
        Self::of(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    /// The vector in a file.
    pub fn of(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        let seen =
            texts(&json["seen"]).into_iter().map(|cti| (cti.parse::<Cti>().unwrap(), Seconds(u64::MAX)));
        let lists = json["status_lists"].as_object().unwrap().iter();
        Self {
            name: text("name"),
            code: text("code"),
            trust_list: hex(&text("trust_list")),
            status_lists: lists.map(|(iss, list)| (iss.clone(), hex(list.as_str().unwrap()))).collect(),
            roots: texts(&json["roots"])
                .iter()
                .map(|root| PublicKey::from_sec1(&hex(root)).unwrap())
                .collect(),
            now: Seconds(json["now"].as_u64().unwrap()),
            state: State::new(Seconds(json["clock_floor"].as_u64().unwrap()), seen),
            expected: (text("outcome"), json["reason"].as_str().map(str::to_owned), texts(&json["warnings"])),
        }
    }

    /// The bundle.
    pub fn bundle(&self) -> Result<Bundle, BundleError> {
        self.bundle_with(&self.trust_list)
    }

    /// The bundle with another trust list.
    pub fn bundle_with(&self, trust_list: &[u8]) -> Result<Bundle, BundleError> {
        let lists = self.status_lists.iter().map(|(iss, list)| (iss.as_str(), list.as_slice()));
        Bundle::open(trust_list, &self.roots, lists)
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.verdict_with(self.bundle().as_ref().map_err(|error| *error), &self.code)
    }

    /// The verdict of this bundle on this code.
    pub fn verdict_with(&self, bundle: Result<&Bundle, BundleError>, code: &str) -> Verdict {
        verify(code, bundle, self.now, &self.state)
    }

    /// The code without its token, and the token.
    pub fn address_and_token(&self) -> (String, String) {
        let (address, token) = self.code.split_once("/V/1").unwrap();
        (format!("{address}/V/1"), token.to_owned())
    }
}

/// Outcome, reason and warnings of a verdict.
pub fn result_of(verdict: &Verdict) -> Expected {
    let warnings = verdict.warnings.iter().map(|warning| warning.code().to_owned());
    let reason = verdict.reason.map(|reason| reason.code().to_owned());
    (verdict.outcome.code().to_owned(), reason, warnings.collect())
}

pub fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn texts(json: &Value) -> Vec<String> {
    json.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
