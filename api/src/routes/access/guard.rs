//! The asking of the table, before a handler runs.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

use super::{Access, Grant};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Caller;
use crate::auth::wechat::WechatUser;
use crate::problem::{Code, Problem};

/// Lets a request through to its handler, or answers for it.
///
/// # Errors
/// None of its own.
pub async fn guard(
    access: Option<&'static Access>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(access, request.request()).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(ServiceResponse::from_err(problem, request.into_parts().0)),
    }
}

async fn admit(access: Option<&'static Access>, request: &HttpRequest) -> Result<(), Problem> {
    let access = access.ok_or_else(|| Problem::internal("a route without a line in the table of access"))?;
    match access.grant {
        Grant::Public => return Ok(()),
        // Whether the session stands is looked at by the handler's extractor.
        Grant::WechatUser if WechatUser::asks(request) => return Ok(()),
        Grant::WechatUser | Grant::To(_) => {}
    }
    let account = Caller::of(request).await?.account;
    if access.object(account.role).is_some() {
        return Ok(());
    }
    if let Some(app) = request.app_data::<web::Data<App>>() {
        let refused = Entry::new(Action::AccessRefused, Context::of(request).by(&account));
        let place = format!("{} {}", access.method, access.path);
        app.audit.note(refused.on("address", place).refused(Code::WrongRole.name())).await;
    }
    Err(Code::WrongRole.into())
}
