//! The certificate identifier against the record it is given with.

use crate::record::draft::Draft;
use crate::record::name;
use crate::record::parts::Parts;
use crate::record::rule::Rule;

/// Kind, issuer, serial and version are those of the identifier.
pub(super) fn agrees(parts: &Parts, draft: &mut Draft) {
    let Some(identifier) = &parts.identifier else {
        return;
    };
    if draft.kind.is_some() && identifier.kind() != draft.kind {
        draft.report(name::IDENTIFIER, Rule::IdentifierKind);
    }
    if parts.issuer.as_ref().is_some_and(|issuer| issuer.as_str() != identifier.issuer()) {
        draft.report(name::IDENTIFIER, Rule::IdentifierIssuerDiffers);
    }
    if draft.items.text(name::SERIAL).is_some_and(|serial| serial != identifier.serial()) {
        draft.report(name::SERIAL, Rule::IdentifierDiffers);
    }
    let version = draft.items.text(name::VERSION).map(str::parse);
    if version.is_some_and(|version| version != Ok(identifier.version())) {
        draft.report(name::VERSION, Rule::IdentifierDiffers);
    }
}

/// Identifiers are file names and travel in the open, so no citizen id may be their serial.
pub(super) fn serial(parts: &Parts, draft: &mut Draft) {
    let Some(id) = parts.holder.as_ref().and_then(|holder| holder.citizen_id()) else {
        return;
    };
    let in_identifier = parts.identifier.as_ref().map(|identifier| identifier.serial());
    for (item, serial) in [
        (name::IDENTIFIER, in_identifier.map(str::to_owned)),
        (name::SERIAL, draft.items.text(name::SERIAL).map(str::to_owned)),
    ] {
        if serial.is_some_and(|serial| serial.contains(id.as_str())) {
            draft.report(item, Rule::SerialIsPersonal);
        }
    }
}
