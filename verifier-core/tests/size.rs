//! How much a code holds: the QR version it needs at error correction level L, in alphanumeric mode.

use verifier_core::credential::{Credential, Face};
use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::sm2::SigningKey;
use verifier_core::{Day, Seconds, token};

/// Characters a code of this QR version holds at level L in alphanumeric mode (GB/T 18284, ISO/IEC 18004 table 7).
const VERSION_12: usize = 535;
const VERSION_13: usize = 619;
const VERSION_16: usize = 854;

const ADDRESS: &str = "https://yzt.example.gov.cn";
const NOW: Seconds = Seconds(1_795_141_800);

#[test]
fn a_driver_s_code_fits_version_12() {
    let code = code(driver("欧阳震华", &[1_001, 2_001]), false);
    assert!(code.len() <= VERSION_12, "{}", code.len());
}

#[test]
fn a_driver_s_code_with_a_device_key_fits_version_13() {
    let code = code(driver("欧阳震华", &[1_001, 2_001]), true);
    assert!(code.len() <= VERSION_13, "{}", code.len());
}

#[test]
fn a_vehicle_s_code_fits_version_13() {
    let code = code(vehicle("沈阳市远途危险货物运输有限责任公司", &[2_100, 2_201]), false);
    assert!(code.len() <= VERSION_13, "{}", code.len());
}

#[test]
fn a_licence_s_code_fits_version_13() {
    let face = Face {
        plate: None,
        plate_colour: None,
        ..vehicle("沈阳市远途危险货物运输有限责任公司", &[2_100; 5])
    };
    let code = code(face, false);
    assert!(code.len() <= VERSION_13, "{}", code.len());
}

#[test]
fn the_longest_names_with_a_device_key_fit_version_16() {
    // 53 characters, 159 bytes: a longer name needs a larger code.
    let longest_company = "有".repeat(53);
    let longest_person = "阿卜杜热依木·买买提吐尔逊·阿不都克里木".repeat(2);
    for face in [
        driver(&longest_person, &[1_001, 2_001, 3_001, 3_003]),
        vehicle(&longest_company, &[2_100, 2_201, 2_202, 2_203]),
    ] {
        let code = code(face, true);
        assert!(code.len() <= VERSION_16, "{}", code.len());
    }
}

/// A status index, times and a version as large as they get in practice.
fn code(face: Face, with_device_key: bool) -> String {
    let Ok(key) = SigningKey::from_bytes(&[7; 32]) else { return String::new() };
    let credential = Credential {
        issuer: "210100".to_owned(),
        expires: NOW.plus(90 * 86_400),
        valid_from: NOW.minus(900 * 86_400),
        sealed: NOW.minus(86_400),
        device_key: with_device_key.then(|| key.public_key()),
        face,
    };
    let presentation = Presentation { made: NOW, expires: NOW.plus(60), cti: Cti([0xa5; 8]) };
    let Ok(sealed) = credential.seal(&key);
    let Ok(shown) =
        presentation.sign(&sealed, if with_device_key { Maker::Device } else { Maker::Server }, &key);
    let code = token::format(ADDRESS, &shown);
    assert_eq!(token::parse(&code), Ok(shown));
    code
}

fn driver(name: &str, scope: &[u32]) -> Face {
    Face { portrait: Some([0xa5; 8]), ..face(71, "210102********0019", name, scope) }
}

fn vehicle(owner: &str, scope: &[u32]) -> Face {
    Face {
        tail: Some("9962".to_owned()),
        plate: Some("辽AD10086".to_owned()),
        plate_colour: Some(94),
        ..face(13, "210102000316", owner, scope)
    }
}

fn face(kind: u16, number: &str, holder: &str, scope: &[u32]) -> Face {
    Face {
        kind,
        number: number.to_owned(),
        holder: holder.to_owned(),
        tail: None,
        plate: None,
        plate_colour: None,
        scope: scope.to_vec(),
        status_index: 12_345_678,
        version: 12,
        last_day: Some(Day(22_034)),
        portrait: None,
        specimen: false,
    }
}
