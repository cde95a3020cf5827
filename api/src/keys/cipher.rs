//! SM4 in Galois/counter mode (GB/T 32907, GB/T 36624) and PBKDF2 with HMAC-SM3, for secrets at rest.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{AesGcm, Key, Nonce, Tag};
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

/// Length in bytes of a key.
pub const KEY_LENGTH: usize = 16;
/// Length in bytes of a nonce. A nonce never serves twice under one key.
pub const NONCE_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// A symmetric key, cleared from memory when dropped.
pub type SecretKey = Zeroizing<[u8; KEY_LENGTH]>;

/// Encrypts `plain` and binds it to `context`, which stays readable: ciphertext, then a tag of 16 bytes.
/// `None` when `plain` is longer than the mode allows.
#[must_use]
pub fn seal(key: &SecretKey, nonce: &[u8; NONCE_LENGTH], context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let cipher = Sm4Gcm::new(&Key::<Sm4Gcm>::from(**key));
    let mut out = plain.to_vec();
    let tag = cipher.encrypt_inout_detached(&Nonce::from(*nonce), context, out.as_mut_slice().into()).ok()?;
    out.extend_from_slice(&tag);
    Some(out)
}

/// Decrypts what [`seal`] made. `None` when the key, the nonce, the context or the text is another.
#[must_use]
pub fn open(
    key: &SecretKey,
    nonce: &[u8; NONCE_LENGTH],
    context: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Sm4Gcm::new(&Key::<Sm4Gcm>::from(**key));
    let (text, tag) = sealed.split_last_chunk::<TAG_LENGTH>()?;
    let mut out = Zeroizing::new(text.to_vec());
    cipher
        .decrypt_inout_detached(&Nonce::from(*nonce), context, out.as_mut_slice().into(), &Tag::from(*tag))
        .ok()?;
    Some(out)
}

/// `N` bytes from a passphrase or password by PBKDF2-HMAC-SM3 (RFC 8018, GM/T 0091).
#[must_use]
pub fn derive<const N: usize>(secret: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; N]> {
    Zeroizing::new(pbkdf2::pbkdf2_hmac_array::<Sm3, N>(secret, salt, rounds))
}

/// `N` bytes nobody can foresee. `None` when the machine has no source of them.
#[must_use]
pub fn random<const N: usize>() -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap()
    }

    /// RFC 8998, A.1.
    const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
    const NONCE: &str = "00001234567800000000ABCD";
    const CONTEXT: &str = "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2";
    const PLAIN: &str = "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
                         EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA";
    const SEALED: &str = "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
                          D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D\
                          83DE3541E4C2B58177E065A9BF7B62EC";

    fn vector() -> (SecretKey, [u8; NONCE_LENGTH]) {
        let key: [u8; KEY_LENGTH] = hex(KEY).try_into().unwrap();
        (Zeroizing::new(key), hex(NONCE).try_into().unwrap())
    }

    #[test]
    fn the_vector_of_rfc_8998_is_met_both_ways() {
        let (key, nonce) = vector();
        assert_eq!(seal(&key, &nonce, &hex(CONTEXT), &hex(PLAIN)).unwrap(), hex(SEALED));
        let opened = open(&key, &nonce, &hex(CONTEXT), &hex(SEALED)).unwrap();
        assert_eq!(*opened, hex(PLAIN));
    }

    #[test]
    fn nothing_opens_when_a_bit_anywhere_is_another() {
        let (key, nonce) = vector();
        for at in 0..hex(SEALED).len() {
            let mut sealed = hex(SEALED);
            sealed[at] ^= 1;
            assert_eq!(open(&key, &nonce, &hex(CONTEXT), &sealed), None);
        }
        assert_eq!(open(&key, &nonce, b"another context", &hex(SEALED)), None);
        assert_eq!(open(&key, &nonce, &hex(CONTEXT), b"too short"), None);
    }

    #[test]
    fn another_salt_or_count_gives_another_key() {
        let one = derive::<16>(b"secret", b"salt", 2);
        assert_eq!(one, derive::<16>(b"secret", b"salt", 2));
        assert_ne!(one, derive::<16>(b"secret", b"sale", 2));
        assert_ne!(one, derive::<16>(b"secret", b"salt", 3));
    }
}
