//! Whether a certificate may be presented: by its status and its dates. Pure.

use verifier_core::Day;

use crate::lifecycle::Standing;
use crate::problem::Code;
use crate::store::certificates::CertificateRow;

/// Whether a certificate may be presented on this day.
///
/// # Errors
/// The problem that says why not. An overdue review is none: the code says so by itself.
pub fn allowed(certificate: &CertificateRow, today: Day) -> Result<(), Code> {
    match certificate.status.parse().map_err(|_| Code::Internal)? {
        Standing::Valid => {}
        Standing::Cancelled => return Err(Code::CertificateCancelled),
        Standing::Suspended => return Err(Code::CertificateSuspended),
        Standing::Revoked => return Err(Code::CertificateRevoked),
        Standing::ReportedLost => return Err(Code::CertificateReportedLost),
        Standing::ExpiredNotRenewed => return Err(Code::CertificateExpired),
    }
    let today = i64::from(today.0);
    if certificate.valid_to.is_some_and(|last| i64::from(last) < today) {
        return Err(Code::CertificateExpired);
    }
    if today < i64::from(certificate.valid_from) {
        return Err(Code::CertificateNotYetValid);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: i32 = 20_454;
    const LAST: i32 = 20_818;

    fn certificate(status: &str) -> CertificateRow {
        CertificateRow {
            id: String::new(),
            kind: "071".to_owned(),
            number_ciphertext: Vec::new(),
            number_index: String::new(),
            issuer_code: String::new(),
            division: "210100".to_owned(),
            identifier: String::new(),
            serial: String::new(),
            holder_id: String::new(),
            plate: None,
            plate_colour: None,
            version: 1,
            status: status.to_owned(),
            review_overdue: true,
            review_due: None,
            suspended_until: None,
            due_on: None,
            sequence: None,
            revision: 1,
            specimen: false,
            status_index: 0,
            issued_on: FIRST,
            valid_from: FIRST,
            valid_to: Some(LAST),
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn each_status_but_valid_has_a_problem_of_its_own() {
        let found = Standing::ALL.map(|standing| allowed(&certificate(standing.word()), Day(20_500)));
        let expected = [
            Ok(()),
            Err(Code::CertificateCancelled),
            Err(Code::CertificateSuspended),
            Err(Code::CertificateRevoked),
            Err(Code::CertificateReportedLost),
            Err(Code::CertificateExpired),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn it_may_be_presented_from_its_first_day_to_its_last() {
        let on = |day| allowed(&certificate("valid"), Day(day));
        assert_eq!(on(20_453), Err(Code::CertificateNotYetValid));
        assert_eq!(on(20_454), Ok(()));
        assert_eq!(on(20_818), Ok(()));
        assert_eq!(on(20_819), Err(Code::CertificateExpired));
    }

    #[test]
    fn without_a_last_day_it_does_not_expire() {
        let endless = CertificateRow { valid_to: None, ..certificate("valid") };
        assert_eq!(allowed(&endless, Day(u32::MAX)), Ok(()));
    }
}
