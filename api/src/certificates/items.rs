//! The data items of a certificate for people: with their Chinese names, codes with theirs, personal ones masked unless
//! asked for in full.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use verifier_core::ids::Kind;
use zeroize::Zeroize;

use crate::problem::Problem;
use crate::record::Form;
use crate::record::items::{self as table, Item};

/// Personal items that the face of a code shows to every officer: they are not masked.
const ON_THE_FACE: [&str; 2] = ["holderName", "vehicleNo"];
/// From this length on, a value is a number of a document: its two ends tell which.
const DOCUMENT_LENGTH: usize = 15;
/// Longest run of `*`: a longer one would tell how long the value is, and nothing else.
const MAX_STARS: usize = 8;

/// One data item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataItem {
    /// Its name in records.
    #[schema(example = "qualificationCode")]
    name: &'static str,
    /// Its name in Chinese.
    #[schema(example = "从业资格类别")]
    label: &'static str,
    /// Its value: text, a list of texts, `true` or `false`.
    value: Value,
    /// What the codes in it are called, in Chinese, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    meaning: Vec<&'static str>,
    /// Whether part of it is hidden from this account.
    masked: bool,
}

/// The items of `stored` (canonical JSON), in the order of the table. What the table has no item for is not shown.
///
/// # Errors
/// When what is stored is no JSON object.
pub(super) fn of(stored: &[u8], kind: Kind, in_full: bool) -> Result<Vec<DataItem>, Problem> {
    let stored: Tree = serde_json::from_slice(stored).map_err(|_| Problem::internal("stored items"))?;
    let known = table::of_kind(Some(kind)).iter();
    Ok(known.filter_map(|item| Some(shown(item, stored.0.get(item.name)?, in_full))).flatten().collect())
}

/// Items as they are stored. What of them is not shown is cleared from memory with this.
#[derive(Deserialize)]
#[serde(transparent)]
struct Tree(Map<String, Value>);

impl Drop for Tree {
    fn drop(&mut self) {
        self.0.values_mut().for_each(clear);
    }
}

fn clear(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(clear),
        Value::Object(map) => map.values_mut().for_each(clear),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl DataItem {
    /// Its name in records.
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }
}

/// The value of an item as others than its holder may see it; `None` where nothing of it may.
pub(super) fn for_others(item: &Item, value: Value) -> Option<Value> {
    if !item.is_personal || ON_THE_FACE.contains(&item.name) {
        Some(value)
    } else {
        (item.form != Form::Image).then(|| masked(&value))
    }
}

/// The item as it may be shown; `None` where nothing of it may.
fn shown(item: &Item, value: &Value, in_full: bool) -> Option<DataItem> {
    let open = in_full || !item.is_personal || ON_THE_FACE.contains(&item.name);
    if !open && item.form == Form::Image {
        return None;
    }
    let meaning = if open { meaning(item.form, value) } else { Vec::new() };
    let value = if open { value.clone() } else { masked(value) };
    Some(DataItem { name: item.name, label: item.name_zh, value, meaning, masked: !open })
}

fn meaning(form: Form, value: &Value) -> Vec<&'static str> {
    let name = |codes: crate::record::codes::Codes, code: &Value| codes.name(code.as_str()?);
    match (form, value) {
        (Form::Code(codes), code) => name(codes, code).into_iter().collect(),
        // Names stand beside their codes only where every code has one.
        (Form::CodeList(codes), Value::Array(list)) => {
            list.iter().map(|code| name(codes, code)).collect::<Option<_>>().unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(stars(text)),
        Value::Array(list) => Value::Array(list.iter().map(masked).collect()),
        _ => Value::String("*".to_owned()),
    }
}

/// The first 6 and last 4 characters of a long number, as the code's face shows a citizen id; the first of all else.
fn stars(text: &str) -> String {
    let is_document = text.len() >= DOCUMENT_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let length = text.chars().count();
    let (head, tail) = if is_document { (6, 4) } else { (usize::from(length > 1), 0) };
    let hidden = length.saturating_sub(head + tail).clamp(1, MAX_STARS);
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(length - tail).collect();
    format!("{first}{}{last}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = r#"{"birthDate":"19900101","extension":{"note":"秘密"},"holderAddress":"沈阳市和平区某街 1 号",
        "holderCode":"11010519491231002X","holderName":"王小明","holderPhoto":"aGVsbG8=","kind":"071",
        "qualificationCode":["01001"],"sexCode":"1"}"#;

    fn item(items: &[DataItem], name: &str) -> Value {
        items.iter().find(|item| item.name == name).map_or(Value::Null, |item| item.value.clone())
    }

    #[test]
    fn the_holder_sees_every_item_as_it_is() {
        let items = of(STORED.as_bytes(), Kind::PractitionerQualification, true).unwrap();
        assert_eq!(item(&items, "holderCode"), "11010519491231002X");
        assert_eq!(item(&items, "holderPhoto"), "aGVsbG8=");
        assert!(items.iter().all(|item| !item.masked));
    }

    #[test]
    fn others_see_personal_items_masked_but_for_those_on_the_face() {
        let items = of(STORED.as_bytes(), Kind::PractitionerQualification, false).unwrap();
        assert_eq!(item(&items, "holderCode"), "110105********002X");
        assert_eq!(item(&items, "holderAddress"), "沈********");
        assert_eq!(item(&items, "birthDate"), "1*******");
        assert_eq!(item(&items, "sexCode"), "*");
        assert_eq!(item(&items, "holderName"), "王小明");
        assert_eq!(item(&items, "holderPhoto"), Value::Null, "left out");
        assert!(!serde_json::to_string(&items).unwrap().contains("秘密"), "what has no item is not shown");
    }

    #[test]
    fn a_tree_is_cleared_to_its_leaves() {
        let mut value = serde_json::json!({ "a": "secret", "b": ["secret", { "c": "secret" }], "d": 1 });
        clear(&mut value);
        assert!(!value.to_string().contains("secret"), "{value}");
    }

    #[test]
    fn codes_stand_with_their_names() {
        let items = of(STORED.as_bytes(), Kind::PractitionerQualification, false).unwrap();
        let category = items.iter().find(|item| item.name == "qualificationCode").unwrap();
        assert_eq!(category.meaning.len(), 1);
    }
}
