//! Sessions: how they begin, go on and end.

use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_api::config::Config;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

mod ending;
mod limits;
mod lockout;
mod passwords;
mod refresh;
mod sign_in;

/// The limits that the settings have by themselves.
fn usual_limits(config: &mut Config) {
    let usual = Config::default();
    config.access_lifetime = usual.access_lifetime;
    config.staff_session_idle = usual.staff_session_idle;
    config.staff_session_lifetime = usual.staff_session_lifetime;
    config.holder_session_idle = usual.holder_session_idle;
    config.holder_session_lifetime = usual.holder_session_lifetime;
}

async fn spawn_with_usual_limits() -> TestApp {
    TestApp::spawn_with(usual_limits).await
}

/// A client that holds both tokens of a session.
struct Phone {
    person: Person,
    session: Value,
}

impl Phone {
    /// One that signs in as somebody new.
    async fn of(app: &TestApp, role: Role) -> Self {
        let login = app.account(role, None).await;
        Self::signed_in(app, &login).await
    }

    async fn signed_in(app: &TestApp, login: &str) -> Self {
        Self::with(&app.visitor(), app.visitor().try_sign_in(login, PASSWORD).await.json(201))
    }

    fn with(person: &Person, session: Value) -> Self {
        Self { person: person.with_token(session["token"].as_str().unwrap()), session }
    }

    /// What a refresh with this phone's token is answered. Whether the phone hears it is another matter.
    async fn ask_for_refresh(&self) -> Answer {
        refresh(&self.person, &self.session).await
    }

    /// This phone with the next pair of tokens.
    async fn refreshed(&self) -> Self {
        Self::with(&self.person, self.ask_for_refresh().await.json(200))
    }

    async fn use_it(&self) -> Answer {
        self.person.get("/v1/me").await
    }
}

async fn refresh(person: &Person, session: &Value) -> Answer {
    person.post("/v1/sessions/refresh", &json!({ "refresh_token": session["refresh_token"] })).await
}
