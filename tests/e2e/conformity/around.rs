//! Findings about certificates that stand beside others: they open and close from either side.

use super::*;

/// The licence of a vehicle's operator.
fn licence(of: &Value, members: &Value) -> Value {
    let holder = |name: &str| of[name].clone();
    let licence = json!({
        "kind": "008", "certificateNumber": "210102000001", "issuerCode": of["issuerCode"],
        "issuerName": of["issuerName"], "division": of["division"], "issueDate": "20250301",
        "validFrom": "20250301", "validTo": "20290228", "holderName": holder("holderName"),
        "holderCodeType": holder("holderCodeType"), "holderCode": holder("holderCode"),
        "holderAddress": holder("holderAddress"), "legalRepresentative": "沐清禾",
        "businessScopeCode": ["02000"], "businessScopeDesc": "道路货物运输", "operatingStatus": "1",
    });
    with(licence, members)
}

fn lorry(number: usize) -> Value {
    let members = json!({
        "businessScopeCode": ["02101"], "businessScopeDesc": "道路普通货物运输", "firstIssueDate": "20260105",
    });
    vehicle(number, &members)
}

#[tokio::test]
async fn a_vehicle_needs_its_operators_licence_of_the_matching_kind_and_scope() {
    let app = TestApp::spawn().await;
    let (operator, line) = (app.operator().await, lorry(0));
    let issued = app.issue(&line).await;
    follow(&app).await;
    assert_eq!(errors(&operator, &issued.id).await, ["operator_licence"]);

    let papers = app.issue(&licence(&line, &json!({}))).await;
    follow(&app).await;
    assert!(errors(&operator, &issued.id).await.is_empty(), "the licence came in");

    let narrow = json!({ "businessScopeCode": ["02201"] });
    corrected(&app, &papers, &narrow).await;
    follow(&app).await;
    assert_eq!(errors(&operator, &issued.id).await, ["operator_scope"]);
    corrected(&app, &papers, &json!({ "businessScopeCode": ["02101"] })).await;
    follow(&app).await;
    assert!(errors(&operator, &issued.id).await.is_empty());

    let dangerous = json!({ "businessScopeCode": ["03131"], "businessScopeDesc": "危险货物运输(3类)" });
    corrected(&app, &issued, &dangerous).await;
    follow(&app).await;
    assert_eq!(
        errors(&operator, &issued.id).await,
        ["operator_licence"],
        "dangerous goods need a licence of their own"
    );
    corrected(&app, &issued, &json!({ "businessScopeCode": ["02101"] })).await;
    follow(&app).await;

    let end = format!("/v1/certificates/{}/events", papers.id);
    let _ = app.issuer().await.post(&end, &json!({ "event": "cancelled" })).await.json(201);
    follow(&app).await;
    assert_eq!(errors(&operator, &issued.id).await, ["operator_licence"], "the licence ended");
}

#[tokio::test]
async fn a_plate_has_one_transport_certificate_in_force() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let (one, other) = (lorry(0), lorry(1));
    let same = json!({ "vehicleNo": one["vehicleNo"], "plateColorCode": one["plateColorCode"],
        "vehicleTypeCode": one["vehicleTypeCode"] });
    let (one, other) = (app.issue(&one).await, app.issue(&with(other, &same)).await);
    follow(&app).await;
    let twice = "plate_twice".to_owned();
    for issued in [&one, &other] {
        assert!(errors(&operator, &issued.id).await.contains(&twice));
    }
    let end = format!("/v1/certificates/{}/events", other.id);
    let _ = app.issuer().await.post(&end, &json!({ "event": "cancelled" })).await.json(201);
    follow(&app).await;
    assert!(!errors(&operator, &one.id).await.contains(&twice));
    let closed = listed(&operator, "state=closed&rule=plate_twice").await;
    let closed: Vec<_> = closed.iter().map(|row| row["closed_as"].as_str().unwrap()).collect();
    assert_eq!(closed.len(), 2);
    assert!(closed.contains(&"resolved") && closed.contains(&"not_in_force"), "{closed:?}");
}

#[tokio::test]
async fn a_vehicle_that_moves_leaves_the_plate_it_had() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let (one, other) = (lorry(0), lorry(1));
    let same = json!({ "vehicleNo": one["vehicleNo"], "plateColorCode": one["plateColorCode"],
        "vehicleTypeCode": one["vehicleTypeCode"] });
    let own = json!({ "vehicleNo": other["vehicleNo"], "plateColorCode": other["plateColorCode"],
        "vehicleTypeCode": other["vehicleTypeCode"] });
    let (one, other) = (app.issue(&one).await, app.issue(&with(other, &same)).await);
    follow(&app).await;
    corrected(&app, &other, &own).await;
    follow(&app).await;
    for issued in [&one, &other] {
        assert!(!errors(&operator, &issued.id).await.contains(&"plate_twice".to_owned()));
    }
}

#[tokio::test]
async fn two_certificates_of_one_holder_bear_one_name_and_no_category_twice() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let first = app.issued(Kind::TaxiDriver).await;
    let line: Value = serde_json::from_slice(&first.record.to_line()).unwrap();
    let issuer = line["issuerCode"].as_str().unwrap().to_owned();
    let second = with(line, &json!({ "issuerCode": other_authority(&issuer), "holderName": "另有其名" }));
    let second = app.issue(&second).await;
    assert_eq!(first.holder_id, second.holder_id);
    follow(&app).await;
    let of_first = errors(&operator, &first.id).await;
    assert!(
        of_first.contains(&"holder_two_names".to_owned()),
        "the name heard last is the holder's: {of_first:?}"
    );
    for issued in [&first, &second] {
        assert!(errors(&operator, &issued.id).await.contains(&"category_twice".to_owned()));
    }
    let end = format!("/v1/certificates/{}/events", second.id);
    let _ = app.issuer().await.post(&end, &json!({ "event": "revoked" })).await.json(201);
    follow(&app).await;
    assert!(!errors(&operator, &first.id).await.contains(&"category_twice".to_owned()));
}

/// An authority of the whole province, which is not the one that issued.
fn other_authority(issuer: &str) -> &'static str {
    assert_ne!(issuer, "112100009999999981");
    "112100009999999981"
}
