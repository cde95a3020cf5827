//! Changes to a tree of claims, made from arbitrary bytes: for messages that are wrong behind a good signature.

use super::item::Item;

/// Puts something at a place of a tree.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which entry to go into, level by level.
    path: Vec<usize>,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    Put(Item),
    Remove,
    Repeat,
}

/// Integers at which something changes.
const EDGES: [i128; 8] = [0, 1, 23, 255, 65_535, 4_294_967_295, 1_795_141_800, 18_446_744_073_709_551_615];

impl Change {
    /// The changes that these bytes stand for, eight at most.
    pub fn all(bytes: &[u8]) -> Vec<Self> {
        let mut bytes = bytes.iter().copied();
        std::iter::from_fn(|| Self::read(&mut bytes)).take(8).collect()
    }

    /// Makes the change.
    pub fn apply(&self, item: &mut Item) {
        apply(item, &self.path, &self.act);
    }

    fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<Self> {
        let depth = usize::from(bytes.next()? % 5);
        let path = bytes.by_ref().take(depth).map(usize::from).collect();
        let act = match bytes.next()? % 9 {
            0 => Act::Remove,
            1 => Act::Repeat,
            2 => Act::Put(Item::Bool(bytes.next()? % 2 == 0)),
            3 => Act::Put(Item::Int(EDGES[usize::from(bytes.next()?) % EDGES.len()])),
            4 => Act::Put(Item::Int(-1 - i128::from(bytes.next()?))),
            5 => Act::Put(Item::Int(bytes.take(5).fold(0, |n, byte| n << 8 | i128::from(byte)))),
            6 => Act::Put(Item::Bytes(string(bytes)?)),
            7 => Act::Put(Item::Text(String::from_utf8_lossy(&string(bytes)?).into_owned())),
            _ => Act::Put(Item::Raw(string(bytes)?)),
        };
        Some(Self { path, act })
    }
}

fn string(bytes: &mut impl Iterator<Item = u8>) -> Option<Vec<u8>> {
    let length = usize::from(bytes.next()?);
    Some(bytes.take(length).collect())
}

fn apply(item: &mut Item, path: &[usize], act: &Act) {
    match (path, act, item) {
        ([place], Act::Remove | Act::Repeat, Item::Array(items)) => remove_or_repeat(items, *place, act),
        ([place], Act::Remove | Act::Repeat, Item::Map(entries)) => remove_or_repeat(entries, *place, act),
        ([place, rest @ ..], _, Item::Array(items)) if !items.is_empty() => {
            let place = place % items.len();
            apply(&mut items[place], rest, act);
        }
        ([place, rest @ ..], _, Item::Map(entries)) if !entries.is_empty() => {
            let place = place % entries.len();
            apply(&mut entries[place].1, rest, act);
        }
        (_, Act::Put(value), item) => *item = value.clone(),
        (_, _, item) => *item = Item::Map(Vec::new()),
    }
}

fn remove_or_repeat<T: Clone>(items: &mut Vec<T>, place: usize, act: &Act) {
    if items.is_empty() {
        return;
    }
    let place = place % items.len();
    match act {
        Act::Repeat => items.extend_from_within(place..=place),
        _ => drop(items.remove(place)),
    }
}
