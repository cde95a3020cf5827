//! An envelope taken apart, to be changed and signed again.

use verifier_core::sm2::{SigningKey, sm3};

use super::item::Item;

/// The parts of a COSE_Sign1, before it is signed.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What stands before the array: tag 18, or nothing.
    pub tag: Vec<u8>,
    /// The protected header.
    pub protected: Item,
    /// The unprotected header.
    pub unprotected: Item,
    /// The claims.
    pub payload: Item,
    /// As it was; [`Parts::sign`] makes a new one.
    pub signature: Vec<u8>,
}

impl Parts {
    /// Takes apart an envelope; `None` where there is none.
    pub fn open(bytes: &[u8]) -> Option<Self> {
        let (tag, envelope) = match bytes.strip_prefix(&[0xd2]) {
            Some(rest) => (vec![0xd2], rest),
            None => (Vec::new(), bytes),
        };
        let Item::Array(parts) = Item::read(envelope)? else { return None };
        let [Item::Bytes(protected), unprotected, Item::Bytes(payload), Item::Bytes(signature)] =
            parts.as_slice()
        else {
            return None;
        };
        Some(Self {
            tag,
            protected: item(protected),
            unprotected: unprotected.clone(),
            payload: item(payload),
            signature: signature.clone(),
        })
    }

    /// Signs the parts as they are now.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        self.with_signature(key.sign(&self.signed_octets()).to_vec())
    }

    /// Puts the parts together with this signature.
    pub fn with_signature(&self, signature: Vec<u8>) -> Vec<u8> {
        let parts = vec![
            self.protected.write().into(),
            self.unprotected.clone(),
            self.payload.write().into(),
            signature.into(),
        ];
        [self.tag.clone(), Item::Array(parts).write()].concat()
    }

    /// `Sig_structure` (RFC 9052 §4.4).
    pub fn signed_octets(&self) -> Vec<u8> {
        let (protected, payload) = (self.protected.write(), self.payload.write());
        Item::Array(vec!["Signature1".into(), protected.into(), Vec::<u8>::new().into(), payload.into()])
            .write()
    }
}

/// The private key of the test key of this name: SM3 of `yzt test vector key: ` and the name.
pub fn secret(name: &str) -> [u8; 32] {
    sm3(format!("yzt test vector key: {name}").as_bytes())
}

/// The test key of this name.
pub fn key(name: &str) -> SigningKey {
    let mut secret = secret(name);
    loop {
        // Practically always at once: one digest in 2^32 is no private key.
        match SigningKey::from_bytes(&secret) {
            Ok(key) => return key,
            Err(_) => secret = sm3(&secret),
        }
    }
}

fn item(bytes: &[u8]) -> Item {
    Item::read(bytes).unwrap_or_else(|| Item::Raw(bytes.to_vec()))
}
