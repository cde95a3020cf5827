//! CBOR as a tree that can also be written wrongly, apart from the crate's own reader and writer: for making hostile
//! messages, and for showing claims to people.

use minicbor::Decoder;
use minicbor::data::Type;

/// One CBOR item.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Int(i128),
    Bytes(Vec<u8>),
    Text(String),
    Bool(bool),
    Array(Vec<Item>),
    /// Written in this order.
    Map(Vec<(Item, Item)>),
    /// Written as it stands.
    Raw(Vec<u8>),
}

impl Item {
    /// Reads the one item that `bytes` are; `None` for what this tree does not hold.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut decoder = Decoder::new(bytes);
        let item = read(&mut decoder, 0)?;
        (decoder.position() == bytes.len()).then_some(item)
    }

    /// The bytes, with shortest heads and maps in the order they have.
    pub fn write(&self) -> Vec<u8> {
        match self {
            Self::Int(n) => int(*n),
            Self::Bytes(bytes) => [head(2, length(bytes.len())), bytes.clone()].concat(),
            Self::Text(text) => [head(3, length(text.len())), text.clone().into_bytes()].concat(),
            Self::Bool(value) => vec![0xf4 + u8::from(*value)],
            Self::Array(items) => {
                let items = items.iter().flat_map(Self::write);
                head(4, length(self.len())).into_iter().chain(items).collect()
            }
            Self::Map(entries) => {
                let entries = entries.iter().flat_map(|(key, value)| [key.write(), value.write()].concat());
                head(5, length(self.len())).into_iter().chain(entries).collect()
            }
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Self, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: impl Into<Self>) -> Option<&Self> {
        let key = key.into();
        self.entries().iter().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// Changes the map's entries, in whatever way.
    pub fn entries_mut(&mut self, change: impl FnOnce(&mut Vec<(Self, Self)>)) {
        if let Self::Map(entries) = self {
            change(entries);
        }
    }

    /// Changes the value of a key that is there.
    pub fn change(&mut self, key: impl Into<Self>, change: impl FnOnce(&mut Self)) {
        let key = key.into();
        self.entries_mut(|entries| {
            if let Some((_, value)) = entries.iter_mut().find(|(k, _)| *k == key) {
                change(value);
            }
        });
    }

    /// Sets the value of a key, keeping the order of deterministic CBOR.
    pub fn set(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        let (key, value) = (key.into(), value.into());
        self.entries_mut(|entries| {
            entries.retain(|(k, _)| *k != key);
            entries.push((key, value));
            entries.sort_by_key(|(key, _)| key.write());
        });
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: impl Into<Self>) {
        let key = key.into();
        self.entries_mut(|entries| entries.retain(|(k, _)| *k != key));
    }

    /// Adds an entry at the end, whatever is there already.
    pub fn append(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        self.entries_mut(|entries| entries.push((key.into(), value.into())));
    }

    fn len(&self) -> usize {
        match self {
            Self::Array(items) => items.len(),
            _ => self.entries().len(),
        }
    }
}

/// The head of an item: major type 0 to 7 and its argument, in the fewest bytes.
pub fn head(major: u8, n: u64) -> Vec<u8> {
    let first = major << 5;
    if let Ok(n) = u8::try_from(n) {
        return if n < 24 { vec![first | n] } else { vec![first | 24, n] };
    }
    if let Ok(n) = u16::try_from(n) {
        return [&[first | 25][..], &n.to_be_bytes()].concat();
    }
    match u32::try_from(n) {
        Ok(n) => [&[first | 26][..], &n.to_be_bytes()].concat(),
        Err(_) => [&[first | 27][..], &n.to_be_bytes()].concat(),
    }
}

fn int(n: i128) -> Vec<u8> {
    let (major, n) = if n < 0 { (1, -1 - n) } else { (0, n) };
    head(major, u64::try_from(n).unwrap_or(u64::MAX))
}

fn length(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn read(decoder: &mut Decoder<'_>, depth: u8) -> Option<Item> {
    match decoder.datatype().ok()? {
        _ if depth > 16 => None,
        Type::Bool => decoder.bool().ok().map(Item::Bool),
        Type::Bytes => decoder.bytes().ok().map(|bytes| Item::Bytes(bytes.to_vec())),
        Type::String => decoder.str().ok().map(|text| Item::Text(text.to_owned())),
        Type::Array => {
            let length = decoder.array().ok()??;
            (0..length).map(|_| read(decoder, depth + 1)).collect::<Option<_>>().map(Item::Array)
        }
        Type::Map => {
            let length = decoder.map().ok()??;
            let mut entry = |_| Some((read(decoder, depth + 1)?, read(decoder, depth + 1)?));
            (0..length).map(&mut entry).collect::<Option<_>>().map(Item::Map)
        }
        _ => decoder.int().ok().map(|n| Item::Int(n.into())),
    }
}

macro_rules! item_from {
    ($($type:ty => |$from:ident| $to:expr;)*) => {$(
        impl From<$type> for Item {
            fn from($from: $type) -> Self {
                $to
            }
        }
    )*};
}

item_from! {
    i32 => |n| Self::Int(n.into());
    i64 => |n| Self::Int(n.into());
    u64 => |n| Self::Int(n.into());
    bool => |b| Self::Bool(b);
    &str => |text| Self::Text(text.to_owned());
    String => |text| Self::Text(text);
    &[u8] => |bytes| Self::Bytes(bytes.to_vec());
    Vec<u8> => |bytes| Self::Bytes(bytes);
    Vec<Item> => |items| Self::Array(items);
}
