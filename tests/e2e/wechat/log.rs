//! What a server writes to its log about people who come in from WeChat: nothing of theirs, at any level.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::json;
use yzt_api::clock::Clock;
use yzt_api::config::Config;
use yzt_api::{log, server};
use yzt_tests::actors::Person;
use yzt_tests::{Backend, TestDatabase};

use super::stand_in::{Odd, RealNames, WeChat};
use super::{APP_ID, APP_SECRET, REAL_NAME_SECRET};

const LISTENING: &str = "listening ";

#[tokio::test]
#[ignore = "run by the other test here, as a process whose log is read"]
async fn the_server_whose_log_is_read() {
    let config = Config::load(None).unwrap();
    log::start(&config).unwrap();
    let running = server::spawn(config, Clock::System).await.unwrap();
    println!("{LISTENING}{}", running.address());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn neither_a_secret_nor_a_person_is_in_the_log() {
    let (wechat, real_names) = (WeChat::start(), RealNames::start());
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "wechat::log::the_server_whose_log_is_read", "--ignored", "--nocapture"])
        .env("YZT_DATABASE_URL", database.url())
        .env("YZT_DATA_DIR", database.directory())
        .env("YZT_BIND", "127.0.0.1:0")
        .env("YZT_KEYSTORE_ROUNDS", "1")
        .env("YZT_LOG_LEVEL", "trace")
        .env("YZT_WECHAT_APP_ID", APP_ID)
        .env("YZT_WECHAT_SECRET", APP_SECRET)
        .env("YZT_WECHAT_BASE_URL", wechat.base())
        .env("YZT_REAL_NAME_URL", real_names.address())
        .env("YZT_REAL_NAME_SECRET", REAL_NAME_SECRET)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    // Read all the while, so that the log never fills its pipe.
    let mut written = server.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        written.read_to_string(&mut log).map(|_| log)
    });
    let address = said.find_map(|line| Some(line.split_once(LISTENING)?.1.to_owned())).unwrap();

    let visitor = Person::at(format!("http://{address}"));
    let (openid, id, name) = ("oTest-of-a-person", "210102199001010111", "欧阳某某");
    real_names.know(id, name);
    let js_code = wechat.code_for(openid);
    let login = json!({ "js_code": js_code });
    let session = visitor.post("/v1/wechat/sessions", &login).await.json(201);
    let token = session["binding_token"].as_str().unwrap();
    let user = visitor.with_token(token);
    let _ = user.post("/v1/bindings", &json!({ "code": id, "name": name })).await.json(201);
    assert_eq!(visitor.post("/v1/wechat/sessions", &login).await.problem(), "wechat_code_used");
    wechat.next_errcode(40125);
    assert_eq!(visitor.post("/v1/wechat/sessions", &login).await.problem(), "wechat_unavailable");
    wechat.next(Odd::Status(502));
    assert_eq!(visitor.post("/v1/wechat/sessions", &login).await.problem(), "wechat_unavailable");

    server.kill().unwrap();
    server.wait().unwrap();
    let log = log.join().unwrap().unwrap();
    assert!(
        log.contains("/v1/wechat/sessions")
            && log.contains("errcode 40125")
            && log.contains("HTTP status 502")
    );
    let secrets = [APP_SECRET, REAL_NAME_SECRET, openid, &js_code, "c2Vzc2lvbiBrZXkgMDEyMw", id, name, token];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
