//! Requests that this site signs as a service of another one (`docs/service-accounts.md`): the other end of
//! `auth::signed_request`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Url};
use verifier_core::sm2::{SigningKey, sm3};

use super::Outbound;
use crate::clock::Timestamp;

const JSON: &str = "application/json";

/// Signs requests with one key.
#[derive(Clone)]
pub struct RequestSigner(SigningKey);

impl RequestSigner {
    /// Signs with this key.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(key)
    }

    /// The public key the other side has to register, compressed, hexadecimal.
    #[must_use]
    pub fn public_key(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0.public_key().compressed())
    }

    /// A signed request; with a body it is JSON. `nonce` is used once.
    pub fn request(
        &self,
        outbound: &Outbound,
        (method, address): (Method, Url),
        body: Option<Vec<u8>>,
        (now, nonce): (Timestamp, &str),
    ) -> RequestBuilder {
        let digest = body.as_ref().map(|body| format!("sm3=:{}:", BASE64.encode(sm3(body))));
        let mut components = vec![
            ("@method", method.to_string()),
            ("@authority", authority(&address)),
            ("@path", address.path().to_owned()),
            ("@query", format!("?{}", address.query().unwrap_or_default())),
        ];
        if let Some(digest) = &digest {
            components.push(("content-type", JSON.to_owned()));
            components.push(("content-digest", digest.clone()));
        }
        let (params, base) = signature_base(&components, now, nonce, &self.0.public_key().id().to_string());
        let signature = self.0.sign(base.as_bytes());
        let request = outbound
            .client()
            .request(method, address)
            .header("signature-input", format!("sig1={params}"))
            .header("signature", format!("sig1=:{}:", BASE64.encode(signature)));
        match (body, digest) {
            (Some(body), Some(digest)) => {
                request.header(CONTENT_TYPE, JSON).header("content-digest", digest).body(body)
            }
            _ => request,
        }
    }
}

/// The value of `Signature-Input` without its label, and the octets that are signed.
fn signature_base(
    components: &[(&str, String)],
    now: Timestamp,
    nonce: &str,
    key_id: &str,
) -> (String, String) {
    let names: Vec<String> = components.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let params = format!(
        "({});created={};nonce=\"{nonce}\";keyid=\"{key_id}\";alg=\"sm2-sm3\"",
        names.join(" "),
        now.millis().div_euclid(1000),
    );
    let lines: String = components.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
    let base = format!("{lines}\"@signature-params\": {params}");
    (params, base)
}

/// Host, and port where it is not that of the scheme, as the client sends it.
fn authority(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default().to_ascii_lowercase();
    address.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_names_the_port_only_where_it_is_another_than_the_schemes() {
        let of = |text: &str| authority(&Url::parse(text).unwrap());
        assert_eq!(of("https://HOST.example:443/v1"), "host.example");
        assert_eq!(of("http://127.0.0.1:8080/v1"), "127.0.0.1:8080");
    }

    #[test]
    fn what_is_signed_has_a_line_for_each_component_and_one_for_the_parameters() {
        let components = [("@method", "GET".to_owned()), ("@query", "?".to_owned())];
        let (params, base) = signature_base(&components, Timestamp(5_000), "n", "k");
        assert_eq!(params, "(\"@method\" \"@query\");created=5;nonce=\"n\";keyid=\"k\";alg=\"sm2-sm3\"");
        assert_eq!(base, format!("\"@method\": GET\n\"@query\": ?\n\"@signature-params\": {params}"));
    }
}
