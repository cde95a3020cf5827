//! The holder: who may hold what, and what a citizen id says of its owner.

use verifier_core::ids::Family;

use crate::record::draft::Draft;
use crate::record::holder::{HolderCode, code_type_of_document, sex_of};
use crate::record::name;
use crate::record::parts::Parts;
use crate::record::rule::Rule;

/// Qualifications are held by persons, and their number is that person's.
pub(super) fn person(parts: &Parts, draft: &mut Draft) {
    let Some(holder) = &parts.holder else { return };
    let is_qualification = draft.kind.is_some_and(|kind| kind.family() == Family::Qualification);
    if is_qualification && !holder.is_person() {
        draft.report(name::HOLDER_CODE_TYPE, Rule::HolderNotAPerson);
    }
    let in_number = parts.number.as_ref().and_then(|number| number.citizen_id());
    if in_number.zip(holder.citizen_id()).is_some_and(|(one, other)| one != other) {
        draft.report(name::NUMBER, Rule::NumberNotHolders);
    }
}

/// The organisation codes inside credit codes.
pub(super) fn organisation(parts: &Parts, draft: &mut Draft) {
    if parts.issuer.as_ref().is_some_and(|code| !code.has_valid_organisation_code()) {
        draft.report(name::ISSUER_CODE, Rule::OrganisationCodeCheck);
    }
    let code = parts.holder.as_ref().map(|holder| holder.typed_code());
    if let Some(HolderCode::Organisation(code)) = code
        && !code.has_valid_organisation_code()
    {
        draft.report(name::HOLDER_CODE, Rule::OrganisationCodeCheck);
    }
}

/// The two ways to say what kind of document the holder's code is on.
pub(super) fn document(_: &Parts, draft: &mut Draft) {
    let document = draft.items.text(name::ID_DOCUMENT_TYPE).and_then(code_type_of_document);
    let code_type = draft.items.text(name::HOLDER_CODE_TYPE);
    // 警官证, 驾驶证 and "other" have no type of their own, so a closer one does not contradict them.
    let differs = document.zip(code_type).is_some_and(|(one, other)| one != "999" && one != other);
    if differs {
        draft.report(name::ID_DOCUMENT_TYPE, Rule::DocumentTypeDiffers);
    }
}

/// Birth date and sex as the citizen id has them.
pub(super) fn citizen(parts: &Parts, draft: &mut Draft) {
    let Some(id) = parts.holder.as_ref().and_then(|holder| holder.citizen_id()) else {
        return;
    };
    // A citizen id carries its date as it is written, in characters 7 to 14.
    let born = id.as_str().get(6..14);
    let stated = draft.items.text(name::BIRTH_DATE);
    if stated.is_some() && stated != born {
        draft.report(name::BIRTH_DATE, Rule::BirthDateDiffers);
    }
    let stated = draft.items.text(name::SEX);
    if stated.is_some_and(|sex| matches!(sex, "1" | "2") && sex != sex_of(id)) {
        draft.report(name::SEX, Rule::SexDiffers);
    }
}
