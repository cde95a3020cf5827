//! The digest over everything that stands on a copy: whoever has the items can tell that not one of them was altered.

use std::collections::BTreeMap;

use crate::cbor::{MapWriter, Value};
use crate::sm2::sm3;

/// What stands before the content in what is digested, so that the digest can be taken for no other.
const DOMAIN: &[u8] = b"yzt-copy-content:";

/// The value of a data item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentValue {
    /// One text.
    Text(String),
    /// Several, in their order.
    List(Vec<String>),
    /// A mark.
    Flag(bool),
}

/// Everything that stands on a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Its serial.
    pub serial: u64,
    /// Who it is for, in full.
    pub recipient: String,
    /// What for, in full.
    pub purpose: String,
    /// The data items, by their names in records.
    pub items: BTreeMap<String, ContentValue>,
}

impl Content {
    /// SM3 over the domain and the content as deterministic CBOR.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let items = self.items.iter().map(|(name, value)| (Value::from(name.as_str()), value.to_value()));
        let content = MapWriter::default()
            .with("serial", self.serial)
            .with("recipient", &self.recipient)
            .with("purpose", &self.purpose)
            .with("items", Value::Map(items.collect()))
            .finish();
        sm3(&[DOMAIN, &content.to_bytes()].concat())
    }
}

impl ContentValue {
    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::List(list) => Value::Array(list.iter().map(|text| Value::Text(text.clone())).collect()),
            Self::Flag(flag) => Value::Bool(*flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        let items = [
            ("holderName".to_owned(), ContentValue::Text("张三".to_owned())),
            ("qualificationCode".to_owned(), ContentValue::List(vec!["01001".to_owned()])),
            ("specimen".to_owned(), ContentValue::Flag(true)),
        ];
        Content {
            serial: 7,
            recipient: "示例保险公司".to_owned(),
            purpose: "投保".to_owned(),
            items: items.into(),
        }
    }

    #[test]
    fn whatever_is_altered_gives_another_digest() {
        let digest = content().digest();
        assert_eq!(digest, content().digest());
        let mut altered =
            vec![Content { serial: 8, ..content() }, Content { purpose: String::new(), ..content() }];
        let mut other = content();
        other.items.insert("holderName".to_owned(), ContentValue::Text("李四".to_owned()));
        altered.push(other);
        let mut listed = content();
        listed.items.insert("holderName".to_owned(), ContentValue::List(vec!["张三".to_owned()]));
        altered.push(listed);
        assert!(altered.iter().all(|content| content.digest() != digest));
    }
}
