//! What a verdict carries beside its outcome.

#![allow(clippy::unwrap_used)]

#[path = "support/case.rs"]
mod case;

use case::Case;

#[test]
fn the_estimate_of_the_holder_s_clock_is_the_least_it_must_be_off() {
    for (name, offset) in [
        ("phone-clock-ahead-by-9-seconds", None),
        ("phone-clock-ahead-by-11-seconds", Some(11)),
        ("phone-clock-ahead-by-61-seconds", Some(61)),
        ("phone-code-ends-in-1-second", None),
        ("phone-code-ended-59-seconds-ago", Some(-59)),
        ("code-of-59-seconds-from-now", None),
    ] {
        assert_eq!(Case::named(name).verdict().holder_clock_offset, offset, "{name}");
    }
}

#[test]
fn a_screenshot_says_nothing_of_the_holder_s_clock() {
    assert_eq!(Case::named("phone-code-ended-61-seconds-ago").verdict().holder_clock_offset, None);
}

#[test]
fn a_genuine_seal_is_established_whatever_is_wrong_with_the_presentation() {
    for (name, seal) in [
        ("presentation-right-kid-wrong-key", true),
        ("presentation-key-unknown", true),
        ("presentation-by-the-seal-key", true),
        ("seal-key-unknown", false),
        ("seal-by-the-status-key", false),
        ("seal-with-another-holder", false),
        ("issuer-unknown", false),
    ] {
        let established = Case::named(name).verdict().established;
        assert_eq!((established.seal, established.presentation), (seal, false), "{name}");
    }
}

#[test]
fn with_a_bad_signature_nothing_of_the_face_is_returned() {
    for name in [
        "presentation-right-kid-wrong-key",
        "presentation-key-unknown",
        "seal-with-another-holder",
        "seal-key-unknown",
        "trust-list-by-an-unknown-root",
    ] {
        let json = serde_json::to_string(&Case::named(name).verdict()).unwrap();
        assert!(!json.contains("三丰") && !json.contains("0019"), "{name}: {json}");
    }
}

#[test]
fn a_slow_clock_establishes_no_dates() {
    let established = Case::named("clock-set-back-before-the-certificate-began").verdict().established;
    assert!(established.seal && established.presentation);
    assert!(!established.within_dates && !established.shown_now);
}

#[test]
fn a_specimen_is_grey_and_never_green() {
    use verifier_core::Display;
    for (name, display) in [
        ("valid-practitioner", Display::Green),
        ("status-superseded", Display::Amber),
        ("specimen", Display::Grey),
        ("every-warning-at-once", Display::Grey),
        ("cancelled-specimen", Display::Red),
        ("code-of-yesterday", Display::Undetermined),
    ] {
        assert_eq!(Case::named(name).verdict().display, display, "{name}");
    }
}
