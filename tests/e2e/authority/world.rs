//! One object of each kind that has an address, and the people it belongs to: all of one city.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use verifier_core::sm2::SigningKey;
use yzt_api::auth::Role;
use yzt_api::conformity::{self, Occasion, Wanted};
use yzt_api::store::StoreError;
use yzt_api::store::bindings::{self, BindingRow};
use yzt_api::store::conformity::nonconformities::{self, NonconformityRow};
use yzt_api::store::wechat_users::{self, WechatUserRow};
use yzt_api::vault::Column;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::recipient::{challenge, registration};
use yzt_tests::service::Service;
use yzt_tests::{Answer, TestApp};

/// The objects and their owners.
pub struct World {
    pub app: TestApp,
    city: String,
    /// Who owns the objects: a login for each role.
    logins: BTreeMap<&'static str, String>,
    /// A session of each of them.
    sessions: BTreeMap<&'static str, String>,
    certificate: String,
    batch: String,
    /// A device of each of them.
    devices: BTreeMap<&'static str, String>,
    receipt: String,
    account: String,
    grant: String,
    export: String,
    key: String,
    code: String,
    binding_request: String,
    nonconformity: String,
    conformity_check: String,
    acting_account: String,
    training: String,
    refusal: String,
    /// A service for each of the administrators that may revoke its key.
    services: [Service; 2],
    applications: Applications,
    sharing: Sharing,
}

/// What is shared of the certificate, and with whom.
struct Sharing {
    recipient: String,
    encryption_key: String,
    /// A grant that is used, and those of the holder and of the authority that are taken back.
    grants: [String; 3],
    copy: String,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::spawn_with(|config| config.device_credentials = true).await;
        let issued = app.issued(Kind::TaxiDriver).await;
        let city = issued.record.division().as_str()[..4].to_owned();
        let (mut logins, mut sessions, mut devices) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (role, number) in Role::ALL.into_iter().zip(1..) {
            let login = match role {
                Role::Holder => app.account(role, Some(&issued.holder_id)).await,
                _ => app.account_of(role, &city).await,
            };
            let person = app.visitor().sign_in(&login, PASSWORD).await;
            sessions.insert(role.word(), session(&person).await);
            devices.insert(role.word(), register(&person, number).await);
            logins.insert(role.word(), login);
        }
        let [holder, officer, issuer] =
            [Role::Holder, Role::Officer, Role::Issuer].map(|role| &logins[role.word()]);
        let holder = app.visitor().sign_in(holder, PASSWORD).await;
        let officer = app.visitor().sign_in(officer, PASSWORD).await;
        let issuer = app.visitor().sign_in(issuer, PASSWORD).await;
        let upload = issuer.request(Method::POST, "/v1/ingest").header("content-type", "text/csv");
        let batch = issuer.send(upload.body("kind\n013\n")).await.json(200);
        let shown = holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await;
        let code = shown.json(201)["code"].as_str().unwrap().to_owned();
        let receipt = app.receipt(&code);
        let _ = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(201);
        let system = app.visitor().sign_in(&logins[Role::SystemAdmin.word()], PASSWORD).await;
        let made = system.post("/v1/accounts", &wanted("wanted", &city)).await.json(201);
        let operator = app.visitor().sign_in(&logins[Role::Operator.word()], PASSWORD).await;
        let export = json!({ "export": "certificates", "reason": "测试" });
        let export = operator.post("/v1/approvals", &export).await.json(202);
        let training = operator.post("/v1/kpi/trainings", &training(&city)).await.json(201);
        let refusal = json!({
            "certificate_id": issued.id, "division": format!("{city}00"),
            "happened_at": "2026-06-01T00:00:00Z", "account": "测试",
        });
        let refusal = holder.post("/v1/refusals", &refusal).await.json(201);
        let keys = app.security_admin().await.get("/v1/keys").await.json(200);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let applications = Applications::of(&app, &city, &issued.id, &operator).await;
        let third_party = app.visitor().sign_in(&logins[Role::ThirdParty.word()], PASSWORD).await;
        let recipient = logins[Role::ThirdParty.word()].strip_prefix("third_party-").unwrap().to_owned();
        let key = registration(&[77; 32], &challenge(&third_party).await);
        let key = third_party.post("/v1/encryption-keys", &key).await.json(201);
        let by_holder = data_grant(&app, &recipient, &issued.id);
        let by_law = lawful(by_holder.clone());
        let mut grants = Vec::new();
        for (who, wanted) in [(&holder, &by_holder), (&holder, &by_holder), (&operator, &by_law)] {
            grants.push(text(&who.post("/v1/grants", wanted).await.json(201)["id"]));
        }
        let copies = format!("/v1/certificates/{}/copies", issued.id);
        let sharing = Sharing {
            recipient,
            encryption_key: text(&key["id"]),
            grants: grants.try_into().unwrap(),
            copy: text(&holder.post(&copies, &copy()).await.json(201)["id"]),
        };
        Self {
            applications,
            sharing,
            account: text(&made["account"]["id"]),
            grant: text(&made["approval"]["id"]),
            export: text(&export["id"]),
            training: text(&training["id"]),
            refusal: text(&refusal["id"]),
            key: text(&keys["keys"][0]["kid"]),
            certificate: issued.id.clone(),
            batch: batch["batch"].as_str().unwrap().to_owned(),
            devices,
            receipt: receipt.id.to_string(),
            code,
            binding_request: binding_request(&app, &city).await,
            nonconformity: nonconformity(&app, &issued.id, &city).await,
            conformity_check: conformity_check(&app, &city).await,
            acting_account: acting_account(&app, &issued.holder_id).await,
            services: [
                app.service_of(Role::Issuer, 9, Some(&city)).await,
                app.service_of(Role::Issuer, 10, Some(&city)).await,
            ],
            app,
            city,
            logins,
            sessions,
        }
    }

    /// The address of the object at a route that somebody of this role owns, or has in the division.
    pub fn place(&self, path: &str, role: Role) -> String {
        let object = match path.split("/{").next().unwrap() {
            "/v1/certificates" => &self.certificate,
            "/v1/ingest" => &self.batch,
            // An administrator's way to a device is to that of somebody else.
            "/v1/devices" if role == Role::SystemAdmin => &self.devices[Role::Holder.word()],
            "/v1/devices" => &self.devices[role.word()],
            "/v1/grants" if path.ends_with("/revocation") && role == Role::Holder => &self.sharing.grants[1],
            "/v1/grants" if path.ends_with("/revocation") => &self.sharing.grants[2],
            "/v1/grants" => &self.sharing.grants[0],
            "/v1/copies" => &self.sharing.copy,
            "/v1/encryption-keys" => &self.sharing.encryption_key,
            "/v1/receipts" => &self.receipt,
            "/v1/accounts" => &self.account,
            "/v1/approvals" if role == Role::Operator => &self.export,
            "/v1/approvals" => &self.grant,
            "/v1/keys" => &self.key,
            "/v1/binding-requests" => &self.binding_request,
            "/v1/nonconformities" => &self.nonconformity,
            "/v1/conformity/checks" => &self.conformity_check,
            "/v1/me/accounts" => &self.acting_account,
            "/v1/maintenance-applications" => self.applications.at(path),
            "/v1/service-keys" => &self.services[usize::from(role == Role::SystemAdmin)].kid(),
            "/v1/sessions" => &self.sessions[role.word()],
            "/v1/kpi/trainings" => &self.training,
            "/v1/refusals" => &self.refusal,
            other => panic!("say here which object stands at {other}/…"),
        };
        let (before, after) = (path.find('{').unwrap(), path.find('}').unwrap());
        format!("{}{object}{}", &path[..before], &path[after + 1..])
    }

    /// A request for a division, where it is not an object that lies in one.
    pub fn asking_for(&self, path: &str, division: &str) -> String {
        match path {
            "/v1/kpi/activation" | "/v1/kpi/scores" | "/v1/kpi/scores/signs" => {
                format!("{path}?year=2026&division={division}")
            }
            "/v1/kpi/scores/certificates" => format!("{path}?figure=issued&year=2026&division={division}"),
            // What is sent says for which division it is.
            "/v1/kpi/trainings" | "/v1/licence-counts" => format!("{path}?division={division}"),
            "/v1/refusals" => format!("{path}?division={division}"),
            "/v1/accounts"
            | "/v1/approvals"
            | "/v1/audit"
            | "/v1/binding-requests"
            | "/v1/changes"
            | "/v1/maintenance-applications"
            | "/v1/service-keys"
            | "/v1/grants"
            | "/v1/copies"
            | "/v1/conformity/rates"
            | "/v1/nonconformities"
            | "/v1/correction-requests" => {
                format!("{path}?division={division}")
            }
            "/v1/conformity/checks" => path.to_owned(),
            other => panic!("say here how {other} is asked for a division"),
        }
    }

    /// A body that is sound, where a handler reads it before it finds the object.
    pub fn body(&self, method: &str, path: &str) -> Value {
        let grant = json!({ "role": "officer", "division": self.city, "reason": "测试" });
        match (method, path) {
            ("POST", "/v1/certificates/{id}/events") => json!({ "event": "review_overdue" }),
            ("POST", "/v1/certificates/{id}/reveals") => {
                json!({ "purpose": "case", "basis": "案件编号 2026-1" })
            }
            ("POST", "/v1/lookups") => {
                json!({ "number": "210000000000", "purpose": "roadside_check", "basis": "测试用检查点" })
            }
            ("POST", "/v1/binding-requests/{id}/decision") => json!({ "approve": true }),
            ("POST", "/v1/certificates/{id}/credentials") => {
                json!({ "device_id": self.devices[Role::Holder.word()] })
            }
            ("POST", "/v1/grants") => {
                lawful(data_grant(&self.app, &self.sharing.recipient, &self.certificate))
            }
            ("POST", "/v1/grants/{id}/uses") => json!({ "certificate_id": self.certificate }),
            ("POST", "/v1/certificates/{id}/copies") => copy(),
            ("POST", "/v1/accounts") => wanted("another", &self.city),
            ("POST", "/v1/accounts/{id}/grants") => grant,
            ("POST", "/v1/accounts/{id}/factor-resets") => json!({ "reason": "测试" }),
            ("POST", "/v1/maintenance-applications") | ("PUT", "/v1/maintenance-applications/{id}") => {
                draft(&self.certificate)
            }
            ("POST", "/v1/maintenance-applications/{id}/decision") => json!({ "approve": true }),
            ("POST", "/v1/approvals/{id}/decision") => json!({ "decision": "refuse", "reason": "测试" }),
            ("POST", "/v1/keys/{kid}/revocation") => json!({ "reason": "测试" }),
            ("POST", "/v1/kpi/trainings") => training(&self.city),
            ("PUT", "/v1/licence-counts") => {
                let count = json!({ "division": format!("{}00", self.city), "kind": "013", "day": "20260601", "paper": 1 });
                json!({ "counts": [count], "note": "测试" })
            }
            ("POST", "/v1/refusals/{id}/decision") => json!({ "decision": "reject", "reason": "测试" }),
            ("POST", "/v1/conformity/checks") => json!({ "division": self.city }),
            ("POST", "/v1/nonconformities/{id}/correction-requests") => json!({ "message": "请核对" }),
            ("POST", "/v1/nonconformities/{id}/exception") => json!({ "reason": "测试" }),
            ("POST", "/v1/service-keys") => self.services[0].with_next_key().wanted_key(),
            _ => json!({}),
        }
    }

    /// The jurisdiction that the object at a route lies in.
    pub fn jurisdiction(&self, path: &str) -> &str {
        if path.starts_with("/v1/keys/") { "21" } else { &self.city }
    }

    /// Staff of a jurisdiction who did what must come before some requests: an officer has checked the certificate.
    pub async fn staff_of(&self, role: Role, division: &str) -> Person {
        let person = self.app.staff_of(role, division).await;
        if role == Role::Officer {
            let receipt = self.app.receipt(&self.code);
            let _ = person.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(201);
        }
        person
    }

    /// A city that is not that of the objects.
    pub fn other_city(&self) -> &'static str {
        if self.city == "2114" { "2101" } else { "2114" }
    }

    /// Whose the object is at a route that shows a role its own, signed in anew: some addresses end sessions.
    pub async fn owner(&self, role: Role) -> Person {
        self.app.visitor().sign_in(&self.logins[role.word()], PASSWORD).await
    }

    /// Someone of a role who owns nothing of this, in the same city.
    pub async fn stranger(&self, role: Role) -> Person {
        if role == Role::Holder {
            let other = self.app.issued(Kind::PractitionerQualification).await;
            return self.app.holder_of(&other).await.0;
        }
        self.app.staff_of(role, &self.city).await
    }
}

/// A grant that a holder makes.
fn data_grant(app: &TestApp, recipient: &str, certificate: &str) -> Value {
    json!({
        "recipient_id": recipient,
        "certificate_ids": [certificate],
        "items": ["holderName"],
        "purpose": "测试",
        "valid_until": app.clock.now().plus_seconds(86_400),
        "uses": 100,
    })
}

/// The same, by the authority.
fn lawful(mut grant: Value) -> Value {
    grant["basis"] = json!("道路运输条例第五十八条");
    grant
}

/// A copy that is asked for.
fn copy() -> Value {
    json!({ "recipient": "测试单位", "purpose": "测试" })
}

/// A staff account that is asked for.
fn wanted(login: &str, division: &str) -> Value {
    json!({ "login": login, "name": "测试账号", "role": "officer", "division": division, "reason": "测试" })
}

/// Applications to maintain data, one for each thing that can be done with one.
struct Applications {
    drafts: [String; 3],
    submitted: String,
    approved: String,
}

impl Applications {
    async fn of(app: &TestApp, city: &str, certificate: &str, operator: &Person) -> Self {
        let mut ids = Vec::new();
        for _ in 0..5 {
            let made = operator.post("/v1/maintenance-applications", &draft(certificate)).await.json(201);
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let step = async |who: &Person, id: &str, step: &str, body: Value| {
            let path = format!("/v1/maintenance-applications/{id}/{step}");
            let _ = who.post(&path, &body).await.json(200);
        };
        let [one, other, third, submitted, approved] = <[String; 5]>::try_from(ids).unwrap();
        for id in [&submitted, &approved] {
            step(operator, id, "submission", json!({})).await;
        }
        let another = app.staff_of(Role::Operator, city).await;
        step(&another, &approved, "decision", json!({ "approve": true })).await;
        // The certificate changes, so that it can be completed.
        let event = json!({ "event": "assessed" });
        let _ = app
            .issuer()
            .await
            .post(&format!("/v1/certificates/{certificate}/events"), &event)
            .await
            .json(201);
        Self { drafts: [one, other, third], submitted, approved }
    }

    fn at(&self, path: &str) -> &String {
        match path.rsplit('/').next().unwrap() {
            "decision" => &self.submitted,
            "completion" => &self.approved,
            "submission" => &self.drafts[1],
            "form" => &self.drafts[2],
            _ => &self.drafts[0],
        }
    }
}

/// An application to maintain data, about a certificate.
fn draft(certificate: &str) -> Value {
    let item = json!({ "certificate_id": certificate, "wanted": "请更正" });
    let form = json!({
        "unit": "测试单位", "contact": "王五", "phone": "024-00000000", "reason": "与本省数据不一致", "items": [item],
    });
    json!({ "operation": "correct", "form": form })
}

/// A training that is to be recorded.
fn training(division: &str) -> Value {
    json!({
        "division": division, "audience": "staff", "title": "测试", "held_on": "20260601",
        "reached": 1, "of": 1, "evidence": "JVBERi0xLjcK",
    })
}

/// Asks for something as a client would, with a body where the method has one.
pub async fn ask(who: &Person, method: &str, address: &str, body: &Value) -> Answer {
    let method: Method = method.parse().unwrap();
    let has_body = method != Method::GET && method != Method::DELETE;
    let request = who.request(method, address);
    who.send(if has_body { request.json(body) } else { request }).await
}

/// The session somebody asks from.
async fn session(who: &Person) -> String {
    let sessions = who.get("/v1/sessions").await.json(200);
    let current = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == true);
    current.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Another account of the same holder.
async fn acting_account(app: &TestApp, holder_id: &str) -> String {
    let login = app.account(Role::Holder, Some(holder_id)).await;
    login.strip_prefix("holder-").unwrap().to_owned()
}

/// What does not fit in a certificate of this city, as it is kept.
async fn nonconformity(app: &TestApp, certificate: &str, city: &str) -> String {
    let row = NonconformityRow {
        id: app.running.app().new_id().to_string(),
        certificate_id: certificate.to_owned(),
        rule: "holder_two_names".to_owned(),
        severity: "error".to_owned(),
        items: "holderName".to_owned(),
        kind: "075".to_owned(),
        division: format!("{city}00"),
        state: "open".to_owned(),
        first_version: 1,
        first_seen: 1,
        last_seen: 1,
        closed_at: None,
        closed_as: None,
        closed_version: None,
        closed_seq: None,
        assigned_account: None,
        assigned_division: format!("{city}00"),
        exception_approval: None,
        excepted_version: None,
    };
    let id = row.id.clone();
    let keep = move |conn: &mut _| -> Result<_, StoreError> { Ok(nonconformities::insert(conn, &[row])?) };
    app.running.app().db.write(keep).await.unwrap();
    id
}

/// A check of this city that was asked for.
async fn conformity_check(app: &TestApp, city: &str) -> String {
    let (server, occasion) = (app.running.app_data(), Occasion::Demand);
    let wanted = Wanted { occasion, division: city.to_owned(), kind: None, by: "system".to_owned() };
    let ask = move |conn: &mut _| conformity::ask(conn, &server, wanted);
    app.running.app().db.write::<_, StoreError, _>(ask).await.unwrap().id
}

/// A request to act for an organisation of this city, as it is kept.
pub(crate) async fn binding_request(app: &TestApp, city: &str) -> String {
    let id = app.running.app().new_id().to_string();
    let user = WechatUserRow { id: id.clone(), openid: vec![7; 32], created_at: 1, changed_at: 1 };
    let cell = Column::OrganisationCode.of(&id);
    let row = BindingRow {
        id: id.clone(),
        wechat_user_id: id.clone(),
        state: "pending".to_owned(),
        code_type: "001".to_owned(),
        account_id: None,
        organisation_code_ciphertext: Some(
            app.running.app().vault.seal(&cell, b"91210100MA0UABCD0X").unwrap(),
        ),
        organisation_code_index: Some("an index".to_owned()),
        organisation_name: Some("某某运输有限公司".to_owned()),
        applicant: Some("王五".to_owned()),
        division: Some(format!("{city}00")),
        real_name_reference: "R-1".to_owned(),
        requested_at: 1,
        decided_at: None,
        decided_by: None,
        reason: None,
    };
    let keep = move |conn: &mut _| -> Result<_, StoreError> {
        wechat_users::find_or_insert(conn, user)?;
        bindings::insert(conn, &row)
    };
    app.running.app().db.write(keep).await.unwrap();
    id
}

async fn register(owner: &Person, number: u8) -> String {
    let phone = SigningKey::from_bytes(&[number; 32]).unwrap();
    let answer = owner.post("/v1/device-challenges", &json!({})).await.json(201);
    let challenge = answer["challenge"].as_str().unwrap();
    let bytes = HEXLOWER.decode(challenge.as_bytes()).unwrap();
    let signed = phone.sign(&[b"yzt-device-registration:".as_slice(), &bytes].concat());
    let registration = json!({
        "public_key": HEXLOWER.encode(&phone.public_key().compressed()),
        "label": "我的手机",
        "challenge": challenge,
        "signature": HEXLOWER.encode(&signed),
    });
    let device = owner.post("/v1/devices", &registration).await.json(201);
    device["id"].as_str().unwrap().to_owned()
}
