//! A server that is asked to stop ends what it has begun.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use yzt_tests::TestApp;

#[tokio::test]
async fn a_request_in_flight_is_answered_and_no_new_one_is_taken() {
    let app = TestApp::spawn().await;
    let address = app.running.address();
    let body = r#"{"login":"nobody","password":"nothing"}"#;
    let head = format!(
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(10);
    let mut begun = TcpStream::connect(address).await.unwrap();
    begun.write_all((head + first).as_bytes()).await.unwrap();
    while app.running.app().metrics.in_flight.get() == 0 {
        tokio::task::yield_now().await;
    }

    let stopped = tokio::spawn(app.stop());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    begun.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    stopped.await.unwrap();
}
