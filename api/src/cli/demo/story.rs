//! The story: a certificate comes in, is shown, checked without network, counted; then misused in four ways.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use verifier_core::receipt::{Receipt, ReceiptId};
use verifier_core::{Outcome, Reason, Seconds, Verdict};

use super::super::{Failure, bundle};
use super::accounts::{self, Accounts};
use super::client::{Client, text};
use super::forge;
use super::notebook::{Expected, Notebook};
use crate::jobs;
use crate::problem::Problem;
use crate::qr::{self, Code, Medium};
use crate::record::Record;
use crate::server::Running;
use crate::store::certificates;
use crate::vault::Field;

/// Pixels for each module of the picture.
const SCALE: u8 = 6;
/// How long a screenshot waits before somebody tries it, in seconds.
const SCREENSHOT_AGE: u64 = 600;
/// How far a clock is set back, in seconds.
const SET_BACK: u64 = 2 * 86_400;
/// How often the bundle is asked for until it shows a change.
const PATIENCE: u8 = 50;

const BUNDLE: &str = "bundle";
const BUNDLE_CANCELLED: &str = "bundle-cancelled";

/// Tells the story. `false` when a step was not as expected.
pub(super) async fn tell(server: &Running, accounts: &Accounts, dir: &Path) -> Result<bool, Failure> {
    let mut notebook = Notebook::new(dir);
    import(server, accounts, &mut notebook).await?;
    let driver = Client::sign_in(server.address(), &accounts.driver).await?;
    let shown = present(&driver, dir, &mut notebook).await?;
    write_bundle(server, &dir.join(BUNDLE)).await?;
    let verdict = verify_from_picture(server, dir, &mut notebook)?;
    count(server, accounts, &shown, &verdict, &mut notebook).await?;
    misuse(server, &shown, &verdict, &mut notebook)?;
    cancel(server, accounts, &driver, &shown.certificate, dir, &mut notebook).await?;
    notebook.close()
}

/// What the driver showed.
struct ShownCode {
    certificate: String,
    code: String,
}

async fn import(server: &Running, accounts: &Accounts, notebook: &mut Notebook<'_>) -> Result<(), Failure> {
    notebook
        .step("运政系统推送证照，逐张加盖电子印章", "The issuer's system sends certificates; each is sealed");
    let issuer = Client::sign_in(server.address(), &accounts.issuer).await?;
    let lines = accounts.records.iter().flat_map(|record| [record.to_line(), b"\n".to_vec()].concat());
    let report = issuer.upload("/v1/ingest", "application/x-ndjson", lines.collect()).await?;
    let number = |name: &str| report.get(name).and_then(Value::as_u64).unwrap_or_default();
    notebook.tell(format_args!(
        "收到 {} 条，制证 {} 张，退回 {} 条",
        number("lines"),
        number("created"),
        number("rejected")
    ));
    let all_made = usize::try_from(number("created")).is_ok_and(|made| made == accounts.records.len());
    notebook.check(all_made, "every record makes a certificate");
    let records = accounts.records_to_show(now(server).day());
    let (shown, other) = records.ok_or_else(|| Failure::new("too few drivers in the records"))?;
    for (record, account) in [(shown, &accounts.driver), (other, &accounts.second_driver)] {
        accounts::add(server.app(), account, Some(holder_of(server, record).await?)).await?;
    }
    Ok(())
}

/// Whose certificate a record made.
async fn holder_of(server: &Running, record: &Record) -> Result<String, Failure> {
    let (kind, issuer) = (record.kind().code(), record.issuer().to_string());
    let number = server.app().vault.index(Field::CertificateNumber, record.number().as_str());
    let found = server.app().db.read(move |conn| certificates::find_by_number(conn, kind, &issuer, &number));
    let row = found.await.map_err(Failure::new)?;
    row.map(|row| row.holder_id).ok_or_else(|| Failure::new("a driver's record made no certificate"))
}

async fn present(driver: &Client, dir: &Path, notebook: &mut Notebook<'_>) -> Result<ShownCode, Failure> {
    notebook.step("驾驶员登录，亮证", "The driver signs in and shows a certificate");
    let list = driver.get("/v1/certificates").await?;
    let first = list.get("certificates").and_then(|certificates| certificates.get(0)).unwrap_or(&Value::Null);
    let certificate = text(first, "id")?;
    let code = show_code(driver, &certificate).await?;
    let drawing = Code::new(&code, Medium::Screen).map_err(Failure::new)?;
    bundle::replace(&dir.join("code.png"), &drawing.png(SCALE).map_err(Failure::new)?)?;
    bundle::replace(&dir.join("code.txt"), code.as_bytes())?;
    notebook.tell(format_args!("code.png, code.txt → {}", dir.display()));
    Ok(ShownCode { certificate, code })
}

async fn show_code(driver: &Client, certificate: &str) -> Result<String, Failure> {
    let presentation =
        driver.post(&format!("/v1/certificates/{certificate}/presentations"), &json!({})).await?;
    text(&presentation, "code")
}

async fn write_bundle(server: &Running, dir: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(dir)?;
    for (name, bytes) in bundle::files(server.app()).await? {
        bundle::replace(&dir.join(name), &bytes)?;
    }
    Ok(())
}

fn now(server: &Running) -> Seconds {
    server.app().clock.now().seconds()
}

fn verify_from_picture(
    server: &Running,
    dir: &Path,
    notebook: &mut Notebook<'_>,
) -> Result<Verdict, Failure> {
    notebook.step(
        "执法人员断网扫码，用事先下载的数据包判定",
        "An officer without network scans the picture and decides",
    );
    let picture = std::fs::read(dir.join("code.png"))?;
    let codes = qr::read_codes(&picture).map_err(Failure::new)?;
    let code = codes.first().ok_or_else(|| Failure::new("no code in code.png"))?;
    let expected = Expected { name: "genuine", bundle: BUNDLE, outcome: Outcome::Valid, reason: None };
    notebook.verdict(code, now(server), &expected)
}

async fn count(
    server: &Running,
    accounts: &Accounts,
    shown: &ShownCode,
    verdict: &Verdict,
    notebook: &mut Notebook<'_>,
) -> Result<(), Failure> {
    notebook.step(
        "恢复网络后上传回执，激活率变化",
        "Back on the network: the receipt is uploaded, the activation rate moves",
    );
    let operator = Client::sign_in(server.address(), &accounts.operator).await?;
    let officer = Client::sign_in(server.address(), &accounts.officer).await?;
    let before = checked(server, &operator).await?;
    let id = ReceiptId(*server.app().new_id().as_bytes());
    let receipt = Receipt {
        officer: accounts.officer.login.to_owned(),
        device: "demo".to_owned(),
        purpose: "路面执法检查（演示）".to_owned(),
        ..Receipt::of(verdict, id, &shown.code, now(server))
    };
    let result = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await?;
    notebook.check(text(&result, "state")? == "accepted", "the receipt is accepted");
    let after = checked(server, &operator).await?;
    notebook.tell(format_args!(
        "本年度激活率（经执法查验） activation rate by officers' checks: {before} → {after}"
    ));
    let moved = after.activated == before.activated + 1 && after.issued == before.issued;
    notebook.check(moved, "the check activates one certificate");
    Ok(())
}

/// Certificates issued this year, and those of them that a check has activated.
struct Rate {
    activated: u64,
    issued: u64,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (self.activated * 10_000).checked_div(self.issued).unwrap_or(0);
        write!(f, "{}/{} = {}.{:02} %", self.activated, self.issued, hundredths / 100, hundredths % 100)
    }
}

async fn checked(server: &Running, operator: &Client) -> Result<Rate, Failure> {
    let scores = jobs::find("scores").ok_or_else(|| Failure::new("there is no job `scores`"))?;
    // Figures are kept by a job, which another may be at: then this one comes right after it.
    let failed = |problem: Problem| Failure::new(problem.code().name());
    while !jobs::run(&server.app_data(), scores).await.map_err(failed)? {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let year = now(server).day().civil().0;
    let rate = operator.get(&format!("/v1/kpi/activation?year={year}&source=officer_check")).await?;
    let figure = |name: &str| {
        let found = rate.get("total").and_then(|total| total.get(name)).and_then(Value::as_u64);
        found.ok_or_else(|| Failure::new(format_args!("the answer has no total.{name}")))
    };
    Ok(Rate { activated: figure("activated")?, issued: figure("issued")? })
}

fn misuse(
    server: &Running,
    shown: &ShownCode,
    verdict: &Verdict,
    notebook: &mut Notebook<'_>,
) -> Result<(), Failure> {
    let at = verdict.presentation.map_or_else(|| now(server), |shown| shown.made);
    let holder = verdict.certificate.as_ref().map_or("", |certificate| certificate.holder.as_str());

    notebook.step("伪造：在真码里改写姓名", "Forged: another name is written into the genuine code");
    let address = server.app().config.public_address();
    let forged = forge::with_another_name(&shown.code, &address, holder)?;
    let expected = Expected {
        name: "forged",
        bundle: BUNDLE,
        outcome: Outcome::Invalid,
        reason: Some(Reason::SealForged),
    };
    notebook.verdict(&forged, at, &expected)?;

    notebook.step("截图：十分钟后出示同一个码", "Screenshot: the same code ten minutes later");
    let expected = Expected {
        name: "screenshot",
        bundle: BUNDLE,
        outcome: Outcome::Undetermined,
        reason: Some(Reason::CodeExpired),
    };
    notebook.verdict(&shown.code, at.plus(SCREENSHOT_AGE), &expected)?;

    notebook.step("执法手机时钟被拨慢两天", "The officer's clock is set back by two days");
    let expected = Expected {
        name: "clock-set-back",
        bundle: BUNDLE,
        outcome: Outcome::Undetermined,
        reason: Some(Reason::ClockSuspect),
    };
    notebook.verdict(&shown.code, at.minus(SET_BACK), &expected)?;
    Ok(())
}

async fn cancel(
    server: &Running,
    accounts: &Accounts,
    driver: &Client,
    certificate: &str,
    dir: &Path,
    notebook: &mut Notebook<'_>,
) -> Result<(), Failure> {
    notebook.step(
        "注销：注销前生成的码，用新数据包核验",
        "Cancelled: a code made just before, checked with a fresh bundle",
    );
    let code = show_code(driver, certificate).await?;
    let issuer = Client::sign_in(server.address(), &accounts.issuer).await?;
    let event = json!({ "event": "cancelled", "reason": "演示：持证人申请注销" });
    issuer.post(&format!("/v1/certificates/{certificate}/events"), &event).await?;
    let refusal = driver.problem(&format!("/v1/certificates/{certificate}/presentations")).await?;
    notebook.tell(format_args!("再次亮证被拒绝 presenting again is refused: {refusal}"));
    notebook.check(refusal == "certificate_cancelled", "a cancelled certificate cannot be shown");
    write_changed_bundle(server, dir).await?;
    let expected = Expected {
        name: "cancelled",
        bundle: BUNDLE_CANCELLED,
        outcome: Outcome::Invalid,
        reason: Some(Reason::Cancelled),
    };
    notebook.verdict(&code, now(server), &expected)?;
    Ok(())
}

/// Fetches bundles until the status list is another than that of the first: a new one follows within seconds.
async fn write_changed_bundle(server: &Running, dir: &Path) -> Result<(), Failure> {
    let status = format!("status-{}.cose", server.app().config.iss);
    let first = std::fs::read(dir.join(BUNDLE).join(&status))?;
    for _ in 0..PATIENCE {
        write_bundle(server, &dir.join(BUNDLE_CANCELLED)).await?;
        if std::fs::read(dir.join(BUNDLE_CANCELLED).join(&status))? != first {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Failure::new("the status list does not show the change"))
}
