//! What the issuer's system says of the state of the certificate and of its holder's business.

use verifier_core::ids::Family;

use crate::record::draft::Draft;
use crate::record::name;
use crate::record::parts::Parts;
use crate::record::rule::Rule;

/// 无效 in 证照状态.
const NOT_IN_FORCE: &str = "2";

/// A certificate that is not in force must not come in as one that is; a business at rest is worth a look.
pub(super) fn in_force(_: &Parts, draft: &mut Draft) {
    if draft.items.text(name::STATUS) == Some(NOT_IN_FORCE) {
        draft.report(name::STATUS, Rule::NotInForce);
    }
    let operating = match draft.kind.map(verifier_core::ids::Kind::family) {
        Some(Family::OperatingLicence) => "1",
        Some(Family::TransportCertificate) => "10",
        Some(Family::Qualification) | None => return,
    };
    if draft.items.text(name::OPERATING_STATUS).is_some_and(|status| status != operating) {
        draft.report(name::OPERATING_STATUS, Rule::NotOperating);
    }
}
