//! The JSON body of a request, with every way it can be wrong turned into a problem.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;

use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

use crate::problem::{Code, Problem};

/// The JSON body of a request.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Code::UnsupportedMediaType.into());
            }
            parsed(body.await.map_err(|error| unread(&error))?).map(Self)
        })
    }
}

/// The JSON body of a request that may be larger than others: up to `LIMIT` bytes, whatever the settings say.
pub struct LargeJson<T, const LIMIT: usize>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for LargeJson<T, LIMIT> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = is_json(request);
        let body = web::Payload::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Code::UnsupportedMediaType.into());
            }
            let body = body.await.map_err(|error| unread(&error))?.to_bytes_limited(LIMIT).await;
            let body = body.map_err(|_| Problem::new(Code::BodyTooLarge))?;
            parsed(body.map_err(|error| unread(&error))?).map(Self)
        })
    }
}

/// What the body says. The body itself, which may hold a password, is cleared from memory where nothing else shares it.
fn parsed<T: DeserializeOwned>(body: Bytes) -> Result<T, Problem> {
    let parsed = parse(&body);
    if let Ok(mut body) = body.try_into_mut() {
        body.zeroize();
    }
    parsed
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::new(Code::BadJson).detail(place(&error)))
}

/// The problem of a body that could not be read to its end.
pub fn unread(error: &actix_web::Error) -> Problem {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Code::BodyTooLarge.into(),
        Some(PayloadError::Incomplete(Some(cause))) if cause.kind() == ErrorKind::TimedOut => {
            Code::BodyTooSlow.into()
        }
        Some(PayloadError::EncodingCorrupted | PayloadError::UnknownLength) | None
            if error.as_response_error().status_code() == 413 =>
        {
            Code::BodyTooLarge.into()
        }
        _ => Code::BodyIncomplete.into(),
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE);
    let essence = value.and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Where and how a body fails. serde's text may repeat what was sent, so only its fixed beginning is told,
/// except for the name of a field of ours that is missing.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let kept = match text.strip_prefix("missing field `") {
        Some(rest) => text.len() - rest.len() + rest.find('`').map_or(0, |end| end + 1),
        None => text.find(['`', ':', '"', '(']).unwrap_or(text.len()),
    };
    let kept = text.get(..kept).unwrap_or_default();
    let kept = kept.split(" at line ").next().unwrap_or_default().trim_end();
    format!("line {}, column {}: {kept}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Person {
        #[expect(dead_code, reason = "only its absence matters here")]
        name: String,
    }

    fn place_of(json: &str) -> String {
        place(&serde_json::from_str::<Person>(json).unwrap_err())
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(place_of("{}"), "line 1, column 2: missing field `name`");
    }

    #[test]
    fn what_was_sent_is_never_repeated() {
        for json in [r#"{"张三": 1}"#, r#"{"name": 210102}"#, r#"["张三", 210102]"#, "{张三}"] {
            let place = place_of(json);
            assert!(place.starts_with("line 1, column "), "{place}");
            assert!(!place.contains("张三") && !place.contains("210102"), "{place}");
        }
    }
}
