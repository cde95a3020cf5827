//! What one certificate adds to the tallies: a function of what it was from which day on, and of when it was used. Pure.
//!
//! A certificate counts, each day, in the division, kind and conformity it then had. It moves between tallies by being
//! taken from one and added to another on a day, so that their sum up to any day is what was so on that day. Because
//! the whole follows from facts and uses, and not from the order in which they became known, what is heard of late is
//! counted where it belongs.

use std::collections::BTreeMap;

use super::calendar::{Level, year};
use crate::store::scores::{FactRow, TallyRow, UseRow};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// 有效: in force.
    InForce,
    /// 本年度制发: issued in the year.
    Issued,
    /// 激活: issued in the year and used in it, either way.
    Used,
    /// Of those, by the holder.
    Shown,
    /// Of those, by an officer.
    Checked,
    /// Used in the year, whenever issued.
    UsedAny,
    /// Of those, by the holder.
    ShownAny,
    /// Of those, by an officer.
    CheckedAny,
}

impl Measure {
    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Issued => "issued",
            Self::Used => "used",
            Self::Shown => "shown",
            Self::Checked => "checked",
            Self::UsedAny => "used_any",
            Self::ShownAny => "shown_any",
            Self::CheckedAny => "checked_any",
        }
    }
}

/// A tally of a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    year: i32,
    measure: Measure,
    day: i32,
    division: String,
    kind: String,
    conforming: bool,
}

/// By how much tallies of days move.
#[derive(Default)]
pub struct Moves(BTreeMap<Cell, i32>);

impl Moves {
    /// Adds (`1`) or takes away (`-1`) what a certificate counts for. Its facts are in the order of their days.
    pub fn add(&mut self, facts: &[FactRow], uses: &[UseRow], times: i32) {
        for (at, fact) in facts.iter().enumerate() {
            let until = facts.get(at + 1).map(|next| next.since);
            if fact.specimen {
                continue;
            }
            if fact.in_force {
                let ends = fact.valid_to.map(|last| last.saturating_add(1));
                let until = [until, ends].into_iter().flatten().min();
                self.span(fact, (0, Measure::InForce), (fact.since, until), times);
            }
            let issued = fact.since.max(fact.issued_on);
            self.span(fact, (year(fact.issued_on), Measure::Issued), (issued, until), times);
            for used in uses {
                self.used(fact, until, used, times);
            }
        }
    }

    fn used(&mut self, fact: &FactRow, until: Option<i32>, used: &UseRow, times: i32) {
        let either = [used.shown_on, used.checked_on].into_iter().flatten().min();
        let all = [
            (either, Measure::Used, Measure::UsedAny),
            (used.shown_on, Measure::Shown, Measure::ShownAny),
            (used.checked_on, Measure::Checked, Measure::CheckedAny),
        ];
        for (day, of_year, of_any_year) in all {
            let Some(day) = day else { continue };
            let from = day.max(fact.since);
            self.span(fact, (used.year, of_any_year), (from, until), times);
            if year(fact.issued_on) == used.year {
                let from = from.max(fact.issued_on);
                self.span(fact, (used.year, of_year), (from, until), times);
            }
        }
    }

    /// Counted from a day on, until another.
    fn span(
        &mut self,
        fact: &FactRow,
        (year, measure): (i32, Measure),
        (from, until): (i32, Option<i32>),
        times: i32,
    ) {
        if until.is_some_and(|until| until <= from) {
            return;
        }
        let cell = |day| Cell {
            year,
            measure,
            day,
            division: fact.division.clone(),
            kind: fact.kind.clone(),
            conforming: fact.conforming,
        };
        *self.0.entry(cell(from)).or_default() += times;
        if let Some(until) = until {
            *self.0.entry(cell(until)).or_default() -= times;
        }
    }

    /// Whether what was added stands in a tally of these divisions and kinds at the end of a day, and then whether as
    /// conforming.
    #[must_use]
    pub fn standing(
        &self,
        year: i32,
        measure: Measure,
        as_of: i32,
        (divisions, kinds): (&(String, String), &(String, String)),
    ) -> Option<bool> {
        let within = |range: &(String, String), code: &String| range.0 <= *code && *code <= range.1;
        let mut standing = [(false, 0), (true, 0)];
        for (cell, number) in &self.0 {
            let counts = cell.year == year && cell.measure == measure && cell.day <= as_of;
            if counts && within(divisions, &cell.division) && within(kinds, &cell.kind) {
                let of = standing.iter_mut().filter(|(conforming, _)| *conforming == cell.conforming);
                of.for_each(|(_, sum)| *sum += number);
            }
        }
        standing.into_iter().find(|(_, sum)| *sum > 0).map(|(conforming, _)| conforming)
    }

    /// The same for the tallies of days, months and years; what comes to nothing is left out.
    #[must_use]
    pub fn tallies(self) -> Vec<TallyRow> {
        let mut tallies: BTreeMap<(Cell, Level), i32> = BTreeMap::new();
        for (cell, number) in self.0.into_iter().filter(|(_, number)| *number != 0) {
            for level in Level::ALL {
                let day = level.starts(cell.day);
                *tallies.entry((Cell { day, ..cell.clone() }, level)).or_default() += number;
            }
        }
        let row = |((cell, level), number): ((Cell, Level), i32)| TallyRow {
            year: cell.year,
            measure: cell.measure.word().to_owned(),
            level: level.word().to_owned(),
            starts: cell.day,
            division: cell.division,
            kind: cell.kind,
            conforming: cell.conforming,
            number,
        };
        tallies.into_iter().filter(|(_, number)| *number != 0).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01.
    const NEW_YEAR: i32 = 20_454;

    fn fact(since: i32, division: &str) -> FactRow {
        FactRow {
            certificate_id: "c".to_owned(),
            since,
            division: division.to_owned(),
            kind: "013".to_owned(),
            issued_on: NEW_YEAR,
            in_force: true,
            valid_to: Some(NEW_YEAR + 100),
            specimen: false,
            conforming: true,
        }
    }

    fn used(shown_on: Option<i32>, checked_on: Option<i32>) -> UseRow {
        UseRow { certificate_id: "c".to_owned(), year: 2026, shown_on, checked_on }
    }

    /// What there is of a measure in a division at the end of a day, from the tallies of days.
    fn at(facts: &[FactRow], uses: &[UseRow], measure: Measure, division: &str, day: i32) -> i32 {
        let mut moves = Moves::default();
        moves.add(facts, uses, 1);
        let of = |row: &TallyRow| {
            row.level == "day"
                && row.measure == measure.word()
                && row.division == division
                && row.starts <= day
        };
        moves.tallies().iter().filter(|row| of(row)).map(|row| row.number).sum()
    }

    #[test]
    fn it_is_in_force_until_its_last_day() {
        let facts = [fact(NEW_YEAR, "210102")];
        let in_force = |day| at(&facts, &[], Measure::InForce, "210102", NEW_YEAR + day);
        assert_eq!([in_force(-1), in_force(0), in_force(100), in_force(101)], [0, 1, 1, 0]);
    }

    #[test]
    fn what_moves_to_another_division_takes_its_use_along_from_that_day_on() {
        let facts = [fact(NEW_YEAR, "210102"), fact(NEW_YEAR + 10, "210203")];
        let uses = [used(Some(NEW_YEAR + 3), None)];
        for measure in [Measure::Issued, Measure::Used, Measure::Shown, Measure::UsedAny] {
            let there = |division, day| at(&facts, &uses, measure, division, NEW_YEAR + day);
            assert_eq!([there("210102", 9), there("210203", 9)], [1, 0], "{measure:?}");
            assert_eq!([there("210102", 10), there("210203", 10)], [0, 1], "{measure:?}");
        }
        assert_eq!(at(&facts, &uses, Measure::Checked, "210203", NEW_YEAR + 99), 0);
    }

    #[test]
    fn what_was_issued_in_another_year_counts_in_the_wider_figure_only() {
        let facts = [FactRow { issued_on: NEW_YEAR - 1, ..fact(NEW_YEAR - 1, "210102") }];
        let uses = [used(None, Some(NEW_YEAR))];
        let count = |measure| at(&facts, &uses, measure, "210102", NEW_YEAR);
        assert_eq!([count(Measure::Checked), count(Measure::CheckedAny), count(Measure::UsedAny)], [0, 1, 1]);
    }

    #[test]
    fn a_specimen_counts_nowhere_and_what_is_taken_away_leaves_nothing() {
        let specimen = FactRow { specimen: true, ..fact(NEW_YEAR, "210102") };
        let mut moves = Moves::default();
        moves.add(&[specimen], &[used(Some(NEW_YEAR), None)], 1);
        let facts = [fact(NEW_YEAR, "210102")];
        moves.add(&facts, &[used(Some(NEW_YEAR), None)], 1);
        moves.add(&facts, &[used(Some(NEW_YEAR), None)], -1);
        assert_eq!(moves.tallies(), []);
    }
}
