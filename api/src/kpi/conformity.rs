//! 符合部颁标准和技术规范: whether a certificate conforms, as the figures count it. The one place that says so.
//!
//! A record with an error finding is not admitted (`record`, `admit`). Of those that were, one with an open nonconformity
//! graded error does not conform (`conformity`); one that was not checked yet does. When such a nonconformity opens or
//! closes, `conformity::keep` says so by `store::scores::touch` in the same transaction: the certificate is then counted
//! anew from that day on.

use std::collections::BTreeSet;

use crate::store::conformity::nonconformities;
use crate::store::{Conn, StoreError};

/// Those of these certificates that conform today.
///
/// # Errors
/// When the database cannot.
pub fn conforming<'a>(conn: &mut Conn, ids: &[&'a str]) -> Result<BTreeSet<&'a str>, StoreError> {
    let with_errors: BTreeSet<String> = nonconformities::with_errors(conn, ids)?.into_iter().collect();
    Ok(ids.iter().copied().filter(|id| !with_errors.contains(*id)).collect())
}
