//! How long the score page takes for a province: makes certificates and receipts directly in the PostgreSQL the settings
//! of the environment name, lets the job count them, and asks for the page over HTTP. `scripts/bench scores` runs it.
//!
//! `CERTIFICATES` (default 2,000,000) and `RECEIPTS_EACH` (default 5) say how many. The rows are as this program would
//! write them but for seals, ciphertexts and codes, which the figures never read and which are left empty here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for people"
)]

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Client;
use serde_json::{Value, json};
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::Clock;
use yzt_api::config::{Config, SecondFactor};
use yzt_api::kpi;
use yzt_api::server::{self, Running};
use yzt_api::store::{Conn, StoreError};

/// Certificates written in one transaction.
const AT_ONCE: u64 = 50_000;
/// How often each page is asked for; the median counts.
const TIMES: usize = 15;
const PASSWORD: &str = "a password for measuring";

#[tokio::main]
async fn main() {
    let config = Config {
        bind: "127.0.0.1:0".to_owned(),
        log_level: "error".to_owned(),
        second_factor: SecondFactor::Off,
        jobs: false,
        database_timeout: 0,
        ..Config::load(None).unwrap()
    };
    let running = server::spawn(config, Clock::System).await.unwrap();
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |number| number.parse().unwrap());
    let (certificates, each) = (number("CERTIFICATES", 2_000_000), number("RECEIPTS_EACH", 5));
    let begun = Instant::now();
    fill(&running, certificates, each).await;
    let seconds = begun.elapsed().as_secs();
    println!("证照 certificates, 回执 receipts\t{certificates}, {} ({seconds} s)", certificates * each);

    let app = running.app_data();
    let begun = Instant::now();
    kpi::catch_up(&app).await.map_err(|problem| format!("{problem:?}")).unwrap();
    let taken = begun.elapsed();
    let rate = f64::from(u32::try_from(certificates).unwrap()) / taken.as_secs_f64();
    println!("指标任务 the job, from nothing\t{:.0} s, {rate:.0} certificates/s", taken.as_secs_f64());
    run(&running, "ANALYZE").await;

    let year = app.clock.now().year();
    let operator = sign_in(&running).await;
    for (what, query) in [
        ("全省 the province", String::new()),
        ("全省, 去年末 as of the end of last year", format!("&as_of={}1231", year - 1)),
        ("一市 one city", "&division=2101".to_owned()),
    ] {
        let path = format!("/v1/kpi/scores?year={year}{query}");
        println!("评分页 score page, {what}\t{:.0} ms", median(&running, &operator, &path).await);
    }
    let path = format!("/v1/kpi/activation?year={year}");
    println!("激活率 activation rate\t{:.0} ms", median(&running, &operator, &path).await);
    let path = format!("/v1/kpi/scores/certificates?year={year}&figure=not_activated");
    println!("下钻 a page of what is behind\t{:.0} ms", median(&running, &operator, &path).await);
    running.stop().await.unwrap();
}

async fn run(running: &Running, sql: &str) {
    let sql = sql.to_owned();
    let work = move |conn: &mut Conn| -> Result<(), StoreError> { Ok(conn.batch_execute(&sql)?) };
    running.app().db.write(work).await.unwrap();
}

/// Certificates of 112 counties, nine kinds and the last six years; two thirds of them shown, a third checked.
async fn fill(running: &Running, certificates: u64, each: u64) {
    let today = running.app().clock.now().day().0;
    run(
        running,
        "INSERT INTO holders VALUES ('measured', '001', '', 'measured', '某某运输有限公司', 0);
         INSERT INTO status_indices VALUES ('measured', 0, '', 0, 0);
         DROP INDEX receipts_by_certificate; DROP INDEX receipts_by_cti",
    )
    .await;
    let bar = ProgressBar::new(certificates);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}").unwrap());
    for first in (1..=certificates).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let last = certificates.min(first + AT_ONCE - 1);
        run(running, &statements(first, last, each, today)).await;
        bar.set_position(last);
    }
    bar.finish_and_clear();
    run(
        running,
        "CREATE INDEX receipts_by_certificate ON receipts (certificate_id, scanned_at);
         CREATE INDEX receipts_by_cti ON receipts (cti);
         ANALYZE",
    )
    .await;
}

fn statements(first: u64, last: u64, each: u64, today: u32) -> String {
    let id = "'00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')";
    let division = "'21' || lpad((n / 9 % 14 + 1)::text, 2, '0') || lpad((n / 126 % 8 + 1)::text, 2, '0')";
    let kind = "(ARRAY['008','016','074','079','013','073','071','075','072'])[n % 9 + 1]";
    let issued = format!("({today} - n * 7 % 2100)::int");
    let at = format!("(({today}::bigint - n * 7 % 2100 + n * 13 % (1 + n * 7 % 2100)) * 86400000)");
    let year = format!("extract(year FROM to_timestamp({at} / 1000 + 28800) AT TIME ZONE 'UTC')::int");
    let series = format!("generate_series({first}::bigint, {last}::bigint) n");
    let mut sql = format!(
        "INSERT INTO certificates SELECT {id}, {kind}, '', 'n' || n, 'measured', {division}, 'i' || n, n::text,
             'measured', NULL, NULL, 1, 'valid', false, false, n, {issued}, {issued}, {issued} + 2200, 0, 0 FROM {series};
         INSERT INTO certificate_versions (certificate_id, version, items_ciphertext, items_mac, status_index, made_by,
             credential, seal_key, sealed_at, credential_exp, division, specimen, issued_on, valid_to)
             SELECT {id}, 1, '', '', n, 'issued', '', '', 0, 0, {division}, false, {issued}, {issued} + 2200 FROM {series};
         INSERT INTO certificate_events SELECT {id}, n, {id}, 'issued', 1, 'valid', NULL,
             {issued}::bigint * 86400000, 0, 'system', NULL FROM {series};"
    );
    let _ = write!(
        sql,
        "INSERT INTO receipts SELECT {id} || '-' || k, '', 'a', NULL, NULL, 'o', 'd', '', {id}, n || '-' || k, '21', n, 1,
             'valid', NULL, 1, NULL, {at} + k * 60000, {at} + k * 60000, NULL, '检查', 'valid', NULL, ''
             FROM {series}, generate_series(1, {each}) k;"
    );
    for (source, of) in [("holder_use", "n % 3 < 2"), ("officer_check", "n % 3 = 0")] {
        let _ = write!(
            sql,
            "INSERT INTO activations SELECT {id}, {year}, '{source}', {at} + 60000, 0, {id} || '-1' FROM {series} WHERE {of};
             INSERT INTO score_touched SELECT {id}, '{source}' FROM {series} WHERE {of};"
        );
    }
    sql
}

async fn sign_in(running: &Running) -> String {
    let app = running.app_data();
    let new = NewAccount {
        id: app.new_id().to_string(),
        login: "measuring".to_owned(),
        role: Role::Operator,
        name: "测试账号".to_owned(),
        password: Password::hash(PASSWORD, 1),
        password_initial: false,
        holder_id: None,
        division: None,
    };
    let (integrity, now) = (app.integrity.clone(), app.clock.now());
    let add = move |conn: &mut _| accounts::add(conn, &integrity, new, now);
    assert!(app.db.write::<_, StoreError, _>(add).await.unwrap());
    let wanted = json!({ "login": "measuring", "password": PASSWORD });
    let request = Client::new().post(format!("http://{}/v1/sessions", running.address())).json(&wanted);
    let session: Value = request.send().await.unwrap().json().await.unwrap();
    session["token"].as_str().unwrap().to_owned()
}

/// Milliseconds of an answer read to its end, the median of several.
async fn median(running: &Running, token: &str, path: &str) -> f64 {
    let http = Arc::new(Client::new());
    let mut taken = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        let request = http.get(format!("http://{}{path}", running.address())).bearer_auth(token);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        let _ = answer.bytes().await.unwrap();
        taken.push(begun.elapsed());
    }
    taken.sort();
    let median = taken.get(TIMES / 2).copied().unwrap_or(Duration::ZERO);
    median.as_secs_f64() * 1_000.0
}
