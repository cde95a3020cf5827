//! The people who use a server, as types. What all can do is here; what only some can, beside the tests of it.

use reqwest::{Client, Method, RequestBuilder};
use serde::Serialize;
use serde_json::json;
use yzt_api::outbound;

use crate::Answer;

/// Someone with a network connection; with a session, once signed in.
#[derive(Clone)]
pub struct Person {
    http: Client,
    base: String,
    token: Option<String>,
}

impl Person {
    /// Someone who is not signed in, at the server at `base`.
    #[must_use]
    pub fn at(base: String) -> Self {
        yzt_api::tls::prepare();
        // No connection outlives its request: a server that stops waits for those that are open.
        let http = outbound::plain().pool_max_idle_per_host(0).build().unwrap();
        Self { http, base, token: None }
    }

    /// The same person with a session token, whatever it is worth.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same person, with the same session, at the server at `base`.
    #[must_use]
    pub fn moved_to(&self, base: String) -> Self {
        Self { base, ..self.clone() }
    }

    /// A request, with the session's token, to be filled and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the answer to its end.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.unwrap()).await
    }

    /// As [`Self::send`], to a server that may be gone.
    ///
    /// # Errors
    /// When it does not answer, or not to the end.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        Answer::try_read(request.send().await?).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Tries to sign in.
    pub async fn try_sign_in(&self, login: &str, password: &str) -> Answer {
        self.post("/v1/sessions", &json!({ "login": login, "password": password })).await
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Self {
        let session = self.try_sign_in(login, password).await.json(201);
        self.with_token(session["token"].as_str().unwrap())
    }
}

/// Makes a type for each role, which is a [`Person`] and says who it is.
macro_rules! actors {
    ($( $(#[$doc:meta])* $actor:ident ),*) => { $(
        $(#[$doc])*
        pub struct $actor(pub Person);

        impl std::ops::Deref for $actor {
            type Target = Person;

            fn deref(&self) -> &Person {
                &self.0
            }
        }
    )* };
}

actors! {
    /// 持证主体, signed in.
    Holder,
    /// 执法人员, signed in.
    Officer,
    /// 运政系统, signed in.
    Issuer,
    /// 第三方系统, signed in.
    ThirdParty,
    /// 业务管理员, signed in.
    Operator,
    /// 系统管理员, signed in.
    SystemAdmin,
    /// 安全管理员, signed in.
    SecurityAdmin,
    /// 审计管理员, signed in.
    AuditAdmin
}
