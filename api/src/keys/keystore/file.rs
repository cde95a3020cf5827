//! One key file: JSON that says what it is, and the encrypted secret bound to what it says.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::SALT_LENGTH;
use crate::keys::cipher::{self, NONCE_LENGTH, SecretKey};

const FORMAT: &str = "yzt-key-1";
const DERIVATION: &str = "pbkdf2-hmac-sm3";
const CIPHER: &str = "sm4-gcm";
/// More rounds than anyone waits for: a file that asks for them was not written by us.
const MOST_ROUNDS: u32 = 20_000_000;

/// A key file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    format: String,
    name: String,
    #[serde(rename = "use")]
    key_use: String,
    pub(super) development: bool,
    derivation: String,
    salt: String,
    rounds: u32,
    cipher: String,
    nonce: String,
    sealed: String,
}

impl KeyFile {
    pub(super) fn seal(
        name: &str,
        key_use: &str,
        development: bool,
        (salt, rounds): ([u8; SALT_LENGTH], u32),
        key: &SecretKey,
        nonce: [u8; NONCE_LENGTH],
        secret: &[u8],
    ) -> Option<Self> {
        let mut file = Self {
            format: FORMAT.to_owned(),
            name: name.to_owned(),
            key_use: key_use.to_owned(),
            development,
            derivation: DERIVATION.to_owned(),
            salt: HEXLOWER.encode(&salt),
            rounds,
            cipher: CIPHER.to_owned(),
            nonce: HEXLOWER.encode(&nonce),
            sealed: String::new(),
        };
        let sealed = cipher::seal(key, &nonce, &file.context(), secret)?;
        file.sealed = HEXLOWER.encode(&sealed);
        Some(file)
    }

    pub(super) fn from_json(text: &str) -> Option<Self> {
        let file: Self = serde_json::from_str(text).ok()?;
        let known = file.format == FORMAT && file.derivation == DERIVATION && file.cipher == CIPHER;
        known.then_some(file)
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What the key of this file is derived with: salt and rounds.
    pub(super) fn derivation(&self) -> Option<([u8; SALT_LENGTH], u32)> {
        let salt = HEXLOWER.decode(self.salt.as_bytes()).ok()?.try_into().ok()?;
        (self.rounds > 0 && self.rounds <= MOST_ROUNDS).then_some((salt, self.rounds))
    }

    pub(super) fn open(&self, key_use: &str, key: &SecretKey) -> Option<Zeroizing<Vec<u8>>> {
        if self.key_use != key_use {
            return None;
        }
        let nonce = HEXLOWER.decode(self.nonce.as_bytes()).ok()?.try_into().ok()?;
        let sealed = HEXLOWER.decode(self.sealed.as_bytes()).ok()?;
        cipher::open(key, &nonce, &self.context(), &sealed)
    }

    /// What the secret is bound to: everything a reader believes of the file.
    fn context(&self) -> Vec<u8> {
        let mark = if self.development { "development" } else { "production" };
        [FORMAT, &self.name, &self.key_use, mark].join("\0").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (KeyFile, SecretKey) {
        let key = Zeroizing::new([7; cipher::KEY_LENGTH]);
        let file =
            KeyFile::seal("k", "seal", true, ([1; SALT_LENGTH], 1), &key, [2; NONCE_LENGTH], b"secret");
        (file.unwrap(), key)
    }

    #[test]
    fn a_file_opens_again_after_writing_and_reading() {
        let (file, key) = sealed();
        let again = KeyFile::from_json(&file.to_json()).unwrap();
        assert_eq!(*again.open("seal", &key).unwrap(), b"secret");
    }

    #[test]
    fn a_development_mark_cannot_be_taken_off() {
        let (file, key) = sealed();
        let unmarked = file.to_json().replace("\"development\": true", "\"development\": false");
        assert_eq!(KeyFile::from_json(&unmarked).unwrap().open("seal", &key), None);
    }

    #[test]
    fn a_file_serves_no_other_use() {
        let (file, key) = sealed();
        assert_eq!(file.open("root", &key), None);
        let renamed = file.to_json().replace("\"use\": \"seal\"", "\"use\": \"root\"");
        assert_eq!(KeyFile::from_json(&renamed).unwrap().open("root", &key), None);
    }
}
