//! What travels between a province and the ministry: changes one way, the list for comparison the other.
//! `docs/collection.md` is the description.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::clock::Timestamp;

/// Changes, in the order of the feed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionChanges {
    /// Whether what the ministry has is to be overwritten, although it knows these events: after a comparison.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mending: bool,
    /// The changes; 1000 at most.
    pub changes: Vec<CollectionChange>,
}

/// One event of a certificate, and the certificate as it then was.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionChange {
    /// Id of the event. The same id is the same event, however often it comes.
    pub event_id: String,
    /// Its number among all events of the province: grows for each certificate.
    pub seq: i64,
    /// The province's id of the certificate.
    pub certificate_id: String,
    /// What happened.
    #[schema(example = "issued")]
    pub event: String,
    /// The status after it.
    #[schema(example = "valid")]
    pub status: String,
    /// Whether a review or assessment is overdue after it.
    pub review_overdue: bool,
    /// When it took effect in the issuer's system.
    pub occurred_at: Timestamp,
    /// When the province recorded it.
    pub recorded_at: Timestamp,
    /// The version in force after it.
    pub version: SealedVersion,
}

/// A version of a certificate, sealed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedVersion {
    /// Its number, from 1.
    pub number: i32,
    /// GB/T 36904 identifier of the certificate.
    pub identifier: String,
    /// Division of the issuing authority (GB/T 2260).
    pub division: String,
    /// Its place in the province's status list.
    pub status_index: i64,
    /// The credential (docs/protocol.md §3), base64.
    pub credential: String,
    /// The data items, as docs/ingest-format.md names them.
    #[schema(value_type = Object)]
    pub items: Value,
    /// As what the version before was replaced: `superseded` or `reported_lost`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces_as: Option<String>,
}

/// What became of each change, in their order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Collected {
    /// One for each change.
    pub results: Vec<CollectedChange>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CollectedChange {
    /// Id of the event.
    pub event_id: String,
    /// What became of it.
    pub outcome: CollectedOutcome,
    /// Why it was refused: a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollectedOutcome {
    /// It is kept.
    Accepted,
    /// It was kept before.
    AlreadyHad,
    /// It is not kept; neither are later ones of its certificate in this request.
    Refused,
}

/// Certificates as the ministry has them, by their ids.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CollectedList {
    /// At most 500.
    pub certificates: Vec<CollectedCertificate>,
    /// Where to go on, when there may be more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// A certificate as it stands: what both sides compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CollectedCertificate {
    /// The province's id of it.
    pub certificate_id: String,
    /// GB/T 36904 identifier.
    pub identifier: String,
    /// The version in force.
    pub version: i32,
    /// The status, with `+review_overdue` where a review or assessment is.
    pub status: String,
    /// SM3 over the data items as canonical JSON, hexadecimal.
    pub digest: String,
}

impl CollectedCertificate {
    /// The status as it is compared.
    #[must_use]
    pub fn status_of(status: &str, review_overdue: bool) -> String {
        let overdue = if review_overdue { "+review_overdue" } else { "" };
        format!("{status}{overdue}")
    }

    /// What the content is compared by.
    #[must_use]
    pub fn digest_of(items: &[u8]) -> String {
        data_encoding::HEXLOWER.encode(&verifier_core::sm2::sm3(items))
    }
}
