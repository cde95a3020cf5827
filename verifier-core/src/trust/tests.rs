//! What a signed trust list must be to be taken.

use super::*;
use crate::sm2::SigningKey;

fn root() -> SigningKey {
    SigningKey::from_bytes(&[7; 32]).unwrap()
}

fn claims(issuers: Vec<Value>) -> MapWriter {
    MapWriter::default()
        .with("seq", 1_u64)
        .with("iat", 0_u64)
        .with("exp", 1_u64)
        .with("next_roots", Value::Array(Vec::new()))
        .with("min_client", 1_u64)
        .with("issuers", issuers)
        .with("authorities", Value::Map(Vec::new()))
        .with("scopes", Value::Map(Vec::new()))
}

fn open(claims: MapWriter) -> Result<TrustList, BundleError> {
    let header = Header { kid: Some(root().public_key().id()), ..Header::default() };
    let bytes = cose::sign(&header, &claims.finish(), Tag::Tagged, &root()).unwrap();
    TrustList::open(&bytes, &[root().public_key()])
}

fn issuer(point: &[u8]) -> Value {
    let key = MapWriter::default()
        .with("kid", root().public_key().id().0.to_vec())
        .with("use", "seal")
        .with("pub", point)
        .with("nbf", 0_u64)
        .with("exp", 1_u64)
        .finish();
    MapWriter::default()
        .with("iss", "21")
        .with("name", "")
        .with("verify_url", "")
        .with("status_url", "")
        .with("keys", vec![key])
        .finish()
}

#[test]
fn keys_have_one_form() {
    let key = root().public_key();
    let compact = [&[5][..], &key.compressed()[1..]].concat();
    assert!(open(claims(vec![issuer(&key.compressed())])).is_ok());
    for point in [&key.uncompressed()[..], &compact] {
        assert_eq!(open(claims(vec![issuer(point)])).err(), Some(BundleError::TrustListMalformed));
    }
}

#[test]
fn a_list_for_newer_clients_says_so_whatever_else_it_holds() {
    let list = MapWriter::default().with("seq", 1_u64).with("min_client", CLIENT_LEVEL + 1);
    assert_eq!(open(list).err(), Some(BundleError::ClientTooOld));
}

#[test]
fn no_two_issuers_answer_for_the_same_divisions() {
    let issuer = || issuer(&root().public_key().compressed());
    assert_eq!(open(claims(vec![issuer(), issuer()])).err(), Some(BundleError::TrustListMalformed));
}
