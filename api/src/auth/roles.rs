//! Roles as types: extractors that only an account of that role gets through.
//!
//! Which roles may use an address is said in `routes/access.rs`, and asked before its handler. A handler for one role
//! takes that role's type all the same, so that it cannot be given to others by mistake; one for several takes
//! [`SignedIn`].

use std::future::Future;
use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{Account, Caller, Role};
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
                Box::pin(async move { Caller::of(&request).await?.owing_nothing()?.account.try_into() })
            }
        }
    )* };
}

extractors!(SignedIn, Holder, Officer, Issuer, ThirdParty, Operator, SystemAdmin, SecurityAdmin, AuditAdmin);
