//! Receipts judged as of the scan: what counts, for which year, and what is odd.

use verifier_core::Seconds;
use verifier_core::receipt::{Receipt, SignedReceipt};

use super::*;
use crate::receipt::samples::{
    ISS, NOON, code, event, evidence, officers_device, phone, receipt, receipt_of,
};
use crate::receipt::submission::Signed;

/// 2027-01-01T00:00:00+08:00.
const NEW_YEAR: u64 = 1_798_732_800;
const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

fn officer() -> Account {
    Account {
        id: "officer".to_owned(),
        role: crate::auth::Role::Officer,
        name: "测试账号".to_owned(),
        holder_id: None,
        division: None,
    }
}

/// Row and activations of what arrives `later` seconds after its scan.
fn judged(evidence: Evidence, later: u64) -> (ReceiptRow, Vec<Activation>) {
    let received = evidence.submission.receipt.scanned_at.plus(later).into();
    match Case::New(Box::new(evidence)).judge(ISS, &officer(), received) {
        Judged::New { row, activations, .. } => (*row, activations),
        Judged::Known { .. } => unreachable!(),
    }
}

fn flags_of(evidence: Evidence, later: u64) -> Vec<Flag> {
    flag::read(&judged(evidence, later).0.flags)
}

fn found(evidence: Evidence, later: u64) -> (String, Option<String>) {
    let row = judged(evidence, later).0;
    (row.server_outcome, row.server_reason)
}

fn valid() -> (String, Option<String>) {
    ("valid".to_owned(), None)
}

fn invalid(reason: &str) -> (String, Option<String>) {
    ("invalid".to_owned(), Some(reason.to_owned()))
}

fn years(activations: &[Activation]) -> Vec<(&'static str, u32)> {
    activations.iter().map(|used| (used.source.word(), Timestamp(used.occurred_at).year())).collect()
}

fn with_event(mut evidence: Evidence, kind: &str, status: &str, at: u64) -> Evidence {
    let recorded = Timestamp::from(Seconds(at)).millis();
    if let Some((_, events)) = &mut evidence.known {
        events.push(event(kind, 1, status, recorded));
    }
    evidence
}

#[test]
fn a_valid_scan_of_a_servers_code_is_an_officers_check() {
    let (row, activations) = judged(evidence(receipt()), MINUTE);
    assert_eq!((row.server_outcome.as_str(), row.flags.as_str()), ("valid", ""));
    assert_eq!(row.certificate_id.as_deref(), Some("certificate"));
    assert_eq!(years(&activations), [("officer_check", 2026)]);
    assert_eq!(activations[0].evidence, receipt().id.to_string());
}

#[test]
fn a_valid_scan_of_a_phones_code_is_its_holders_use_too() {
    let evidence = evidence(receipt_of(code(NOON, Maker::Device), NOON));
    let (row, activations) = judged(evidence, MINUTE);
    assert_eq!(years(&activations), [("officer_check", 2026), ("holder_use", 2026)]);
    assert_eq!(Some(&activations[1].evidence), row.cti.as_ref());
}

#[test]
fn the_last_second_of_a_year_in_china_belongs_to_it_and_the_next_to_the_new_one() {
    for (scanned, year) in [(NEW_YEAR - 1, 2026), (NEW_YEAR, 2027)] {
        let evidence = evidence(receipt_of(code(scanned, Maker::Server), scanned));
        assert_eq!(years(&judged(evidence, 0).1), [("officer_check", year)]);
    }
}

#[test]
fn a_december_scan_that_arrives_in_january_belongs_to_december() {
    let scanned = NEW_YEAR - 3_600;
    let evidence = evidence(receipt_of(code(scanned, Maker::Server), scanned));
    let (row, activations) = judged(evidence, 2 * DAY);
    assert_eq!((row.flags.as_str(), years(&activations)), ("", vec![("officer_check", 2026)]));
}

#[test]
fn what_is_cancelled_between_scan_and_upload_was_valid_and_counts() {
    let evidence = with_event(evidence(receipt()), "cancelled", "cancelled", NOON + MINUTE);
    let (row, activations) = judged(evidence, DAY);
    assert_eq!((row.server_outcome.as_str(), row.flags.as_str()), ("valid", ""));
    assert_eq!(activations.len(), 1);
}

#[test]
fn what_was_cancelled_before_a_scan_with_old_lists_differs_and_does_not_count() {
    let evidence = with_event(evidence(receipt()), "cancelled", "cancelled", NOON - MINUTE);
    let (row, activations) = judged(evidence, DAY);
    assert_eq!(row.server_reason.as_deref(), Some("cancelled"));
    assert_eq!(flag::read(&row.flags), [Flag::VerdictDiffers]);
    assert_eq!(row.certificate_id.as_deref(), Some("certificate"));
    assert!(activations.is_empty());
}

#[test]
fn what_the_device_could_not_tell_counts_when_the_server_can() {
    let undetermined = Receipt {
        outcome: "undetermined".to_owned(),
        reason: Some("bundle_too_old".to_owned()),
        ..receipt()
    };
    let (row, activations) = judged(evidence(undetermined), DAY);
    assert_eq!(flag::read(&row.flags), [Flag::VerdictDiffers]);
    assert_eq!((row.outcome.as_str(), row.server_outcome.as_str()), ("undetermined", "valid"));
    assert_eq!(activations.len(), 1);
}

#[test]
fn an_out_of_date_code_counts_for_nothing() {
    let shown_an_hour_ago = receipt_of(code(NOON - 3_600, Maker::Server), NOON);
    let (row, activations) = judged(evidence(shown_an_hour_ago), MINUTE);
    assert_eq!(row.server_reason.as_deref(), Some("code_expired"));
    assert!(activations.is_empty());
}

#[test]
fn a_specimen_counts_for_nothing() {
    let mut evidence = evidence(receipt());
    if let Some((known, _)) = &mut evidence.known {
        known.certificate.specimen = true;
    }
    let (row, activations) = judged(evidence, MINUTE);
    assert_eq!(row.server_outcome, "valid");
    assert!(activations.is_empty());
}

#[test]
fn codes_of_others_are_kept_and_flagged() {
    for code in ["wxp://f2f0abc", "6901234567890", "HTTPS://YZT.EXAMPLE/V/2QQ", ""] {
        let invalid = Receipt { outcome: "invalid".to_owned(), ..receipt_of(code.to_owned(), NOON) };
        let (row, activations) = judged(evidence(invalid), MINUTE);
        assert_eq!((row.code.as_str(), row.certificate_id), (code, None));
        assert_eq!(flag::read(&row.flags), [Flag::UnknownCode]);
        assert!(activations.is_empty());
    }
}

#[test]
fn a_forged_code_is_not_filed_under_the_certificate_it_names() {
    let scanned = code(NOON, Maker::Server);
    let (head, last) = scanned.split_at(scanned.len() - 9);
    let forged = format!("{head}{}{}", if last.starts_with('A') { "B" } else { "A" }, &last[1..]);
    let (row, activations) = judged(evidence(receipt_of(forged, NOON)), MINUTE);
    assert_eq!(row.server_reason.as_deref(), Some("presentation_forged"));
    assert_eq!(row.certificate_id, None);
    assert!(activations.is_empty());
}

#[test]
fn a_certificate_nobody_here_knows_is_flagged_and_does_not_count() {
    let unknown = Evidence { known: None, ..evidence(receipt()) };
    let (row, activations) = judged(unknown, MINUTE);
    assert_eq!(flag::read(&row.flags), [Flag::UnknownCode]);
    assert!(activations.is_empty());
}

#[test]
fn a_device_that_names_another_certificate_is_flagged_and_the_code_counts() {
    let mut other = receipt();
    other.certificate.as_mut().unwrap().idx = 8;
    let (row, activations) = judged(evidence(other), MINUTE);
    assert_eq!(flag::read(&row.flags), [Flag::ClaimsDiffer]);
    assert_eq!(row.status_index, Some(7));
    assert_eq!(activations.len(), 1);
}

#[test]
fn clocks_may_differ_by_a_minute() {
    let evidence = || evidence(receipt());
    let ahead = |seconds: u64| {
        let received = Seconds(NOON - seconds).into();
        match Case::New(Box::new(evidence())).judge(ISS, &officer(), received) {
            Judged::New { row, activations, .. } => (flag::read(&row.flags), activations.len()),
            Judged::Known { .. } => unreachable!(),
        }
    };
    assert_eq!(ahead(60), (vec![], 1));
    assert_eq!(ahead(61), (vec![Flag::ClockAhead], 0));
}

#[test]
fn after_four_hundred_days_a_receipt_is_late_and_does_not_count() {
    assert!(flags_of(evidence(receipt()), 400 * DAY).is_empty());
    assert_eq!(flags_of(evidence(receipt()), 400 * DAY + 1), [Flag::Late]);
    assert!(judged(evidence(receipt()), 400 * DAY + 1).1.is_empty());
}

#[test]
fn the_ends_of_time_are_kept() {
    let absurd = Receipt { bundle_seq: Some(u64::MAX), ..receipt_of(code(NOON, Maker::Server), NOON) };
    let mut evidence = evidence(absurd);
    evidence.submission.receipt.scanned_at = Seconds(u64::MAX);
    let received = Seconds(NOON).into();
    let Judged::New { row, activations, .. } = Case::New(Box::new(evidence)).judge(ISS, &officer(), received)
    else {
        unreachable!()
    };
    assert_eq!((row.scanned_at, row.bundle_seq), (i64::MAX, Some(i64::MAX)));
    assert!(flag::read(&row.flags).contains(&Flag::ClockAhead) && activations.is_empty());
}

#[test]
fn without_a_trust_list_a_receipt_is_kept_and_undetermined() {
    let blind = Evidence {
        trust: std::sync::Arc::new(Err(verifier_core::BundleError::Missing)),
        known: None,
        ..evidence(receipt())
    };
    assert_eq!(found(blind, MINUTE), ("undetermined".to_owned(), Some("bundle_invalid".to_owned())));
    assert_eq!(found(evidence(receipt()), MINUTE), valid());
    let suspended = with_event(evidence(receipt()), "suspended", "suspended", NOON);
    assert_eq!(found(suspended, MINUTE), invalid("suspended"));
}

mod signed {
    use super::*;

    fn device(account: &str, revoked_at: Option<i64>) -> DeviceRow {
        let key = officers_device().public_key();
        DeviceRow {
            id: "device".to_owned(),
            account_id: account.to_owned(),
            public_key: key.compressed().to_vec(),
            kid: key.id().to_string(),
            label: "test".to_owned(),
            created_at: 0,
            revoked_at,
        }
    }

    fn by(key: &verifier_core::sm2::SigningKey, devices: Vec<DeviceRow>) -> Evidence {
        let bytes = receipt().sign(key).unwrap();
        let parsed = SignedReceipt::parse(&bytes).unwrap();
        let mut evidence = Evidence { signers: devices, ..evidence(receipt()) };
        evidence.submission.signed = Some(Signed { bytes, parsed });
        evidence
    }

    #[test]
    fn by_the_officers_own_device_is_as_it_should_be() {
        let (row, activations) = judged(by(&officers_device(), vec![device("officer", None)]), MINUTE);
        assert_eq!((row.flags.as_str(), row.device_id.as_deref()), ("", Some("device")));
        assert!(row.signed.is_some());
        assert_eq!(activations.len(), 1);
    }

    #[test]
    fn by_a_colleagues_device_is_flagged_and_counts() {
        let (row, activations) = judged(by(&officers_device(), vec![device("colleague", None)]), MINUTE);
        assert_eq!(flag::read(&row.flags), [Flag::OtherOfficer]);
        assert_eq!(activations.len(), 1);
    }

    #[test]
    fn by_nobody_who_is_known_is_flagged_kept_and_does_not_count() {
        let colliding = device("officer", None);
        for evidence in [by(&officers_device(), vec![]), by(&phone(), vec![colliding])] {
            let (row, activations) = judged(evidence, MINUTE);
            assert_eq!(flag::read(&row.flags), [Flag::SignatureInvalid]);
            assert!(row.device_id.is_none() && row.signed.is_some() && activations.is_empty());
        }
    }

    #[test]
    fn by_a_device_that_was_revoked_before_the_scan_is_worth_nothing() {
        let noon = Timestamp::from(Seconds(NOON)).millis();
        let before = by(&officers_device(), vec![device("officer", Some(noon))]);
        let after = by(&officers_device(), vec![device("officer", Some(noon + 1))]);
        assert_eq!(flags_of(before, MINUTE), [Flag::SignatureInvalid]);
        assert_eq!(flags_of(after, MINUTE), []);
    }
}
