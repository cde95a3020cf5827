//! Recovery codes: ten, each good once, for when the phone is gone. Kept as digests; shown once.

use data_encoding::BASE32_NOPAD;
use verifier_core::sm2::sm3;

use crate::clock::Timestamp;
use crate::keys::cipher;
use crate::problem::{Code, Problem};
use crate::store::factors::{self as rows, RecoveryCodeRow};
use crate::store::{Conn, StoreError};

const COUNT: usize = 10;
/// 80 bits: too many to guess, so a plain digest will do.
const LENGTH: usize = 10;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// New recovery codes.
pub struct Codes(Vec<String>);

impl Codes {
    /// Ten.
    ///
    /// # Errors
    /// When the machine has no random bytes.
    pub fn new() -> Result<Self, Problem> {
        let code = || cipher::random::<LENGTH>().map(|bytes| BASE32_NOPAD.encode(bytes.as_slice()));
        let codes: Option<_> = std::iter::repeat_with(code).take(COUNT).collect();
        codes.map(Self).ok_or_else(|| Problem::internal("no random bytes"))
    }

    /// Keeps their digests for an account, in place of those that were there.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn keep(&self, conn: &mut Conn, account_id: &str) -> Result<(), StoreError> {
        let row = |code: &String| RecoveryCodeRow {
            account_id: account_id.to_owned(),
            digest: digest(account_id, code),
            used_at: None,
        };
        let rows: Vec<_> = self.0.iter().map(row).collect();
        rows::replace_recovery_codes(conn, account_id, &rows)
    }

    /// As people copy them: `ABCD-EFGH-IJKL-MNOP`.
    #[must_use]
    pub fn into_texts(self) -> Vec<String> {
        let grouped = |code: String| {
            let characters: Vec<_> = code.chars().collect();
            let groups: Vec<String> = characters.chunks(GROUP).map(|group| group.iter().collect()).collect();
            groups.join("-")
        };
        self.0.into_iter().map(grouped).collect()
    }
}

/// Uses a recovery code up.
///
/// # Errors
/// [`Code::SecondFactorInvalid`] when it is none of the account's, or was used before.
pub fn use_up(conn: &mut Conn, account_id: &str, text: &str, now: Timestamp) -> Result<(), Problem> {
    let code: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let digest = digest(account_id, &code.to_ascii_uppercase());
    if rows::use_recovery_code(conn, account_id, &digest, now.millis())? {
        Ok(())
    } else {
        Err(Code::SecondFactorInvalid.into())
    }
}

fn digest(account_id: &str, code: &str) -> Vec<u8> {
    sm3(["yzt-recovery", account_id, code].join("\0").as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ten_and_differ_and_can_be_copied() {
        let codes = Codes::new().unwrap().into_texts();
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!((codes.len(), different.len()), (10, 10));
        assert!(codes.iter().all(|code| code.len() == 19 && code.split('-').all(|group| group.len() == 4)));
    }
}
