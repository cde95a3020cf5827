//! A person bound to an organisation: asked for, decided by an operator.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_tests::actors::Person;
use yzt_tests::certificates::Issued;

use super::{World, in_session};

const CLERK: &str = "210102199001010111";
/// A credit code with a valid check that no certificate names, registered in Dalian.
const UNKNOWN: &str = "91210200MA0UNKN0";

impl World {
    /// An enterprise with a certificate, and the request of its clerk.
    async fn enterprise(&self) -> (Issued, Value) {
        let issued = self.app.issued(Kind::RoadTransportLicence).await;
        self.real_names.know(CLERK, "王五");
        let holder = issued.record.holder();
        let wanted = asked(holder.code(), holder.name());
        (issued, wanted)
    }
}

fn asked(code: &str, name: &str) -> Value {
    json!({ "code_type": "001", "code": code, "name": name, "person": { "code": CLERK, "name": "王五" } })
}

async fn ask(user: &Person, wanted: &Value) -> String {
    let asked = user.post("/v1/bindings", wanted).await.json(202);
    assert_eq!((&asked["binding"]["state"], asked.get("session")), (&json!("pending"), None));
    asked["binding"]["id"].as_str().unwrap().to_owned()
}

async fn decide(operator: &Person, id: &str, decision: Value) -> yzt_tests::Answer {
    operator.post(&format!("/v1/binding-requests/{id}/decision"), &decision).await
}

#[tokio::test]
async fn an_approved_clerk_acts_for_the_enterprise() {
    let world = World::new().await;
    let (enterprise, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let id = ask(&clerk, &wanted).await;

    let operator = world.app.operator().await;
    let waiting = operator.get("/v1/binding-requests").await.json(200);
    let request = &waiting["requests"][0];
    assert_eq!((&request["id"], &request["applicant"]), (&json!(id), &json!("王五")));
    assert_eq!(request["name_on_record"], enterprise.record.holder().name());
    assert_eq!(request["real_name_reference"], "SR20260615000001");
    assert!(!waiting.to_string().contains(CLERK));

    let decided = decide(&operator, &id, json!({ "approve": true })).await.json(200);
    assert_eq!(decided["state"], "bound");
    let (_, session) = world.comes("oTest-clerk").await;
    let mine = in_session(&world.app, &session).get("/v1/certificates").await.json(200);
    assert_eq!(mine["certificates"][0]["id"], enterprise.id);
    let waiting = operator.get("/v1/binding-requests").await.json(200);
    assert_eq!(waiting["requests"], json!([]));
}

#[tokio::test]
async fn a_refusal_needs_a_reason_which_the_clerk_reads() {
    let world = World::new().await;
    let (_, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let id = ask(&clerk, &wanted).await;
    let operator = world.app.operator().await;
    assert_eq!(decide(&operator, &id, json!({ "approve": false })).await.problem(), "unfit_value");
    let refused = decide(&operator, &id, json!({ "approve": false, "reason": "缺授权书" })).await.json(200);
    assert_eq!(refused["state"], "refused");
    let late = decide(&operator, &id, json!({ "approve": true })).await;
    assert_eq!(late.problem(), "binding_decided");

    let (clerk, session) = world.comes("oTest-clerk").await;
    assert_eq!((&session["bindings"][0]["reason"], session.get("session")), (&json!("缺授权书"), None));
    assert_ne!(ask(&clerk, &wanted).await, id, "a refused request may be made again");
}

#[tokio::test]
async fn of_two_operators_at_once_one_decides() {
    let world = World::new().await;
    let (_, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let id = ask(&clerk, &wanted).await;
    let (one, other) = (world.app.operator().await, world.app.operator().await);
    let (one, other) = tokio::join!(
        decide(&one, &id, json!({ "approve": true })),
        decide(&other, &id, json!({ "approve": false, "reason": "缺授权书" })),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_request_is_for_the_operators_of_its_division() {
    let world = World::new().await;
    let (enterprise, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let id = ask(&clerk, &wanted).await;
    let division = enterprise.record.division().as_str().to_owned();
    let elsewhere = if division.starts_with("2102") { "2101" } else { "2102" };
    let stranger = world.app.staff_of(Role::Operator, elsewhere).await;
    assert_eq!(stranger.get("/v1/binding-requests").await.json(200)["requests"], json!([]));
    let decision = decide(&stranger, &id, json!({ "approve": true })).await;
    assert_eq!(decision.problem(), "other_division");
    let colleague = world.app.staff_of(Role::Operator, &division).await;
    let _ = decide(&colleague, &id, json!({ "approve": true })).await.json(200);
}

#[tokio::test]
async fn only_operators_decide() {
    let world = World::new().await;
    let (_, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let id = ask(&clerk, &wanted).await;
    for person in [world.app.officer().await.0, world.app.system_admin().await.0, world.app.issuer().await.0]
    {
        assert_eq!(person.get("/v1/binding-requests").await.problem(), "wrong_role");
        assert_eq!(decide(&person, &id, json!({ "approve": true })).await.problem(), "wrong_role");
    }
    assert_eq!(decide(&clerk, &id, json!({ "approve": true })).await.problem(), "not_signed_in");
}

#[tokio::test]
async fn asking_answers_alike_whether_the_enterprise_has_certificates_or_not() {
    let world = World::new().await;
    let (_, wanted) = world.enterprise().await;
    let code = verifier_core::ids::CreditCode::with_check(&format!("{UNKNOWN}1")).unwrap();
    let (clerk, _) = world.comes("oTest-clerk").await;
    let known = ask(&clerk, &wanted).await;
    let unknown = ask(&clerk, &asked(code.as_str(), "某某运输有限公司")).await;
    assert_eq!(ask(&clerk, &wanted).await, known, "asked twice, it waits once");

    // Nobody has certificates of it: the division it was registered in decides.
    let operator = world.app.staff_of(Role::Operator, "2102").await;
    let waiting = operator.get("/v1/binding-requests").await.json(200);
    let request = waiting["requests"].as_array().unwrap().iter().find(|one| one["id"] == unknown).unwrap();
    assert_eq!((&request["division"], request.get("name_on_record")), (&json!("210200"), None));
}

#[tokio::test]
async fn a_clerk_who_is_not_confirmed_asks_for_nothing() {
    let world = World::new().await;
    let (_, mut wanted) = world.enterprise().await;
    wanted["person"]["name"] = json!("赵六");
    let (clerk, _) = world.comes("oTest-clerk").await;
    assert_eq!(clerk.post("/v1/bindings", &wanted).await.problem(), "real_name_mismatch");
    assert_eq!(clerk.get("/v1/bindings").await.json(200)["bindings"], json!([]));
}

#[tokio::test]
async fn who_acts_for_several_chooses() {
    let world = World::new().await;
    let (enterprise, wanted) = world.enterprise().await;
    let (clerk, _) = world.comes("oTest-clerk").await;
    let as_self = json!({ "code": CLERK, "name": "王五" });
    let _ = clerk.post("/v1/bindings", &as_self).await.json(201);
    let id = ask(&clerk, &wanted).await;
    let operator = world.app.operator().await;
    let _ = decide(&operator, &id, json!({ "approve": true })).await.json(200);

    let (clerk, session) = world.comes("oTest-clerk").await;
    assert_eq!((session["bindings"].as_array().unwrap().len(), session.get("session")), (2, None));
    let begun = clerk.post(&format!("/v1/bindings/{id}/sessions"), &json!({})).await.json(201);
    assert_eq!(begun["account"]["holder_id"], enterprise.holder_id);
}
