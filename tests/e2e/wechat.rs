//! Coming in from the WeChat mini-program, and binding to a holder. WeChat and the real-name service are stand-ins:
//! servers of their own that answer as the real ones document.

mod bindings;
mod log;
mod organisations;
mod real_name;
mod sign_in;
mod stand_in;

use serde_json::{Value, json};
use yzt_api::config::{Config, Secret};
use yzt_tests::actors::Person;
use yzt_tests::{Answer, TestApp};

pub(crate) use stand_in::{RealNames, WeChat};

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const REAL_NAME_SECRET: &str = "a secret for tests";

/// A server, and the services it asks.
struct World {
    app: TestApp,
    wechat: WeChat,
    real_names: RealNames,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let (wechat, real_names) = (WeChat::start(), RealNames::start());
        let settings = |config: &mut Config| {
            config.wechat_app_id = APP_ID.to_owned();
            config.wechat_secret = Secret::from(APP_SECRET.to_owned());
            config.wechat_base_url = wechat.base();
            config.real_name_url = real_names.address();
            config.real_name_secret = Secret::from(REAL_NAME_SECRET.to_owned());
            config.outbound_timeout = 1;
            change(config);
        };
        Self { app: TestApp::spawn_with(settings).await, wechat, real_names }
    }

    /// Sends a login code.
    async fn log_in(&self, js_code: &str) -> Answer {
        self.app.visitor().post("/v1/wechat/sessions", &json!({ "js_code": js_code })).await
    }

    /// The WeChat user of this openid, with the session that is good for binding, and what it was answered.
    async fn comes(&self, openid: &str) -> (Person, Value) {
        let session = self.log_in(&self.wechat.code_for(openid)).await.json(201);
        let token = session["binding_token"].as_str().unwrap();
        (self.app.visitor().with_token(token), session)
    }
}

/// Whoever the session in an answer is of.
fn in_session(app: &TestApp, answer: &Value) -> Person {
    app.visitor().with_token(answer["session"]["token"].as_str().unwrap())
}
