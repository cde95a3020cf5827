//! The table itself: whole, without contradictions, and knowing every name the code uses.

use std::collections::HashSet;

use super::*;
use crate::record::name;

#[test]
fn every_row_of_the_table_is_understood() {
    assert_eq!(all().len(), rows().count());
    assert!(rows().all(|line| line.split(',').count() == 9));
}

#[test]
fn no_kind_has_two_items_under_one_name() {
    for kind in Kind::ALL {
        let names = of_kind(Some(kind)).iter().flat_map(|item| item.aliases.iter().chain([&item.name]));
        let mut seen = HashSet::new();
        assert!(names.into_iter().all(|name| seen.insert(*name)), "{kind:?}");
    }
}

#[test]
fn every_item_says_for_whom_it_is_and_where_it_comes_from() {
    for item in all() {
        assert!(!item.kinds.is_empty(), "{}", item.name);
        assert!(item.needing.iter().all(|kind| item.applies_to(Some(*kind))), "{}", item.name);
        assert!(!item.source.is_empty() && !item.name_zh.is_ascii(), "{}", item.name);
    }
}

#[test]
fn every_name_in_the_code_is_in_the_table() {
    for name in name::ALL {
        assert!(all().iter().any(|item| item.name == *name), "{name}");
    }
}

#[test]
fn an_item_is_found_by_its_names_in_the_standards() {
    let transport = Some(Kind::RoadTransportCertificate);
    assert_eq!(find(transport, "transCertificateCode").unwrap().name, name::NUMBER);
    assert_eq!(find(transport, "licenseCode").unwrap().name, "licenseCode");
    let licence = Some(Kind::RoadTransportLicence);
    assert_eq!(find(licence, "licenseCode").unwrap().name, name::NUMBER);
    assert!(find(licence, "vin").is_none());
}

#[test]
fn a_need_may_hold_for_one_kind_only() {
    let ride_hailing = Some(Kind::RideHailingCertificate);
    let item = find(ride_hailing, "licenseCode").unwrap();
    assert_eq!(item.need(ride_hailing), Need::Optional);
    assert_eq!(item.need(Some(Kind::RoadTransportCertificate)), Need::Required);
}

#[test]
fn without_a_kind_only_the_common_items_are_known() {
    assert!(find(None, name::ISSUER_CODE).is_some());
    assert!(find(None, name::VIN).is_none());
    assert!(find(None, name::NUMBER).is_none());
}
