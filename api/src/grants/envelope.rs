//! Digital envelopes (数字信封) in the form of GM/T 0010: the content under a fresh SM4 key in CBC mode, that key encrypted
//! to the recipient with SM2 in the form of GM/T 0009 (`SM2Cipher`: x, y, SM3, ciphertext).
//!
//! Recipients here have no X.509 certificate: where the form names one, the issuer is `CN=yzt` and the serial number is
//! the 8 bytes of the key's id. What is not here: that the envelope is ours, which is said by a signature over it.

use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use der::asn1::{ObjectIdentifier, OctetString, SetOfVec, Uint};
use der::{Encode, Sequence};
use getrandom::SysRng;
use sm2::pke::{EncryptingKey, Mode};
use sm4::Sm4;
use verifier_core::sm2::PublicKey;
use zeroize::Zeroizing;

use crate::keys::cipher::random;
use crate::problem::Problem;

/// 数据类型 data, GM/T 0010 §5.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.1");
/// 数字信封数据类型 envelopedData.
const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.2.3");
/// SM2 public-key encryption, GB/T 33560.
const SM2_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.3");
/// SM4 in CBC mode, GB/T 33560.
const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");
/// commonName, GB/T 16264.6.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// In place of the name of a certificate's issuer.
const ISSUER: &str = "yzt";
/// The version of both forms.
const VERSION: u8 = 1;

#[derive(Sequence)]
struct ContentInfo {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: EnvelopedData,
}

#[derive(Sequence)]
struct EnvelopedData {
    version: u8,
    recipients: SetOfVec<RecipientInfo>,
    content: EncryptedContentInfo,
}

#[derive(Sequence, PartialEq, Eq, der::ValueOrd)]
struct RecipientInfo {
    version: u8,
    recipient: IssuerAndSerialNumber,
    algorithm: KeyAlgorithm,
    encrypted_key: OctetString,
}

#[derive(Sequence, PartialEq, Eq, der::ValueOrd)]
struct IssuerAndSerialNumber {
    issuer: Vec<SetOfVec<Attribute>>,
    serial: Uint,
}

#[derive(Sequence, PartialEq, Eq, der::ValueOrd)]
struct Attribute {
    kind: ObjectIdentifier,
    value: String,
}

#[derive(Sequence, PartialEq, Eq, der::ValueOrd)]
struct KeyAlgorithm {
    algorithm: ObjectIdentifier,
}

#[derive(Sequence)]
struct EncryptedContentInfo {
    content_type: ObjectIdentifier,
    algorithm: ContentAlgorithm,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    content: OctetString,
}

#[derive(Sequence)]
struct ContentAlgorithm {
    algorithm: ObjectIdentifier,
    iv: OctetString,
}

/// Encrypts `content` to a key: DER.
///
/// # Errors
/// When the machine has no random bytes to give.
pub(super) fn sealed(content: &[u8], to: &PublicKey) -> Result<Vec<u8>, Problem> {
    let no_chance = || Problem::internal("no random bytes for an envelope");
    let key: Zeroizing<[u8; 16]> = random().ok_or_else(no_chance)?;
    let iv: Zeroizing<[u8; 16]> = random().ok_or_else(no_chance)?;
    let cipher = cbc::Encryptor::<Sm4>::new(&(*key).into(), &(*iv).into());
    let envelope = form(
        to.id().0.as_slice(),
        encrypted_key(key.as_slice(), to)?,
        *iv,
        cipher.encrypt_padded_vec::<Pkcs7>(content),
    );
    envelope.map_err(Problem::internal)
}

/// The content key, encrypted with SM2: `SM2Cipher` of GM/T 0009.
fn encrypted_key(key: &[u8], to: &PublicKey) -> Result<Vec<u8>, Problem> {
    let point = sm2::PublicKey::from_sec1_bytes(&to.uncompressed()).map_err(Problem::internal)?;
    let encrypting = EncryptingKey::new_with_mode(point, Mode::C1C3C2);
    encrypting.encrypt_der(&mut SysRng, key).map_err(Problem::internal)
}

fn form(kid: &[u8], key: Vec<u8>, iv: [u8; 16], content: Vec<u8>) -> der::Result<Vec<u8>> {
    let name = Attribute { kind: COMMON_NAME, value: ISSUER.to_owned() };
    let recipient = RecipientInfo {
        version: VERSION,
        recipient: IssuerAndSerialNumber {
            issuer: vec![SetOfVec::try_from(vec![name])?],
            serial: Uint::new(kid)?,
        },
        algorithm: KeyAlgorithm { algorithm: SM2_ENCRYPTION },
        encrypted_key: OctetString::new(key)?,
    };
    let info = ContentInfo {
        content_type: ENVELOPED_DATA,
        content: EnvelopedData {
            version: VERSION,
            recipients: SetOfVec::try_from(vec![recipient])?,
            content: EncryptedContentInfo {
                content_type: DATA,
                algorithm: ContentAlgorithm { algorithm: SM4_CBC, iv: OctetString::new(iv)? },
                content: OctetString::new(content)?,
            },
        },
    };
    info.to_der()
}

#[cfg(test)]
mod tests {
    use cbc::cipher::BlockModeDecrypt;
    use der::Decode;
    use verifier_core::sm2::SigningKey;

    use super::*;

    /// Opens with the libraries it was made with; another implementation opens it in the end-to-end tests.
    fn opened(envelope: &[u8], secret: &[u8; 32]) -> Option<Vec<u8>> {
        let info = ContentInfo::from_der(envelope).unwrap();
        let secret = sm2::SecretKey::from_slice(secret).unwrap();
        let decrypting = sm2::pke::DecryptingKey::new_with_mode(secret.to_nonzero_scalar(), Mode::C1C3C2);
        let recipient = info.content.recipients.get(0).unwrap();
        let key: [u8; 16] =
            decrypting.decrypt_der(recipient.encrypted_key.as_bytes()).ok()?.try_into().unwrap();
        let iv: [u8; 16] = info.content.content.algorithm.iv.as_bytes().try_into().unwrap();
        let cipher = cbc::Decryptor::<Sm4>::new(&key.into(), &iv.into());
        cipher.decrypt_padded_vec::<Pkcs7>(info.content.content.content.as_bytes()).ok()
    }

    #[test]
    fn an_envelope_opens_with_its_key_and_with_no_other() {
        let key = SigningKey::from_bytes(&[9; 32]).unwrap().public_key();
        for length in [1, 15, 16, 17, 70_000] {
            let content = vec![7; length];
            let envelope = sealed(&content, &key).unwrap();
            assert_eq!(opened(&envelope, &[9; 32]).unwrap(), content);
            assert_eq!(opened(&envelope, &[8; 32]), None);
            assert_ne!(envelope, sealed(&content, &key).unwrap(), "no two are the same");
        }
    }
}
