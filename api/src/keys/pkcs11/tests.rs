//! The way to a module that somebody else made: SoftHSM, which knows no SM2. It is given a P-256 key and signs with
//! ECDSA, so that everything but the curve is real: loading, sessions, the PIN, keys, loss.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use cryptoki::context;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use tempfile::TempDir;
use verifier_core::sm2::SigningKey;

use super::*;
use crate::config::Constant;
use crate::keys::module::Module;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN: &str = "yzt softhsm";
const PIN: &str = "12345678";
const LABEL: &str = "a key";
/// CKM_ECDSA.
const ECDSA: u64 = 0x1041;
/// The curve P-256, 1.2.840.10045.3.1.7, as DER.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// Runs `body` with a token of its own, whose directory it is given. SoftHSM has its place from the environment, so
/// the test starts itself again with another one.
fn in_softhsm(test: &str, body: impl FnOnce(&Path)) {
    const AGAIN: &str = "YZT_SOFTHSM_DIR";
    if let Some(directory) = std::env::var_os(AGAIN) {
        return body(Path::new(&directory));
    }
    let directory = TempDir::new().unwrap();
    let (tokens, settings) = (directory.path().join("tokens"), directory.path().join("softhsm2.conf"));
    fs::create_dir(&tokens).unwrap();
    fs::write(&settings, format!("directories.tokendir = {}\n", tokens.display())).unwrap();
    fs::write(directory.path().join("pin"), PIN).unwrap();
    let with_settings = |program: &mut Command| {
        let ended = program.env("SOFTHSM2_CONF", &settings).env(AGAIN, directory.path()).output();
        let ended = ended.expect("softhsm2 is installed; `scripts/setup test` does it");
        let said = [ended.stdout, ended.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        // SoftHSM may crash while its process ends, when OpenSSL is taken down before it: after the test, not in it.
        let crashed_at_the_end =
            ended.status.signal().is_some() && said.contains("test result: ok. 1 passed");
        assert!(ended.status.success() || crashed_at_the_end, "{}: {said}", ended.status);
    };
    let mut init = Command::new("softhsm2-util");
    with_settings(init.args(["--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN]));
    let name = format!("keys::pkcs11::tests::{test}");
    with_settings(Command::new(std::env::current_exe().unwrap()).args(["--exact", &name, "--nocapture"]));
}

fn config(directory: &Path) -> Config {
    Config {
        pkcs11_module: MODULE.to_owned(),
        pkcs11_token: TOKEN.to_owned(),
        pkcs11_pin_file: directory.join("pin").to_string_lossy().into_owned(),
        pkcs11_sessions: 2,
        pkcs11_mechanism: Constant(Some(ECDSA)),
        pkcs11_session_timeout: 60_000,
        pkcs11_signature_timeout: 60_000,
        ..Config::default()
    }
}

fn module(directory: &Path) -> Pkcs11 {
    Pkcs11::open(&config(directory)).unwrap().unwrap()
}

/// The module as whoever is not this program reaches it.
fn another_way_in() -> context::Pkcs11 {
    let module = context::Pkcs11::new(MODULE).unwrap();
    let flags = context::CInitializeFlags::OS_LOCKING_OK;
    let _ = module.initialize(context::CInitializeArgs::new(flags));
    module
}

/// Makes a P-256 key pair on the token.
fn make_key() -> VerifyingKey {
    let module = another_way_in();
    let session = module.open_rw_session(module.get_slots_with_initialized_token().unwrap()[0]).unwrap();
    session.login(UserType::User, Some(&AuthPin::from(PIN))).unwrap();
    let label = Attribute::Label(LABEL.into());
    let public = [Attribute::Token(true), Attribute::EcParams(P256.to_vec()), label.clone()];
    let private = [Attribute::Token(true), Attribute::Sign(true), Attribute::Sensitive(true), label];
    let made = session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
    let point = objects::public_point(&session, LABEL).unwrap().unwrap();
    assert_eq!(session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap(), [made.1]);
    VerifyingKey::from_sec1_bytes(&point[2..]).unwrap()
}

/// The key as it would be registered, had it been an SM2 key.
fn registered() -> ModuleKey {
    ModuleKey::new(LABEL.to_owned(), SigningKey::from_bytes(&[7; 32]).unwrap().public_key())
}

fn signs(module: &Pkcs11, key: &VerifyingKey) -> bool {
    let signed = module.sign(&registered(), b"message").unwrap();
    let digest = registered().public.digest(b"message");
    key.verify_prehash(&digest, &Signature::from_slice(&signed).unwrap()).is_ok()
}

#[test]
fn a_module_signs_with_the_key_it_is_told() {
    in_softhsm("a_module_signs_with_the_key_it_is_told", |directory| {
        let key = make_key();
        assert!(signs(&module(directory), &key));
        let other = ModuleKey { label: "another".to_owned(), ..registered() };
        let refused = module(directory).sign(&other, b"message");
        assert_eq!(refused, Err(ModuleError::NoKey("another".to_owned())));
    });
}

#[test]
fn a_key_of_another_curve_is_no_sm2_key() {
    in_softhsm("a_key_of_another_curve_is_no_sm2_key", |directory| {
        make_key();
        let module = module(directory);
        assert_eq!(module.public_key(LABEL), Err(ModuleError::NotSm2(LABEL.to_owned())));
        assert_eq!(module.public_key("another"), Err(ModuleError::NoKey("another".to_owned())));
        assert_eq!(module.generate("new"), Err(ModuleError::MakesNoKeys(Custody::Pkcs11)));
    });
}

/// Over its OpenSSL, SoftHSM makes keys on the curve of SM2, though it signs with none but ECDSA.
#[test]
fn a_key_made_on_the_token_is_found_by_its_key_id_and_what_it_signs_is_verified() {
    let test = "a_key_made_on_the_token_is_found_by_its_key_id_and_what_it_signs_is_verified";
    in_softhsm(test, |directory| {
        // CKM_EC_KEY_PAIR_GEN.
        let generate = Constant(Some(0x1040));
        let making = Config { pkcs11_generate_mechanism: generate, ..config(directory) };
        let module = Pkcs11::open(&making).unwrap().unwrap();
        let public = module.generate("new").unwrap();
        assert_eq!(module.public_key("new").as_ref(), Ok(&public));
        let key = ModuleKey::new("by another name".to_owned(), public);
        assert!(module.sign(&key, b"message").is_ok());
        let refused = Module::Pkcs11(module).sign(&key, b"message");
        assert_eq!(refused, Err(ModuleError::WrongSignature), "ECDSA is not SM2");
    });
}

#[test]
fn a_wrong_pin_is_tried_once_and_a_corrected_one_at_once() {
    in_softhsm("a_wrong_pin_is_tried_once_and_a_corrected_one_at_once", |directory| {
        let key = make_key();
        let module = module(directory);
        fs::write(directory.join("pin"), "87654321").unwrap();
        for _ in 0..20 {
            assert_eq!(module.sign(&registered(), b"message"), Err(ModuleError::PinRefused));
        }
        fs::write(directory.join("pin"), PIN).unwrap();
        assert!(signs(&module, &key));
    });
}

#[test]
fn sessions_that_were_lost_are_opened_again() {
    in_softhsm("sessions_that_were_lost_are_opened_again", |directory| {
        let key = make_key();
        let module = module(directory);
        assert!(signs(&module, &key));
        another_way_in().finalize().unwrap();
        assert!(signs(&module, &key), "after the module was ended");
        let other = another_way_in();
        let session = other.open_ro_session(other.get_slots_with_initialized_token().unwrap()[0]).unwrap();
        session.logout().unwrap();
        assert!(signs(&module, &key), "after its user was signed out");
    });
}

#[test]
fn more_threads_than_sessions_all_get_their_signatures() {
    in_softhsm("more_threads_than_sessions_all_get_their_signatures", |directory| {
        let key = make_key();
        let module = Arc::new(module(directory));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let module = Arc::clone(&module);
                thread::spawn(move || (0..25).all(|_| signs(&module, &key)))
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
}

#[test]
fn what_is_not_there_is_said_by_name() {
    in_softhsm("what_is_not_there_is_said_by_name", |directory| {
        let token = Config { pkcs11_token: "other".to_owned(), ..config(directory) };
        let refused = Pkcs11::open(&token).unwrap().unwrap().sign(&registered(), b"message");
        assert_eq!(refused, Err(ModuleError::NoToken("other".to_owned())));
        let library = Config { pkcs11_module: "/nowhere.so".to_owned(), ..config(directory) };
        assert!(matches!(Pkcs11::open(&library), Err(ModuleError::Failed(_))));
        let unset = Config { pkcs11_mechanism: Constant(None), ..config(directory) };
        assert!(matches!(Pkcs11::open(&unset), Err(ModuleError::Settings(_))));
    });
}
