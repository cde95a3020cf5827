//! Real identifiers, the invented ones of the nine kinds, and what must be refused.

use super::*;

/// Public identifiers of real certificates that keep every rule.
const REAL: [&str; 4] = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
];

/// Real: the issuer is a division.
const HEFEI: &str = "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9";

/// Real: the check character was made by a faulty program and should be D.
const SHANDONG: &str =
    "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";

/// Invented, one of each kind, in the order of `Kind::ALL`.
const NINE: [&str; 9] = [
    "1.2.156.3005.2.11100000000019713D008.112100009999999981.210102000001.001.3",
    "1.2.156.3005.2.11100000000019713D016.112100009999999981.210102000001.001.3",
    "1.2.156.3005.2.11100000000019713D074.112100009999999981.210102000001.001.7",
    "1.2.156.3005.2.11100000000019713D079.112100009999999981.210102000001.001.I",
    "1.2.156.3005.2.11100000000019713D013.112100009999999981.210102000001.001.U",
    "1.2.156.3005.2.11100000000019713D073.112100009999999981.210102000001.001.C",
    "1.2.156.3005.2.11100000000019713D071.112100009999999981.210102000001.001.6",
    "1.2.156.3005.2.11100000000019713D075.112100009999999981.210102000001.001.B",
    "1.2.156.3005.2.11100000000019713D072.112100009999999981.210102000001.001.O",
];

const OURS: &str = "1.2.156.3005.2.11100000000019713D013.112100009999999981.210102000001.001.U";

fn own(text: &str) -> Result<CertificateId, IdError> {
    CertificateId::parse_own(text)
}

fn foreign_warnings(text: &str) -> Vec<IdWarning> {
    CertificateId::parse_foreign(text).unwrap().1
}

fn issuer() -> CreditCode {
    CreditCode::parse("112100009999999981").unwrap()
}

#[test]
fn real_identifiers_are_valid_and_raise_no_warning() {
    for text in REAL {
        let id = own(text).unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(id.kind(), None);
        assert_eq!(CertificateId::parse_foreign(text), Ok((id, vec![])));
    }
}

#[test]
fn the_parts_of_a_real_identifier_are_what_is_written() {
    let id = own(REAL[1]).unwrap();
    assert_eq!(id.type_code().as_str(), "11100000000013338W011");
    assert_eq!(id.type_code().authority(), "11100000000013338W");
    assert_eq!(id.issuer(), "11110000000021135M");
    assert_eq!(id.serial(), "20230329701");
    assert_eq!(id.version(), 3);
}

#[test]
fn the_nine_invented_identifiers_are_valid_and_know_their_kind() {
    for (kind, text) in Kind::ALL.into_iter().zip(NINE) {
        assert_eq!(own(text).unwrap().kind(), Some(kind));
        assert_eq!(foreign_warnings(text), []);
        let made = CertificateId::new(kind.type_code(), &issuer(), "210102000001", 1).unwrap();
        assert_eq!(made.to_string(), text);
    }
}

#[test]
fn a_division_as_issuer_is_refused_for_ours_and_a_warning_for_others() {
    assert_eq!(own(HEFEI), Err(IdError::IdentifierIssuer));
    let (id, warnings) = CertificateId::parse_foreign(HEFEI).unwrap();
    assert_eq!(warnings, [IdWarning::IssuerIsDivision]);
    assert_eq!(id.issuer(), "340100");
    assert_eq!(id.to_string(), HEFEI);
}

#[test]
fn a_wrong_check_character_is_refused_for_ours_and_a_warning_for_others() {
    assert_eq!(own(SHANDONG), Err(IdError::IdentifierCheck));
    assert_eq!(foreign_warnings(SHANDONG), [IdWarning::Check]);
    let corrected = SHANDONG.replace(".001.M", ".001.D");
    assert_eq!(own(&corrected).unwrap().to_string(), corrected);
}

#[test]
fn a_deviating_identifier_is_kept_as_it_was_written() {
    let (id, _) = CertificateId::parse_foreign(SHANDONG).unwrap();
    assert_eq!(id.to_string(), SHANDONG);
}

#[test]
fn the_root_of_one_vendor_is_refused_for_ours_and_a_warning_for_others() {
    let text = OURS.replace("3005", "3003");
    assert_eq!(own(&text), Err(IdError::IdentifierRoot));
    let (id, warnings) = CertificateId::parse_foreign(&text).unwrap();
    assert_eq!(warnings, [IdWarning::Root]);
    assert_eq!(id.to_string(), text);
}

#[test]
fn any_other_root_is_refused() {
    for root in
        ["", "1.2.156.3005", "1.2.156.3005.20", "1.2.156.3006.2", " 1.2.156.3005.2", "1.2.156.3005.2,"]
    {
        let text = OURS.replace("1.2.156.3005.2", root);
        assert_eq!(own(&text), Err(IdError::IdentifierRoot), "{text}");
        assert_eq!(CertificateId::parse_foreign(&text), Err(IdError::IdentifierRoot), "{text}");
    }
}

#[test]
fn irregular_authority_and_issuer_codes_are_one_warning_each() {
    let text = OURS.replace("19713D013", "19713E0A3").replace("99981.", "99982.");
    assert_eq!(own(&text), Err(IdError::TypeCodeForm));
    assert_eq!(foreign_warnings(&text), [IdWarning::TypeCode, IdWarning::IssuerCheck, IdWarning::Check]);
    assert_eq!(own(&OURS.replace("19713D", "19713E")), Err(IdError::CreditCodeCheck));
    assert_eq!(own(&OURS.replace("99981.", "99982.")), Err(IdError::IdentifierIssuer));
}

#[test]
fn too_few_or_too_many_parts_are_refused() {
    for text in
        [OURS.replace(".001", ""), format!("{OURS}."), format!("{OURS}.1"), "1.2.156.3005.2.".to_owned()]
    {
        assert_eq!(own(&text), Err(IdError::IdentifierForm), "{text}");
        assert_eq!(CertificateId::parse_foreign(&text), Err(IdError::IdentifierForm), "{text}");
    }
}

#[test]
fn another_shape_of_any_part_is_refused_in_both_ways_of_reading() {
    let cases = [
        (OURS.replace("19713D013", "19713D13"), IdError::TypeCodeForm),
        (OURS.replace("19713D013", "19713D0013"), IdError::TypeCodeForm),
        (OURS.replace("9999999981", "999999998"), IdError::IdentifierIssuer),
        (OURS.replace("210102000001", "2101-2000001"), IdError::IdentifierSerial),
        (OURS.replace("210102000001", "21010200000a"), IdError::IdentifierSerial),
        (OURS.replace(".001.", ".1."), IdError::IdentifierVersion),
        (OURS.replace(".001.", ".0001."), IdError::IdentifierVersion),
        (OURS.replace(".001.", ".000."), IdError::IdentifierVersion),
        (OURS.replace(".001.", ".+01."), IdError::IdentifierVersion),
        (OURS.replace(".001.", ".00A."), IdError::IdentifierVersion),
        (OURS.replace(".001.U", ".001.u"), IdError::IdentifierCheck),
        (OURS.replace(".001.U", ".001."), IdError::IdentifierCheck),
        (OURS.replace(".001.U", ".001.UU"), IdError::IdentifierCheck),
        (OURS.replace(".001.U", ".001.Ｕ"), IdError::IdentifierCheck),
    ];
    for (text, error) in cases {
        assert_eq!(own(&text), Err(error), "{text}");
        assert_eq!(CertificateId::parse_foreign(&text), Err(error), "{text}");
    }
}

#[test]
fn a_serial_has_1_to_64_characters() {
    let new =
        |length: usize| CertificateId::new(Kind::TaxiDriver.type_code(), &issuer(), &"7".repeat(length), 1);
    for length in [1, 20, 32, 64] {
        let id = new(length).unwrap();
        assert_eq!(id.to_string().len(), 62 + length);
        assert_eq!(own(&id.to_string()), Ok(id));
    }
    for length in [0, 65, 1000] {
        assert_eq!(new(length), Err(IdError::IdentifierSerial));
    }
}

#[test]
fn a_version_is_1_to_999() {
    let new = |version| CertificateId::new(Kind::TaxiDriver.type_code(), &issuer(), "1", version);
    for version in [1, 10, 999] {
        assert_eq!(new(version).unwrap().version(), version);
    }
    for version in [0, 1000, u16::MAX] {
        assert_eq!(new(version), Err(IdError::IdentifierVersion));
    }
}

#[test]
fn every_substitution_of_one_character_is_noticed() {
    let prefix = Root::Standard.as_str().len();
    for place in prefix..OURS.len() {
        for substitute in ('0'..='9').chain('A'..='Z').chain(['.', 'a', 'u', '-']) {
            let mut text = OURS.to_owned();
            text.replace_range(place..=place, substitute.encode_utf8(&mut [0; 4]));
            if text == OURS {
                continue;
            }
            assert!(own(&text).is_err(), "{text}");
            let clean = |(_, warnings): (CertificateId, Vec<IdWarning>)| warnings.is_empty();
            assert!(!CertificateId::parse_foreign(&text).is_ok_and(clean), "{text}");
        }
    }
}

#[test]
fn the_check_character_alone_notices_every_substitution() {
    let body = "11100000000019713D013112100009999999981210102000001001";
    let check = iso7064::mod_37_36(body.bytes());
    for place in 0..body.len() {
        for substitute in (b'0'..=b'9').chain(b'A'..=b'Z') {
            let mut changed = body.as_bytes().to_vec();
            changed[place] = substitute;
            let is_same = changed == body.as_bytes();
            assert_eq!(iso7064::mod_37_36(changed.into_iter()) == check, is_same);
        }
    }
}

#[test]
fn json_is_the_text_and_enters_through_the_strict_constructor() {
    let id = own(OURS).unwrap();
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, format!("\"{OURS}\""));
    assert_eq!(serde_json::from_str::<CertificateId>(&json).unwrap(), id);
    assert!(serde_json::from_str::<CertificateId>(&json.replace('U', "V")).is_err());
}
