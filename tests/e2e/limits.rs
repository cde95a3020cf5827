//! What one client cannot do to the others: slowly, hugely, too often at once, from another site's page.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use yzt_tests::{Answer, TestApp};

const BEGUN: &str = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
    content-length: 40\r\n\r\n{\"login\":";

#[tokio::test]
async fn a_body_that_does_not_come_on_is_given_up() {
    let app = TestApp::spawn_with(|config| config.body_timeout = 1).await;
    let mut connection = connect(&app).await;
    connection.write_all(BEGUN.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        assert_ne!(connection.read_buf(&mut answer).await.unwrap(), 0);
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"body_too_slow\""), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_come_on_is_given_up() {
    let app = TestApp::spawn_with(|config| config.head_timeout = 1).await;
    let mut connection = connect(&app).await;
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let answer = to_the_end(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let app = TestApp::spawn_with(|config| config.keep_alive = 1).await;
    let mut connection = connect(&app).await;
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let answer = to_the_end(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_busy_server_turns_others_away_and_says_it_lives() {
    let app = TestApp::spawn_with(|config| config.in_flight_limit = 1).await;
    let mut slow = connect(&app).await;
    slow.write_all(BEGUN.as_bytes()).await.unwrap();
    in_flight(&app, 1).await;

    let turned_away = app.visitor().get("/openapi.json").await;
    assert_eq!((turned_away.status.as_u16(), turned_away.problem().as_str()), (503, "overloaded"));
    assert_eq!(turned_away.header("retry-after"), "2");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(app.visitor().get(path).await.status.as_u16(), 200, "{path}");
    }
    assert!(app.visitor().get("/metrics").await.text.contains("yzt_http_requests_shed_total 1"));

    drop(slow);
    in_flight(&app, 0).await;
    assert_eq!(app.visitor().get("/openapi.json").await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let app = TestApp::spawn_with(|config| config.request_timeout = 1).await;
    let hashing = &app.running.app().hashing;
    let all = u32::try_from(hashing.available_permits()).unwrap();
    let _nobody_else_hashes = hashing.acquire_many(all).await.unwrap();
    let answer = app.visitor().try_sign_in("nobody", "nothing").await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "took_too_long"));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let long = visitor.request(Method::GET, "/healthz").header("x-long", "a".repeat(20_000));
    assert_eq!(visitor.send(long).await.problem(), "head_too_large");
    let far = visitor.get(&format!("/V/{}", "1".repeat(20_000))).await;
    assert_eq!(far.problem(), "head_too_large");
    let mut many = visitor.request(Method::GET, "/healthz");
    for n in 0..100 {
        many = many.header(format!("x-{n}"), "a");
    }
    assert_eq!(visitor.send(many).await.status.as_u16(), 431);
    // What no buffer here holds is not read to its end.
    let mut connection = connect(&app).await;
    let endless = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: {}", "a".repeat(200_000));
    connection.write_all(endless.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
}

#[tokio::test]
async fn a_compressed_body_is_taken_only_where_it_is_counted_as_it_unfolds() {
    let app = TestApp::spawn_with(|config| config.upload_limit = 1 << 20).await;
    let bomb = gzip(&vec![b'\n'; 8 << 20]);
    assert!(bomb.len() < 16_384);
    let visitor = app.visitor();
    let request = visitor.request(Method::POST, "/v1/sessions").header("content-type", "application/json");
    let answer = visitor.send(request.header("content-encoding", "gzip").body(bomb.clone())).await;
    assert_eq!(answer.problem(), "unsupported_encoding");

    let issuer = app.issuer().await;
    let request = issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
    let answer = issuer.send(request.header("content-encoding", "gzip").body(bomb)).await;
    assert_eq!(answer.problem(), "body_too_large");
}

#[tokio::test]
async fn pages_of_other_sites_may_not_call_this_server_unless_they_are_named() {
    let alone = TestApp::spawn().await;
    let refused = preflight(&alone, "https://wx.example.cn").await;
    assert_eq!(refused.problem(), "method_not_allowed");
    assert_eq!(refused.header("access-control-allow-origin"), "");

    let named = |config: &mut yzt_api::config::Config| {
        config.cors_origins = "https://wx.example.cn".parse().unwrap();
    };
    let app = TestApp::spawn_with(named).await;
    let granted = preflight(&app, "https://wx.example.cn").await;
    assert_eq!(granted.status.as_u16(), 200);
    assert_eq!(granted.header("access-control-allow-origin"), "https://wx.example.cn");
    assert_eq!(granted.header("access-control-allow-credentials"), "");
    let stranger = preflight(&app, "https://evil.example").await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
}

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let visitor = app.visitor();
    let request = visitor.request(Method::OPTIONS, "/v1/me").header("origin", origin);
    let request = request.header("access-control-request-method", "GET");
    visitor.send(request.header("access-control-request-headers", "authorization")).await
}

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.running.address()).await.unwrap()
}

async fn to_the_end(connection: &mut TcpStream) -> String {
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn in_flight(app: &TestApp, count: i64) {
    while app.running.app().metrics.in_flight.get() != count {
        tokio::task::yield_now().await;
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}
