//! Sessions: how they begin, go on and end.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use yzt_api::auth::Role;
use yzt_api::config::{Config, SecondFactor};
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

mod ending;
mod key;
mod limits;
mod lockout;
mod passwords;
mod recovery;
mod refresh;
mod sign_in;
mod totp;

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

/// Somebody of staff with an authenticator app, on a server that asks for second factors.
struct Enrolled {
    login: String,
    /// The session it enrolled in.
    phone: Phone,
    totp: Totp,
    recovery_codes: Vec<String>,
}

async fn spawn_with_second_factor() -> TestApp {
    TestApp::spawn_with(|config| config.second_factor = SecondFactor::Required).await
}

impl Enrolled {
    async fn of(app: &TestApp, role: Role) -> Self {
        let login = app.account(role, None).await;
        let phone = Phone::signed_in(app, &login).await;
        let totp = offered(&phone).await;
        let confirmed = confirm(&phone, &code(app, &totp)).await.json(200);
        let codes = confirmed["recovery_codes"].as_array().unwrap().iter();
        let recovery_codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
        Self { login, phone, totp, recovery_codes }
    }

    /// The first half of a sign-in.
    async fn pending(&self, app: &TestApp) -> Value {
        app.visitor().try_sign_in(&self.login, PASSWORD).await.json(200)
    }

    /// A sign-in with the code of now, after the one used before has passed.
    async fn sign_in(&self, app: &TestApp) -> Answer {
        app.pass(30);
        let pending = self.pending(app).await;
        prove(app, &pending, json!({ "totp": code(app, &self.totp) })).await
    }
}

/// What an authenticator app makes of an offered secret.
async fn offered(phone: &Phone) -> Totp {
    let offer = phone.person.post("/v1/me/second-factors/totp", &json!({})).await.json(201);
    let secret = Secret::try_from_base32(offer["secret"].as_str().unwrap()).unwrap();
    Builder::new().with_secret(secret).build().unwrap()
}

async fn confirm(phone: &Phone, code: &str) -> Answer {
    phone.person.post("/v1/me/second-factors/totp/confirmation", &json!({ "code": code })).await
}

/// What the app shows now.
fn code(app: &TestApp, totp: &Totp) -> String {
    totp.generate(app.clock.now().seconds().0).to_string()
}

/// The second half of a sign-in.
async fn prove(app: &TestApp, pending: &Value, answer: Value) -> Answer {
    let body = json!({ "pending": pending["pending"], "answer": answer });
    app.visitor().post("/v1/sessions/second-factor", &body).await
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
