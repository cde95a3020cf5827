//! Places in the status list: a keyed permutation of a counter.
//!
//! Places must be unique and tell nothing of the certificate: neither when it was issued nor who came before. A
//! counter is unique; a permutation of each block of it, under a secret of this server, keeps that and hides the
//! order without a search for a free place.

use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;

/// Bits of a block: the list grows by 1,048,576 places (512 KiB before compression) at a time.
const BLOCK_BITS: u32 = 20;
/// Half a block's bits: the two halves of the Feistel network.
const HALF_BITS: u32 = BLOCK_BITS / 2;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
/// Rounds of the network; four make it a strong pseudo-random permutation (Luby and Rackoff).
const ROUNDS: u8 = 4;

/// The number of places in one block.
pub const BLOCK: u64 = 1 << BLOCK_BITS;

/// The place the `counter`-th certificate gets, in the block its number falls into.
#[must_use]
pub fn place(secret: &[u8], counter: u64) -> u64 {
    let block = counter / BLOCK;
    let within = counter % BLOCK;
    let (mut left, mut right) = (within >> HALF_BITS, within & HALF_MASK);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ (mix(secret, block, round, right) & HALF_MASK));
    }
    block * BLOCK + (left << HALF_BITS | right)
}

/// The number of places a list must have when `counter` certificates have got theirs: whole blocks, at least one.
#[must_use]
pub const fn length(counter: u64) -> u64 {
    let blocks = counter.div_ceil(BLOCK);
    if blocks == 0 { BLOCK } else { blocks * BLOCK }
}

/// The round function: HMAC-SM3 over block, round and half, cut to 64 bits.
fn mix(secret: &[u8], block: u64, round: u8, half: u64) -> u64 {
    let Ok(mut mac) = <Hmac<Sm3> as KeyInit>::new_from_slice(secret) else {
        return 0; // HMAC takes keys of every length.
    };
    mac.update(&block.to_be_bytes());
    mac.update(&[round]);
    mac.update(&half.to_be_bytes());
    mac.finalize().into_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_is_given_twice_and_none_outside_its_block() {
        let mut taken = vec![false; usize::try_from(BLOCK).unwrap()];
        for counter in 0..BLOCK {
            let at = usize::try_from(place(b"secret", counter)).unwrap();
            assert!(!std::mem::replace(&mut taken[at], true), "{counter}");
        }
        assert!(taken.iter().all(|taken| *taken));
    }

    #[test]
    fn later_blocks_stand_behind_earlier_ones() {
        for counter in [BLOCK, BLOCK + 1, 2 * BLOCK - 1] {
            assert_eq!(place(b"secret", counter) / BLOCK, 1);
        }
    }

    #[test]
    fn neighbours_do_not_stand_together() {
        let steps =
            (0..1_000).filter(|n| place(b"secret", *n).abs_diff(place(b"secret", n + 1)) < 16).count();
        assert!(steps < 5, "{steps}");
    }

    #[test]
    fn another_secret_is_another_order() {
        let same = (0..1_000).filter(|n| place(b"one", *n) == place(b"two", *n)).count();
        assert!(same < 5, "{same}");
    }

    #[test]
    fn the_list_grows_by_whole_blocks() {
        assert_eq!([0, 1, BLOCK, BLOCK + 1].map(length), [BLOCK, BLOCK, BLOCK, 2 * BLOCK]);
    }
}
