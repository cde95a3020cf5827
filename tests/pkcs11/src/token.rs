//! The token: keys, sessions, the PIN, faults.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use cryptoki_sys::{
    CK_RV, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_DEVICE_REMOVED, CKR_KEY_HANDLE_INVALID, CKR_MECHANISM_INVALID,
    CKR_OPERATION_NOT_INITIALIZED, CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_SESSION_HANDLE_INVALID,
    CKR_USER_ALREADY_LOGGED_IN,
};
use sm2::dsa::signature::hazmat::PrehashSigner;
use verifier_core::sm2::{PublicKey, SigningKey};

use crate::{PIN, SIGN_DIGEST, SIGN_MESSAGE, TRIES};

/// What goes wrong until another fault is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing; signatures are `r || s`.
    #[default]
    None,
    /// Nothing; signatures are in DER, as other modules have it.
    Der,
    /// Signing does not return before this fault is over.
    Hang,
    /// Signatures are by another key.
    OtherKey,
    /// At once and once: every session is lost.
    LoseSessions,
    /// At once and once: the token is pulled out, and put into the next slot.
    Remove,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Der, Self::Hang, Self::OtherKey, Self::LoseSessions, Self::Remove];

    /// The word it is ordered by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Der => "der",
            Self::Hang => "hang",
            Self::OtherKey => "other key",
            Self::LoseSessions => "lose sessions",
            Self::Remove => "remove",
        }
    }
}

/// Half of a key pair, as an object of the token.
pub(crate) struct Object {
    pub(crate) label: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) is_private: bool,
    secret: [u8; 32],
}

impl Object {
    pub(crate) fn public_key(&self) -> PublicKey {
        self.key().public_key()
    }

    fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.secret).expect("it was made from these bytes")
    }
}

/// What a session is in the middle of.
#[derive(Default)]
pub(crate) struct Session {
    pub(crate) found: Vec<u64>,
    signing: Option<(u64, u64)>,
}

#[derive(Default)]
pub(crate) struct Token {
    pub(crate) is_initialized: bool,
    pub(crate) slot: u64,
    pub(crate) objects: HashMap<u64, Object>,
    pub(crate) is_signed_in: bool,
    sessions: HashMap<u64, Session>,
    fault: Fault,
    was_removed: bool,
    wrong_pins: u32,
    last_handle: u64,
}

static TOKEN: Mutex<Option<Token>> = Mutex::new(None);
static CHANGED: Condvar = Condvar::new();

/// Does `work` with the token, alone.
pub(crate) fn with<R>(work: impl FnOnce(&mut Token) -> R) -> R {
    work(lock().get_or_insert_default())
}

fn lock() -> MutexGuard<'static, Option<Token>> {
    TOKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Token {
    pub(crate) fn finalize(&mut self) {
        self.is_initialized = false;
        self.is_signed_in = false;
        self.sessions.clear();
    }

    pub(crate) fn open_session(&mut self) -> u64 {
        let handle = self.next_handle();
        self.was_removed = false;
        self.sessions.insert(handle, Session::default());
        handle
    }

    pub(crate) fn close_session(&mut self, handle: u64) -> Result<(), CK_RV> {
        self.session(handle)?;
        self.sessions.remove(&handle);
        // As the standard has it: with the last session its user is signed out.
        self.is_signed_in &= !self.sessions.is_empty();
        Ok(())
    }

    pub(crate) fn session(&mut self, handle: u64) -> Result<&mut Session, CK_RV> {
        let lost = if self.was_removed { CKR_DEVICE_REMOVED } else { CKR_SESSION_HANDLE_INVALID };
        if !self.is_initialized {
            return Err(CKR_CRYPTOKI_NOT_INITIALIZED);
        }
        self.sessions.get_mut(&handle).ok_or(lost)
    }

    pub(crate) fn sign_in(&mut self, handle: u64, pin: &[u8]) -> Result<(), CK_RV> {
        self.session(handle)?;
        if self.wrong_pins >= TRIES {
            return Err(CKR_PIN_LOCKED);
        }
        if self.is_signed_in {
            return Err(CKR_USER_ALREADY_LOGGED_IN);
        }
        if pin != PIN.as_bytes() {
            self.wrong_pins += 1;
            return Err(CKR_PIN_INCORRECT);
        }
        self.wrong_pins = 0;
        self.is_signed_in = true;
        Ok(())
    }

    /// The objects that fit and can be seen: private ones only by who is signed in.
    pub(crate) fn find(&self, fits: impl Fn(&Object) -> bool) -> Vec<u64> {
        let visible = |object: &Object| self.is_signed_in || !object.is_private;
        let found = self.objects.iter().filter(|(_, object)| visible(object) && fits(object));
        found.map(|(handle, _)| *handle).collect()
    }

    pub(crate) fn generate(&mut self, label: &[u8]) -> (u64, u64) {
        let secret = loop {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).expect("a machine that tests run on has random bytes");
            if SigningKey::from_bytes(&bytes).is_ok() {
                break bytes;
            }
        };
        let mut add = |is_private| {
            let handle = self.next_handle();
            let object = Object { label: label.to_vec(), id: Vec::new(), is_private, secret };
            self.objects.insert(handle, object);
            handle
        };
        (add(false), add(true))
    }

    pub(crate) fn begin_signing(&mut self, handle: u64, mechanism: u64, key: u64) -> Result<(), CK_RV> {
        self.session(handle)?;
        if mechanism != SIGN_DIGEST && mechanism != SIGN_MESSAGE {
            return Err(CKR_MECHANISM_INVALID);
        }
        if !self.is_signed_in || !self.objects.get(&key).is_some_and(|object| object.is_private) {
            return Err(CKR_KEY_HANDLE_INVALID);
        }
        self.session(handle)?.signing = Some((mechanism, key));
        Ok(())
    }

    pub(crate) fn order(&mut self, fault: Fault) {
        match fault {
            Fault::LoseSessions | Fault::Remove => {
                self.sessions.clear();
                self.is_signed_in = false;
                if fault == Fault::Remove {
                    self.was_removed = true;
                    self.slot += 1;
                }
            }
            lasting => self.fault = lasting,
        }
        CHANGED.notify_all();
    }

    fn next_handle(&mut self) -> u64 {
        self.last_handle += 1;
        self.last_handle
    }
}

/// The signature that the session began, of `data`. Waits while the token hangs; others go on meanwhile.
pub(crate) fn sign(handle: u64, data: &[u8]) -> Result<Vec<u8>, CK_RV> {
    let mut guard = lock();
    while guard.as_ref().is_some_and(|token| token.fault == Fault::Hang) {
        guard = CHANGED.wait(guard).unwrap_or_else(PoisonError::into_inner);
    }
    let token = guard.get_or_insert_default();
    let (mechanism, key) = token.session(handle)?.signing.take().ok_or(CKR_OPERATION_NOT_INITIALIZED)?;
    let secret = match token.fault {
        Fault::OtherKey => [9; 32],
        _ => token.objects.get(&key).ok_or(CKR_KEY_HANDLE_INVALID)?.secret,
    };
    let is_der = token.fault == Fault::Der;
    drop(guard);
    let signature = match mechanism {
        SIGN_MESSAGE => SigningKey::from_bytes(&secret).expect("a key").sign(data),
        _ => sign_digest(&secret, data)?,
    };
    Ok(if is_der { der(&signature) } else { signature.to_vec() })
}

fn sign_digest(secret: &[u8; 32], digest: &[u8]) -> Result<[u8; 64], CK_RV> {
    let key = sm2::dsa::SigningKey::from_slice("1234567812345678", secret).expect("a key");
    let signature: sm2::dsa::Signature =
        key.sign_prehash(digest).map_err(|_| cryptoki_sys::CKR_DATA_LEN_RANGE)?;
    Ok(signature.to_bytes().into())
}

fn der(signature: &[u8; 64]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = if digits.first().is_none_or(|first| *first >= 0x80) { &[0][..] } else { &[] };
        let length = u8::try_from(sign.len() + digits.len()).expect("at most 33");
        [&[2, length], sign, &digits].concat()
    };
    let body = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [&[0x30, u8::try_from(body.len()).expect("at most 70")], body.as_slice()].concat()
}
