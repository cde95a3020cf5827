//! Grants: who may make them about what, how they stand, and that taking one back takes effect at once.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_api::clock::Timestamp;
use yzt_api::config::Config;
use yzt_tests::TestApp;
use yzt_tests::actors::Holder;
use yzt_tests::certificates::Issued;
use yzt_tests::recipient::Recipient;

const DAY: i64 = 86_400;

pub struct Ground {
    pub app: TestApp,
    pub issued: Issued,
    pub holder: Holder,
    pub recipient: Recipient,
}

impl Ground {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::spawn_with(change).await;
        let issued = app.issued(Kind::PractitionerQualification).await;
        let holder = app.holder_of(&issued).await;
        let recipient = app.recipient(9).await;
        Self { app, issued, holder, recipient }
    }

    pub fn at(&self, seconds: i64) -> Timestamp {
        self.app.clock.now().plus_seconds(seconds)
    }

    /// A grant for this many uses until tomorrow.
    pub fn wanted(&self, uses: i32) -> Value {
        json!({
            "recipient_id": self.recipient.id,
            "certificate_ids": [self.issued.id],
            "items": ["holderName", "certificateNumber", "validTo"],
            "purpose": "办理车辆保险",
            "valid_until": self.at(DAY),
            "uses": uses,
        })
    }

    pub async fn granted(&self, uses: i32) -> String {
        let grant = self.holder.post("/v1/grants", &self.wanted(uses)).await.json(201);
        grant["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_grant_is_seen_by_its_holder_its_recipient_and_the_authority_of_the_division() {
    let ground = Ground::new().await;
    let id = ground.granted(3).await;
    let path = format!("/v1/grants/{id}");
    let seen = ground.holder.get(&path).await.json(200);
    assert_eq!((seen["grantor"].as_str(), seen["state"].as_str()), (Some("holder"), Some("active")));
    assert_eq!((&seen["uses_allowed"], &seen["uses_taken"]), (&json!(3), &json!(0)));
    assert_eq!(seen["items"][1]["label"], "姓名");
    for other in [&*ground.recipient.person, &*ground.app.operator().await] {
        assert_eq!(other.get(&path).await.json(200), seen);
        assert_eq!(other.get("/v1/grants").await.json(200)["grants"][0], seen);
    }
    let stranger = ground.app.recipient(8).await;
    assert_eq!(stranger.person.get(&path).await.problem(), "not_found");
    assert_eq!(stranger.person.get("/v1/grants").await.json(200)["grants"], json!([]));
    let elsewhere = ground.app.staff_of(Role::Operator, "2114").await;
    assert_eq!(elsewhere.get(&path).await.problem(), "other_division");
    assert_eq!(elsewhere.get("/v1/grants").await.json(200)["grants"], json!([]));
}

#[tokio::test]
async fn nobody_grants_what_is_not_theirs_or_to_nobody() {
    let ground = Ground::new().await;
    let another = ground.app.issued_with(Kind::TaxiDriver, |line| line["holderName"] = json!("测试乙")).await;
    let mut wanted = ground.wanted(1);
    wanted["certificate_ids"] = json!([another.id]);
    assert_eq!(ground.holder.post("/v1/grants", &wanted).await.problem(), "not_found");
    let mut wanted = ground.wanted(1);
    wanted["recipient_id"] = json!("018f3c4e-0000-7000-8000-000000000001");
    assert_eq!(ground.holder.post("/v1/grants", &wanted).await.problem(), "recipient_unknown");
    let officer = ground.app.account(Role::Officer, None).await;
    wanted["recipient_id"] = json!(officer.strip_prefix("officer-").unwrap());
    assert_eq!(ground.holder.post("/v1/grants", &wanted).await.problem(), "recipient_unknown");
    let mut wanted = ground.wanted(1);
    wanted["items"] = json!(["vin"]);
    let refused = ground.holder.post("/v1/grants", &wanted).await;
    assert_eq!(refused.problem(), "unfit_value");
    assert!(refused.text.contains("not_of_these_certificates"), "{}", refused.text);
    assert_eq!(ground.recipient.person.post("/v1/grants", &ground.wanted(1)).await.problem(), "wrong_role");
}

#[tokio::test]
async fn the_authority_grants_by_law_and_each_side_takes_back_its_own() {
    let ground = Ground::new().await;
    let operator = ground.app.operator().await;
    let without_law = operator.post("/v1/grants", &ground.wanted(1)).await;
    assert_eq!(without_law.problem(), "unfit_value");
    let mut wanted = ground.wanted(1);
    wanted["basis"] = json!("《中华人民共和国道路运输条例》第五十八条，联合检查");
    let grant = operator.post("/v1/grants", &wanted).await.json(201);
    assert_eq!((grant["grantor"].as_str(), &grant["basis"]), (Some("authority"), &wanted["basis"]));
    let elsewhere = ground.app.staff_of(Role::Operator, "2114").await;
    assert_eq!(elsewhere.post("/v1/grants", &wanted).await.problem(), "other_division");
    let revocation = format!("/v1/grants/{}/revocation", grant["id"].as_str().unwrap());
    assert_eq!(ground.holder.post(&revocation, &json!({})).await.problem(), "grant_of_other");
    assert_eq!(operator.post(&revocation, &json!({})).await.json(200)["state"], "revoked");
    let own = format!("/v1/grants/{}/revocation", ground.granted(1).await);
    assert_eq!(operator.post(&own, &json!({})).await.problem(), "grant_of_other");
    let revoked = ground.holder.post(&own, &json!({})).await.json(200);
    assert_eq!(ground.holder.post(&own, &json!({})).await.json(200), revoked, "once more changes nothing");
}

#[tokio::test]
async fn lists_of_grants_are_filtered_sorted_and_paged() {
    let ground = Ground::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(ground.granted(1).await);
        ground.app.pass(1);
    }
    let revocation = format!("/v1/grants/{}/revocation", ids[0]);
    let _ = ground.holder.post(&revocation, &json!({})).await.json(200);
    let listed = async |query: &str| -> Vec<String> {
        let answer = ground.holder.get(&format!("/v1/grants{query}")).await.json(200);
        let grants = answer["grants"].as_array().unwrap().clone();
        grants.iter().map(|grant| grant["id"].as_str().unwrap().to_owned()).collect()
    };
    let newest: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(listed("").await, newest);
    assert_eq!(listed("?order=oldest").await, ids);
    assert_eq!(listed(&format!("?order=oldest&after={}", ids[0])).await, ids[1..]);
    assert_eq!(listed(&format!("?after={}", ids[1])).await, ids[..1]);
    assert_eq!(listed("?state=revoked").await, ids[..1]);
    assert_eq!(listed("?state=active&order=oldest").await, ids[1..]);
    assert_eq!(listed("?grantor=authority").await, Vec::<String>::new());
    assert_eq!(listed(&format!("?certificate_id={}", ground.issued.id)).await.len(), 3);
    ground.app.pass(2 * DAY);
    assert_eq!(listed("?state=ended&order=oldest").await, ids[1..]);
    assert_eq!(ground.holder.get("/v1/grants?state=lost").await.problem(), "bad_query");
}

#[tokio::test]
async fn an_id_that_can_be_none_is_refused_and_never_a_fault_of_ours() {
    let ground = Ground::new().await;
    assert_eq!(ground.holder.get("/v1/grants?after=%00").await.problem(), "bad_query");
    assert_eq!(ground.holder.get("/v1/copies?serial=%00").await.problem(), "bad_query");
    for (item, value) in [("recipient_id", json!("\0")), ("certificate_ids", json!(["\0"]))] {
        let mut wanted = ground.wanted(1);
        wanted[item] = value;
        assert_eq!(ground.holder.post("/v1/grants", &wanted).await.problem(), "unfit_value", "{item}");
    }
    let path = format!("/v1/grants/{}/uses", ground.granted(1).await);
    let wanted = json!({ "certificate_id": ground.issued.id, "key_id": "\0" });
    assert_eq!(ground.recipient.person.post(&path, &wanted).await.problem(), "no_encryption_key");
    let path = format!("/v1/certificates/{}/copies", ground.issued.id);
    assert_eq!(ground.holder.post(&path, &json!({ "grant_id": "\0" })).await.problem(), "not_found");
}

#[tokio::test]
async fn recipients_are_found_by_name() {
    let ground = Ground::new().await;
    let all = ground.holder.get("/v1/recipients").await.json(200);
    assert!(
        all["recipients"].as_array().unwrap().iter().any(|one| one["id"] == ground.recipient.id.as_str())
    );
    let none = ground.holder.get("/v1/recipients?name=银行").await.json(200);
    assert_eq!(none["recipients"], json!([]));
    assert_eq!(ground.holder.get("/v1/recipients?name=%25").await.problem(), "bad_query");
    assert_eq!(ground.recipient.person.get("/v1/recipients").await.problem(), "wrong_role");
}
