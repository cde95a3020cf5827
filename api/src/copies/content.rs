//! Which items stand on a copy. What every code tells anyway stands on each (the basics), and of the number only as much as
//! the code does where the number itself was not chosen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use verifier_core::copy::ContentValue;
use verifier_core::ids::{CertificateNumber, Kind};

use crate::faces::{self, Content};
use crate::record::items::Item;
use crate::record::name;

/// What the code tells: issuer, number (masked where it is a citizen id), holder, plate, scope and dates.
const BASICS: [&str; 14] = [
    "kind",
    "certificateNumber",
    "certificateWord",
    "issuerName",
    "issueDate",
    "validFrom",
    "validTo",
    "holderName",
    "vehicleNo",
    "plateColorCode",
    "qualificationCode",
    "businessScopeCode",
    "businessScopeDesc",
    "specimen",
];

/// The names of all items that the face of a kind shows.
pub(super) fn of_face(kind: Kind) -> Vec<String> {
    faces::items_of_face(kind).into_iter().map(str::to_owned).collect()
}

/// These names and the basics, in order; `certificateNumber` only where it was chosen.
pub(super) fn with_basics<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The content of a face with nothing but the chosen items and the basics.
pub(super) fn chosen(content: Content, names: &[String]) -> Content {
    let kind = content.kind();
    content.with(|item: &Item, value| {
        let is_chosen = names.iter().any(|name| name == item.name);
        if is_chosen {
            return Some(value);
        }
        match (item.name, value) {
            (name::NUMBER, Value::String(number)) => Some(Value::String(masked(kind, &number))),
            (name, value) => BASICS.contains(&name).then_some(value),
        }
    })
}

fn masked(kind: Kind, number: &str) -> String {
    CertificateNumber::parse(kind, number).map_or_else(|_| "*".to_owned(), |number| number.masked())
}

/// The items as they are digested.
pub(super) fn values(content: &Content) -> BTreeMap<String, ContentValue> {
    let value = |value: &Value| match value {
        Value::String(text) => Some(ContentValue::Text(text.clone())),
        Value::Bool(flag) => Some(ContentValue::Flag(*flag)),
        Value::Array(list) => {
            Some(ContentValue::List(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
        }
        _ => None,
    };
    content.items().filter_map(|(name, item)| Some((name.to_owned(), value(item)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_chosen_is_left_out_and_the_number_masked_as_in_the_code() {
        let stored = json!({ "kind": "071", "certificateNumber": "11010519491231002X", "holderName": "王小明",
            "holderAddress": "某街 1 号", "birthDate": "19491231", "qualificationCode": ["01001"] });
        let content = Content::of(Kind::PractitionerQualification, stored.to_string().as_bytes()).unwrap();
        let few = values(&chosen(content.clone(), &["birthDate".to_owned()]));
        let text = |text: &str| Some(ContentValue::Text(text.to_owned()));
        assert_eq!(few.get("certificateNumber").cloned(), text("110105********002X"));
        assert_eq!(few.get("birthDate").cloned(), text("19491231"));
        assert_eq!(few.get("holderAddress"), None);
        let whole = values(&chosen(content, &["certificateNumber".to_owned()]));
        assert_eq!(whole.get("certificateNumber").cloned(), text("11010519491231002X"));
    }
}
