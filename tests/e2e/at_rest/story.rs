//! What invented people do on a server, and what of it must be kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use uuid::Uuid;
use yzt_api::auth::Role;
use yzt_api::clock::Clock;
use yzt_api::generate::Generator;
use yzt_api::record::Day;
use yzt_tests::actors::Person;
use yzt_tests::check::with;
use yzt_tests::device::{challenge, phone, registration};

use super::{BACKUP_PASSPHRASE, Kept, PLANTED, Site};
use crate::killed::{PASSWORD, add_account, receipt};
use crate::wechat::{APP_SECRET, REAL_NAME_SECRET};

/// People of these ids, with valid checks, exist nowhere.
const CLERK: &str = "210102199001010111";
const NOBODY: &str = "210102198503070013";
/// … and one with a check that is not.
const MISTYPED: &str = "210102198503070015";
const PHONE: &str = "13812345678";
const OTHER_PHONE: &str = "13987654321";
const ADDRESS: &str = "辽宁省沈阳市和平区无名大街七十六号";
const WRONG_PASSWORD: &str = "a wrong password 81";
const NEW_PASSWORD: &str = "Ein neues Kennwort 17!";
const BASIS: &str = "案件编号 2026-0615-甲";
const OPENID: &str = "oTest-of-a-driver-in-a-story";
const CLERK_OPENID: &str = "oTest-of-a-clerk-in-a-story";

/// What may be where: a code is kept as evidence with its receipt, …
const EVIDENCE: &[&str] = &["database", "backup"];
/// … and a sealed certificate tells what every officer sees (docs/protocol.md).
const ON_THE_FACE: &[&str] = EVIDENCE;

pub(super) struct Story<'a> {
    site: &'a Site,
    base: String,
    pub(super) kept: Vec<Kept>,
    pub(super) issuer_id: String,
}

impl<'a> Story<'a> {
    pub(super) fn new(site: &'a Site, base: &str) -> Self {
        let mut story = Self { site, base: base.to_owned(), kept: Vec::new(), issuer_id: String::new() };
        for (what, value) in [
            ("a citizen id", CLERK),
            ("a citizen id nobody has", NOBODY),
            ("a mistyped citizen id", MISTYPED),
            ("a phone number", PHONE),
            ("another phone number", OTHER_PHONE),
            ("an address", ADDRESS),
            ("a password", PASSWORD),
            ("a wrong password", WRONG_PASSWORD),
            ("a new password", NEW_PASSWORD),
            ("the basis of a reveal", BASIS),
            ("an openid", OPENID),
            ("another openid", CLERK_OPENID),
            ("WeChat's secret", APP_SECRET),
            ("WeChat's session key", "c2Vzc2lvbiBrZXkgMDEyMw"),
            ("the real-name service's secret", REAL_NAME_SECRET),
            ("the passphrase of backups", BACKUP_PASSPHRASE),
        ] {
            story.keep(what, value);
        }
        story
    }

    pub(super) fn visitor(&self) -> Person {
        Person::at(self.base.clone())
    }

    pub(super) async fn play(&mut self) {
        let (driver, licence) = self.records();
        self.come_in(&driver, &licence).await;
        self.fail_to_sign_in().await;
        let holder = self.bind_driver(&driver).await;
        let id = self.present_and_check(&holder).await;
        self.unmask(&id).await;
        self.look_up(driver["holderCode"].as_str().unwrap()).await;
        self.bind_clerk(&licence).await;
        self.leave_something_waiting().await;
    }

    fn keep(&mut self, what: &'static str, value: impl Into<Vec<u8>>) {
        self.kept.push(Kept::new(what, value));
    }

    /// A driver with everything that is personal, and an enterprise whose name is planted.
    fn records(&mut self) -> (Value, Value) {
        let today = Day::from_days(Clock::System.now().day().0.try_into().unwrap()).unwrap();
        let line = |kind: &str| -> Value {
            let mut records = Generator::new(11, today).filter(|record| {
                record.kind().code() == kind
                    && record.valid_from() <= today
                    && record.valid_to().is_none_or(|last| last.days() > today.days() + 1)
            });
            serde_json::from_slice(&records.next().unwrap().to_line()).unwrap()
        };
        // The head of a picture, and bytes that no picture has.
        let photo =
            [&[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a][..], &[0xa7, 0x31, 0xe5].repeat(40)].concat();
        let personal = json!({
            "holderAddress": ADDRESS,
            "holderPhoto": STANDARD.encode(&photo),
            "remark": format!("联系电话 {PHONE}"),
        });
        let driver = with(line("071"), &personal);
        let licence = with(line("008"), &json!({ "holderName": PLANTED, "holderAddress": ADDRESS }));
        self.keep("a portrait", &photo[8..40]);
        for (what, item) in
            [("a driver's id", &driver["holderCode"]), ("a credit code", &licence["holderCode"])]
        {
            self.keep(what, item.as_str().unwrap());
        }
        // Of a driver's certificate it is the id, and nowhere.
        let number = licence["certificateNumber"].as_str().unwrap();
        self.kept.push(Kept::new("the number of a certificate", number).but_in(ON_THE_FACE));
        (driver, licence)
    }

    /// Certificates, sound ones and others.
    async fn come_in(&mut self, driver: &Value, licence: &Value) {
        let issuer = self.staff("issuer", Role::Issuer).await;
        self.issuer_id = issuer.get("/v1/me").await.json(200)["id"].as_str().unwrap().to_owned();
        let mistyped =
            with(driver.clone(), &json!({ "holderCode": MISTYPED, "certificateNumber": MISTYPED }));
        let unknown = with(driver.clone(), &json!({ "holderMobile": OTHER_PHONE }));
        let cut = format!("{{\"kind\":\"071\",\"holderCode\":\"{NOBODY}\",\"holderAddress\":\"{ADDRESS}");
        let body = format!("{driver}\n{licence}\n{mistyped}\n{unknown}\n{cut}\n");
        let report = ingest(&issuer, body).await.json(200);
        assert_eq!(report["created"], 2, "{report}");
        assert!(report["rejected"].as_i64().unwrap() >= 2, "{report}");
        let csv = format!("kind,holderCode,holderAddress,{OTHER_PHONE}\n071,{NOBODY},{ADDRESS},x\n");
        let request = issuer.request(Method::POST, "/v1/ingest").header("content-type", "text/csv");
        issuer.send(request.body(csv)).await;
    }

    async fn fail_to_sign_in(&mut self) {
        let visitor = self.visitor();
        for (login, password) in [("issuer", WRONG_PASSWORD), (NOBODY, WRONG_PASSWORD), (PHONE, PASSWORD)] {
            assert_eq!(visitor.try_sign_in(login, password).await.problem(), "sign_in_failed");
        }
        let cut = format!("{{\"login\":\"issuer\",\"password\":\"{WRONG_PASSWORD}");
        let odd = format!("{{\"login\":\"{PHONE}\",\"password\":\"{WRONG_PASSWORD}\",\"{NOBODY}\":1}}");
        for body in [cut, odd] {
            let request = visitor.request(Method::POST, "/v1/sessions");
            let _ =
                visitor.send(request.header("content-type", "application/json").body(body)).await.problem();
        }
        let stranger = visitor.with_token("not.a-token-of-ours.at-all");
        self.keep("a token that is none", "not.a-token-of-ours.at-all");
        let _ = stranger.get("/v1/me").await.problem();
        for path in [
            format!("/v1/certificates/{NOBODY}"),
            format!("/v1/certificates?holderCode={NOBODY}&phone={PHONE}"),
            format!("/{NOBODY}/{ADDRESS}"),
            format!("/V/1{NOBODY}"),
        ] {
            visitor.get(&path).await;
        }
        let changed = self.staff("operator-1", Role::Operator).await;
        let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
        assert_eq!(changed.post("/v1/me/password", &change).await.status, 204);
    }

    /// A driver who comes in from WeChat, and goes on with refreshed tokens.
    async fn bind_driver(&mut self, driver: &Value) -> Person {
        let (code, name) = (driver["holderCode"].as_str().unwrap(), driver["holderName"].as_str().unwrap());
        self.site.real_names.know(code, name);
        let user = self.comes(OPENID).await;
        let wrong = user.post("/v1/bindings", &json!({ "code": NOBODY, "name": name })).await;
        assert_eq!(wrong.problem(), "real_name_mismatch");
        let wrong = user.post("/v1/bindings", &json!({ "code": MISTYPED, "name": name })).await;
        assert_eq!(wrong.problem(), "unfit_value");
        let bound = user.post("/v1/bindings", &json!({ "code": code, "name": name })).await.json(201);
        self.keep_tokens(&bound["session"]);
        let refresh = json!({ "refresh_token": bound["session"]["refresh_token"] });
        let session = self.visitor().post("/v1/sessions/refresh", &refresh).await.json(200);
        self.keep_tokens(&session);
        let holder = self.visitor().with_token(session["token"].as_str().unwrap());
        let key = registration(&phone(9), &challenge(&holder).await);
        let _ = holder.post("/v1/devices", &key).await.json(201);
        holder
    }

    /// The id of the certificate that was shown.
    async fn present_and_check(&mut self, holder: &Person) -> String {
        let mine = holder.get("/v1/certificates").await.json(200);
        let id = mine["certificates"][0]["id"].as_str().unwrap().to_owned();
        let shown = holder.post(&format!("/v1/certificates/{id}/presentations"), &json!({})).await.json(201);
        let code = shown["code"].as_str().unwrap();
        self.kept.push(Kept::new("a code", code).but_in(EVIDENCE));
        let officer = self.staff("officer", Role::Officer).await;
        let verdict = officer.post("/v1/verifications", &json!({ "code": code })).await.json(200);
        assert_eq!(verdict["outcome"], "valid", "{verdict}");
        for code in [NOBODY, &format!("https://dzzz.example.cn/V/1{PHONE}")] {
            let _ = officer.post("/v1/verifications", &json!({ "code": code })).await.json(200);
        }
        let mut evidence = receipt();
        evidence["receipt"]["code"] = json!(code);
        evidence["receipt"]["outcome"] = json!("valid");
        evidence["receipt"].as_object_mut().unwrap().remove("reason");
        let _ = officer.post("/v1/receipts", &evidence).await.json(201);
        id
    }

    async fn unmask(&mut self, id: &str) {
        let operator = self.staff("operator-2", Role::Operator).await;
        let masked = operator.get(&format!("/v1/certificates/{id}")).await;
        let _: Value = masked.json(200);
        for personal in [ADDRESS, PHONE, "iVBORw0KGgqn"] {
            assert!(!masked.text.contains(personal), "masked unless there is a purpose");
        }
        let asked = json!({ "purpose": "correction", "basis": format!("{BASIS} {PHONE}") });
        let shown = operator.post(&format!("/v1/certificates/{id}/reveals"), &asked).await;
        let _: Value = shown.json(201);
        assert!(shown.text.contains(ADDRESS) && shown.text.contains(PHONE));
    }

    /// An officer finds the driver without a code.
    async fn look_up(&mut self, code: &str) {
        let officer = self.staff("officer-2", Role::Officer).await;
        let wanted = json!({ "holder_code": code, "purpose": "case", "basis": format!("{BASIS} {PHONE}") });
        let found = officer.post("/v1/lookups", &wanted).await;
        assert!(!found.text.contains(code) && !found.text.contains(ADDRESS));
        assert_eq!(found.json(201)["certificates"].as_array().unwrap().len(), 1);
    }

    /// A clerk who may act for the enterprise, and one who may not yet.
    async fn bind_clerk(&mut self, licence: &Value) {
        self.site.real_names.know(CLERK, "王五");
        let (code, name) = (&licence["holderCode"], &licence["holderName"]);
        let person = json!({ "code": CLERK, "name": "王五" });
        let wanted = json!({ "code_type": "001", "code": code, "name": name, "person": person });
        let operator = self.staff("operator-3", Role::Operator).await;
        let asked = self.comes(CLERK_OPENID).await.post("/v1/bindings", &wanted).await.json(202);
        let id = asked["binding"]["id"].as_str().unwrap();
        let path = format!("/v1/binding-requests/{id}/decision");
        let _ = operator.post(&path, &json!({ "approve": true })).await.json(200);
        let other = format!("{OPENID}-2");
        let _ = self.comes(&other).await.post("/v1/bindings", &wanted).await.json(202);
    }

    /// What is stored until somebody goes on: an authenticator app not yet confirmed, a sign-in not yet completed.
    async fn leave_something_waiting(&mut self) {
        let session = self.new_account("operator-4", Role::Operator).await;
        self.offered(&self.visitor().with_token(session["token"].as_str().unwrap())).await;
        let pending = self.visitor().try_sign_in("officer", PASSWORD).await.json(200);
        self.keep("a sign-in that waits", pending["pending"].as_str().unwrap());
        let body = json!({ "pending": pending["pending"], "answer": { "totp": "000000" } });
        let _ = self.visitor().post("/v1/sessions/second-factor", &body).await.problem();
    }

    /// A WeChat user, with the session that is good for binding.
    async fn comes(&mut self, openid: &str) -> Person {
        let js_code = self.site.wechat.code_for(openid);
        let session =
            self.visitor().post("/v1/wechat/sessions", &json!({ "js_code": js_code })).await.json(201);
        let token = session["binding_token"].as_str().unwrap();
        self.keep("a binding token", token);
        self.keep("a login code of WeChat", js_code);
        self.visitor().with_token(token)
    }

    async fn new_account(&mut self, login: &str, role: Role) -> Value {
        add_account(&self.site.database, &Uuid::now_v7().to_string(), login, role).await;
        let session = self.visitor().try_sign_in(login, PASSWORD).await.json(201);
        self.keep_tokens(&session);
        session
    }

    /// Somebody new, signed in, with an authenticator app.
    async fn staff(&mut self, login: &str, role: Role) -> Person {
        let session = self.new_account(login, role).await;
        let person = self.visitor().with_token(session["token"].as_str().unwrap());
        if session["duty"] == "enrol_second_factor" {
            let secret = self.offered(&person).await;
            let totp = Builder::new().with_secret(secret).build().unwrap();
            let code = totp.generate(Clock::System.now().seconds().0).to_string();
            let path = "/v1/me/second-factors/totp/confirmation";
            let confirmed = person.post(path, &json!({ "code": code })).await.json(200);
            for code in confirmed["recovery_codes"].as_array().unwrap() {
                self.keep("a recovery code", code.as_str().unwrap());
            }
        }
        person
    }

    async fn offered(&mut self, person: &Person) -> Secret {
        let offer = person.post("/v1/me/second-factors/totp", &json!({})).await.json(201);
        let text = offer["secret"].as_str().unwrap();
        self.keep("the secret of an authenticator app", text);
        let bytes = data_encoding::BASE32_NOPAD.decode(text.trim_end_matches('=').as_bytes()).unwrap();
        self.keep("the secret of an authenticator app, its bytes", bytes);
        Secret::try_from_base32(text).unwrap()
    }

    fn keep_tokens(&mut self, session: &Value) {
        self.keep("an access token", session["token"].as_str().unwrap());
        self.keep("a refresh token", session["refresh_token"].as_str().unwrap());
    }
}

async fn ingest(issuer: &Person, body: String) -> yzt_tests::Answer {
    let request = issuer.request(Method::POST, "/v1/ingest");
    issuer.send(request.header("content-type", "application/x-ndjson").body(body)).await
}
