//! What officers carry: the trust list and the status list, for anybody to fetch. They hold no personal data.

use actix_web::http::header::{CacheControl, CacheDirective, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::publish;
use crate::store::publication::StatusListRow;

/// Seconds for which a client need not ask again.
const FRESH: u32 = 60;

/// What there is to fetch.
#[derive(Serialize, ToSchema)]
pub struct Manifest {
    /// The trust list.
    trust_list: BundlePart,
    /// The status lists, one an issuer.
    status_lists: Vec<BundlePart>,
}

/// A part of the bundle.
#[derive(Serialize, ToSchema)]
pub struct BundlePart {
    /// Prefix of the issuer; absent for the trust list.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// Where it is, on this server.
    path: String,
    /// Number of the trust list; absent for status lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    /// Made at.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// Not to be used from here on.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// SM3 of its bytes, hexadecimal; also its ETag.
    sm3: String,
    /// Its size in bytes.
    size: usize,
}

/// What there is to fetch, and whether it is newer than what one has.
#[utoipa::path(get, path = "/v1/bundle", tag = "bundle",
    responses((status = 200, description = "The parts of the bundle", body = Manifest)))]
pub async fn manifest(app: web::Data<App>) -> Result<web::Json<Manifest>, Problem> {
    let trust = publish::newest_trust_list(&app).await?;
    let lists = publish::newest_status_lists(&app).await?;
    Ok(web::Json(Manifest {
        trust_list: BundlePart {
            iss: None,
            path: "/v1/bundle/trust-list".to_owned(),
            seq: Some(trust.seq),
            issued_at: Timestamp(trust.issued_at),
            expires_at: Timestamp(trust.expires_at),
            sm3: HEXLOWER.encode(&trust.digest),
            size: trust.bytes.len(),
        },
        status_lists: lists.into_iter().map(status_part).collect(),
    }))
}

fn status_part(status: StatusListRow) -> BundlePart {
    BundlePart {
        path: format!("/v1/bundle/status/{}", status.iss),
        iss: Some(status.iss),
        seq: None,
        issued_at: Timestamp(status.issued_at),
        expires_at: Timestamp(status.expires_at),
        sm3: HEXLOWER.encode(&status.digest),
        size: status.bytes.len(),
    }
}

/// The trust list: a tagged COSE_Sign1 by the root key.
#[utoipa::path(get, path = "/v1/bundle/trust-list", tag = "bundle",
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of the list one has")),
    responses(
        (status = 200, description = "The signed list", body = Vec<u8>, content_type = "application/cose"),
        (status = 304, description = "The list one has is the newest")))]
pub async fn trust_list(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let row = publish::newest_trust_list(&app).await?;
    Ok(list(&request, &row.digest, row.bytes))
}

/// The status list of an issuer that this site publishes: a tagged COSE_Sign1 by its status key.
#[utoipa::path(get, path = "/v1/bundle/status/{iss}", tag = "bundle",
    params(("iss" = String, Path, description = "Prefix of the issuer"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the list one has")),
    responses(
        (status = 200, description = "The signed list", body = Vec<u8>, content_type = "application/cose"),
        (status = 304, description = "The list one has is the newest")))]
pub async fn status_list(
    app: web::Data<App>,
    request: HttpRequest,
    iss: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let row = publish::newest_status_list_of(&app, &iss).await?.ok_or(Code::NotFound)?;
    Ok(list(&request, &row.digest, row.bytes))
}

fn list(request: &HttpRequest, digest: &[u8], bytes: Vec<u8>) -> HttpResponse {
    let tag = EntityTag::new_strong(HEXLOWER.encode(digest));
    let has_it = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|held| held.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(ETag(tag))
        .insert_header(CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(FRESH)]));
    if has_it { response.finish() } else { response.content_type("application/cose").body(bytes) }
}
