//! The vectors of annotated copies: generating them changes nothing, and each has the verdict that stands in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::Value;
use verifier_core::copy::{Content, ContentValue, CopyReason, CopyVerdict, Since, verify_copy};
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, Seconds, State};

fn vectors() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/copies");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

fn hex(json: &Value) -> Vec<u8> {
    HEXLOWER.decode(json.as_str().unwrap().as_bytes()).unwrap()
}

fn verdict(vector: &Value) -> CopyVerdict {
    let roots = vector["roots"].as_array().unwrap().iter();
    let roots: Vec<_> = roots.map(|root| PublicKey::from_sec1(&hex(root)).unwrap()).collect();
    let lists = vector["status_lists"].as_object().unwrap();
    let lists: Vec<_> = lists.iter().map(|(prefix, list)| (prefix.as_str(), hex(list))).collect();
    let lists = lists.iter().map(|(prefix, list)| (*prefix, list.as_slice()));
    let bundle = Bundle::open(&hex(&vector["trust_list"]), &roots, lists);
    let state = State::new(Seconds(vector["clock_floor"].as_u64().unwrap()), []);
    let now = Seconds(vector["now"].as_u64().unwrap());
    verify_copy(vector["copy_code"].as_str().unwrap(), bundle.as_ref().map_err(|error| *error), now, &state)
}

#[test]
fn every_verdict_is_the_expected_one() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let verdict = verdict(&vector);
        let found =
            (verdict.outcome.code(), verdict.reason.map(CopyReason::code), verdict.since.map(Since::code));
        let expected =
            (vector["outcome"].as_str().unwrap(), vector["reason"].as_str(), vector["since"].as_str());
        if found != expected {
            wrong.push(format!("{}: expected {expected:?}, found {found:?}", vector["name"]));
        }
        assert_eq!(verdict.copy.is_some(), verdict.signed, "nothing of a forged copy is shown");
        assert_eq!(verdict.certificate.is_some(), verdict.signed);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_and_everything_since_has_a_vector_but_for_those_of_other_clients() {
    let vectors = vectors();
    let having = |key: &str| -> BTreeSet<String> {
        vectors.iter().filter_map(|vector| vector[key].as_str().map(str::to_owned)).collect()
    };
    let (reasons, since) = (having("reason"), having("since"));
    // Those two are the trust list's and the seal's, and have vectors among the presentations.
    let elsewhere = ["client_too_old", "seal_forged"];
    for reason in CopyReason::ALL {
        assert!(reasons.contains(reason.code()) || elsewhere.contains(&reason.code()), "{}", reason.code());
    }
    assert!(Since::ALL.iter().all(|known| since.contains(known.code())));
}

#[test]
fn the_digest_in_a_code_is_that_of_what_stands_on_the_copy() {
    let with_content: Vec<_> = vectors().into_iter().filter(|vector| !vector["content"].is_null()).collect();
    assert!(!with_content.is_empty());
    for vector in with_content {
        let content = &vector["content"];
        let value = |value: &Value| match value {
            Value::String(text) => ContentValue::Text(text.clone()),
            Value::Bool(flag) => ContentValue::Flag(*flag),
            list => ContentValue::List(
                list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
            ),
        };
        let items = content["items"].as_object().unwrap().iter();
        let items: BTreeMap<_, _> = items.map(|(name, item)| (name.clone(), value(item))).collect();
        let text = |key: &str| content[key].as_str().unwrap().to_owned();
        let serial = content["serial"].as_u64().unwrap();
        let digest =
            Content { serial, recipient: text("recipient"), purpose: text("purpose"), items }.digest();
        assert_eq!(HEXLOWER.encode(&digest), text("digest"));
        assert_eq!(verdict(&vector).copy.unwrap().digest, text("digest"));
    }
}

#[test]
fn no_part_of_a_genuine_code_can_be_changed() {
    let vectors = vectors();
    let genuine = vectors.iter().find(|vector| vector["name"] == "copy").unwrap();
    let code = genuine["copy_code"].as_str().unwrap();
    let start = code.find("/C/1").unwrap() + 4;
    for at in (start..code.len()).step_by(7) {
        let mut changed = genuine.clone();
        let other = if code.as_bytes()[at] == b'A' { "B" } else { "A" };
        changed["copy_code"] = format!("{}{other}{}", &code[..at], &code[at + 1..]).into();
        assert!(verdict(&changed).reason.is_some(), "character {at}");
    }
}
