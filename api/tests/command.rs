//! The `yzt` command as a person or a script uses it: arguments, input, exit codes, signals.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on ends")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use tempfile::TempDir;

/// A place to run `yzt` in, with nothing there yet.
struct Site {
    directory: TempDir,
}

impl Site {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    fn yzt(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yzt"));
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.directory.path())
            .env("YZT_BIND", "127.0.0.1:0")
            .env("YZT_PASSWORD_ROUNDS", "1")
            .env("YZT_KEYSTORE_ROUNDS", "1")
            .stdin(Stdio::null());
        command
    }

    fn production(&self, arguments: &[&str]) -> Command {
        let mut command = self.yzt(arguments);
        command
            .env("YZT_ENVIRONMENT", "production")
            .env("YZT_PUBLIC_URL", "https://dzzz.example.cn")
            .env("YZT_KEYSTORE_PASSPHRASE", "a passphrase of our own")
            .env("YZT_KEYSTORE_ROUNDS", "100000")
            .env("YZT_PASSWORD_ROUNDS", "100000");
        command
    }
}

/// A server that does not outlive its test, however that ends.
struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    text: String,
    address: String,
}

impl Server {
    /// Starts it and waits until it listens.
    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut server = Self { child, log, text: String::new(), address: String::new() };
        let line = server.line_with("\"address\":\"");
        let (_, rest) = line.split_once("\"address\":\"").unwrap();
        server.address = rest.split('"').next().unwrap().to_owned();
        server
    }

    /// The next line of its log that has this in it.
    fn line_with(&mut self, words: &str) -> String {
        loop {
            let from = self.text.len();
            assert_ne!(self.log.read_line(&mut self.text).unwrap(), 0, "{}", self.text);
            if self.text[from..].contains(words) {
                return self.text[from..].to_owned();
            }
        }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn run(mut command: Command) -> Output {
    command.output().unwrap()
}

fn run_with(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_use_ends_with_64_and_help_with_0() {
    let site = Site::new();
    for wrong in [
        &["nothing"][..],
        &[],
        &["keys", "rotate", "door"],
        &["data-keys", "rewrap", "--new", "--only-make"],
        &["serve", "--password=x"],
    ] {
        assert_eq!(run(site.yzt(wrong)).status.code(), Some(64), "{wrong:?}");
    }
    for help in [&["--help"][..], &["keys", "--help"], &["accounts", "--help"], &["data-keys", "--help"]] {
        let output = run(site.yzt(help));
        assert_eq!(output.status.code(), Some(0), "{help:?}");
        assert!(out(&output).contains("Examples:"), "{help:?}");
    }
}

#[test]
fn a_setting_that_does_not_exist_is_named() {
    let site = Site::new();
    std::fs::write(site.directory.path().join("yzt.toml"), "bnid = \"127.0.0.1:0\"\n").unwrap();
    let output = run(site.yzt(&["--config", "yzt.toml", "serve"]));
    assert_eq!(output.status.code(), Some(64));
    assert!(err(&output).contains("\"bnid\""), "{}", err(&output));
}

#[test]
fn production_says_everything_that_is_missing() {
    let site = Site::new();
    let mut command = site.yzt(&["serve"]);
    command.env("YZT_ENVIRONMENT", "production");
    let output = run(command);
    assert_eq!(output.status.code(), Some(64));
    for setting in ["public_url", "keystore_passphrase_file", "password_rounds", "keystore_rounds"] {
        assert!(err(&output).contains(setting), "{setting}: {}", err(&output));
    }
}

#[test]
fn keys_are_made_once_and_only_those_that_clients_need_not_learn_sign_at_once() {
    let site = Site::new();
    let made = out(&run(site.yzt(&["keys", "init"])));
    assert_eq!(made.lines().count(), 5, "{made}");
    assert_eq!(out(&run(site.yzt(&["keys", "init"]))), "");
    let listed = out(&run(site.yzt(&["keys", "list"])));
    for line in listed.lines() {
        let need_not_learn = [" root ", " audit "].iter().any(|key_use| line.contains(key_use));
        let state = if need_not_learn { " signs " } else { " unpublished " };
        assert!(line.contains(state) && line.contains("development"), "{line}");
    }
}

#[test]
fn a_key_that_waits_is_used_at_once_only_with_a_reason() {
    let site = Site::new();
    run(site.yzt(&["keys", "init"]));
    let refused = run(site.yzt(&["keys", "rotate", "seal"]));
    assert_eq!(refused.status.code(), Some(1));
    let used = run(site.yzt(&["keys", "rotate", "seal", "--use-now", "first start"]));
    assert!(out(&used).contains(" signs "), "{}{}", out(&used), err(&used));
}

#[test]
fn a_revoked_key_stays_listed_as_such() {
    let site = Site::new();
    let made = out(&run(site.yzt(&["keys", "init"])));
    let kid = made.split(' ').next().unwrap();
    assert_eq!(run(site.yzt(&["keys", "revoke", kid])).status.code(), Some(64), "a reason is needed");
    let alone = run(site.yzt(&["keys", "revoke", kid, "--reason", "test"]));
    assert_eq!(alone.status.code(), Some(1));
    assert!(err(&alone).contains("two security administrators"), "{}", err(&alone));
    assert!(run(site.yzt(&["keys", "revoke", kid, "--reason", "test", "--emergency"])).status.success());
    assert!(out(&run(site.yzt(&["keys", "list"]))).contains(" revoked "));
    let again = run(site.yzt(&["keys", "revoke", kid, "--reason", "test", "--emergency"]));
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn production_makes_its_own_keys_and_refuses_those_of_development() {
    let site = Site::new();
    let made = run(site.production(&["keys", "init"]));
    assert_eq!(out(&made).lines().count(), 5, "{}", err(&made));
    assert!(!out(&made).contains("development"));
    assert!(!run(site.production(&["keys", "rotate", "seal", "--development"])).status.success());

    let other = Site::new();
    run(other.yzt(&["keys", "init"]));
    let refused = run(other.production(&["keys", "list"]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("development key"), "{}", err(&refused));
}

#[test]
fn a_wrong_passphrase_is_said_to_be_so() {
    let site = Site::new();
    run(site.yzt(&["keys", "init"]));
    let mut command = site.yzt(&["serve"]);
    command.env("YZT_KEYSTORE_PASSPHRASE", "another");
    let output = run(command);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("passphrase"), "{}", err(&output));
}

#[test]
fn an_account_is_added_with_a_password_from_input_and_disabled_once() {
    let site = Site::new();
    let add = ["accounts", "add", "--login", "zhang", "--role", "officer", "--name", "张警官"];
    let added = run_with(site.yzt(&add), "Tian-gao.yun9dan\n");
    assert!(added.status.success(), "{}", err(&added));
    let taken = run_with(site.yzt(&add), "Tian-gao.yun9dan\n");
    assert!(err(&taken).contains("taken"));
    assert!(out(&run(site.yzt(&["accounts", "list"]))).starts_with("zhang "));
    assert!(run_with(site.yzt(&["accounts", "password", "zhang"]), "Hai-kuo.yu7yue\n").status.success());
    let common = run_with(site.yzt(&["accounts", "password", "zhang"]), "Password123!\n");
    assert!(err(&common).contains("too_common"), "{}", err(&common));
    assert_eq!(
        run_with(site.yzt(&["accounts", "password", "li"]), "Hai-kuo.yu7yue\n").status.code(),
        Some(1)
    );
    assert!(run(site.yzt(&["accounts", "unlock", "zhang"])).status.success());
    assert!(run(site.yzt(&["accounts", "disable", "zhang"])).status.success());
    assert!(out(&run(site.yzt(&["accounts", "list"]))).contains(" disabled "));
    assert_eq!(run(site.yzt(&["accounts", "disable", "zhang"])).status.code(), Some(1));
    assert!(run(site.yzt(&["accounts", "enable", "zhang"])).status.success());
}

#[test]
fn the_first_three_administrators_are_made_once_with_passwords_of_their_own() {
    let site = Site::new();
    let init =
        ["admin", "init", "--system", "zhao", "赵工", "--security", "qian", "钱工", "--audit", "sun", "孙工"];
    let made = run(site.production(&init));
    let text = out(&made);
    let passwords: Vec<_> = text.lines().map(|line| line.split_whitespace().last().unwrap()).collect();
    assert_eq!(passwords.len(), 3, "{}", err(&made));
    assert!(passwords[0] != passwords[1] && passwords[1] != passwords[2] && passwords[0] != passwords[2]);
    let again = run(site.production(&init));
    assert!(err(&again).contains("administrators already"), "{}", err(&again));
    let listed = out(&run(site.production(&["accounts", "list"])));
    for role in ["system_admin", "security_admin", "audit_admin"] {
        assert!(listed.contains(role), "{listed}");
    }
    let verified = run(site.production(&["accounts", "verify"]));
    assert!(
        out(&verified).contains("3 accounts, 0 approvals, 0 service keys, 0 altered"),
        "{}",
        out(&verified)
    );
}

/// The example key of GB/T 32918.2.
const EXAMPLE_KEY: &str = "0309f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";

#[test]
fn a_service_gets_a_key_without_a_password_and_loses_it() {
    let site = Site::new();
    let account =
        ["accounts", "add", "--login", "system", "--role", "issuer", "--name", "省运政系统", "--service"];
    let add = ["service-keys", "add", "--login", "system", "--label", "2026", "--public-key", EXAMPLE_KEY];
    assert!(err(&run(site.yzt(&add))).contains("nothing here"));
    assert!(run(site.yzt(&account)).status.success());
    let added = run(site.yzt(&add));
    let kid = out(&added).trim().to_owned();
    assert_eq!(kid.len(), 16, "{}", err(&added));
    assert!(err(&run(site.yzt(&add))).contains("registered already"));
    let mut unfit = add;
    unfit[7] = "02ff";
    assert!(err(&run(site.yzt(&unfit))).contains("not_an_sm2_public_key"));
    let listed = out(&run(site.yzt(&["service-keys", "list"])));
    assert!(listed.starts_with(&kid) && listed.contains(" good "), "{listed}");
    assert!(run(site.yzt(&["service-keys", "revoke", &kid])).status.success());
    assert_eq!(run(site.yzt(&["service-keys", "revoke", &kid])).status.code(), Some(1));
    assert!(out(&run(site.yzt(&["service-keys", "list"]))).contains(" revoked "));
    let verified = out(&run(site.yzt(&["accounts", "verify"])));
    assert!(verified.contains("1 accounts, 0 approvals, 1 service keys, 0 altered"), "{verified}");
    let officer = ["accounts", "add", "--login", "li", "--role", "officer", "--name", "李警官", "--service"];
    assert_eq!(run(site.yzt(&officer)).status.code(), Some(64));
}

#[test]
fn in_production_a_key_of_a_service_waits_for_a_security_administrator() {
    let site = Site::new();
    let account =
        ["accounts", "add", "--login", "system", "--role", "issuer", "--name", "省运政系统", "--service"];
    assert!(run(site.production(&account)).status.success());
    let add = ["service-keys", "add", "--login", "system", "--label", "2026", "--public-key", EXAMPLE_KEY];
    let asked = run(site.production(&add));
    assert!(out(&asked).contains("waits for a security administrator"), "{}", err(&asked));
    assert_eq!(out(&run(site.production(&["service-keys", "list"]))), "");
    let verified = out(&run(site.production(&["accounts", "verify"])));
    assert!(verified.contains("1 accounts, 2 approvals, 0 service keys, 0 altered"), "{verified}");
}

#[test]
fn nobody_is_two_of_the_three_administrators() {
    let site = Site::new();
    let init =
        ["admin", "init", "--system", "zhao", "赵工", "--security", "zhao", "赵工", "--audit", "sun", "孙工"];
    let refused = run(site.yzt(&init));
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(out(&run(site.yzt(&["accounts", "list"]))), "", "nothing was made");
}

#[test]
fn in_production_an_account_added_at_the_machine_waits_for_its_role() {
    let site = Site::new();
    let add = ["accounts", "add", "--login", "zhang", "--role", "officer", "--name", "张警官"];
    let added = run_with(site.production(&add), "Long-enough-1\n");
    assert!(added.status.success(), "{}", err(&added));
    assert!(out(&run(site.production(&["accounts", "list"]))).contains("pending"));
    let rekeyed = run(site.production(&["accounts", "rekey"]));
    assert!(out(&rekeyed).contains("key 2: 1 accounts"), "{}{}", out(&rekeyed), err(&rekeyed));
    let verified = run(site.production(&["accounts", "verify"]));
    assert!(
        out(&verified).contains("1 accounts, 1 approvals, 0 service keys, 0 altered"),
        "{}",
        out(&verified)
    );
}

#[test]
fn an_account_that_would_not_do_is_not_added() {
    let site = Site::new();
    let with = |more: &[&str]| {
        let all = [&["accounts", "add", "--login", "a", "--name", "甲", "--role"], more].concat();
        run_with(site.yzt(&all), "short\n").status.code()
    };
    assert_eq!(with(&["officer"]), Some(1), "a password too short");
    assert_eq!(with(&["officer", "--division", "11"]), Some(64), "another province");
    assert_eq!(with(&["holder"]), Some(1), "a holder nobody knows");
    assert_eq!(with(&["driver"]), Some(64), "a role there is not");
    assert_eq!(with(&["officer", "--password", "x"]), Some(64), "a password in the arguments");
}

#[test]
fn a_backup_is_made_checked_and_restored_into_an_empty_place_only() {
    let site = Site::new();
    run(site.yzt(&["keys", "init"]));
    let kid = out(&run(site.yzt(&["keys", "list"])));
    std::fs::write(site.directory.path().join("passphrase"), "of the backup\n").unwrap();
    let under = ["--passphrase-file", "passphrase"];
    let made = run(site.yzt(&[&["backup", "--out", "b.yztb"], &under[..]].concat()));
    assert!(made.status.success(), "{}", err(&made));
    let checked = run(site.yzt(&[&["backup", "verify", "b.yztb"], &under[..]].concat()));
    assert!(out(&checked).contains(" sqlite schema 2026"), "{}{}", out(&checked), err(&checked));

    let restore = [&["restore", "b.yztb"], &under[..]].concat();
    let refused = run(site.yzt(&restore));
    assert!(err(&refused).contains("ever overwritten"), "{}", err(&refused));
    std::fs::rename(site.directory.path().join("yzt-data"), site.directory.path().join("lost")).unwrap();
    let restored = run(site.yzt(&restore));
    assert!(restored.status.success(), "{}", err(&restored));
    assert_eq!(out(&run(site.yzt(&["keys", "list"]))), kid);
}

#[test]
fn production_makes_no_backup_that_anyone_can_read_unless_told_to() {
    let site = Site::new();
    run(site.production(&["keys", "init"]));
    let refused = run(site.production(&["backup", "--out", "b.yztb"]));
    assert!(err(&refused).contains("backup_passphrase_file"), "{}", err(&refused));
    assert!(!site.directory.path().join("b.yztb").exists());
    assert!(run(site.production(&["backup", "--out", "b.yztb", "--plain"])).status.success());
}

#[test]
fn the_schema_is_checked_and_brought_up_to_date_by_itself() {
    let site = Site::new();
    assert_eq!(run(site.yzt(&["migrate", "--check"])).status.code(), Some(1));
    assert!(out(&run(site.yzt(&["migrate"]))).starts_with("20261125000000\n"));
    assert_eq!(run(site.yzt(&["migrate", "--check"])).status.code(), Some(0));
}

#[test]
fn a_server_is_asked_how_it_is_without_an_http_client() {
    let site = Site::new();
    assert_eq!(run(site.yzt(&["health"])).status.code(), Some(1), "nobody listens on port 0");
    let server = Server::start(site.yzt(&["serve"]));
    let ask = |arguments: &[&str]| {
        let mut command = site.yzt(arguments);
        command.env("YZT_BIND", &server.address);
        out(&run(command))
    };
    assert_eq!(ask(&["health"]), "ok\n");
    assert!(ask(&["health", "--ready"]).contains("\"ready\":true"));
}

#[test]
fn a_server_told_to_reload_takes_what_it_can_and_names_the_rest() {
    let site = Site::new();
    let file = site.directory.path().join("yzt.toml");
    std::fs::write(&file, "in_flight_limit = 5\n").unwrap();
    let mut server = Server::start(site.yzt(&["--config", "yzt.toml", "serve"]));
    std::fs::write(&file, "in_flight_limit = 7\nlog_level = \"debug\"\niss = \"35\"\n").unwrap();
    server.signal("-HUP");
    let taken = server.line_with("settings reloaded");
    assert!(taken.contains("in_flight_limit log_level"), "{taken}");
    let waiting = server.line_with("needs a restart");
    assert!(waiting.contains("\"setting\":\"iss\""), "{waiting}");
    server.line_with("keys learnt");

    std::fs::write(&file, "in_flight_limit = \"many\"\n").unwrap();
    server.signal("-HUP");
    let refused = server.line_with("settings as before");
    assert!(refused.contains("in_flight_limit"), "{refused}");
    server.signal("-TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_server_stops_by_sigterm_and_its_log_tells_nothing_of_what_was_asked() {
    let site = Site::new();
    let mut command = site.yzt(&["serve"]);
    command.env("YZT_LOG_LEVEL", "trace");
    let mut server = Server::start(command);
    let body = r#"{"login":"SECRET1","password":"SECRET2"}"#;
    let requests = [
        "GET /V/1SECRET3?a=SECRET4 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer SECRET5\r\n".to_owned(),
        format!(
            "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ),
    ];
    // The page behind a code opens for everybody; who signs in wrongly is refused.
    for (head, (body, status)) in requests.iter().zip([("", 200), (body, 401)]) {
        let mut connection = TcpStream::connect(&server.address).unwrap();
        write!(connection, "{head}connection: close\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    server.signal("-TERM");
    server.log.read_to_string(&mut server.text).unwrap();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let text = &server.text;
    assert!(text.contains("\"route\":\"/v1/sessions\""), "{text}");
    assert!(!text.contains("SECRET"), "{text}");
}

#[test]
fn a_server_that_does_not_reach_its_database_says_so_and_ends() {
    let site = Site::new();
    let mut serve = site.yzt(&["serve"]);
    serve.env("YZT_DATABASE_URL", "postgres://yzt:s3cret@127.0.0.1:1/yzt");
    let ended = run(serve);
    let said = [out(&ended), err(&ended)].concat();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said.contains("database unreachable: ") && !said.contains("s3cret"), "{said}");
}
