//! Plain good codes: each of the nine kinds, and who made them.

use super::faces::{KINDS, face};
use super::plan::Plan;
use super::scan::Vector;

/// Vectors that everything accepts.
pub fn vectors() -> Vec<Vector> {
    let kinds = KINDS.iter().map(|(kind, name, zh, en)| {
        let plan = Plan::server().with(|plan| plan.credential.face = face(*kind));
        plan.scan()
            .about(
                format!("valid-{name}"),
                format!("{zh}，服务器生成的码。"),
                format!("A {en}, shown by the server."),
            )
            .valid(&[])
    });
    let shown_by_phone = [(13, "transport-certificate"), (71, "practitioner")].map(|(kind, name)| {
        let plan = Plan::phone().with(|plan| plan.credential.face = face(kind));
        plan.scan()
            .about(
                format!("valid-{name}-by-phone"),
                "持证人手机生成的码。",
                "The same shown by the holder's own phone.",
            )
            .valid(&[])
    });
    kinds.chain(shown_by_phone).collect()
}
