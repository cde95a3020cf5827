//! The face of a certificate as a page, an image and in print: for whom, and with what on it.

use reqwest::Method;
use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;

async fn file(who: &Person, path: &str) -> (u16, String, Vec<u8>) {
    let answer = who.request(Method::GET, path).send().await.unwrap();
    let media_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), media_type, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_holder_has_the_face_as_a_page_an_image_and_in_print() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::RoadTransportLicence).await;
    let holder = app.holder_of(&issued).await;
    let face = format!("/v1/certificates/{}/face", issued.id);
    let (status, media_type, svg) = file(&holder, &face).await;
    let svg = String::from_utf8(svg).unwrap();
    assert_eq!((status, media_type.as_str()), (200, "image/svg+xml"));
    assert!(svg.contains("道路运输经营许可证") && svg.contains(issued.record.holder().name()), "{svg}");
    let (status, media_type, png) = file(&holder, &format!("{face}?format=png")).await;
    assert_eq!((status, media_type.as_str(), &png[..4]), (200, "image/png", &b"\x89PNG"[..]));
    let picture = image::load_from_memory(&png).unwrap();
    assert!(picture.width() > 1_600 && picture.height() > 1_100);
    let (status, media_type, pdf) = file(&holder, &format!("{face}?format=pdf")).await;
    assert_eq!((status, media_type.as_str(), &pdf[..5]), (200, "application/pdf", &b"%PDF-"[..]));
    assert_eq!(holder.get(&format!("{face}?format=gif")).await.problem(), "bad_query");
}

#[tokio::test]
async fn staff_of_the_division_see_it_masked_and_others_not_at_all() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let face = format!("/v1/certificates/{}/face", issued.id);
    let holder = app.holder_of(&issued).await;
    let whole = holder.get(&face).await.text;
    let masked = app.officer().await.get(&face).await.text;
    let code = issued.record.holder().code();
    assert!(whole.contains(code) && !masked.contains(code));
    assert!(masked.contains(issued.record.holder().name()), "the name is on the face of the code too");
    let elsewhere = app.staff_of(Role::Officer, "2114").await;
    assert_eq!(elsewhere.get(&face).await.problem(), "other_division");
    let another = app.issued_with(Kind::TaxiDriver, |line| line["holderName"] = json!("测试甲")).await;
    let another = app.holder_of(&another).await;
    assert_eq!(another.get(&face).await.problem(), "not_found");
}

#[tokio::test]
async fn what_is_a_specimen_or_not_in_force_bears_it_across() {
    let app = TestApp::spawn().await;
    let specimen =
        app.issued_with(Kind::RoadTransportCertificate, |line| line["specimen"] = json!(true)).await;
    let face = |id: &str| format!("/v1/certificates/{id}/face");
    let drawn = app.holder_of(&specimen).await.get(&face(&specimen.id)).await.text;
    assert!(drawn.contains(">样证<"));
    let cancelled = app.issued(Kind::TaxiDriver).await;
    let holder = app.holder_of(&cancelled).await;
    assert!(!holder.get(&face(&cancelled.id)).await.text.contains(">已注销<"));
    let event = json!({ "event": "cancelled" });
    let path = format!("/v1/certificates/{}/events", cancelled.id);
    let _ = app.issuer().await.post(&path, &event).await.json(201);
    assert!(holder.get(&face(&cancelled.id)).await.text.contains(">已注销<"));
}

#[tokio::test]
async fn without_the_fonts_a_server_says_so_and_draws_again_once_they_are_there() {
    let directory = tempfile::tempdir().unwrap();
    let fonts = directory.path().join("fonts");
    let app = TestApp::spawn_with(|config| config.fonts_dir = fonts.display().to_string()).await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let holder = app.holder_of(&issued).await;
    let face = format!("/v1/certificates/{}/face?format=png", issued.id);
    let answer = holder.get(&face).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "fonts_missing"));
    std::os::unix::fs::symlink("/usr/share/fonts/opentype/noto", &fonts).unwrap();
    assert_eq!(file(&holder, &face).await.0, 200);
}

#[tokio::test]
async fn a_name_with_markup_in_it_is_drawn_as_it_is_written() {
    let app = TestApp::spawn().await;
    let name = "<image href=\"file:///etc/passwd\"/>&公司";
    let issued = app.issued_with(Kind::RoadTransportLicence, |line| line["holderName"] = json!(name)).await;
    let login = app.account(Role::Holder, Some(&issued.holder_id)).await;
    let holder = app.visitor().sign_in(&login, PASSWORD).await;
    let face = format!("/v1/certificates/{}/face", issued.id);
    let svg = holder.get(&face).await.text;
    assert!(!svg.contains("<image") && svg.contains("&lt;image"), "{svg}");
    assert_eq!(file(&holder, &format!("{face}?format=png")).await.0, 200);
}
