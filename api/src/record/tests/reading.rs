//! From a line or a row to a record: names, tidying, what is kept, the text of it.

use csv::StringRecord;
use serde_json::json;
use verifier_core::ids::{Family, Kind, PlateColour};

use super::fixtures::{COMPANY, citizen, driver, licence, read, rules, vehicle, with};
use crate::record::{Columns, Day, Event, Record};

#[test]
fn a_sound_record_of_each_family_is_taken_without_findings() {
    for record in [driver(), licence(), vehicle()] {
        assert_eq!(rules(&record), []);
    }
}

#[test]
fn a_driver_has_what_a_credential_needs() {
    let record = read(&driver()).unwrap().record;
    assert_eq!(record.kind(), Kind::PractitionerQualification);
    assert_eq!(record.number().as_str(), citizen());
    assert_eq!(record.holder().code_type(), "111");
    assert_eq!(record.holder().name(), "云知远");
    assert_eq!(record.scope(), [2001, 3001]);
    assert_eq!(record.division().as_str(), "210100");
    assert_eq!(record.issued_on(), Day::parse("20250301").unwrap());
    assert_eq!(record.valid_to(), Day::parse("20310228"));
    assert!(record.plate().is_none() && record.identifier().is_none() && !record.is_specimen());
}

#[test]
fn a_vehicle_has_its_plate_with_its_colour() {
    let record = read(&vehicle()).unwrap().record;
    let plate = record.plate().unwrap();
    assert_eq!((plate.number(), plate.colour()), ("辽A12345", PlateColour::Yellow));
    assert_eq!(record.holder().code(), COMPANY);
    assert_eq!(record.kind().family(), Family::TransportCertificate);
}

#[test]
fn names_of_the_standards_and_of_this_project_mean_the_same() {
    let renamed = with(
        vehicle(),
        json!({
            "transCertificateCode": null, "certificateNumber": "210102000002",
            "validFrom": null, "certificateBeginDate": "20250301",
            "kind": null, "certificateTypeCode": "11100000000019713D013",
        }),
    );
    let (one, other) = (read(&vehicle()).unwrap().record, read(&renamed).unwrap().record);
    assert_eq!(one.to_json(), other.to_json());
}

#[test]
fn values_are_tidied() {
    let untidy = with(
        vehicle(),
        json!({
            "vehicleNo": " 辽a·１２３４５ ", "plateColorCode": 2, "businessScopeCode": "02101", "approveTon": 14.370,
            "vin": "１1111111111111111", "operatingStatus": 10,
        }),
    );
    let (one, other) = (read(&vehicle()).unwrap().record, read(&untidy).unwrap().record);
    assert_eq!(one.to_json(), other.to_json());
}

#[test]
fn other_content_is_other_text_and_another_event_is_not() {
    let record = read(&driver()).unwrap().record;
    let moved = read(&with(driver(), json!({"holderAddress": "示例路2号"}))).unwrap().record;
    let renewed = read(&with(driver(), json!({"event": "renewal", "specimen": false}))).unwrap().record;
    assert_ne!(record.to_json(), moved.to_json());
    assert_eq!(record.to_json(), renewed.to_json());
    assert_eq!(renewed.event(), Event::Renewal);
}

#[test]
fn the_event_follows_from_the_type_of_issue_unless_it_is_given() {
    let event = |members| read(&with(driver(), members)).unwrap().record.event();
    assert_eq!(event(json!({})), Event::Initial);
    assert_eq!(event(json!({"issueTypeCode": "2"})), Event::Reissue);
    assert_eq!(event(json!({"issueTypeCode": "2", "event": "change"})), Event::Change);
}

#[test]
fn a_certificate_without_end_has_none() {
    let record = read(&with(licence(), json!({"certificateExpireDate": "99991231"}))).unwrap().record;
    assert_eq!(record.valid_to(), None);
}

#[test]
fn what_no_item_is_for_is_kept_and_survives_being_stored() {
    let record = read(&with(driver(), json!({"b": {"z": 1, "a": [1.5, null]}, "zone": "x"}))).unwrap().record;
    assert_eq!(record.extension().len(), 2);
    let stored = Record::from_json(&record.to_json()).unwrap();
    assert_eq!(stored.record, record);
    assert!(stored.warnings.is_empty());
}

#[test]
fn the_content_is_written_with_sorted_keys() {
    let record = read(&with(licence(), json!({"event": "change", "b": {"z": 1, "a": 2}}))).unwrap().record;
    let line = String::from_utf8(record.to_line()).unwrap();
    let names = ["businessScopeCode", "event", "extension", "holderAddress", "validTo"];
    let places: Vec<_> = names.iter().map(|name| line.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(line.contains(r#""extension":{"b":{"a":2,"z":1}}"#));
    assert_eq!(Record::from_json(line.as_bytes()).unwrap().record, record);
}

#[test]
fn a_row_of_csv_is_the_same_record_as_its_line_of_json() {
    let record = driver();
    let members = record.as_object().unwrap();
    let cell = |value: &serde_json::Value| match value.as_array() {
        Some(values) => values.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(";"),
        None => value.as_str().unwrap().to_owned(),
    };
    let mut header: Vec<String> = members.keys().cloned().collect();
    let mut row: Vec<String> = members.values().map(cell).collect();
    header[0].insert(0, '\u{FEFF}');
    header.push("remark".to_owned());
    row.push(String::new());
    let columns = Columns::read(&StringRecord::from(header)).unwrap();
    let from_csv = Record::from_csv(&columns, &StringRecord::from(row)).unwrap();
    assert!(from_csv.warnings.is_empty());
    assert_eq!(from_csv.record, read(&record).unwrap().record);
}

#[test]
fn a_row_of_another_length_and_a_header_with_a_name_twice_are_refused() {
    let columns = Columns::read(&StringRecord::from(vec!["kind", "vin"])).unwrap();
    let findings = Record::from_csv(&columns, &StringRecord::from(vec!["013"])).unwrap_err();
    assert_eq!(findings[0].rule.code(), "column_count");
    let findings = Columns::read(&StringRecord::from(vec!["kind", "vin", "vin"])).unwrap_err();
    assert_eq!((findings[0].rule.code(), findings[0].item.as_str()), ("duplicate_item", "vin"));
}

#[test]
fn a_file_without_a_header_leaks_nothing_into_the_findings() {
    let id = citizen();
    let columns = Columns::read(&StringRecord::from(vec!["071", &id, &id, "云知远"])).unwrap_err();
    assert_eq!(columns[0].item, "?");
}

#[test]
fn debug_shows_nothing_personal() {
    let accepted = read(&driver()).unwrap();
    let text = format!("{accepted:?} {:?} {:?}", accepted.record.holder(), accepted.record.number());
    assert!(!text.contains(&citizen()) && !text.contains("云知远"), "{text}");
}
