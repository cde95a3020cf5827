//! Stand-ins for WeChat and for a real-name service: real servers, in threads of this process, that answer as the real
//! ones document, or as badly as a test asks.

use std::collections::{HashMap, VecDeque};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use verifier_core::sm2::sm3;

use super::{APP_ID, APP_SECRET, REAL_NAME_SECRET};

/// Longer than any server of these tests waits.
const TOO_LONG: Duration = Duration::from_secs(30);

/// An answer out of the ordinary.
pub enum Odd {
    /// HTTP 200 and this text.
    Says(String),
    /// This status, and no more.
    Status(u16),
    /// Nothing, for too long.
    Silent,
    /// More than anyone wants to read.
    Endless,
}

/// WeChat's `code2Session`.
pub struct WeChat {
    server: Server,
    codes: Arc<Codes>,
}

#[derive(Default)]
struct Codes {
    /// Codes that were given and are not used: for which openid.
    given: Mutex<HashMap<String, String>>,
    used: Mutex<Vec<String>>,
}

impl WeChat {
    pub fn start() -> Self {
        let codes = Arc::new(Codes::default());
        let state = Arc::clone(&codes);
        Self { server: Server::start(move |request, _| code2session(&state, request)), codes }
    }

    pub fn base(&self) -> String {
        self.server.base.clone()
    }

    /// A code as `wx.login` gives it to the user of this openid.
    pub fn code_for(&self, openid: &str) -> String {
        let mut given = self.codes.given.lock().unwrap();
        let code = format!("0testlogincode{:018}", self.server.asked() + given.len());
        given.insert(code.clone(), openid.to_owned());
        code
    }

    /// The next answer is this one.
    pub fn next(&self, odd: Odd) {
        self.server.odd.lock().unwrap().push_back(odd);
    }

    /// The next answer is this error.
    pub fn next_errcode(&self, errcode: i64) {
        self.next(Odd::Says(error(errcode, "whatever").to_string()));
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.server.asked()
    }

    pub async fn stop(&self) {
        self.server.handle.stop(false).await;
    }
}

fn code2session(codes: &Codes, request: &HttpRequest) -> HttpResponse {
    let query = web::Query::<HashMap<String, String>>::from_query(request.query_string()).unwrap();
    let is = |name: &str, value: &str| query.get(name).is_some_and(|given| given == value);
    let js_code = query.get("js_code").cloned().unwrap_or_default();
    let body = if request.path() != "/sns/jscode2session" || !is("grant_type", "authorization_code") {
        error(40002, "invalid grant_type")
    } else if !is("appid", APP_ID) {
        error(40013, "invalid appid")
    } else if !is("secret", APP_SECRET) {
        error(40125, "invalid appsecret")
    } else if codes.used.lock().unwrap().contains(&js_code) {
        error(40163, "code been used")
    } else if let Some(openid) = codes.given.lock().unwrap().remove(&js_code) {
        codes.used.lock().unwrap().push(js_code);
        json!({ "session_key": "c2Vzc2lvbiBrZXkgMDEyMw==", "openid": openid })
    } else {
        error(40029, "invalid code")
    };
    // As the real one: JSON that says it is text.
    HttpResponse::Ok().content_type("text/plain").body(body.to_string())
}

fn error(errcode: i64, message: &str) -> Value {
    json!({ "errcode": errcode, "errmsg": format!("{message}, rid: 6166f719-6cb5d09c-633ab469") })
}

/// A real-name service that knows some persons.
pub struct RealNames {
    server: Server,
    persons: Arc<Mutex<HashMap<String, String>>>,
}

impl RealNames {
    pub fn start() -> Self {
        let persons: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let known = Arc::clone(&persons);
        Self { server: Server::start(move |request, body| real_name(&known, request, body)), persons }
    }

    pub fn address(&self) -> String {
        format!("{}/real-name", self.server.base)
    }

    /// Knows a person.
    pub fn know(&self, id: &str, name: &str) {
        self.persons.lock().unwrap().insert(id.to_owned(), name.to_owned());
    }

    pub fn next(&self, odd: Odd) {
        self.server.odd.lock().unwrap().push_back(odd);
    }

    pub fn asked(&self) -> usize {
        self.server.asked()
    }
}

fn real_name(persons: &Mutex<HashMap<String, String>>, request: &HttpRequest, body: &[u8]) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().unwrap());
    let digest = HEXLOWER.encode(&sm3(body));
    let signed = [header("x-app-id"), header("x-timestamp"), header("x-nonce"), &digest].join("\n");
    let signature = HEXLOWER.encode(&hmac_sm3(REAL_NAME_SECRET.as_bytes(), signed.as_bytes()));
    if header("x-signature") != signature || header("x-nonce").is_empty() {
        return HttpResponse::Unauthorized().finish();
    }
    let asked: Value = serde_json::from_slice(body).unwrap();
    let known = persons.lock().unwrap().get(asked["id_number"].as_str().unwrap()).cloned();
    HttpResponse::Ok().json(if known.is_some_and(|name| asked["name"] == name) {
        json!({ "result": "match", "reference": "SR20260615000001" })
    } else {
        json!({ "result": "mismatch" })
    })
}

/// Written out from RFC 2104, so that it shares nothing with what it checks.
fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = vec![with; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = sm3(&[pad(0x36), message.to_vec()].concat());
    sm3(&[pad(0x5c), inner.to_vec()].concat())
}

/// What both are: a server on a port of its own that counts, and answers oddly when told to.
struct Server {
    base: String,
    handle: ServerHandle,
    odd: Arc<Mutex<VecDeque<Odd>>>,
    count: Arc<Mutex<usize>>,
}

impl Server {
    fn start(answer: impl Fn(&HttpRequest, &[u8]) -> HttpResponse + Send + Clone + 'static) -> Self {
        let odd: Arc<Mutex<VecDeque<Odd>>> = Arc::default();
        let count: Arc<Mutex<usize>> = Arc::default();
        let (odds, counted) = (Arc::clone(&odd), Arc::clone(&count));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || {
            let (odds, counted, answer) = (Arc::clone(&odds), Arc::clone(&counted), answer.clone());
            App::new().default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
                *counted.lock().unwrap() += 1;
                let odd = odds.lock().unwrap().pop_front();
                let response = odd.is_none().then(|| answer(&request, &body));
                async move {
                    match (odd, response) {
                        (Some(odd), _) => oddly(odd).await,
                        (None, response) => response.unwrap(),
                    }
                }
            }))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { base, handle, odd, count }
    }

    fn asked(&self) -> usize {
        *self.count.lock().unwrap()
    }
}

async fn oddly(odd: Odd) -> HttpResponse {
    match odd {
        Odd::Says(text) => HttpResponse::Ok().content_type("text/plain").body(text),
        Odd::Status(status) => HttpResponse::new(StatusCode::from_u16(status).unwrap()),
        Odd::Endless => HttpResponse::Ok().body("x".repeat(1 << 20)),
        Odd::Silent => {
            tokio::time::sleep(TOO_LONG).await;
            HttpResponse::Ok().finish()
        }
    }
}
