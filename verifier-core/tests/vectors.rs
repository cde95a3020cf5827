//! The vectors are what their generator writes, and the verdict is what each of them expects.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use verifier_core::ids::Kind;
use verifier_core::sm2::{PublicKey, SigningKey, sm3};
use verifier_core::{Reason, Warning};

#[path = "../examples/vectors/all.rs"]
mod all;
#[path = "support/case.rs"]
mod case;

use all::scan::Vector;
use all::signature::SignatureVector;
use case::{Case, hex, result_of};

#[test]
fn generating_the_vectors_again_changes_nothing() {
    let expected = all::files().unwrap();
    let found: BTreeMap<_, _> = all::FOLDERS.iter().flat_map(|folder| generated(folder)).collect();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "run: cargo run -p verifier-core --example vectors");
    for (name, content) in &found {
        let same = expected.get(name) == Some(content);
        assert!(same, "{name}; run: cargo run -p verifier-core --example vectors");
    }
}

#[test]
fn every_verdict_is_the_expected_one() {
    let difference = |case: &Case| {
        let found = result_of(&case.verdict());
        (found != case.expected)
            .then(|| format!("{}: expected {:?}, found {found:?}", case.name, case.expected))
    };
    let wrong: Vec<_> = cases().iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_and_warning_has_a_vector() {
    let cases = cases();
    for reason in Reason::ALL {
        assert!(
            cases.iter().any(|case| case.expected.1.as_deref() == Some(reason.code())),
            "{}",
            reason.code()
        );
    }
    for warning in Warning::ALL {
        let has = |case: &Case| case.expected.2.iter().any(|code| code == warning.code());
        assert!(cases.iter().any(has), "{}", warning.code());
    }
}

#[test]
fn every_kind_of_certificate_is_valid_in_some_vector() {
    let verdicts = cases().into_iter().map(|case| case.verdict()).filter(|verdict| verdict.reason.is_none());
    let kinds: BTreeSet<_> = verdicts.filter_map(|verdict| Some(verdict.certificate?.kind)).collect();
    assert_eq!(kinds, Kind::ALL.iter().map(|kind| kind.number()).collect());
}

#[test]
fn no_time_in_a_bundle_is_newer_than_the_clock_floor_unless_the_vector_is_about_that() {
    for case in cases().iter().filter(|case| !case.name.starts_with("clock-behind-")) {
        if let Ok(bundle) = case.bundle() {
            assert!(bundle.newest_time() <= case.state.clock_floor(), "{}", case.name);
        }
    }
}

#[test]
fn every_file_is_named_after_its_vector_and_has_no_other_keys() {
    for (name, text) in files("vectors") {
        let vector: Vector = serde_json::from_str(&text).unwrap();
        assert_eq!(name, format!("vectors/{}.json", vector.name));
    }
}

#[test]
fn sm2_verifies_what_the_standard_does() {
    for (name, text) in files("vectors/sm2") {
        let vector: SignatureVector = serde_json::from_str(&text).unwrap();
        assert_eq!(name, format!("vectors/sm2/{}.json", vector.name));
        check_signature(&vector);
    }
}

fn check_signature(vector: &SignatureVector) {
    use sm2::dsa::signature::hazmat::PrehashVerifier;
    let name = &vector.name;
    let public = PublicKey::from_sec1(&hex(&vector.public_key)).unwrap();
    let signature: [u8; 64] = hex(&vector.signature).try_into().unwrap();
    if let Some(message) = &vector.message {
        assert_eq!(public.verifies(&hex(message), &signature), vector.valid, "{name}");
        assert_eq!(HEXLOWER.encode(&sm3(&[hex(&vector.z), hex(message)].concat())), vector.e, "{name}");
    }
    if let Some(private) = &vector.private_key {
        let private = SigningKey::from_bytes(&hex(private).try_into().unwrap()).unwrap();
        assert_eq!(private.public_key(), public, "{name}");
    }
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes(&vector.user_id, &hex(&vector.public_key)).unwrap();
    let signature = sm2::dsa::Signature::from_slice(&signature);
    let verifies = signature.is_ok_and(|s| key.verify_prehash(&hex(&vector.e), &s).is_ok());
    assert_eq!(verifies, vector.valid, "{name}");
}

fn cases() -> Vec<Case> {
    files("vectors").iter().map(|(_, text)| Case::of(&serde_json::from_str(text).unwrap())).collect()
}

/// Name and text of every vector in a folder.
fn files(folder: &str) -> Vec<(String, String)> {
    let files = generated(folder).into_iter();
    files.map(|(name, content)| (name, String::from_utf8(content).unwrap())).collect()
}

/// Name, below the crate's folder, and content of every generated file in a folder.
fn generated(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let kept = named.filter(|(name, _)| all::is_generated(name));
    kept.map(|(name, path)| (format!("{folder}/{name}"), fs::read(path).unwrap())).collect()
}
