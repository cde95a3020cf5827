//! The face: what an officer reads in a code. The whole citizen id, the address and the portrait never travel.
//!
//! A code must stay small enough to be scanned from a phone (QR version 16-L at most), so the name and the scopes
//! share a budget. What does not fit is marked as left out, never silently dropped.

use verifier_core::credential::Face;
use verifier_core::ids::PlateColour;

use super::{Version, day};
use crate::record::{HolderCode, Record};

/// Most bytes of a holder's name: 40 Chinese characters.
const NAME_MAX: usize = 120;
/// Stands at the end of a name that was cut.
const CUT: char = '…';
/// Bytes that name and scopes may take together.
const BUDGET: usize = 160;
/// Stands at the end of the scopes where there are more than a code can carry.
pub const AND_MORE: u32 = 0;

pub(super) fn of(record: &Record, version: Version) -> Face {
    let number = record.number();
    let holder = cut(record.holder().name(), NAME_MAX);
    let scope = fitting(record.scope(), BUDGET.saturating_sub(holder.len()));
    Face {
        kind: record.kind().number(),
        number: number.masked(),
        holder,
        tail: tail(record),
        plate: record.plate().map(|plate| plate.number().to_owned()),
        plate_colour: record.plate().map(|plate| plate.colour()).map(PlateColour::code),
        scope,
        status_index: version.status_index,
        version: version.number,
        last_day: record.valid_to().map(day),
        portrait: record.photo_digest().and_then(|digest| digest.first_chunk().copied()),
        specimen: record.is_specimen(),
    }
}

/// The last four characters of the holder's code, unless the number shows them already.
fn tail(record: &Record) -> Option<String> {
    let tail = match record.holder().typed_code() {
        HolderCode::Citizen(id) => id.last_four(),
        HolderCode::Organisation(code) => code.last_four(),
        HolderCode::Other { .. } => return None,
    };
    let number_shows_it = record.number().citizen_id().is_some_and(|id| id.last_four() == tail);
    (!number_shows_it).then(|| tail.to_owned())
}

/// The text, cut to so many bytes with a mark where it is longer.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes.saturating_sub(CUT.len_utf8()));
    let mut kept = text.get(..end).unwrap_or_default().to_owned();
    kept.push(CUT);
    kept
}

/// As many codes as take so many bytes, with a mark where there are more.
fn fitting(mut codes: Vec<u32>, bytes: usize) -> Vec<u32> {
    if codes.iter().copied().map(encoded_length).sum::<usize>() <= bytes {
        return codes;
    }
    let mut left = bytes.saturating_sub(encoded_length(AND_MORE));
    let mut kept = 0;
    for length in codes.iter().copied().map(encoded_length) {
        let Some(rest) = left.checked_sub(length) else {
            break;
        };
        left = rest;
        kept += 1;
    }
    codes.truncate(kept);
    codes.push(AND_MORE);
    codes
}

/// Bytes of an unsigned number in CBOR (RFC 8949 §3).
const fn encoded_length(number: u32) -> usize {
    match number {
        0..24 => 1,
        24..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000.. => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_between_characters_and_marked() {
        assert_eq!(cut("张三", 6), "张三");
        assert_eq!(cut("沈阳示例运输有限公司", 12), "沈阳示…");
        assert_eq!(cut("沈阳示例运输有限公司", 13), "沈阳示…");
    }

    #[test]
    fn scopes_that_do_not_fit_are_marked_as_left_out() {
        assert_eq!(fitting(vec![1001, 2000, 3000], 9), [1001, 2000, 3000]);
        assert_eq!(fitting(vec![1001, 2000, 3000], 8), [1001, 2000, 0]);
        assert_eq!(fitting(vec![1001, 2000, 3000], 0), [0]);
        assert_eq!(fitting(Vec::new(), 0), [0; 0]);
    }

    #[test]
    fn lengths_are_those_of_cbor() {
        for (number, length) in [(0, 1), (23, 1), (24, 2), (255, 2), (256, 3), (65_535, 3), (65_536, 5)] {
            assert_eq!(encoded_length(number), length, "{number}");
        }
    }
}
