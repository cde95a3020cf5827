//! `code2Session`: the code that `wx.login` gave a mini-program, turned into its user's openid by WeChat.
//!
//! The address carries the mini-program's secret and the answer a session key, so neither is logged or kept.

use std::time::Duration;

use zeroize::Zeroizing;

use super::answer::{Refusal, openid_of};
use crate::app::StartError;
use crate::config::{Config, ConfigError, Secret};
use crate::outbound::{self, Outbound};

/// How long to wait before asking a busy service once more.
const BACK_OFF: Duration = Duration::from_millis(200);

/// WeChat's service for one mini-program.
pub(super) struct Service {
    outbound: Outbound,
    address: String,
    app_id: String,
    secret: Secret,
}

impl Service {
    /// The service the settings name; `None` when they name no mini-program.
    pub(super) fn open(config: &Config) -> Result<Option<Self>, StartError> {
        if config.wechat_app_id.is_empty() {
            return Ok(None);
        }
        let secret = config.secret_or_file(&config.wechat_secret, &config.wechat_secret_file)?;
        if secret.is_empty() {
            return Err(ConfigError::Unfit {
                name: "wechat_app_id".to_owned(),
                expected: "a secret beside it, in wechat_secret_file or wechat_secret".to_owned(),
            }
            .into());
        }
        Ok(Some(Self {
            outbound: Outbound::new(config.outbound_timeout)?,
            address: format!("{}/sns/jscode2session", config.wechat_base_url.trim_end_matches('/')),
            app_id: config.wechat_app_id.clone(),
            secret,
        }))
    }

    /// The mini-program, of which an openid is one.
    pub(super) fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The openid of whoever was given `js_code`. A busy service is asked once more; one that does not answer is not,
    /// because it may have used the code up.
    pub(super) async fn openid(&self, js_code: &str) -> Result<Zeroizing<String>, Refusal> {
        match self.ask(js_code).await {
            Err(Refusal::Busy) => {
                tokio::time::sleep(BACK_OFF).await;
                self.ask(js_code).await
            }
            answer => answer,
        }
    }

    async fn ask(&self, js_code: &str) -> Result<Zeroizing<String>, Refusal> {
        let query = [
            ("appid", self.app_id.as_str()),
            ("secret", self.secret.reveal()),
            ("js_code", js_code),
            ("grant_type", "authorization_code"),
        ];
        let request = self.outbound.client().get(&self.address).query(&query);
        // Whatever the content type says (WeChat says text/plain), the body is JSON.
        openid_of(&outbound::ask(request).await.map_err(Refusal::NoAnswer)?)
    }
}
