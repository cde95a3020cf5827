//! Signing in from the WeChat mini-program (`docs/wechat.md`).
//!
//! - `wechat/service.rs`: `code2Session`, asked over the network
//! - `wechat/answer.rs`: what it answers, and what a person is told about it
//! - `wechat/limited.rs`: the session of a WeChat user, good for binding only
//!
//! A WeChat user is nobody yet: what it may do is bind itself to a holder, and then act for it. What is not here:
//! binding (`binding`).

use hmac::Mac;
use serde::Serialize;
use utoipa::ToSchema;

use super::attempts::Attempts;
use super::sessions::begin;
use super::{Client, Session, accounts};
use crate::app::{App, StartError};
use crate::audit::{Action, Context, Entry};
use crate::binding::{self, Binding};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::Keystore;
use crate::problem::{Code, Finding, Problem};
use crate::store::StoreError;
use crate::store::accounts as rows;
use crate::store::wechat_users::{self, WechatUserRow};
use crate::vault::Field;

mod answer;
mod limited;
mod service;

pub use limited::WechatUser;

use limited::LimitedSessions;
use service::Service;

/// The window in which sign-ins that failed are counted, in seconds.
const WINDOW: u32 = 15 * 60;
/// Longest code that is passed on; WeChat's have 32 characters.
const LONGEST_CODE: usize = 128;

/// The way in from WeChat.
pub struct Wechat {
    service: Option<Service>,
    limited: LimitedSessions,
}

impl Wechat {
    /// The way in that the settings describe; closed when they name no mini-program. Blocks.
    ///
    /// # Errors
    /// When the keystore, the file with the secret or this machine's certificates cannot be read.
    pub fn open(config: &Config, keystore: &Keystore) -> Result<Self, StartError> {
        Ok(Self { service: Service::open(config)?, limited: LimitedSessions::open(keystore)? })
    }
}

/// Who came in from WeChat, and for whom it may act.
#[derive(Serialize, ToSchema)]
pub struct WechatSession {
    /// For the header `Authorization: Bearer …` of requests about bindings, and of no others.
    binding_token: String,
    /// When it ends.
    binding_token_expires_at: Timestamp,
    /// What this WeChat user is bound to, or asked to be, newest first.
    bindings: Vec<Binding>,
    /// The holder's session, when there is one binding to begin it with. With several, choose:
    /// `POST /v1/bindings/{id}/sessions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
}

/// Begins a session for whoever `wx.login` gave this code to.
///
/// # Errors
/// [`Code::WechatOff`]; what WeChat says against the code; [`Code::TooManyAttempts`].
pub async fn sign_in(
    app: &App,
    client: &Client,
    context: &Context,
    js_code: &str,
) -> Result<WechatSession, Problem> {
    let service = app.wechat.service.as_ref().ok_or(Code::WechatOff)?;
    if !is_code(js_code) {
        let finding = Finding { item: "js_code".into(), rule: "not_a_login_code".into(), source: None };
        return Err(Problem::new(Code::UnfitValue).findings(vec![finding]));
    }
    let limits = client
        .address
        .map(|address| ("wechat sign-in address", address.to_string(), app.config.sign_in_attempts_address));
    let attempts = Attempts::begin(app, limits, WINDOW).await?;
    let answer = service.openid(js_code).await;
    let outcome = answer.as_ref().map_or_else(|refusal| refusal.word(), |_| "ok");
    app.metrics.wechat_sign_ins.with_label_values(&[outcome]).inc();
    let openid = match answer {
        Err(refusal) if refusal.is_of_the_code() => {
            let problem = refusal.into();
            app.audit.note(coming_in(context).ended_in(&problem)).await;
            return Err(problem);
        }
        answer => {
            attempts.take_back(app).await;
            answer?
        }
    };
    let user = known_user(app, digest(app, service.app_id(), &openid)).await?;
    drop(openid);
    app.audit.note(coming_in(context).on("wechat_user", user.as_str())).await;
    begin_for(app, user, client, context).await
}

async fn begin_for(
    app: &App,
    user_id: String,
    client: &Client,
    context: &Context,
) -> Result<WechatSession, Problem> {
    let (binding_token, binding_token_expires_at) = app.wechat.limited.issue(&user_id, app.clock.now());
    let bindings = app.db.read(move |conn| binding::of_user(conn, &user_id)).await?;
    let mut bound = bindings.iter().filter(|binding| binding.is_in_force());
    let session = match (bound.next(), bound.next()) {
        (Some(only), None) => Some(session(app, only.id.clone(), client, context).await?),
        _ => None,
    };
    Ok(WechatSession { binding_token, binding_token_expires_at, bindings, session })
}

/// A session of the account that a binding made.
///
/// # Errors
/// [`Code::NotFound`] when it may no longer be used; [`Code::IntegrityBroken`].
pub async fn session(
    app: &App,
    account_id: String,
    client: &Client,
    context: &Context,
) -> Result<Session, Problem> {
    let find = move |conn: &mut _| rows::find(conn, &account_id);
    let row = app.db.read::<_, StoreError, _>(find).await?.ok_or(Code::NotFound)?;
    let account = accounts::open(&app.integrity, &row)?.ok_or(Code::NotFound)?;
    // A holder gets in even when that cannot be written: presenting goes on.
    let entry = coming_in(&context.clone().by(&account)).on("account", account.id.as_str());
    app.audit.note(entry).await;
    begin(app, account, client).await
}

/// The WeChat user with this digest, who is made when it is new. Its id.
async fn known_user(app: &App, openid: Vec<u8>) -> Result<String, Problem> {
    let now = app.clock.now().millis();
    let row = WechatUserRow { id: app.new_id().to_string(), openid, created_at: now, changed_at: now };
    app.db.write(move |conn| Ok::<_, Problem>(wechat_users::find_or_insert(conn, row)?.id)).await
}

/// What a WeChat user is known by: HMAC-SM3 under a key of this site, so that nobody with the database alone can tell
/// whether an openid is in it. One openid is another in another mini-program.
fn digest(app: &App, app_id: &str, openid: &str) -> Vec<u8> {
    let mac = app.vault.mac(Field::Openid).chain_update(app_id).chain_update([0]).chain_update(openid);
    mac.finalize().into_bytes().to_vec()
}

fn coming_in(context: &Context) -> Entry {
    Entry::new(Action::SignIn, context.clone()).detail("way", "wechat")
}

fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
