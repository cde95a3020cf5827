//! From when to when certificates are valid, seen from the generator's today.

use super::world::World;
use crate::record::Day;

/// The dates of a certificate.
#[derive(Clone, Copy)]
pub(super) struct Term {
    /// 发证日期, which is also the first valid day.
    pub(super) issued: Day,
    /// The last valid day.
    pub(super) end: Day,
    /// 初领日期.
    pub(super) first: Day,
}

impl World {
    /// A term of so many years: of a thousand certificates ten have expired, fifteen will within a month, some
    /// three hundred are of the last twelve months, and the others lie between.
    pub(super) fn term(&mut self, years: u32) -> Option<Term> {
        let span = years * 365;
        let age = match self.dice.below(1000) {
            0..10 => span + 5 + self.dice.below(300),
            10..25 => span - self.dice.below(25),
            25..330 => self.dice.below(365),
            _ => self.dice.below(span - 31),
        };
        let issued = self.today.plus_days(-i32::try_from(age).ok()?)?;
        let years = i32::try_from(years).ok()?;
        let end = issued.plus_years(years)?.plus_days(-1)?;
        let renewals = i32::try_from(self.dice.pick(&[0_u32, 0, 0, 1, 2])).ok()?;
        let first = issued.plus_years(-years * renewals)?;
        Some(Term { issued, end, first })
    }

    /// The next anniversary of a day; in five of a hundred cases the last one, which is overdue.
    pub(super) fn yearly(&mut self, day: Day) -> Option<(Day, bool)> {
        let (year, ..) = day.parts();
        let (this_year, ..) = self.today.parts();
        let anniversary = day.plus_years(i32::from(this_year) - i32::from(year))?;
        let next = if anniversary < self.today { anniversary.plus_years(1)? } else { anniversary };
        if self.dice.percent(5) { Some((next.plus_years(-1)?, true)) } else { Some((next, false)) }
    }
}
