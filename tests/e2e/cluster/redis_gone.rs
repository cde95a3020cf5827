//! Redis is gone, and comes back with an empty memory.

use yzt_tests::check::Certificate;

use super::*;

#[tokio::test]
async fn without_redis_checking_goes_on_and_nothing_single_use_is_taken_twice() {
    let Some(mut site) = Site::start(|config| config.sign_in_attempts_address = 1).await else { return };
    let officer = site.officer().await;
    let certificate = site.first().certificate(&vehicle(0, &json!({}))).await;
    let (used, unused) = (challenge(&officer[0]).await, challenge(&officer[0]).await);
    let used = registration(&phone(1), &used);
    let unused = registration(&phone(2), &unused);
    let _ = officer[0].post("/v1/devices", &used).await.json(201);

    site.redis.kill();
    for (server, officer) in site.servers.iter().zip(&officer) {
        // What is single-use is refused until it can be told whether it was used.
        for proof in [&used, &unused] {
            let refused = officer.post("/v1/devices", proof).await;
            assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (503, "unavailable"));
            assert_eq!(refused.header("retry-after"), "2");
        }
        assert_eq!(officer.post("/v1/device-challenges", &json!({})).await.problem(), "unavailable");
        // Everything else goes on.
        let code = code_at(server, &certificate).await;
        assert_eq!(verify(officer, &code).await["outcome"], "valid");
        let kept = officer.upload(&[server.receipt(&code)]).await;
        assert_eq!(kept[0]["state"], "accepted");
        // Limits are open, the third attempt from one address too is only wrong. The lock of a login is the database's.
        for number in 0..3 {
            let login = format!("nobody-{number}-at-{}", server.base());
            assert_eq!(server.visitor().try_sign_in(&login, "wrong").await.problem(), "sign_in_failed");
        }
        says_degraded(server, 1).await;
    }

    site.redis.start_again();
    site.recovered().await;
    for (server, officer) in site.servers.iter().zip(&officer) {
        says_degraded(server, 0).await;
        for proof in [&used, &unused] {
            assert_eq!(officer.post("/v1/devices", proof).await.problem(), "challenge_invalid");
        }
    }
    let proof = registration(&phone(3), &challenge(&officer[0]).await);
    let _ = officer[1].post("/v1/devices", &proof).await.json(201);
    assert_eq!(site.first().visitor().try_sign_in("somebody", "wrong").await.problem(), "sign_in_failed");
    assert_eq!(site.first().visitor().try_sign_in("anybody", "wrong").await.problem(), "too_many_attempts");
}

/// A code, made by this server.
async fn code_at(server: &TestApp, certificate: &Certificate) -> String {
    let holder = certificate.holder.moved_to(server.base());
    let path = format!("/v1/certificates/{}/presentations", certificate.id);
    let shown = holder.post(&path, &json!({})).await.json(201);
    shown["code"].as_str().unwrap().to_owned()
}

/// A server without Redis is ready all the same, and says what is missing.
async fn says_degraded(server: &TestApp, degraded: u8) {
    let ready = server.visitor().get("/readyz").await.json(200);
    let parts = ready["parts"].as_array().unwrap();
    let redis = parts.iter().find(|part| part["name"] == "redis").unwrap();
    assert_eq!((&ready["ready"], &redis["ready"]), (&json!(true), &json!(degraded == 0)), "{ready}");
    assert_eq!(redis["degraded"] == true, degraded == 1, "{ready}");
    let metrics = server.visitor().get("/metrics").await.text;
    assert!(metrics.contains(&format!(r#"yzt_degraded{{part="redis"}} {degraded}"#)), "{metrics}");
    assert!(metrics.contains(r#"yzt_unlimited_total{limit="sign_in_address"} 3"#), "{metrics}");
}
