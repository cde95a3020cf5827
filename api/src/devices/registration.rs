//! Registering a device: the phone proves that it holds the private key by signing a challenge (`docs/protocol.md`,
//! "Device registration").

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::Deserialize;
use utoipa::ToSchema;
use verifier_core::sm2::{PublicKey, Signature};

use super::{Device, challenge};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Caller, Factor, Role, factors};
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::devices::{self as rows, DeviceRow};

/// What stands before the challenge in what is signed, so that the signature can be taken for nothing else. The
/// octets of a COSE `Sig_structure` begin with 0x84, these with `y`.
const DOMAIN: &[u8] = b"yzt-device-registration:";
/// Most devices of an account that are not revoked.
const MAX_DEVICES: i64 = 8;
/// Longest label, in characters.
const MAX_LABEL: usize = 64;

/// A device that wants to be registered. Bytes are hexadecimal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The SM2 public key, compressed (33 bytes) or uncompressed (65 bytes).
    public_key: String,
    /// What its owner calls it: 1 to 64 characters.
    #[schema(example = "我的手机")]
    label: String,
    /// The challenge, as it was given.
    challenge: String,
    /// The key's signature over `yzt-device-registration:` and the challenge's 32 bytes; r and s, 64 bytes.
    signature: String,
}

/// A registration whose parts have their form.
struct Proof {
    key: PublicKey,
    challenge: [u8; challenge::LENGTH],
    signature: Signature,
}

/// Registers a device of the caller's account. One that it registered before stays as it is. One of staff is a second
/// factor from now on, and proves the session.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::ChallengeInvalid`], [`Code::DeviceProofInvalid`], [`Code::DeviceKnown`],
/// [`Code::TooManyDevices`], [`Code::SecondFactorRequired`].
pub async fn register(
    app: &App,
    caller: Caller,
    context: Context,
    wanted: Registration,
) -> Result<Device, Problem> {
    let proof = wanted.proof()?;
    challenge::take(app, &caller.account, &proof.challenge).await?;
    if !proof.holds() {
        return Err(Code::DeviceProofInvalid.into());
    }
    let (config, now) = (app.config.clone(), app.clock.now());
    let entry = Entry::new(Action::DeviceRegistered, context.by(&caller.account));
    let row = row(app.new_id().to_string(), &caller.account, wanted.label, &proof.key, now);
    let audit = app.audit.clone();
    let enrol = move |conn: &mut Conn| -> Result<DeviceRow, Problem> {
        factors::may_enrol(conn, &caller, &config)?;
        let row = add(conn, row)?;
        if caller.account.role != Role::Holder {
            factors::note_enrolment(conn, &caller, Factor::Key, now)?;
        }
        audit.append(conn, entry.on("device", row.id.as_str()).detail("kid", row.kid.as_str()))?;
        Ok(row)
    };
    Ok(app.db.write(enrol).await?.into())
}

fn row(id: String, account: &Account, label: String, key: &PublicKey, now: Timestamp) -> DeviceRow {
    DeviceRow {
        id,
        account_id: account.id.clone(),
        public_key: key.compressed().to_vec(),
        kid: key.id().to_string(),
        label,
        created_at: now.millis(),
        revoked_at: None,
    }
}

fn add(conn: &mut Conn, row: DeviceRow) -> Result<DeviceRow, Problem> {
    if let Some(known) = rows::find_by_key(conn, &row.public_key)? {
        // Sent again by who did not hear the answer to the first time.
        let is_own = known.account_id == row.account_id && known.revoked_at.is_none();
        return if is_own { Ok(known) } else { Err(Code::DeviceKnown.into()) };
    }
    if rows::count_of_account(conn, &row.account_id)? >= MAX_DEVICES {
        return Err(Code::TooManyDevices.into());
    }
    if rows::insert(conn, &row)? { Ok(row) } else { Err(Code::DeviceKnown.into()) }
}

impl Registration {
    fn proof(&self) -> Result<Proof, Problem> {
        let key = hex(&self.public_key).and_then(|bytes| PublicKey::from_sec1(&bytes).ok());
        let challenge = hex(&self.challenge).and_then(|bytes| bytes.try_into().ok());
        let signature = hex(&self.signature).and_then(|bytes| bytes.try_into().ok());
        let label = is_label(&self.label).then_some(());
        match (key, challenge, signature, label) {
            (Some(key), Some(challenge), Some(signature), Some(())) => {
                Ok(Proof { key, challenge, signature })
            }
            (key, challenge, signature, label) => Err(unfit(&[
                ("public_key", "not_an_sm2_public_key", key.is_none()),
                ("challenge", "not_32_bytes", challenge.is_none()),
                ("signature", "not_64_bytes", signature.is_none()),
                ("label", "not_1_to_64_characters", label.is_none()),
            ])),
        }
    }
}

impl Proof {
    fn holds(&self) -> bool {
        self.key.verifies(&[DOMAIN, &self.challenge].concat(), &self.signature)
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

fn is_label(text: &str) -> bool {
    let length = text.chars().count();
    (1..=MAX_LABEL).contains(&length) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn unfit(rules: &[(&'static str, &'static str, bool)]) -> Problem {
    let broken = rules.iter().filter(|(_, _, broken)| *broken);
    let findings =
        broken.map(|(item, rule, _)| Finding { item: (*item).into(), rule: (*rule).into(), source: None });
    Problem::new(Code::UnfitValue).findings(findings.collect())
}

#[cfg(test)]
mod tests {
    use verifier_core::sm2::SigningKey;

    use super::*;

    fn proof(message: &[u8]) -> Proof {
        let key = SigningKey::from_bytes(&[7; 32]).unwrap();
        Proof { key: key.public_key(), challenge: [9; 32], signature: key.sign(message) }
    }

    #[test]
    fn a_signature_over_domain_and_challenge_is_a_proof() {
        assert!(proof(&[b"yzt-device-registration:", &[9; 32][..]].concat()).holds());
    }

    #[test]
    fn a_signature_over_anything_else_is_none() {
        for message in [&[9; 32][..], b"yzt-device-registration:", &[8; 56]] {
            assert!(!proof(message).holds());
        }
    }

    #[test]
    fn what_has_not_its_form_is_named() {
        let wanted = Registration {
            public_key: "02".repeat(33),
            label: "\u{7}".to_owned(),
            challenge: "00".repeat(31),
            signature: "zz".to_owned(),
        };
        let problem = wanted.proof().map(|_| ()).unwrap_err();
        assert_eq!(problem.code(), Code::UnfitValue);
    }
}
