//! Numbers that do not repeat and do not look counted, without remembering those given out.

use super::dice::Dice;

/// A permutation of the numbers below `size`: `index` times a factor without a common divisor, plus a shift.
pub(super) struct Permutation {
    size: u64,
    factor: u64,
    shift: u64,
}

impl Permutation {
    /// A permutation of `size` numbers, one or more.
    pub(super) fn new(size: u32, dice: &mut Dice) -> Self {
        let size = size.max(1);
        let mut factor = u64::from(size / 5 + dice.below(size / 2)) + 1;
        let shift = u64::from(dice.below(size));
        let size = u64::from(size);
        while divisor(factor, size) != 1 {
            factor += 1;
        }
        Self { size, factor, shift }
    }

    /// The number at an index. Indices `size` apart give the same number.
    pub(super) fn at(&self, index: u32) -> u32 {
        let index = u64::from(index) % self.size;
        let number = (index * (self.factor % self.size) + self.shift) % self.size;
        u32::try_from(number).unwrap_or(0)
    }
}

/// The greatest common divisor.
const fn divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_comes_once() {
        let mut dice = Dice::new(7);
        for size in [1, 2, 3, 10, 1000, 65_536, 99_991] {
            let permutation = Permutation::new(size, &mut dice);
            let numbers: HashSet<_> = (0..size).map(|index| permutation.at(index)).collect();
            assert_eq!(numbers.len(), usize::try_from(size).unwrap());
            assert!(numbers.iter().all(|number| *number < size));
        }
    }
}
