//! Roles as types: extractors that only an account of that role gets through.
//!
//! Which roles may use an address is said in `routes/access.rs`, and asked before its handler. A handler for one role
//! takes that role's type all the same, so that it cannot be given to others by mistake; one for several takes
//! [`SignedIn`].

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};

use super::{Account, Role, accounts};
use crate::app::App;
use crate::problem::{Code, Problem};

/// Anyone who is signed in.
pub struct SignedIn(pub Account);

/// 持证主体.
pub struct Holder {
    /// The account.
    pub account: Account,
    /// The holder it acts for.
    pub holder_id: String,
}

/// 执法人员.
pub struct Officer(pub Account);

/// 运政系统 or 发证机关.
pub struct Issuer(pub Account);

/// 第三方系统.
pub struct ThirdParty(pub Account);

/// 业务管理员.
pub struct Operator(pub Account);

/// 系统管理员.
pub struct SystemAdmin(pub Account);

/// 安全管理员.
pub struct SecurityAdmin(pub Account);

/// 审计管理员.
pub struct AuditAdmin(pub Account);

impl TryFrom<Account> for SignedIn {
    type Error = Problem;

    fn try_from(account: Account) -> Result<Self, Problem> {
        Ok(Self(account))
    }
}

impl TryFrom<Account> for Holder {
    type Error = Problem;

    fn try_from(account: Account) -> Result<Self, Problem> {
        match (account.role, account.holder_id.clone()) {
            (Role::Holder, Some(holder_id)) => Ok(Self { account, holder_id }),
            _ => Err(Code::WrongRole.into()),
        }
    }
}

macro_rules! roles {
    ($($role:ident),*) => { $(
        impl TryFrom<Account> for $role {
            type Error = Problem;

            fn try_from(account: Account) -> Result<Self, Problem> {
                if account.role == Role::$role { Ok(Self(account)) } else { Err(Code::WrongRole.into()) }
            }
        }
    )* };
}

roles!(Officer, Issuer, ThirdParty, Operator, SystemAdmin, SecurityAdmin, AuditAdmin);

macro_rules! extractors {
    ($($who:ident),*) => { $(
        impl FromRequest for $who {
            type Error = Problem;
            type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { signed_in(&request).await?.try_into() })
            }
        }
    )* };
}

extractors!(SignedIn, Holder, Officer, Issuer, ThirdParty, Operator, SystemAdmin, SecurityAdmin, AuditAdmin);

/// The account whose session token the request carries.
///
/// # Errors
/// When it carries none of a session of ours.
pub async fn signed_in(request: &HttpRequest) -> Result<Account, Problem> {
    // Asked for by the table of access and then by the handler: once a request is enough.
    if let Some(account) = request.extensions().get::<Account>() {
        return Ok(account.clone());
    }
    let account = whose_token(request).await?;
    request.extensions_mut().insert(account.clone());
    Ok(account)
}

async fn whose_token(request: &HttpRequest) -> Result<Account, Problem> {
    let app =
        request.app_data::<web::Data<App>>().ok_or_else(|| Problem::internal("no App in this server"))?;
    let token = bearer(request).ok_or(Code::NotSignedIn)?;
    let id = app.sessions.check(token, app.clock.now())?;
    let account = app.db.read(move |conn| accounts::find_open(conn, &id)).await?;
    account.ok_or_else(|| Code::NotSignedIn.into())
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
