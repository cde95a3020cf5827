//! A stand-in for a signing service, by `docs/signer.md`: real SM2 signatures by keys in memory, and every way in
//! which a service can fail whoever relies on it.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use serde_json::{Value, json};
use sm2::dsa::signature::hazmat::PrehashSigner;
use tokio::sync::watch;
use verifier_core::sm2::SigningKey;

/// The bearer token it takes.
pub const BEARER: &str = "a token for tests";

/// How it is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should be.
    Well,
    /// Takes requests and answers none.
    Silent,
    /// Answers that it cannot.
    Down,
    /// Answers that it cannot once, and then is well.
    DownOnce,
    /// Signs with another key.
    OtherKey,
    /// Answers in another form.
    Nonsense,
    /// Makes no keys.
    MakesNoKeys,
}

/// A running stand-in. It ends with the test.
pub struct SigningService {
    /// Where it is.
    pub url: String,
    state: Arc<State>,
}

struct State {
    keys: Mutex<HashMap<String, [u8; 32]>>,
    mood: watch::Sender<Mood>,
    requests: AtomicU32,
}

impl SigningService {
    /// Starts one over plain HTTP.
    #[must_use]
    pub fn start() -> Self {
        Self::listen("http", None)
    }

    /// Starts one over TLS, at `localhost`.
    #[must_use]
    pub fn start_with(tls: ServerConfig) -> Self {
        Self::listen("https", Some(tls))
    }

    /// Has it in another mood.
    pub fn set(&self, mood: Mood) {
        self.state.mood.send_replace(mood);
    }

    /// Makes a key by its own means.
    pub fn make_key(&self, label: &str) {
        self.state.make(label);
    }

    /// How many requests came in.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.state.requests.load(Ordering::SeqCst)
    }

    fn listen(scheme: &str, tls: Option<ServerConfig>) -> Self {
        let state = Arc::new(State {
            keys: Mutex::default(),
            mood: watch::Sender::new(Mood::Well),
            requests: AtomicU32::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{scheme}://localhost:{}/api", listener.local_addr().unwrap().port());
        let data = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/api/keys", web::post().to(new_key))
                .route("/api/keys/{label}", web::get().to(key))
                .route("/api/keys/{label}/signatures", web::post().to(sign))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0);
        let server = match tls {
            None => server.listen(listener),
            Some(tls) => server.listen_rustls_0_23(listener, tls),
        };
        tokio::spawn(server.unwrap().run());
        Self { url, state }
    }
}

impl State {
    fn make(&self, label: &str) -> SigningKey {
        let mut keys = self.keys.lock().unwrap();
        let secret = [u8::try_from(keys.len() + 1).unwrap(); 32];
        keys.insert(label.to_owned(), secret);
        SigningKey::from_bytes(&secret).unwrap()
    }

    fn secret(&self, label: &str) -> Option<[u8; 32]> {
        self.keys.lock().unwrap().get(label).copied()
    }

    /// What its mood answers in place of an answer.
    async fn receive(&self, request: &HttpRequest) -> Result<(), HttpResponse> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let given = request.headers().get(AUTHORIZATION).and_then(|given| given.to_str().ok());
        if given != Some(&format!("Bearer {BEARER}")) {
            return Err(HttpResponse::Unauthorized().finish());
        }
        let mood = *self.mood.borrow();
        match mood {
            Mood::Silent => {
                let _ = self.mood.subscribe().wait_for(|mood| *mood != Mood::Silent).await;
                Err(HttpResponse::ServiceUnavailable().finish())
            }
            Mood::Down => Err(HttpResponse::ServiceUnavailable().finish()),
            Mood::DownOnce => {
                self.mood.send_replace(Mood::Well);
                Err(HttpResponse::ServiceUnavailable().finish())
            }
            Mood::Nonsense => Err(HttpResponse::Ok().body("<html>")),
            Mood::Well | Mood::OtherKey | Mood::MakesNoKeys => Ok(()),
        }
    }
}

async fn new_key(state: web::Data<State>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    if let Err(answer) = state.receive(&request).await {
        return answer;
    }
    if *state.mood.borrow() == Mood::MakesNoKeys {
        return HttpResponse::MethodNotAllowed().finish();
    }
    let key = state.make(body["label"].as_str().unwrap());
    HttpResponse::Created().json(json!({ "public_key": STANDARD.encode(key.public_key().uncompressed()) }))
}

async fn key(state: web::Data<State>, request: HttpRequest, label: web::Path<String>) -> HttpResponse {
    if let Err(answer) = state.receive(&request).await {
        return answer;
    }
    let Some(secret) = state.secret(&label) else {
        return HttpResponse::NotFound().finish();
    };
    let public = SigningKey::from_bytes(&secret).unwrap().public_key();
    HttpResponse::Ok().json(json!({ "public_key": STANDARD.encode(public.compressed()) }))
}

async fn sign(
    state: web::Data<State>,
    request: HttpRequest,
    label: web::Path<String>,
    body: web::Json<Value>,
) -> HttpResponse {
    if let Err(answer) = state.receive(&request).await {
        return answer;
    }
    let Some(mut secret) = state.secret(&label) else {
        return HttpResponse::NotFound().finish();
    };
    if *state.mood.borrow() == Mood::OtherKey {
        secret = [99; 32];
    }
    let data = |name: &str| STANDARD.decode(body[name].as_str()?).ok();
    let signature = match (data("digest"), data("message")) {
        (Some(digest), None) => {
            let key = sm2::dsa::SigningKey::from_slice("1234567812345678", &secret).unwrap();
            let signature: sm2::dsa::Signature = key.sign_prehash(&digest).unwrap();
            signature.to_bytes().to_vec()
        }
        (None, Some(message)) => SigningKey::from_bytes(&secret).unwrap().sign(&message).to_vec(),
        _ => return HttpResponse::BadRequest().finish(),
    };
    HttpResponse::Ok().json(json!({ "signature": STANDARD.encode(signature) }))
}
