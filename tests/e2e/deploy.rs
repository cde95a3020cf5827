//! The files a site installs say what is so: settings that exist and do, metrics that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use yzt_api::config::Config;
use yzt_api::metrics::{METRICS, OF_THE_PROCESS};
use yzt_tests::TestApp;

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(deploy(file)).unwrap()
}

/// Every word that begins as our metrics do; a histogram's three series count as it.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let ours = words.filter(|word| ["yzt_", "process_"].iter().any(|start| word.starts_with(start)));
    ours.map(|word| {
        ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
    })
    .map(str::to_owned)
    .collect()
}

fn known() -> BTreeSet<String> {
    let ours = METRICS.iter().map(|(name, ..)| (*name).to_owned());
    ours.chain(OF_THE_PROCESS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

#[test]
fn the_settings_for_production_do() {
    let config = Config::from_sources(&read("yzt.toml"), []).unwrap();
    let config = config.checked().unwrap();
    assert_eq!(config.environment.to_string(), "production");
    assert!(!config.migrate_on_start && config.trust_forwarded_for);
}

#[test]
fn alarms_and_the_dashboard_ask_for_metrics_that_exist() {
    let known = known();
    for (file, least) in
        [("prometheus/rules.yml", 15), ("prometheus/rules_test.yml", 5), ("grafana/yzt.json", 20)]
    {
        let asked = metrics_in(&read(file));
        assert!(asked.len() >= least, "{file}: {asked:?}");
        let unknown: Vec<_> = asked.difference(&known).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
    let dashboard: serde_json::Value = serde_json::from_str(&read("grafana/yzt.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 20);
}

#[test]
fn every_alarm_says_what_it_means_and_what_to_do() {
    let rules = read("prometheus/rules.yml");
    let alarms: Vec<_> = rules.split("- alert: ").skip(1).collect();
    assert!(alarms.len() >= 20);
    for alarm in alarms {
        for part in ["severity: ", "summary: ", "meaning: ", "action: "] {
            assert!(alarm.contains(part), "{part}: {alarm}");
        }
    }
}

#[test]
fn the_alarms_ring_when_they_should() {
    if Command::new("promtool").arg("--version").output().is_err() {
        println!("not run: no promtool on this machine (Debian: prometheus)");
        return;
    }
    for arguments in [["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]] {
        let done =
            Command::new("promtool").args(arguments).current_dir(deploy("prometheus")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&[done.stdout, done.stderr].concat()));
    }
}

#[tokio::test]
async fn a_server_tells_every_metric_there_is_to_tell() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    while app.running.app().metrics.upkeep.get() == 0 {
        tokio::task::yield_now().await;
    }
    visitor.get("/readyz").await;
    let text = visitor.get("/metrics").await.text;
    let told = metrics_in(&text);
    // What has labels is told from the first time on.
    let silent = |name: &str| METRICS.iter().any(|(known, labels, _)| *known == name && !labels.is_empty());
    let missing: Vec<_> = known().into_iter().filter(|name| !told.contains(name) && !silent(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for line in
        ["yzt_build_info{version=\"", "yzt_signing_key_expiry_timestamp_seconds{use=\"root\"} 2", "lane=\""]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.contains("yzt_clock_timestamp_seconds 1781488800\n"), "{text}");
}
