//! One scan as bytes, and the vector it becomes when somebody says what is expected of it.

use std::collections::BTreeMap;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use verifier_core::Seconds;
use verifier_core::presentation::Cti;
use verifier_core::sm2::PublicKey;

use super::claims;

/// What a verifier is given.
#[derive(Clone)]
pub struct Scan {
    pub code: String,
    pub trust_list: Vec<u8>,
    pub status_lists: BTreeMap<String, Vec<u8>>,
    pub roots: Vec<PublicKey>,
    pub now: Seconds,
    pub clock_floor: Seconds,
    pub seen: Vec<Cti>,
}

/// A vector, as it stands in its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    pub name: String,
    pub about: About,
    pub code: String,
    pub trust_list: String,
    pub status_lists: BTreeMap<String, String>,
    pub roots: Vec<String>,
    pub now: u64,
    pub clock_floor: u64,
    pub seen: Vec<String>,
    pub outcome: String,
    pub reason: Option<String>,
    pub warnings: Vec<String>,
    /// For people only.
    pub claims: Value,
}

/// What a vector is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub zh: String,
    pub en: String,
}

/// A scan that has a name but nothing is yet expected of.
pub struct Named {
    scan: Scan,
    name: String,
    about: About,
}

impl Scan {
    /// Another code in place of this one.
    pub fn with_code(self, code: impl Into<String>) -> Self {
        Self { code: code.into(), ..self }
    }

    /// The token, without address and version.
    pub fn token(&self) -> String {
        self.code.rsplit_once("/V/1").map_or_else(|| self.code.clone(), |(_, token)| token.to_owned())
    }

    /// The presentation.
    pub fn bytes(&self) -> Vec<u8> {
        BASE32_NOPAD.decode(self.token().as_bytes()).unwrap_or_default()
    }

    /// Another trust list in place of this one.
    pub fn with_trust_list(self, trust_list: Vec<u8>) -> Self {
        Self { trust_list, ..self }
    }

    /// Changes the bytes of the status list of province 21.
    pub fn with_list_bytes(mut self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        self.status_lists.get_mut("21").map(change);
        self
    }

    /// Names the scan and says what it is about, in Chinese and in English.
    pub fn about(self, name: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Named {
        Named { scan: self, name: name.into(), about: About { zh: zh.into(), en: en.into() } }
    }
}

impl Named {
    /// The verdict must be valid, with these warnings.
    pub fn valid(self, warnings: &[&str]) -> Vector {
        self.expecting("valid", None, warnings)
    }

    /// The verdict must be invalid, for this reason.
    pub fn invalid(self, reason: &str) -> Vector {
        self.expecting("invalid", Some(reason), &[])
    }

    /// The verdict must be undetermined, for this reason.
    pub fn undetermined(self, reason: &str) -> Vector {
        self.expecting("undetermined", Some(reason), &[])
    }

    fn expecting(self, outcome: &str, reason: Option<&str>, warnings: &[&str]) -> Vector {
        let Self { scan, name, about } = self;
        let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
        Vector {
            name,
            about,
            claims: claims::of(&scan),
            trust_list: hex(&scan.trust_list),
            status_lists: scan
                .status_lists
                .iter()
                .map(|(prefix, list)| (prefix.clone(), hex(list)))
                .collect(),
            roots: scan.roots.iter().map(|root| hex(&root.compressed())).collect(),
            now: scan.now.0,
            clock_floor: scan.clock_floor.0,
            seen: scan.seen.iter().map(Cti::to_string).collect(),
            code: scan.code,
            outcome: outcome.to_owned(),
            reason: reason.map(str::to_owned),
            warnings: warnings.iter().map(|warning| (*warning).to_owned()).collect(),
        }
    }
}
