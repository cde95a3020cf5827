//! What the fields `Signature-Input`, `Signature` and `Content-Digest` say. They are structured fields (RFC 9651).

use actix_web::http::header::HeaderMap;
use sfv::{BareItem, Dictionary, FieldType, InnerList, ListEntry, Parser};
use verifier_core::sm2::Signature;

/// The field that says what is signed, and how.
pub(super) const SIGNATURE_INPUT: &str = "signature-input";
/// The field with the body's digest.
pub(super) const CONTENT_DIGEST: &str = "content-digest";
/// The field with the signature.
pub(super) const SIGNATURE: &str = "signature";
/// SM2 with SM3 (GB/T 32918) and the default user id; r and s, 64 bytes. Not in IANA's registry.
const ALGORITHM: &str = "sm2-sm3";
/// The digest of bodies. Not in IANA's registry.
const DIGEST: &str = "sm3";
/// Most components: more than a request has that matters.
const MOST_COMPONENTS: usize = 16;
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// A signature, and what it says it is of.
pub(super) struct Signed {
    /// Names of what is signed, in their order.
    pub(super) components: Vec<String>,
    /// The value of `@signature-params`.
    pub(super) params: String,
    /// Unix seconds.
    pub(super) created: i64,
    /// Unix seconds.
    pub(super) expires: Option<i64>,
    pub(super) nonce: String,
    pub(super) key_id: String,
    pub(super) signature: Signature,
}

impl Signed {
    /// Whether this is signed.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.components.iter().any(|component| component == name)
    }
}

/// Reads the one signature of a request.
pub(super) fn read(headers: &HeaderMap) -> Result<Signed, &'static str> {
    let input =
        dictionary(headers, SIGNATURE_INPUT).ok_or("Signature-Input is missing or not of its form")?;
    let signature = dictionary(headers, SIGNATURE).ok_or("Signature is missing or not of its form")?;
    let (label, entry) = input.first().ok_or("Signature-Input is empty")?;
    if input.len() != 1 || signature.len() != 1 {
        return Err("there is more than one signature");
    }
    let ListEntry::InnerList(list) = entry else {
        return Err("Signature-Input is not of its form");
    };
    let signature = signature.get(label).ok_or("Signature has another label than Signature-Input")?;
    let signature =
        bytes(signature).and_then(|bytes| bytes.try_into().ok()).ok_or("a signature has 64 bytes")?;
    if text(list, "alg").as_deref() != Some(ALGORITHM) {
        return Err("alg is not sm2-sm3");
    }
    let nonce = text(list, "nonce").filter(|nonce| NONCE_LENGTHS.contains(&nonce.len()));
    Ok(Signed {
        components: components(list)?,
        params: canonical(list)?,
        created: number(list, "created").ok_or("created is missing")?,
        expires: number(list, "expires"),
        nonce: nonce.ok_or("nonce has 16 to 64 characters")?,
        key_id: text(list, "keyid").ok_or("keyid is missing")?,
        signature,
    })
}

/// The digest of the body as the client says it is.
pub(super) fn digest(headers: &HeaderMap) -> Result<[u8; 32], &'static str> {
    let digests =
        dictionary(headers, CONTENT_DIGEST).ok_or("Content-Digest is missing or not of its form")?;
    let digest = digests.get(DIGEST).and_then(bytes).and_then(|bytes| bytes.try_into().ok());
    digest.ok_or("Content-Digest has no sm3 of 32 bytes")
}

/// The value of a field, its lines joined as RFC 9421 §2.1 says.
pub(super) fn field(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Option<Vec<_>> = headers.get_all(name).map(|line| line.to_str().ok().map(str::trim)).collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
}

fn dictionary(headers: &HeaderMap, name: &str) -> Option<Dictionary> {
    Parser::new(&field(headers, name)?).parse().ok()
}

fn components(list: &InnerList) -> Result<Vec<String>, &'static str> {
    let mut names = Vec::new();
    for item in &list.items {
        let name = item.bare_item.as_string().filter(|_| item.params.is_empty());
        let name = name.ok_or("a component has no parameters here")?.as_str().to_owned();
        if names.contains(&name) {
            return Err("a component is named twice");
        }
        names.push(name);
    }
    if names.len() > MOST_COMPONENTS { Err("too many components") } else { Ok(names) }
}

/// The list as it is written when nobody is free to write it another way.
fn canonical(list: &InnerList) -> Result<String, &'static str> {
    let list = vec![ListEntry::InnerList(list.clone())];
    list.serialize().ok_or("Signature-Input is not of its form")
}

fn text(list: &InnerList, name: &str) -> Option<String> {
    Some(list.params.get(name)?.as_string()?.as_str().to_owned())
}

fn number(list: &InnerList, name: &str) -> Option<i64> {
    list.params.get(name)?.as_integer().map(i64::from)
}

fn bytes(entry: &ListEntry) -> Option<&[u8]> {
    match entry {
        ListEntry::Item(item) => match &item.bare_item {
            BareItem::ByteSequence(bytes) => Some(bytes),
            _ => None,
        },
        ListEntry::InnerList(_) => None,
    }
}
