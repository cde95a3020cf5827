//! 电子证照目录: which kinds there are, for everybody; and a file of the site's own.

use serde_json::json;
use yzt_tests::TestApp;

const BUILT_IN: &str = include_str!("../../api/data/catalogue.csv");

#[tokio::test]
async fn everybody_may_know_which_kinds_of_certificates_there_are() {
    let app = TestApp::spawn().await;
    let catalogue = app.visitor().get("/v1/catalogue").await.json(200);
    let kinds = catalogue["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), 9);
    let driver = kinds.iter().find(|kind| kind["kind"] == "071").unwrap();
    assert_eq!(driver["name"], "道路运输从业人员从业资格证");
    assert!(driver["type_code"].as_str().unwrap().ends_with("071"));
    assert_eq!((&driver["holder"], &driver["confirmed"]), (&json!("person"), &json!(false)));
    assert_eq!(driver["face_items"][1], json!({ "name": "holderName", "label": "姓名" }));
}

#[tokio::test]
async fn a_site_may_have_a_catalogue_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("catalogue.csv");
    std::fs::write(&file, BUILT_IN.replace("20230101", "20260701")).unwrap();
    let name = file.to_string_lossy().into_owned();
    let app = TestApp::spawn_with(|config| config.catalogue_file = name).await;
    let catalogue = app.visitor().get("/v1/catalogue").await.json(200);
    assert_eq!(catalogue["kinds"][0]["collection_from"], "2026-07-01");
}
