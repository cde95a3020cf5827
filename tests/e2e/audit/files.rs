//! The log as a file, verified without the database it came from.

use std::io::BufReader;

use verifier_core::sm2::PublicKey;
use yzt_api::audit::file::{self, Export, Means};
use yzt_api::audit::verify::{Fault, Findings};
use yzt_api::audit::{Audit, AuditError, public_keys};
use yzt_api::store::Conn;
use yzt_tests::TestApp;

use super::write;

/// Lines of a file, and what it is verified with.
struct Exported {
    audit: Audit,
    keys: Vec<PublicKey>,
    lines: Vec<String>,
}

impl Exported {
    async fn of(app: &TestApp) -> Self {
        let server = app.running.app_data();
        let export = move |conn: &mut Conn| -> Result<_, AuditError> {
            let (signer, iss) = (&*server.signer, server.config.iss.as_str());
            let what = Export { signer, iss, from: 3, to: 8, archived: false };
            let mut bytes = Vec::new();
            server.audit.export(conn, &what, &mut bytes, |_| ())?.unwrap();
            Ok((bytes, public_keys(conn)?))
        };
        let (bytes, keys) = app.running.app().db.read(export).await.unwrap();
        let lines = String::from_utf8(bytes).unwrap().lines().map(|line| format!("{line}\n")).collect();
        Self { audit: app.running.app().audit.clone(), keys, lines }
    }

    fn faults(&self, lines: &[String], with_secret: bool) -> Vec<Fault> {
        let key = with_secret.then(|| self.audit.secret());
        let means = Means { key, keys: &self.keys, kept: &[] };
        let findings: Findings =
            file::verify(BufReader::new(lines.concat().as_bytes()), &means, |_| ()).unwrap();
        findings.faults
    }
}

async fn exported() -> Exported {
    let app = TestApp::spawn().await;
    write(&app, 10).await;
    Exported::of(&app).await
}

#[tokio::test]
async fn a_file_as_it_was_written_is_sound_with_the_secret_and_without() {
    let file = exported().await;
    assert_eq!(file.lines.len(), 7, "six entries and a checkpoint");
    assert_eq!(file.faults(&file.lines, true), []);
    assert_eq!(file.faults(&file.lines, false), []);
}

#[tokio::test]
async fn whatever_is_done_to_its_lines_shows_even_without_the_secret() {
    let file = exported().await;
    let change = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = file.lines.clone();
        change(&mut lines);
        file.faults(&lines, false)
    };
    assert!(change(&|lines| drop(lines.remove(2))).contains(&Fault::Missing(5, 5)));
    assert!(change(&|lines| lines.swap(1, 2)).contains(&Fault::OutOfPlace(4)));
    assert!(change(&|lines| lines.insert(2, lines[1].clone())).contains(&Fault::OutOfPlace(4)));
    let changed = change(&|lines| lines[2] = lines[2].replace("\"success\"", "\"refused\""));
    assert!(changed.contains(&Fault::Changed(5)), "{changed:?}");
    // The codes are not looked at without the secret, but the digest of the lines is.
    assert!(!change(&|lines| lines[2] = lines[2].replace("\"mac\":\"", "\"mac\":\"00")).is_empty());
    assert!(!change(&|lines| drop(lines.remove(0))).is_empty());
    assert!(!change(&|lines| drop(lines.remove(5))).is_empty());
    assert!(!change(&|lines| drop(lines.pop())).is_empty());
    assert!(!change(&|lines| lines.push(lines[0].clone())).is_empty());
    assert!(!change(&|lines| lines.insert(1, "nonsense\n".to_owned())).is_empty());
}

#[tokio::test]
async fn no_other_key_closes_a_file() {
    let file = exported().await;
    let other = exported().await;
    let means = Means { key: None, keys: &other.keys, kept: &[] };
    let findings = file::verify(BufReader::new(file.lines.concat().as_bytes()), &means, |_| ()).unwrap();
    assert!(matches!(findings.faults.as_slice(), [Fault::Checkpoint(8, _)]), "{:?}", findings.faults);
    let findings = file.faults(&other.lines, true);
    assert!(findings.contains(&Fault::Foreign(3)), "another site's secret: {findings:?}");
}
