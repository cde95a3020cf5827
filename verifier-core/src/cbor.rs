//! Deterministic CBOR (RFC 8949 §4.2.1) as a small tree: what is read must be exactly what we would write.
//!
//! Typed reading of claims lives with each message; here is only the form.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Deepest nesting of arrays and maps that is read.
const MAX_DEPTH: u8 = 8;

/// Why bytes are not deterministic CBOR within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CborError {
    /// Not well-formed, cut short, of a type the protocol does not use, or with an indefinite length.
    NotWellFormed,
    /// Bytes after the item.
    TrailingBytes,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A text longer than the limit of its message.
    TextTooLong,
    /// A map key that stands twice (RFC 8949 §5.6).
    DuplicateKey,
    /// Well-formed, but not the one deterministic encoding.
    NotDeterministic,
    /// A required claim is missing, or a claim has another type or range than it must.
    Claim,
}

/// One CBOR item. Tags, floats and `undefined` have no place in the protocol.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Int(i128),
    Bytes(Vec<u8>),
    Text(String),
    Bool(bool),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Reads the one item that `bytes` are. `max_text` limits every text, in bytes.
    pub(crate) fn parse(bytes: &[u8], max_text: usize) -> Result<Self, CborError> {
        let mut decoder = Decoder::new(bytes);
        let value = read(&mut decoder, max_text, 0)?;
        if decoder.position() != bytes.len() {
            return Err(CborError::TrailingBytes);
        }
        if value.to_bytes() != bytes {
            return Err(CborError::NotDeterministic);
        }
        Ok(value)
    }

    /// The deterministic encoding: shortest heads, map keys in bytewise order of their encodings.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing into a vector cannot fail, and every integer here fits CBOR's range by construction.
        let _ = write(self, &mut Encoder::new(&mut out));
        out
    }

    pub(crate) fn uint(&self) -> Result<u64, CborError> {
        match self {
            Self::Int(n) => u64::try_from(*n).map_err(|_| CborError::Claim),
            _ => Err(CborError::Claim),
        }
    }

    pub(crate) fn small<T: TryFrom<u64>>(&self) -> Result<T, CborError> {
        T::try_from(self.uint()?).map_err(|_| CborError::Claim)
    }

    pub(crate) fn text(&self) -> Result<&str, CborError> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(CborError::Claim),
        }
    }

    pub(crate) fn bytes(&self) -> Result<&[u8], CborError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(CborError::Claim),
        }
    }

    pub(crate) fn array_of<const N: usize>(&self) -> Result<[u8; N], CborError> {
        self.bytes()?.try_into().map_err(|_| CborError::Claim)
    }

    pub(crate) fn bool(&self) -> Result<bool, CborError> {
        match self {
            Self::Bool(value) => Ok(*value),
            _ => Err(CborError::Claim),
        }
    }

    pub(crate) fn array(&self) -> Result<&[Value], CborError> {
        match self {
            Self::Array(items) => Ok(items),
            _ => Err(CborError::Claim),
        }
    }

    pub(crate) fn map(&self) -> Result<Map<'_>, CborError> {
        match self {
            Self::Map(entries) => Ok(Map(entries)),
            _ => Err(CborError::Claim),
        }
    }
}

/// A map being read: a claim by its key, `None` where it is absent.
#[derive(Clone, Copy)]
pub(crate) struct Map<'a>(pub(crate) &'a [(Value, Value)]);

impl<'a> Map<'a> {
    pub(crate) fn maybe(&self, key: impl Into<Value>) -> Option<&'a Value> {
        let key = key.into();
        self.0.iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    pub(crate) fn get(&self, key: impl Into<Value>) -> Result<&'a Value, CborError> {
        self.maybe(key).ok_or(CborError::Claim)
    }
}

/// A map being written. Claims that are `None` are left out; order does not matter.
#[derive(Default)]
pub(crate) struct MapWriter(Vec<(Value, Value)>);

impl MapWriter {
    pub(crate) fn with(mut self, key: impl Into<Value>, value: impl Into<Value>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    pub(crate) fn maybe(self, key: impl Into<Value>, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn finish(self) -> Value {
        Value::Map(self.0)
    }
}

macro_rules! value_from {
    ($($type:ty => |$from:ident| $to:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($from: $type) -> Self {
                $to
            }
        }
    )*};
}

value_from! {
    i64 => |n| Value::Int(n.into());
    u64 => |n| Value::Int(n.into());
    u32 => |n| Value::Int(n.into());
    u16 => |n| Value::Int(n.into());
    u8 => |n| Value::Int(n.into());
    bool => |b| Value::Bool(b);
    &str => |text| Value::Text(text.to_owned());
    String => |text| Value::Text(text);
    &String => |text| Value::Text(text.clone());
    &[u8] => |bytes| Value::Bytes(bytes.to_vec());
    Vec<u8> => |bytes| Value::Bytes(bytes);
    Vec<Value> => |items| Value::Array(items);
    crate::time::Seconds => |instant| Value::Int(instant.0.into());
    crate::time::Day => |day| Value::Int(day.0.into());
}

fn read(decoder: &mut Decoder<'_>, max_text: usize, depth: u8) -> Result<Value, CborError> {
    let malformed = |_| CborError::NotWellFormed;
    match decoder.datatype().map_err(malformed)? {
        Type::Bool => decoder.bool().map(Value::Bool).map_err(malformed),
        Type::Bytes => decoder.bytes().map(|b| Value::Bytes(b.to_vec())).map_err(malformed),
        Type::String => {
            let text = decoder.str().map_err(malformed)?;
            let fits = text.len() <= max_text;
            fits.then(|| Value::Text(text.to_owned())).ok_or(CborError::TextTooLong)
        }
        Type::Array => read_array(decoder, max_text, deeper(depth)?),
        Type::Map => read_map(decoder, max_text, deeper(depth)?),
        // Whatever is left is an integer, or has no place here and fails to be one.
        _ => decoder.int().map(|n| Value::Int(n.into())).map_err(malformed),
    }
}

fn deeper(depth: u8) -> Result<u8, CborError> {
    if depth >= MAX_DEPTH { Err(CborError::TooDeep) } else { Ok(depth + 1) }
}

fn read_array(decoder: &mut Decoder<'_>, max_text: usize, depth: u8) -> Result<Value, CborError> {
    let length = decoder.array().ok().flatten().ok_or(CborError::NotWellFormed)?;
    let mut items = Vec::new();
    for _ in 0..length {
        items.push(read(decoder, max_text, depth)?);
    }
    Ok(Value::Array(items))
}

fn read_map(decoder: &mut Decoder<'_>, max_text: usize, depth: u8) -> Result<Value, CborError> {
    let length = decoder.map().ok().flatten().ok_or(CborError::NotWellFormed)?;
    let mut entries = Vec::new();
    let mut keys = std::collections::BTreeSet::new();
    for _ in 0..length {
        let key = read(decoder, max_text, depth)?;
        if !keys.insert(key.to_bytes()) {
            return Err(CborError::DuplicateKey);
        }
        entries.push((key, read(decoder, max_text, depth)?));
    }
    Ok(Value::Map(entries))
}

type Written = Result<(), minicbor::encode::Error<core::convert::Infallible>>;

fn write(value: &Value, encoder: &mut Encoder<&mut Vec<u8>>) -> Written {
    match value {
        Value::Int(n) => {
            let n = minicbor::data::Int::try_from(*n).unwrap_or_else(|_| minicbor::data::Int::from(0_u8));
            encoder.int(n)?;
        }
        Value::Bytes(bytes) => drop(encoder.bytes(bytes)?),
        Value::Text(text) => drop(encoder.str(text)?),
        Value::Bool(b) => drop(encoder.bool(*b)?),
        Value::Array(items) => {
            encoder.array(length(items.len()))?;
            items.iter().try_for_each(|item| write(item, encoder))?;
        }
        Value::Map(entries) => write_map(entries, encoder)?,
    }
    Ok(())
}

fn write_map(entries: &[(Value, Value)], encoder: &mut Encoder<&mut Vec<u8>>) -> Written {
    encoder.map(length(entries.len()))?;
    let mut sorted: Vec<_> = entries.iter().map(|(key, value)| (key.to_bytes(), value)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, value) in sorted {
        encoder.writer_mut().extend_from_slice(&key);
        write(value, encoder)?;
    }
    Ok(())
}

fn length(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use CborError as E;

    fn parse(bytes: &[u8]) -> Result<Value, E> {
        Value::parse(bytes, 256)
    }

    #[test]
    fn keys_are_written_in_bytewise_order_of_their_encodings() {
        let map = MapWriter::default().with(-65_537_i64, 1_u64).with("a", 2_u64).with(8_u64, 3_u64).finish();
        let bytes = map.to_bytes();
        assert_eq!(bytes, [0xa3, 0x08, 3, 0x3a, 0, 1, 0, 0, 1, 0x61, b'a', 2]);
        assert_eq!(parse(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn every_other_form_is_refused() {
        for (bytes, error) in [
            (&[][..], E::NotWellFormed),
            (&[0x01, 0x01][..], E::TrailingBytes),
            (&[0x18, 0x01][..], E::NotDeterministic), // 1 in two bytes
            (&[0x58, 0x01, 0x00][..], E::NotDeterministic), // length 1 in two bytes
            (&[0xa2, 2, 1, 1, 1][..], E::NotDeterministic), // keys out of order
            (&[0xa2, 1, 1, 1, 2][..], E::DuplicateKey),
            (&[0x9f, 0xff][..], E::NotWellFormed), // indefinite array
            (&[0xbf, 0xff][..], E::NotWellFormed), // indefinite map
            (&[0x5f, 0x41, 0, 0xff][..], E::NotWellFormed), // indefinite bytes
            (&[0x7f, 0x61, b'a', 0xff][..], E::NotWellFormed), // indefinite text
            (&[0xc0, 0x01][..], E::NotWellFormed), // tag
            (&[0xf9, 0, 0][..], E::NotWellFormed), // float
            (&[0xf6][..], E::NotWellFormed),       // null
            (&[0xf7][..], E::NotWellFormed),       // undefined
            (&[0x61, 0xff][..], E::NotWellFormed), // not UTF-8
            (&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255][..], E::NotWellFormed), // 2^64-1 items
            (&[0xbb, 255, 255, 255, 255, 255, 255, 255, 255][..], E::NotWellFormed),
            (&[0x5b, 255, 255, 255, 255, 255, 255, 255, 255][..], E::NotWellFormed),
        ] {
            assert_eq!(parse(bytes).err(), Some(error), "{bytes:02x?}");
        }
    }

    #[test]
    fn nesting_stops_at_eight() {
        let nested = |n: usize| [vec![0x81; n], vec![0x01]].concat();
        assert!(parse(&nested(8)).is_ok());
        assert_eq!(parse(&nested(9)).err(), Some(E::TooDeep));
        assert_eq!(parse(&nested(100_000)).err(), Some(E::TooDeep));
    }

    #[test]
    fn texts_stop_at_the_limit() {
        assert!(parse(&Value::from("x".repeat(256)).to_bytes()).is_ok());
        assert_eq!(parse(&Value::from("x".repeat(257)).to_bytes()).err(), Some(E::TextTooLong));
    }

    #[test]
    fn the_whole_range_of_integers_is_read() {
        for bytes in
            [[0x1b, 255, 255, 255, 255, 255, 255, 255, 255], [0x3b, 255, 255, 255, 255, 255, 255, 255, 255]]
        {
            assert_eq!(parse(&bytes).unwrap().to_bytes(), bytes);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Ok(value) = parse(&bytes) {
                proptest::prop_assert_eq!(value.to_bytes(), bytes);
            }
        }
    }
}
