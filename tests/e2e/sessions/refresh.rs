//! The next pair of tokens: honest phones on bad networks, and thieves.

use serde_json::json;
use yzt_api::auth::Role;
use yzt_tests::TestApp;

use super::{Phone, refresh, spawn_with_usual_limits};

#[tokio::test]
async fn a_session_goes_on_with_the_next_pair_of_tokens() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    app.pass(600);
    assert_eq!(phone.use_it().await.problem(), "session_expired");
    let next = phone.refreshed().await;
    assert_ne!(next.session["token"], phone.session["token"]);
    assert_ne!(next.session["refresh_token"], phone.session["refresh_token"]);
    assert_eq!(next.session["account"], phone.session["account"]);
    let _ = next.use_it().await.json(200);
}

#[tokio::test]
async fn a_token_that_was_used_before_ends_the_session_of_owner_and_thief() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let stolen = phone.session.clone();
    let next = phone.refreshed().await;
    let _ = next.use_it().await.json(200);
    app.pass(60);
    assert_eq!(refresh(&app.visitor(), &stolen).await.problem(), "refresh_reused");
    assert_eq!(next.use_it().await.problem(), "session_ended");
    assert_eq!(next.ask_for_refresh().await.problem(), "session_ended");
}

#[tokio::test]
async fn a_thief_who_was_first_is_noticed_when_the_owner_comes() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let thief = phone.refreshed().await;
    let _ = thief.use_it().await.json(200);
    app.pass(60);
    assert_eq!(phone.ask_for_refresh().await.problem(), "refresh_reused");
    assert_eq!(thief.use_it().await.problem(), "session_ended");
}

#[tokio::test]
async fn a_thief_who_takes_part_in_a_lost_answer_is_noticed_at_the_next_refresh() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    // The thief asks; the phone, who holds the same token, is taken for one that lost the answer.
    let thief = phone.refreshed().await;
    let phone = phone.refreshed().await;
    assert_eq!(thief.session["refresh_token"], phone.session["refresh_token"]);
    let next = phone.refreshed().await;
    let _ = next.use_it().await.json(200);
    app.pass(60);
    assert_eq!(thief.ask_for_refresh().await.problem(), "refresh_reused");
    assert_eq!(next.use_it().await.problem(), "session_ended");
}

#[tokio::test]
async fn an_answer_that_got_lost_is_given_again_however_long_the_tunnel_is() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let lost = phone.ask_for_refresh().await.json(200);
    app.pass(25 * 60);
    let again = phone.refreshed().await;
    assert_eq!(again.session["refresh_token"], lost["refresh_token"]);
    let _ = again.use_it().await.json(200);
    let _ = again.refreshed().await.use_it().await.json(200);
}

#[tokio::test]
async fn a_second_request_sent_at_once_may_come_after_the_first_answer_was_used() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let next = phone.refreshed().await;
    let _ = next.use_it().await.json(200);
    app.pass(29);
    assert_eq!(phone.refreshed().await.session["refresh_token"], next.session["refresh_token"]);
    app.pass(1);
    assert_eq!(phone.ask_for_refresh().await.problem(), "refresh_reused");
}

#[tokio::test]
async fn of_many_refreshes_at_once_all_get_the_same_next_token() {
    let app = spawn_with_usual_limits().await;
    let neighbour = app.neighbour().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let bases = [app.base(), format!("http://{}", neighbour.address())];
    let asking = (0..12).map(|n: usize| {
        let (person, session) = (yzt_tests::actors::Person::at(bases[n % 2].clone()), phone.session.clone());
        tokio::spawn(async move { refresh(&person, &session).await.json(200) })
    });
    let mut tokens = Vec::new();
    for answer in asking.collect::<Vec<_>>() {
        tokens.push(answer.await.unwrap()["refresh_token"].clone());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "one step, not many");
    let next =
        Phone::with(&phone.person, json!({ "token": "", "refresh_token": tokens[0] })).refreshed().await;
    let _ = next.use_it().await.json(200);
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_no_refresh_token_of_ours_ends_nothing() {
    let app = spawn_with_usual_limits().await;
    let other = TestApp::spawn().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let foreign = Phone::of(&other, Role::Officer).await.session["refresh_token"].clone();
    let token = phone.session["refresh_token"].as_str().unwrap();
    let end = if token.ends_with('A') { "Q" } else { "A" };
    let changed = format!("{}{end}", &token[..token.len() - 1]);
    for token in [json!(""), json!("!"), phone.session["token"].clone(), json!(changed), foreign] {
        let answer = refresh(&app.visitor(), &json!({ "refresh_token": token })).await;
        assert_eq!(answer.problem(), "not_signed_in", "{token}");
    }
    let _ = phone.refreshed().await.use_it().await.json(200);
}
