//! What a code says of itself, for finding what is known of it. It proves nothing: see [`crate::verify()`].

use crate::presentation::{Cti, Unverified};
use crate::receipt::CertificateReference;
use crate::token;

/// What a code claims to be. Anybody can write a code that claims anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedReference {
    /// The certificate it names.
    pub certificate: CertificateReference,
    /// The presentation it names.
    pub cti: Cti,
}

/// Reads which certificate and which presentation a code names, **without looking at any signature**; `None` for
/// a text that no verdict could find more of either.
///
/// For whoever must look the certificate's status up before deciding with [`crate::verify()`], or must file a
/// code under what it claims. Nothing that is told to people may rest on this alone.
#[must_use]
pub fn unverified_reference(code: &str) -> Option<UnverifiedReference> {
    let presentation = Unverified::parse(&token::parse(code).ok()?).ok()?;
    let credential = presentation.credential.claims;
    Some(UnverifiedReference {
        certificate: CertificateReference {
            iss: credential.issuer,
            idx: credential.face.status_index,
            version: credential.face.version,
        },
        cti: presentation.claims.cti,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{Credential, Face};
    use crate::presentation::{Maker, Presentation};
    use crate::sm2::SigningKey;
    use crate::time::Seconds;

    fn code() -> String {
        let face = Face {
            kind: 13,
            number: "210100000001".to_owned(),
            holder: "沈阳示例运输有限公司".to_owned(),
            tail: None,
            plate: None,
            plate_colour: None,
            scope: Vec::new(),
            status_index: 7,
            version: 2,
            last_day: None,
            portrait: None,
            specimen: false,
        };
        let credential = Credential {
            issuer: "210100".to_owned(),
            expires: Seconds(2),
            valid_from: Seconds(0),
            sealed: Seconds(1),
            device_key: None,
            face,
        };
        let anybody = SigningKey::from_bytes(&[9; 32]).unwrap();
        let shown = Presentation { made: Seconds(1), expires: Seconds(2), cti: Cti([3; 8]) };
        let sealed = credential.seal(&anybody).unwrap();
        token::format("https://yzt.example", &shown.sign(&sealed, Maker::Server, &anybody).unwrap())
    }

    #[test]
    fn a_code_by_anybody_is_read_and_not_believed() {
        let certificate = CertificateReference { iss: "210100".to_owned(), idx: 7, version: 2 };
        assert_eq!(
            unverified_reference(&code()),
            Some(UnverifiedReference { certificate, cti: Cti([3; 8]) })
        );
    }

    #[test]
    fn what_no_verdict_could_read_is_not_read_here_either() {
        let damaged = format!("{}A", code());
        for text in ["", "wxp://f2f0", "HTTPS://YZT.EXAMPLE/V/1QQ", &damaged] {
            assert_eq!(unverified_reference(text), None, "{text}");
        }
    }
}
