//! Properties every identifier type has: no text makes a constructor panic, and what is written reads back.
//!
//! Not here: the rules of each type, which are tested beside it.

use proptest::prelude::*;

use super::*;

/// Text near enough to the real thing to get past the first checks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9A-Za-z.挂辽X０-９]{0,80}",
        "[0-9X]{6,21}",
        "辽[A-Z][0-9A-Z]{4,6}挂?",
        r"1\.2\.156\.300[35]\.2(\.[0-9A-Z]{0,22}){3}\.[0-9]{3}\.[0-9A-Z]",
    ]
}

fn credit_code() -> impl Strategy<Value = CreditCode> {
    "[19][1-3]21[0-9]{4}[0-9A-HJ-NPQRTUWXY]{9}".prop_map(|first17| CreditCode::with_check(&first17).unwrap())
}

fn citizen_id() -> impl Strategy<Value = CitizenId> {
    let date = (1900_u16..=2020, 1_u8..=12, 1_u8..=28);
    ("21[0-9]{4}", date, "[0-9]{3}").prop_map(|(address, (year, month, day), sequence)| {
        CitizenId::with_check(&format!("{address}{year}{month:02}{day:02}{sequence}")).unwrap()
    })
}

fn certificate_id() -> impl Strategy<Value = CertificateId> {
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    (kind, credit_code(), "[0-9A-Z]{1,64}", 1_u16..=999).prop_map(|(kind, issuer, serial, version)| {
        CertificateId::new(kind.type_code(), &issuer, &serial, version).unwrap()
    })
}

proptest! {
    #[test]
    fn what_a_constructor_accepts_it_gives_back_unchanged(text in text()) {
        if let Ok(code) = CreditCode::parse(&text) {
            prop_assert_eq!(code.as_str(), &text);
            prop_assert_eq!(code.last_four().len(), 4);
            let _ = code.has_valid_organisation_code();
        }
        if let Ok(id) = CitizenId::parse(&text) {
            prop_assert_eq!(id.as_str(), &text);
            prop_assert_eq!(id.masked().len(), 18);
        }
        if let Ok(division) = Division::parse(&text) {
            prop_assert_eq!(division.to_string(), text.clone());
            prop_assert!(division.is_within(division.prefix()));
        }
        if let Ok(code) = TypeCode::parse(&text) {
            prop_assert_eq!(code.to_string(), text.clone());
        }
        if let Ok(plate) = Plate::parse(&text, PlateColour::Blue) {
            prop_assert_eq!(plate.number(), &text);
        }
        for kind in Kind::ALL {
            if let Ok(number) = CertificateNumber::parse(kind, &text) {
                prop_assert_eq!(number.as_str(), &text);
                prop_assert_eq!(number.masked().len(), text.len());
            }
        }
        if let Ok((id, _)) = CertificateId::parse_foreign(&text) {
            prop_assert_eq!(id.to_string(), text.clone());
        }
        if let Ok(id) = CertificateId::parse_own(&text) {
            prop_assert_eq!(CertificateId::parse_foreign(&text), Ok((id, vec![])));
        }
    }

    #[test]
    fn completing_17_characters_never_panics(text in text(), first17 in ".{17}") {
        for candidate in [text, first17] {
            if let Ok(code) = CreditCode::with_check(&candidate) {
                prop_assert_eq!(CreditCode::parse(code.as_str()), Ok(code));
            }
            if let Ok(id) = CitizenId::with_check(&candidate) {
                prop_assert_eq!(CitizenId::parse(id.as_str()), Ok(id));
            }
        }
    }

    #[test]
    fn completed_numbers_read_back(code in credit_code(), id in citizen_id()) {
        prop_assert_eq!(code.as_str().parse(), Ok(code));
        prop_assert_eq!(CitizenId::try_from(String::from(id.clone())), Ok(id));
    }

    #[test]
    fn a_citizen_id_is_a_practitioners_number(id in citizen_id()) {
        let number = CertificateNumber::parse(Kind::TaxiDriver, id.as_str()).unwrap();
        prop_assert_eq!(number.citizen_id(), Some(&id));
        let printed = format!("{number:?}{id:?}");
        prop_assert!(!printed.contains(id.as_str()));
    }

    #[test]
    fn made_identifiers_read_back_without_warning(id in certificate_id()) {
        let text = id.to_string();
        prop_assert_eq!(text.len(), 62 + id.serial().len());
        prop_assert_eq!(text.parse(), Ok(id.clone()));
        prop_assert_eq!(CertificateId::parse_foreign(&text), Ok((id, vec![])));
    }
}
