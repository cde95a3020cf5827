//! Comparison with the ministry's list: every difference is named, and mended.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::jobs;
use yzt_api::store::collected;
use yzt_api::store::{Conn, StoreError};

use super::{Sites, change};

impl Sites {
    async fn compare(&self) -> (Value, Vec<(String, String)>) {
        let job = jobs::find("reconciliation").unwrap();
        assert!(jobs::run(&self.province.running.app_data(), job).await.unwrap());
        let operator = self.province.operator().await;
        let found =
            operator.get("/v1/collection/reconciliations").await.json(200)["reconciliations"][0].clone();
        let path = format!("/v1/collection/reconciliations/{}/differences", found["id"].as_str().unwrap());
        let list = operator.get(&path).await.json(200);
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = list["differences"].as_array().unwrap().iter();
        (found.clone(), rows.map(|row| (text(row, "certificate_id"), text(row, "kind"))).collect())
    }

    async fn change_copy(&self, change: impl FnOnce(&mut Conn) -> Result<(), StoreError> + Send + 'static) {
        self.ministry.running.app().db.write(change).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_the_same_has_no_difference_and_what_is_still_to_be_sent_is_none() {
    let sites = Sites::new().await;
    let issued = sites.province.issued(Kind::TaxiDriver).await;
    sites.collect().await;
    let (found, differences) = sites.compare().await;
    assert_eq!((&found["here"], &found["there"], &found["differences"]), (&1.into(), &1.into(), &0.into()));
    assert!(differences.is_empty());

    sites.report(&issued, "suspended").await;
    let _ = sites.province.issued(Kind::RoadTransportCertificate).await;
    let (found, differences) = sites.compare().await;
    assert_eq!((&found["waiting"], &found["differences"]), (&2.into(), &0.into()));
    assert!(differences.is_empty());
}

#[tokio::test]
async fn each_difference_is_named_and_mended() {
    let sites = Sites::new().await;
    let mut ids = Vec::new();
    for kind in [Kind::TaxiDriver, Kind::RoadTransportCertificate, Kind::PractitionerQualification] {
        ids.push(sites.province.issued(kind).await.id);
    }
    sites.collect().await;
    let [status, content, gone] = [0, 1, 2].map(|index| ids[index].clone());
    let ministry = sites.ministry.running.app();
    let cell = yzt_api::vault::Column::CollectedItems.of_version(&content, 1);
    let sealed = ministry.vault.seal(&cell, b"{}").unwrap();
    let (first, second) = (status.clone(), content.clone());
    sites
        .change_copy(move |conn| {
            let mut row = collected::find(conn, &first)?.unwrap();
            row.status = "revoked".to_owned();
            collected::put(conn, &row)?;
            let mut version = collected::find_version(conn, &second, 1)?.unwrap();
            version.items_ciphertext = sealed;
            collected::put_version(conn, &version)?;
            // One that only the ministry has.
            let stray = collected::CollectedRow {
                certificate_id: "00000000-0000-7000-8000-000000000001".to_owned(),
                ..row
            };
            collected::put(conn, &stray)
        })
        .await;
    for table in ["collected_versions", "collected_certificates"] {
        change(&sites.ministry, format!("DELETE FROM {table} WHERE certificate_id = '{gone}'")).await;
    }

    let (found, differences) = sites.compare().await;
    let kinds: std::collections::BTreeMap<_, _> = differences.iter().cloned().collect();
    assert_eq!(kinds[&status], "other_status");
    assert_eq!(kinds[&content], "other_content");
    assert_eq!(kinds[&gone], "missing_there");
    assert_eq!(kinds["00000000-0000-7000-8000-000000000001"], "missing_here");
    assert_eq!(found["differences"], 4);

    let path = format!("/v1/collection/reconciliations/{}/mending", found["id"].as_str().unwrap());
    let mended = sites.province.operator().await.post(&path, &json!({})).await.json(200);
    assert_eq!(mended["certificates"], 3);
    sites.collect().await;
    let (_, differences) = sites.compare().await;
    let left: Vec<_> = differences.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(left, ["missing_here"], "what only the ministry has is for people");
}
