//! Who asks: the account whose service signed a request, or the one of the session whose access token it carries.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};

use super::Account;
use super::sessions::{AccessClaims, Standing, standing};
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::store::sessions as rows;

/// An account and the session it asks from.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// Id of the session; none when the request is signed by a service.
    pub session: Option<String>,
}

impl Caller {
    /// Whoever signed the request, or whoever's access token it carries.
    ///
    /// # Errors
    /// [`Code::NotSignedIn`], [`Code::SessionEnded`], [`Code::SessionExpired`].
    pub async fn of(request: &HttpRequest) -> Result<Self, Problem> {
        // Settled by its signature, or asked for by the table of access before the handler: once is enough.
        if let Some(caller) = request.extensions().get::<Self>() {
            return Ok(caller.clone());
        }
        let caller = Self::by_token(request).await?;
        request.extensions_mut().insert(caller.clone());
        Ok(caller)
    }

    async fn by_token(request: &HttpRequest) -> Result<Self, Problem> {
        let app = request.app_data::<web::Data<App>>();
        let app = app.ok_or_else(|| Problem::internal("no App in this server"))?;
        let token = bearer(request).ok_or(Code::NotSignedIn)?;
        let now = app.clock.now();
        let claims = app.tokens.read_access(token, now)?;
        let id = claims.session.clone();
        let found = app.db.read(move |conn| rows::find_with_account(conn, &id)).await?;
        let standing = standing(found, &app.config, now)?;
        if standing.account.id != claims.account {
            return Err(Code::NotSignedIn.into());
        }
        note(app, &standing, claims).await?;
        Ok(Self { account: standing.account, session: Some(standing.session.id) })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// Notes the use of a session, now and then.
async fn note(app: &App, standing: &Standing, claims: AccessClaims) -> Result<(), Problem> {
    let now = app.clock.now();
    if standing.is_news(claims.generation, now) {
        let note = move |conn: &mut _| rows::touch(conn, &claims.session, claims.generation, now.millis());
        app.db.write(note).await?;
    }
    Ok(())
}

pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
