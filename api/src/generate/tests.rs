//! What the generator promises: the same for a seed, sound, unique, of all kinds and cities.

use std::collections::{HashMap, HashSet};

use verifier_core::ids::CreditCode;

use super::*;
use crate::record::codes;

fn generator(seed: u64) -> Generator {
    Generator::new(seed, Day::parse("20260701").unwrap())
}

#[test]
fn a_seed_always_gives_the_same_records_and_another_seed_others() {
    let lines = |seed| generator(seed).take(300).map(|record| record.to_line()).collect::<Vec<_>>();
    assert_eq!(lines(1), lines(1));
    assert_ne!(lines(1), lines(2));
}

#[test]
fn the_first_nine_are_one_of_each_kind() {
    let kinds: HashSet<_> = generator(3).take(9).map(|record| record.kind()).collect();
    assert_eq!(kinds.len(), 9);
}

#[test]
fn every_record_can_be_sent_and_is_taken_without_any_finding() {
    for record in generator(4).take(3000) {
        let accepted = Record::from_json(&record.to_line()).unwrap();
        assert_eq!(accepted.warnings, []);
        assert_eq!(accepted.record, record);
    }
}

#[test]
fn numbers_plates_and_vins_are_given_out_once() {
    let (mut numbers, mut plates, mut vins) = (HashSet::new(), HashSet::new(), HashSet::new());
    for record in generator(5).take(60_000) {
        let number = record.number().as_str().to_owned();
        assert!(numbers.insert((record.kind(), record.issuer().clone(), number)));
        if let Some(plate) = record.plate() {
            assert!(plates.insert(plate.clone()));
            let vin = record.items().text("vin").unwrap().to_owned();
            assert!(vins.insert(vin));
        }
    }
}

#[test]
fn all_kinds_and_cities_are_there_in_a_likely_mix() {
    let (mut kinds, mut cities) = (HashMap::new(), HashMap::new());
    for record in generator(6).take(40_000) {
        *kinds.entry(record.kind()).or_insert(0) += 1;
        *cities.entry(record.division().clone()).or_insert(0) += 1;
    }
    assert_eq!((kinds.len(), cities.len()), (9, codes::cities().count()));
    let share = |kind| kinds[&kind] * 100 / 40_000;
    assert!((30..50).contains(&share(Kind::PractitionerQualification)));
    assert!((25..45).contains(&share(Kind::RoadTransportCertificate)));
    assert!(cities.values().all(|count| *count > 400));
}

#[test]
fn most_certificates_are_valid_today_and_a_few_have_expired() {
    let today = Day::parse("20260701").unwrap();
    let expired = generator(7).take(10_000).filter(|record| record.valid_to().unwrap() < today).count();
    assert!((50..200).contains(&expired), "{expired}");
    assert!(generator(7).take(10_000).all(|record| record.issued_on() <= today));
}

#[test]
fn the_vehicles_of_an_operator_name_its_licence() {
    let records: Vec<_> = generator(8).take(2000).collect();
    let licences: HashSet<_> = records.iter().map(|record| record.number().as_str()).collect();
    let of_vehicles = records.iter().filter_map(|record| record.items().text("licenseCode"));
    let (known, all) = of_vehicles
        .fold((0, 0), |(known, all), licence| (known + i32::from(licences.contains(licence)), all + 1));
    assert_eq!(known, all);
}

#[test]
fn authorities_are_one_a_city_and_belong_to_nobody() {
    let authorities = authorities();
    assert_eq!(authorities.len(), 14);
    for authority in authorities {
        let code = CreditCode::parse(authority.code.as_str()).unwrap();
        assert!(code.has_valid_organisation_code() && authority.name.contains("示例"));
    }
}
