//! 数据合规率 over time, against a plain recomputation after random histories.

use std::collections::BTreeSet;

use diesel::prelude::*;
use yzt_api::record::Day;

use super::*;

/// A little generator of numbers: the histories are random, and the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

diesel::table! {
    certificates (id) {
        id -> Text,
        status -> Text,
        specimen -> Bool,
    }
}

/// Certificates in force as they stand in their table, and those of them that conform one by one.
async fn counted(app: &TestApp) -> (i64, i64) {
    let read = |conn: &mut Conn| -> Result<_, StoreError> {
        let in_force: Vec<String> = certificates::table
            .filter(certificates::status.eq("valid"))
            .filter(certificates::specimen.eq(false))
            .select(certificates::id)
            .load(conn)?;
        let ids: Vec<_> = in_force.iter().map(String::as_str).collect();
        let conforming: BTreeSet<_> = is_conforming(conn, &ids)?;
        Ok((conforming.len(), in_force.len()))
    };
    let (conforming, in_force) = app.running.app().db.read(read).await.unwrap();
    (i64::try_from(conforming).unwrap(), i64::try_from(in_force).unwrap())
}

fn today(app: &TestApp) -> String {
    let day = i32::try_from(app.clock.now().day().0).unwrap();
    Day::from_days(day).unwrap().to_string()
}

async fn random_history(seed: u64) {
    let app = TestApp::spawn().await;
    let (operator, issuer) = (app.operator().await, app.issuer().await);
    let mut chance = Chance(seed);
    let mut issued: Vec<Issued> = Vec::new();
    let mut course = Vec::new();
    for step in 0..24 {
        match chance.below(6) {
            _ if issued.len() < 3 => {
                let colour = if chance.below(2) == 0 { "2" } else { "94" };
                let number = issued.len();
                issued.push(app.issue(&vehicle(number, &json!({ "plateColorCode": colour }))).await);
            }
            0 => {
                let number = issued.len();
                issued.push(app.issue(&vehicle(number, &json!({ "validTo": "20260620" }))).await);
            }
            1 | 2 => {
                let which =
                    &issued[usize::try_from(chance.below(u64::try_from(issued.len()).unwrap())).unwrap()];
                let event = ["suspended", "resumed", "reported_lost", "found", "cancelled"];
                let event = event[usize::try_from(chance.below(5)).unwrap()];
                // Some cannot happen as the certificate stands, which is an answer too.
                let _ = issuer
                    .post(&format!("/v1/certificates/{}/events", which.id), &json!({ "event": event }))
                    .await;
            }
            3 => {
                let which =
                    &issued[usize::try_from(chance.below(u64::try_from(issued.len()).unwrap())).unwrap()];
                let colour = if chance.below(2) == 0 { "2" } else { "94" };
                let line: Value = serde_json::from_slice(&which.record.to_line()).unwrap();
                let line = with(
                    line,
                    &json!({ "event": "change", "plateColorCode": colour, "remark": step.to_string() }),
                );
                let request =
                    issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
                let _ = issuer.send(request.body(format!("{line}\n"))).await.json(200);
            }
            4 => {
                course.push((today(&app), rate(&operator).await));
                app.pass(86_400);
                job(&app, "conformity_nightly").await;
            }
            _ => {}
        }
        follow(&app).await;
        assert_eq!(rate(&operator).await, counted(&app).await, "seed {seed}, step {step}");
    }
    for (day, then) in course {
        let rates = operator.get(&format!("/v1/conformity/rates?as_of={day}&since={day}")).await.json(200);
        for figures in [&rates["total"], &rates["days"][0]] {
            assert_eq!(
                (figures["conforming"].as_i64(), figures["in_force"].as_i64()),
                (Some(then.0), Some(then.1))
            );
        }
        let of_kind = &rates["by_kind"][0];
        assert_eq!((&of_kind["kind"], &of_kind["in_force"]), (&json!("013"), &json!(then.1)));
    }
}

#[tokio::test]
async fn the_rate_is_what_counting_each_certificate_gives_after_any_history() {
    for seed in 1..=4 {
        random_history(seed).await;
    }
}

#[tokio::test]
async fn what_cannot_be_asked_of_a_rate_is_refused() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    for query in ["kind=000", "as_of=2026", "since=20260616", "since=20200101", "division=2"] {
        let answer = operator.get(&format!("/v1/conformity/rates?{query}")).await;
        assert_eq!(answer.problem(), "bad_query", "{query}");
    }
}
