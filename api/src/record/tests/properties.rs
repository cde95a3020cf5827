//! Whatever comes in, nothing panics; whatever is taken, can be stored and read again.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::fixtures::{driver, licence, vehicle};
use crate::record::{Record, items, items_markdown};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9]{1,20}".prop_map(Value::from),
        "[辽京A-Z0-9;·挂.]{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A name of the table, or none.
fn name() -> impl Strategy<Value = String> {
    let names: Vec<String> = items::all().iter().map(|item| item.name.to_owned()).collect();
    prop_oneof![9 => prop::sample::select(names), 1 => ".{0,12}"]
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Record::from_json(&line).is_err());
    }

    #[test]
    fn a_record_with_arbitrary_members_never_panics_and_what_is_taken_can_be_read_again(
        base in prop::sample::select(vec![driver(), licence(), vehicle()]),
        members in prop::collection::vec((name(), json()), 1..6),
    ) {
        let mut record: Map<String, Value> = base.as_object().cloned().unwrap();
        record.extend(members);
        let line = Value::Object(record).to_string();
        match Record::from_json(line.as_bytes()) {
            Ok(accepted) => {
                let again = Record::from_json(&accepted.record.to_line()).unwrap();
                prop_assert_eq!(again.record.to_json(), accepted.record.to_json());
                prop_assert_eq!(again.record.event(), accepted.record.event());
            }
            Err(findings) => prop_assert!(!findings.is_empty()),
        }
    }
}

#[test]
fn the_document_can_be_made() {
    assert!(items_markdown().len() > 10_000);
}
