//! What invented people, companies and vehicles are drawn from, so that no number is given out twice.
//!
//! Each number comes from a counter sent through a permutation. The scarcest, trailer plates, last for more than
//! ten million records of one seed.

use std::collections::HashMap;

use verifier_core::ids::{CitizenId, CreditCode, Kind, PlateColour};

use super::dice::Dice;
use super::organisation_code;
use super::permutation::Permutation;
use super::place::{self, City};
use super::words;
use crate::record::{Day, vin};

/// Days between the youngest and the oldest holder.
const AGE_SPAN_DAYS: u32 = 34 * 365;
/// Sequence numbers a citizen id has for each day and division.
const SEQUENCES: u32 = 1000;
/// Serials of certificate numbers: 000001 to 999999.
const SERIALS: u32 = 999_999;
/// Characters of credit codes.
const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Letters of plates.
const PLATE_LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of new energy plates: the first five for battery vehicles.
const NEW_ENERGY_LETTERS: &[u8; 10] = b"DABCEFGHJK";
/// Characters of VINs.
const VIN_ALPHABET: &[u8; 33] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

/// The plates there are, each with its own supply of numbers in each city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum PlateClass {
    Blue,
    Yellow,
    Trailer,
    SmallNewEnergy,
    LargeNewEnergy,
}

/// What is counted, city by city or county by county.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Supply {
    Persons,
    Companies,
    Vins,
    Numbers(Kind),
    Plates(PlateClass),
}

/// An invented person.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: CitizenId,
    pub(super) name: String,
    pub(super) born: Day,
    pub(super) address: String,
}

/// An invented company.
pub(super) struct Company {
    pub(super) code: CreditCode,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) representative: String,
}

/// Supplies and chance.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) today: Day,
    counts: HashMap<(Supply, &'static str), u32>,
    persons: Permutation,
    companies: Permutation,
    serials: Permutation,
    vins: Permutation,
    plates: Permutation,
    trailers: Permutation,
    small_new_energy: Permutation,
    large_new_energy: Permutation,
}

impl World {
    pub(super) fn new(seed: u64, today: Day) -> Self {
        let mut dice = Dice::new(seed);
        let mut permutation = |size| Permutation::new(size, &mut dice);
        Self {
            persons: permutation(AGE_SPAN_DAYS * SEQUENCES),
            companies: permutation(31_u32.pow(6)),
            serials: permutation(SERIALS),
            vins: permutation(33 * 33 * 1_000_000),
            plates: permutation(1_300_000),
            trailers: permutation(106_000),
            small_new_energy: permutation(10 * 34 * 10_000),
            large_new_energy: permutation(1_000_000),
            dice,
            today,
            counts: HashMap::new(),
        }
    }

    /// A city, more often a large one.
    pub(super) fn city(&mut self) -> Option<&'static City> {
        self.dice.weighted(place::all(), |city| city.share)
    }

    pub(super) fn person(&mut self, city: &'static City) -> Option<Person> {
        let index = self.next(Supply::Persons, city.code);
        let number = self.persons.at(index);
        let age = i32::try_from(number / SEQUENCES).ok()?;
        let born = self.today.plus_years(-28)?.plus_days(-age)?;
        let sequence = number % SEQUENCES;
        let id = CitizenId::with_check(&format!("{}{born}{sequence:03}", city.nowhere())).ok()?;
        let (name, address) = (words::person(&mut self.dice), words::address(&mut self.dice, city));
        Some(Person { id, name, born, address })
    }

    /// A company whose name ends in `suffix`.
    pub(super) fn company(&mut self, city: &'static City, suffix: &str) -> Option<Company> {
        let index = self.next(Supply::Companies, "");
        let number = self.companies.at(index);
        let organisation = organisation_code(&format!("MA{}", letters(number, CREDIT_ALPHABET, 6)))?;
        let code = CreditCode::with_check(&format!("91{}{organisation}", city.nowhere())).ok()?;
        let dice = &mut self.dice;
        Some(Company {
            code,
            name: words::company(dice, city, suffix),
            address: words::address(dice, city),
            representative: words::person(dice),
        })
    }

    /// A certificate number of twelve digits.
    pub(super) fn number(&mut self, kind: Kind, city: &'static City) -> String {
        let (county, _) = self.dice.pick(&city.counties);
        let index = self.next(Supply::Numbers(kind), county);
        let serial = self.serials.at(index) + 1;
        format!("{county}{serial:06}")
    }

    /// A VIN whose manufacturer (L00) does not exist, of a model year.
    pub(super) fn vin(&mut self, year: char) -> Option<String> {
        let index = self.next(Supply::Vins, "");
        let number = self.vins.at(index);
        let body = letters(self.dice.below(33 * 33 * 33), VIN_ALPHABET, 3);
        let (series, serial) = (letters(number / 1_000_000, VIN_ALPHABET, 2), number % 1_000_000);
        let written = |check| format!("L00{body}{series}{check}{year}X{serial:06}");
        vin::check_digit(&written('0')).map(written)
    }

    /// A plate of a class, with its colour.
    pub(super) fn plate(&mut self, city: &'static City, class: PlateClass) -> (String, PlateColour) {
        let index = self.next(Supply::Plates(class), city.code);
        let (serial, colour) = match class {
            PlateClass::Blue => (one_letter(self.plates.at(index), 5), PlateColour::Blue),
            PlateClass::Yellow => (one_letter(self.plates.at(index), 5), PlateColour::Yellow),
            PlateClass::Trailer => {
                let serial = one_letter(self.trailers.at(index), 4);
                (format!("{serial}挂"), PlateColour::Yellow)
            }
            PlateClass::SmallNewEnergy => {
                let (prefix, digits) = split(self.small_new_energy.at(index), 10_000);
                let letter = letters(prefix / 34, NEW_ENERGY_LETTERS, 1);
                let second = letters_or_digit(prefix % 34);
                (format!("{letter}{second}{digits:04}"), PlateColour::GradientGreen)
            }
            PlateClass::LargeNewEnergy => {
                let (letter, digits) = split(self.large_new_energy.at(index), 100_000);
                let letter = letters(letter, NEW_ENERGY_LETTERS, 1);
                (format!("{digits:05}{letter}"), PlateColour::YellowGreen)
            }
        };
        (format!("辽{}{serial}", city.letter), colour)
    }

    /// The next index of a supply in a place. Places begin far from each other, or their numbers would look alike.
    fn next(&mut self, supply: Supply, place: &'static str) -> u32 {
        let start = place.parse::<u32>().unwrap_or(0).wrapping_mul(7919);
        let index = self.counts.entry((supply, place)).or_insert(start);
        let next = *index;
        *index = index.wrapping_add(1);
        next
    }
}

/// Quotient and remainder.
const fn split(number: u32, by: u32) -> (u32, u32) {
    (number / by, number % by)
}

/// A number written in an alphabet, at a fixed length.
fn letters(mut number: u32, alphabet: &[u8], length: usize) -> String {
    let base = u32::try_from(alphabet.len()).unwrap_or(1);
    let mut digits: Vec<char> = Vec::with_capacity(length);
    for _ in 0..length {
        let place = usize::try_from(number % base).unwrap_or(0);
        digits.push(alphabet.get(place).copied().map_or('0', char::from));
        number /= base;
    }
    digits.into_iter().rev().collect()
}

fn letters_or_digit(number: u32) -> String {
    match number.checked_sub(10) {
        Some(letter) => letters(letter, PLATE_LETTERS, 1),
        None => number.to_string(),
    }
}

/// Serials of a plate that have one letter at most: first those of digits only, then by the place of the letter.
fn one_letter(number: u32, length: u32) -> String {
    let width = usize::try_from(length).unwrap_or(0);
    let Some(rest) = number.checked_sub(10_u32.pow(length)) else {
        return format!("{number:0width$}");
    };
    let (lettered, digits) = split(rest, 10_u32.pow(length - 1));
    let (place, letter) = split(lettered, 24);
    let digits = format!("{digits:0width$}", width = width - 1);
    let at = usize::try_from(place).unwrap_or(0);
    let (before, after) = digits.split_at_checked(at).unwrap_or((&digits, ""));
    format!("{before}{}{after}", letters(letter, PLATE_LETTERS, 1))
}
