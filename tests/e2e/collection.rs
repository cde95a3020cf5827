//! Collection: what happens at a province is known to the ministry, once at least and in order, whatever fails between
//! them. Two real servers; the second of role `ministry`.

use std::collections::BTreeMap;

use diesel::RunQueryDsl;
use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_api::collection;
use yzt_api::config::SiteRole;
use yzt_api::jobs;
use yzt_api::keys::pinned_roots;
use yzt_api::store::collected::{self, ArrivalRow};
use yzt_api::store::provinces::{self, ProvinceRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::app::BEGINNING;
use yzt_tests::certificates::Issued;
use yzt_tests::{TestApp, TestDatabase};

mod incidents;
mod killed;
mod outbox;
mod reconciliation;

/// A ministry that knows the province 21 by the key its requests are signed with.
pub(crate) struct Sites {
    pub(crate) ministry: TestApp,
    pub(crate) province: TestApp,
}

impl Sites {
    pub(crate) async fn new() -> Self {
        let ministry = ministry().await;
        let base = ministry.base();
        let province = TestApp::spawn_with(|config| config.ministry_url = base).await;
        register(&ministry, &province, "21").await;
        Self { ministry, province }
    }

    /// Sends what is waiting.
    pub(crate) async fn collect(&self) {
        assert!(collection::run(&self.province.running.app_data()).await.unwrap());
    }

    /// How the province's operator sees it.
    pub(crate) async fn state(&self) -> Value {
        self.province.operator().await.get("/v1/collection").await.json(200)
    }

    /// What came in at the ministry, in its order.
    pub(crate) async fn arrivals(&self) -> Vec<ArrivalRow> {
        arrivals(&self.ministry).await
    }

    /// Reports an event of a certificate at the province.
    pub(crate) async fn report(&self, issued: &Issued, event: &str) {
        let path = format!("/v1/certificates/{}/events", issued.id);
        let _ = self.province.issuer().await.post(&path, &json!({ "event": event })).await.json(201);
    }
}

pub(crate) async fn ministry() -> TestApp {
    TestApp::spawn_with(|config| {
        config.role = SiteRole::Ministry;
        config.iss = "00".to_owned();
        config.issuer_name = "交通运输部".to_owned();
    })
    .await
}

/// Registers a province at the ministry: its roots, and the key its requests are signed with.
pub(crate) async fn register(ministry: &TestApp, province: &TestApp, iss: &str) {
    let app = province.running.app();
    let key = collection::signer(app.signer.keystore()).unwrap().public_key();
    ministry.registered_service(Role::Issuer, &format!("province-{iss}"), &key, Some(iss)).await;
    let row = row(iss, province.base(), pinned_roots(&app.signer.keys()).join(" "));
    let add = move |conn: &mut Conn| provinces::insert(conn, &row);
    assert!(ministry.running.app().db.write::<_, StoreError, _>(add).await.unwrap());
    follow(ministry).await;
}

pub(crate) fn row(iss: &str, url: String, roots: String) -> ProvinceRow {
    ProvinceRow {
        iss: iss.to_owned(),
        name: format!("省 {iss}"),
        url,
        roots,
        registered_at: BEGINNING.millis(),
        trust_list: None,
        trust_at: None,
        status_list: None,
        status_at: None,
        status_end: None,
        heard_at: None,
    }
}

/// The ministry fetches the lists of provinces.
pub(crate) async fn follow(ministry: &TestApp) {
    assert!(jobs::run(&ministry.running.app_data(), jobs::find("provinces").unwrap()).await.unwrap());
}

pub(crate) async fn arrivals(ministry: &TestApp) -> Vec<ArrivalRow> {
    let read = |conn: &mut Conn| collected::arrivals(conn, "21");
    ministry.running.app().db.read::<_, StoreError, _>(read).await.unwrap()
}

/// Of each certificate every event came, and in its order.
pub(crate) fn assert_in_order(arrivals: &[ArrivalRow]) {
    let mut newest: BTreeMap<&str, i64> = BTreeMap::new();
    for arrival in arrivals {
        let before = newest.insert(&arrival.certificate_id, arrival.seq).unwrap_or(0);
        assert!(before < arrival.seq, "{} came after {before}", arrival.seq);
    }
}

/// The numbers that came, sorted.
pub(crate) fn numbers(arrivals: &[ArrivalRow]) -> Vec<i64> {
    let mut numbers: Vec<_> = arrivals.iter().map(|arrival| arrival.seq).collect();
    numbers.sort_unstable();
    numbers
}

/// Changes a site's database behind its back.
pub(crate) async fn change(site: &TestApp, statement: String) {
    let work = move |conn: &mut Conn| diesel::sql_query(statement).execute(conn).map_err(StoreError::from);
    site.running.app().db.write(work).await.unwrap();
}

/// A database that outlives the server over it.
pub(crate) fn database() -> TestDatabase {
    TestDatabase::new(yzt_tests::Backend::of_this_run()).unwrap()
}
