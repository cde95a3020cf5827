//! Online verification of a code.

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::{self, Role, SignedIn};
use crate::config::SiteRole;
use crate::ephemeral::Key;
use crate::extract::Json;
use crate::limits::Limit;
use crate::problem::Problem;
use crate::verification::{self, Answer, Asked};

/// The window in which verifications without a sign-in are counted, in seconds.
const WINDOW: u32 = 60;

/// What was scanned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scanned {
    /// The text of the code, exactly as scanned.
    #[schema(example = "HTTPS://YZT.EXAMPLE.GOV.CN/V/1QRMJ…")]
    code: String,
    /// A UUID of this scan, such as the id of its receipt, so that it may be asked about again. Another scan of the same
    /// showing is told that the code was seen before. Without it, all scans of an account, or else of an address, are one.
    #[schema(value_type = Option<String>, format = "uuid")]
    scan: Option<Uuid>,
    /// Which site passes it on: `province` or `ministry`. Only sites say so.
    #[schema(example = "province")]
    forwarded_by: Option<ForwardedBy>,
}

/// A site that passes a code on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForwardedBy {
    /// A province, to the ministry.
    Province,
    /// The ministry, to the province that issued the certificate.
    Ministry,
}

impl From<ForwardedBy> for SiteRole {
    fn from(by: ForwardedBy) -> Self {
        match by {
            ForwardedBy::Province => Self::Province,
            ForwardedBy::Ministry => Self::Ministry,
        }
    }
}

/// Decides about a code with what is known now: by this site of its own certificates, else by whoever issued it, or the
/// ministry's copy; `answered_by` says who. Any text is answered with a verdict. Without the sign-in of an officer or the
/// signature of a service there is a limit for each address.
#[utoipa::path(post, path = "/v1/verifications", tag = "verification", operation_id = "verify",
    request_body = Scanned, security((), ("session" = [])),
    responses(
        (status = 200, description = "The verdict, as docs/protocol.md §6 describes it, with `answered_by`", body = Object),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    signed_in: Option<SignedIn>,
    Json(scanned): Json<Scanned>,
) -> Result<web::Json<Answer>, Problem> {
    let scan = scanned.name(&app, &request, signed_in.as_ref());
    limit_others(&app, &request, signed_in.as_ref()).await?;
    let forwarded_by = scanned.forwarded_by.map(SiteRole::from);
    let asked = Asked { code: scanned.code, scan, forwarded_by };
    verification::decide(&app, asked).await.map(web::Json)
}

impl Scanned {
    /// What its scan is known by.
    fn name(&self, app: &App, request: &HttpRequest, by: Option<&SignedIn>) -> Key {
        if let Some(scan) = self.scan {
            return Key::new("scan", &scan.to_string());
        }
        if let Some(SignedIn(account)) = by {
            return Key::new("scans of account", &account.id);
        }
        let address = auth::client_address(request, app.config.trust_forwarded_for);
        Key::new("scans of address", &address.map(|address| address.to_string()).unwrap_or_default())
    }
}

/// Counts a verification by whoever is not signed in to check for a living: an officer, or a service, which two persons
/// registered and which may be a site that passes codes on.
///
/// # Errors
/// [`Code::TooManyAttempts`](crate::problem::Code::TooManyAttempts).
pub(super) async fn limit_others(
    app: &App,
    request: &HttpRequest,
    by: Option<&SignedIn>,
) -> Result<(), Problem> {
    match by {
        Some(SignedIn(account))
            if matches!(account.role, Role::Officer | Role::Issuer | Role::ThirdParty) =>
        {
            Ok(())
        }
        _ => limit(app, request).await,
    }
}

async fn limit(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let Some(address) = auth::client_address(request, app.config.trust_forwarded_for) else {
        return Ok(());
    };
    let most = app.config.verifications_address;
    let limit = Limit { name: "verification_address", most, window: WINDOW };
    limit.count(app, &address.to_string()).await?;
    Ok(())
}
