//! Who asks: the account whose service signed a request, or the one of the session whose access token it carries.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};

use super::sessions::{AccessClaims, Standing, standing};
use super::{Account, Duty, Factor};
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::store::sessions as rows;

/// An account, and the session it asks from unless it is a service that signed the request.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub account: Account,
    session: Option<String>,
    /// Whether the session was proven with a second factor.
    pub factor_proven: bool,
    /// What it owes.
    pub duty: Option<Duty>,
}

/// A caller who may still owe something: for the few things that can be done before.
pub struct Owing(pub Caller);

impl Caller {
    /// The service that signed the request that is being answered: it has no session, and owes nothing.
    pub(super) fn by_signature(account: Account) -> Self {
        Self { account, session: None, factor_proven: false, duty: None }
    }

    /// The session it asks from; a service asks from none.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The same, where there must be one.
    ///
    /// # Errors
    /// [`Code::NeedsSession`] when the request was signed by a service.
    pub fn require_session(&self) -> Result<&str, Problem> {
        self.session().ok_or_else(|| Code::NeedsSession.into())
    }

    /// The same caller, if it owes nothing.
    ///
    /// # Errors
    /// The problem of what it owes.
    pub fn owing_nothing(self) -> Result<Self, Problem> {
        match self.duty {
            None => Ok(self),
            Some(duty) => Err(duty.code().into()),
        }
    }

    /// The same caller, if it owes nothing but the enrolment of a second factor.
    ///
    /// # Errors
    /// The problem of what else it owes.
    pub fn owing_enrolment_at_most(self) -> Result<Self, Problem> {
        match self.duty {
            None | Some(Duty::EnrolSecondFactor) => Ok(self),
            Some(duty) => Err(duty.code().into()),
        }
    }

    /// Whoever signed the request, or whoever's access token it carries, whatever it owes.
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
        let standing = standing(found, &app.config, &app.integrity, now)?;
        if standing.account.id != claims.account {
            return Err(Code::NotSignedIn.into());
        }
        note(app, &standing, claims).await?;
        Ok(Self {
            factor_proven: standing.session.factor != Factor::None.word(),
            account: standing.account,
            session: Some(standing.session.id),
            duty: standing.duty,
        })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await?.owing_nothing() })
    }
}

impl FromRequest for Owing {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Caller::of(&request).await.map(Self) })
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
