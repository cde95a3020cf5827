//! The vectors are what their generator writes, and the verdict is what each of them expects.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use verifier_core::presentation::Cti;
use verifier_core::sm2::{PublicKey, SigningKey, sm3};
use verifier_core::{Bundle, Reason, Seconds, State, Verdict, Warning, verify};

#[path = "../examples/vectors/all.rs"]
mod all;

use all::scan::Vector;
use all::signature::SignatureVector;

#[test]
fn generating_the_vectors_again_changes_nothing() {
    let expected = all::files().unwrap();
    let found: BTreeMap<_, _> = ["", "sm2"]
        .iter()
        .flat_map(|folder| json_files(folder))
        .map(|(name, path)| (name, read(&path)))
        .collect();
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "run: cargo run -p verifier-core --example vectors");
    for (name, text) in &found {
        assert_eq!(
            Some(text),
            expected.get(name),
            "{name}; run: cargo run -p verifier-core --example vectors"
        );
    }
}

#[test]
fn every_verdict_is_the_expected_one() {
    let wrong: Vec<_> = vectors().iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_and_warning_has_a_vector() {
    let vectors = vectors();
    for reason in Reason::ALL {
        let found = vectors.iter().any(|vector| vector.reason.as_deref() == Some(reason.code()));
        assert!(found, "{}", reason.code());
    }
    for warning in Warning::ALL {
        let found = vectors.iter().any(|vector| vector.warnings.iter().any(|code| code == warning.code()));
        assert!(found, "{}", warning.code());
    }
}

#[test]
fn no_time_in_the_bundle_is_newer_than_the_clock_floor_unless_the_vector_is_about_that() {
    for vector in vectors().iter().filter(|vector| !vector.name.starts_with("clock-behind-")) {
        if let Ok(bundle) = bundle(vector) {
            assert!(bundle.newest_time() <= Seconds(vector.clock_floor), "{}", vector.name);
        }
    }
}

#[test]
fn sm2_verifies_what_the_standard_does() {
    for (name, path) in json_files("sm2") {
        let vector: SignatureVector = serde_json::from_str(&read(&path)).unwrap();
        check_signature(&vector);
        assert_eq!(name, format!("sm2/{}.json", vector.name));
    }
}

fn difference(vector: &Vector) -> Option<String> {
    let verdict = decide(vector);
    let warnings: Vec<_> = verdict.warnings.iter().map(|warning| warning.code()).collect();
    let found = (verdict.outcome.code(), verdict.reason.map(Reason::code), warnings);
    let warnings = vector.warnings.iter().map(String::as_str).collect();
    let expected = (vector.outcome.as_str(), vector.reason.as_deref(), warnings);
    (found != expected).then(|| format!("{}: expected {expected:?}, found {found:?}", vector.name))
}

fn decide(vector: &Vector) -> Verdict {
    let bundle = bundle(vector);
    let seen = vector.seen.iter().map(|cti| (cti.parse::<Cti>().unwrap(), Seconds(u64::MAX)));
    let state = State::new(Seconds(vector.clock_floor), seen);
    verify(&vector.code, bundle.as_ref().map_err(|error| *error), Seconds(vector.now), &state)
}

fn bundle(vector: &Vector) -> Result<Bundle, verifier_core::BundleError> {
    let roots: Vec<_> = vector.roots.iter().map(|root| PublicKey::from_sec1(&hex(root)).unwrap()).collect();
    let lists: Vec<_> = vector.status_lists.iter().map(|(iss, list)| (iss.as_str(), hex(list))).collect();
    Bundle::open(&hex(&vector.trust_list), &roots, lists.iter().map(|(iss, list)| (*iss, list.as_slice())))
}

fn check_signature(vector: &SignatureVector) {
    use sm2::dsa::signature::hazmat::PrehashVerifier;
    let public = PublicKey::from_sec1(&hex(&vector.public_key)).unwrap();
    let signature: [u8; 64] = hex(&vector.signature).try_into().unwrap();
    if let Some(message) = &vector.message {
        assert_eq!(public.verifies(&hex(message), &signature), vector.valid, "{}", vector.name);
        assert_eq!(
            HEXLOWER.encode(&sm3(&[hex(&vector.z), hex(message)].concat())),
            vector.e,
            "{}",
            vector.name
        );
    }
    if let Some(private) = &vector.private_key {
        let private = SigningKey::from_bytes(&hex(private).try_into().unwrap()).unwrap();
        assert_eq!(private.public_key(), public, "{}", vector.name);
    }
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes(&vector.user_id, &hex(&vector.public_key)).unwrap();
    let verifies = sm2::dsa::Signature::from_slice(&signature)
        .is_ok_and(|s| key.verify_prehash(&hex(&vector.e), &s).is_ok());
    assert_eq!(verifies, vector.valid, "{}", vector.name);
}

fn vectors() -> Vec<Vector> {
    let files = json_files("").into_iter();
    files
        .map(|(name, path)| {
            let vector: Vector = serde_json::from_str(&read(&path)).unwrap();
            assert_eq!(name, format!("{}.json", vector.name));
            vector
        })
        .collect()
}

/// Name below `vectors/` and path of every JSON file in a folder.
fn json_files(folder: &str) -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let entries = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.map(|path| (path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), path)).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}
