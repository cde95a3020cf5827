//! What the messages of a scan say, for people: names in place of numbers, times as dates, bytes as hexadecimal.
//!
//! As far as they can be read: a message that is no CBOR, or none this tree holds, stays as its bytes.

use data_encoding::HEXLOWER;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::{Map, Value, json};
use verifier_core::{Day, Seconds};

use super::item::Item;
use super::names::{Form, Names};
use super::parts::Parts;
use super::scan::Scan;

/// Unpacked status lists larger than this are not shown.
const SHOWN: usize = 64 << 10;

/// The claims of all messages of a scan; `null` where there is no such message.
pub fn of(scan: &Scan) -> Value {
    let presentation = Parts::open(&scan.bytes());
    let credential = presentation.as_ref().and_then(|parts| match parts.protected.get(13) {
        Some(Item::Bytes(bytes)) => Parts::open(bytes),
        _ => None,
    });
    let lists = scan
        .status_lists
        .iter()
        .map(|(iss, bytes)| (iss.clone(), message(Parts::open(bytes), Names::StatusList)));
    json!({
        "presentation": message(presentation, Names::Presentation),
        "credential": message(credential, Names::Credential),
        "trust_list": message(Parts::open(&scan.trust_list), Names::TrustList),
        "status_lists": lists.collect::<Map<_, _>>(),
    })
}

fn message(parts: Option<Parts>, names: Names) -> Value {
    parts.map_or(Value::Null, |parts| {
        json!({
            "protected": show(&parts.protected, Names::Header),
            "unprotected": show(&parts.unprotected, Names::Header),
            "payload": show(&parts.payload, names),
        })
    })
}

fn show(item: &Item, names: Names) -> Value {
    match item {
        Item::Int(n) => number(*n),
        Item::Bytes(bytes) | Item::Raw(bytes) => json!(HEXLOWER.encode(bytes)),
        Item::Text(text) => json!(text),
        Item::Bool(value) => json!(value),
        Item::Array(items) => items.iter().map(|item| show(item, names)).collect(),
        Item::Map(entries) => show_map(entries, names),
    }
}

fn show_map(entries: &[(Item, Item)], names: Names) -> Value {
    let mut shown = Map::new();
    for (key, value) in entries {
        let (name, form) = names.of(key);
        let name = if shown.contains_key(&name) { format!("{name} (again)") } else { name };
        shown.insert(name, show_as(value, form));
    }
    Value::Object(shown)
}

fn show_as(item: &Item, form: Form) -> Value {
    match (item, form) {
        (Item::Int(n), Form::Time) => u64::try_from(*n).map_or_else(|_| number(*n), time),
        (Item::Int(n), Form::Day) => match u32::try_from(*n) {
            Ok(day) => json!(format!("{} ({day})", Day(day))),
            Err(_) => number(*n),
        },
        (Item::Bytes(bytes), Form::Packed) => json!(packed(bytes)),
        (Item::Bytes(bytes), Form::Elsewhere) => json!(format!("{} bytes", bytes.len())),
        (item, Form::Inside(names)) => show(item, names),
        (item, _) => show(item, Names::Text),
    }
}

fn number(n: i128) -> Value {
    i64::try_from(n).map_or_else(|_| json!(n.to_string()), |n| json!(n))
}

/// Date and time of day in China, and the seconds.
fn time(seconds: u64) -> Value {
    let day = Seconds(seconds).day();
    let of_day = Seconds(seconds).since(day.start());
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    json!(format!("{day} {hour:02}:{minute:02}:{second:02} +08:00 ({seconds})"))
}

/// The entries of a status list other than 0, four bits each, the lower half of a byte first.
fn packed(bytes: &[u8]) -> String {
    match decompress_to_vec_zlib_with_limit(bytes, SHOWN) {
        Ok(list) => {
            let halves = list.iter().flat_map(|byte| [byte & 0x0f, byte >> 4]).zip(0_u64..);
            let others =
                halves.filter(|(value, _)| *value != 0).map(|(value, index)| format!("{index} = {value}"));
            let others = others.collect::<Vec<_>>().join(", ");
            format!(
                "{} bytes unpacked; not 0: {}",
                list.len(),
                if others.is_empty() { "none" } else { &others }
            )
        }
        Err(_) => format!("{} bytes that do not unpack to {SHOWN} bytes or fewer", bytes.len()),
    }
}
