//! Signing in with a code of `wx.login`.

use serde_json::json;
use yzt_api::store::StoreError;
use yzt_tests::TestApp;

use super::World;
use super::stand_in::Odd;

#[tokio::test]
async fn who_comes_for_the_first_time_may_bind_and_do_nothing_else() {
    let world = World::new().await;
    let (newcomer, session) = world.comes("oTest-newcomer").await;
    assert_eq!((&session["bindings"], session.get("session")), (&json!([]), None));
    let _ = newcomer.get("/v1/bindings").await.json(200);
    for path in ["/v1/me", "/v1/certificates", "/v1/me/accounts", "/v1/binding-requests"] {
        assert_eq!(newcomer.get(path).await.problem(), "not_signed_in", "{path}");
    }
}

#[tokio::test]
async fn the_session_of_an_account_is_no_session_of_a_wechat_user() {
    let world = World::new().await;
    let officer = world.app.officer().await;
    assert_eq!(officer.get("/v1/bindings").await.problem(), "wrong_role");
    assert_eq!(world.app.visitor().get("/v1/bindings").await.problem(), "not_signed_in");
}

#[tokio::test]
async fn a_session_that_is_good_for_binding_ends_after_half_an_hour() {
    let world = World::new().await;
    let (newcomer, _) = world.comes("oTest-slow").await;
    world.app.pass(30 * 60 - 1);
    let _ = newcomer.get("/v1/bindings").await.json(200);
    world.app.pass(1);
    assert_eq!(newcomer.get("/v1/bindings").await.problem(), "session_expired");
}

#[tokio::test]
async fn a_code_is_good_once_and_an_invented_one_never() {
    let world = World::new().await;
    let code = world.wechat.code_for("oTest-once");
    let _ = world.log_in(&code).await.json(201);
    assert_eq!(world.log_in(&code).await.problem(), "wechat_code_used");
    assert_eq!(world.log_in("0invented").await.problem(), "wechat_code_invalid");
}

#[tokio::test]
async fn what_cannot_be_a_code_is_not_passed_on() {
    let world = World::new().await;
    for js_code in ["", "a code", "代码", &"x".repeat(129)] {
        assert_eq!(world.log_in(js_code).await.problem(), "unfit_value");
    }
    assert_eq!(world.wechat.asked(), 0);
}

#[tokio::test]
async fn every_error_of_wechat_has_an_answer_that_says_what_to_do() {
    let world = World::new().await;
    for (errcode, code, retry_after) in [
        (40029, "wechat_code_invalid", ""),
        (40163, "wechat_code_used", ""),
        (45011, "too_many_attempts", "60"),
        (40226, "wechat_user_blocked", ""),
        (40013, "wechat_unavailable", "5"),
        (40125, "wechat_unavailable", "5"),
    ] {
        world.wechat.next_errcode(errcode);
        let answer = world.log_in(&world.wechat.code_for("oTest-user")).await;
        assert_eq!(
            (answer.problem().as_str(), answer.header("retry-after")),
            (code, retry_after),
            "{errcode}"
        );
        assert!(!answer.text.contains("6166f719"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_busy_service_is_asked_once_more() {
    let world = World::new().await;
    world.wechat.next_errcode(-1);
    let _ = world.comes("oTest-patient").await;
    assert_eq!(world.wechat.asked(), 2);

    world.wechat.next_errcode(-1);
    world.wechat.next_errcode(-1);
    let answer = world.log_in(&world.wechat.code_for("oTest-patient")).await;
    assert_eq!(answer.problem(), "wechat_unavailable");
    assert_eq!(world.wechat.asked(), 4);
}

#[tokio::test]
async fn a_service_that_answers_badly_or_not_at_all_is_unavailable_and_not_asked_again() {
    let world = World::new().await;
    let odd = [
        Odd::Says("{\"openid\":".to_owned()),
        Odd::Says("<html>".to_owned()),
        Odd::Says(String::new()),
        Odd::Status(502),
        Odd::Status(302),
        Odd::Endless,
        Odd::Silent,
    ];
    for (before, odd) in odd.into_iter().enumerate() {
        world.wechat.next(odd);
        let answer = world.log_in(&world.wechat.code_for("oTest-user")).await;
        assert_eq!(answer.problem(), "wechat_unavailable");
        assert_eq!(world.wechat.asked(), before + 1);
    }
    world.wechat.stop().await;
    assert_eq!(world.log_in("0any").await.problem(), "wechat_unavailable");
    // None of that was the user's fault.
    assert_eq!(world.log_in("0any").await.problem(), "wechat_unavailable");
}

#[tokio::test]
async fn guessing_codes_from_one_address_is_limited() {
    let world = World::with(|config| config.sign_in_attempts_address = 3).await;
    for _ in 0..3 {
        assert_eq!(world.log_in("0guess").await.problem(), "wechat_code_invalid");
    }
    let answer = world.log_in(&world.wechat.code_for("oTest-user")).await;
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("too_many_attempts", "900"));
    world.app.pass(900);
    let _ = world.comes("oTest-user").await;
}

#[tokio::test]
async fn without_a_mini_program_the_way_in_is_closed() {
    let app = TestApp::spawn().await;
    let answer = app.visitor().post("/v1/wechat/sessions", &json!({ "js_code": "0any" })).await;
    assert_eq!(answer.problem(), "wechat_off");
}

#[tokio::test]
async fn a_user_is_known_again_by_a_digest_and_the_openid_is_nowhere() {
    let world = World::new().await;
    let openid = "oTest-known-again";
    let _ = world.comes(openid).await;
    let _ = world.comes(openid).await;
    let _ = world.comes("oTest-another").await;
    let rows: Result<Vec<Vec<u8>>, StoreError> = world
        .app
        .running
        .app()
        .db
        .read(|conn| {
            use diesel::prelude::*;
            #[derive(QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Binary)]
                openid: Vec<u8>,
            }
            let rows: Vec<Row> = diesel::sql_query("SELECT openid FROM wechat_users").load(conn)?;
            Ok(rows.into_iter().map(|row| row.openid).collect())
        })
        .await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|digest| digest.len() == 32));
    assert!(rows.iter().all(|digest| !digest.windows(5).any(|part| part == b"oTest")));
}
