//! Invented certificates of all nine kinds across Liaoning: the same ones for the same seed and day.
//!
//! They look like real ones and are nobody's: the numbers of people and companies begin with divisions no place has,
//! the authorities have codes no register gives out, roads are called 示例路. Certificate numbers, citizen ids, credit
//! codes, VINs and plates are unique within a seed for at least five million records. Not here: writing them to a
//! file, which is the command's.

use std::collections::VecDeque;

use verifier_core::ids::{Family, Kind};

use crate::record::{Day, Items, Record};

mod common;
mod dice;
mod driver;
mod models;
mod operator;
mod permutation;
mod place;
mod term;
mod vehicle;
mod words;
mod world;

pub use place::Authority;

use operator::{Operator, Trade};
use place::City;
use world::World;

/// An endless run of records. The first nine are one of each kind.
pub struct Generator {
    world: World,
    waiting: VecDeque<(Kind, Items)>,
}

impl Generator {
    /// The records of a seed, with dates as they would be on the day `today`.
    #[must_use]
    pub fn new(seed: u64, today: Day) -> Self {
        let mut generator = Self { world: World::new(seed, today), waiting: VecDeque::new() };
        // Whatever cannot be made is left out; a day within a century of ours leaves nothing out.
        let _ = generator.one_of_each();
        generator
    }

    /// Something that happens in a transport department: somebody gets one certificate or several.
    fn story(&mut self) -> Option<()> {
        let city = self.world.city()?;
        match self.world.dice.below(1000) {
            0..590 => self.practitioner(city),
            590..665 => self.city_driver(city, Kind::TaxiDriver, 0),
            665..750 => self.city_driver(city, Kind::RideHailingDriver, 70),
            750..908 => self.lorry_owner(city),
            908..950 => self.operator(city, Trade::Goods, 2, 12),
            950..958 => self.operator(city, Trade::Passenger, 3, 20),
            958..962 => self.operator(city, Trade::Taxi, 5, 40),
            962..967 => self.operator(city, Trade::Dangerous, 2, 10),
            967..968 => self.operator(city, Trade::Radioactive, 1, 2),
            968..970 => self.operator(city, Trade::RideHailing, 0, 0),
            _ => self.operator(city, Trade::Service, 0, 0),
        }
    }

    fn one_of_each(&mut self) -> Option<()> {
        let city = place::all().first()?;
        self.practitioner(city)?;
        self.operator(city, Trade::Goods, 1, 1)?;
        self.city_driver(city, Kind::RideHailingDriver, 100)?;
        self.city_driver(city, Kind::TaxiDriver, 0)?;
        self.operator(city, Trade::Dangerous, 0, 0)?;
        self.operator(city, Trade::RideHailing, 0, 0)?;
        self.operator(city, Trade::Radioactive, 0, 0)
    }

    fn practitioner(&mut self, city: &'static City) -> Option<()> {
        let person = self.world.person(city)?;
        let items = driver::practitioner(&mut self.world, city, &person)?;
        self.queue(Kind::PractitionerQualification, items)
    }

    /// A driver in a city, who in so many of a hundred cases owns the car.
    fn city_driver(&mut self, city: &'static City, kind: Kind, owning: u32) -> Option<()> {
        let person = self.world.person(city)?;
        let items = driver::city_driver(&mut self.world, city, &person, kind)?;
        self.queue(kind, items)?;
        if self.world.dice.percent(owning) {
            let items = vehicle::ride_hailing(&mut self.world, city, &person)?;
            self.queue(Kind::RideHailingCertificate, items)?;
        }
        Some(())
    }

    /// A person with a licence, a lorry and a driver's qualification.
    fn lorry_owner(&mut self, city: &'static City) -> Option<()> {
        let person = self.world.person(city)?;
        let operator = Operator::person(&mut self.world, city, &person, Trade::Goods);
        self.fleet(city, &operator, 1)?;
        let items = driver::goods_driver(&mut self.world, city, &person)?;
        self.queue(Kind::PractitionerQualification, items)
    }

    /// A company with a licence and between so many vehicles.
    fn operator(&mut self, city: &'static City, trade: Trade, min: u32, max: u32) -> Option<()> {
        let operator = Operator::company(&mut self.world, city, trade)?;
        let vehicles = self.world.dice.between(min, max);
        self.fleet(city, &operator, vehicles)
    }

    fn fleet(&mut self, city: &'static City, operator: &Operator, vehicles: u32) -> Option<()> {
        let items = operator.licence(&mut self.world, city)?;
        self.queue(operator.trade.kind(), items)?;
        for _ in 0..vehicles {
            let items = vehicle::of_operator(&mut self.world, city, operator)?;
            self.queue(Kind::RoadTransportCertificate, items)?;
        }
        Some(())
    }

    fn queue(&mut self, kind: Kind, items: Items) -> Option<()> {
        self.waiting.push_back((kind, items));
        Some(())
    }
}

impl Iterator for Generator {
    type Item = Record;

    /// The next record. `None` only where today is so far off that dates do not exist.
    fn next(&mut self) -> Option<Record> {
        while self.waiting.is_empty() {
            self.story()?;
        }
        let (kind, items) = self.waiting.pop_front()?;
        Record::from_items(kind, items).ok().map(|accepted| accepted.record)
    }
}

/// The invented authorities, one a city, that issue the generator's certificates.
#[must_use]
pub fn authorities() -> Vec<Authority> {
    place::all().iter().map(|city| city.authority.clone()).collect()
}

/// A record to show in documents, always the same.
pub(crate) fn example(family: Family) -> Option<Record> {
    let today = Day::parse("20260701")?;
    Generator::new(1, today).take(9).find(|record| record.kind().family() == family)
}

/// Eight characters and their check character (GB 11714-1997).
fn organisation_code(body: &str) -> Option<String> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    for (character, weight) in body.chars().zip(WEIGHTS) {
        sum += character.to_digit(36)? * weight;
    }
    let check = match (11 - sum % 11) % 11 {
        10 => 'X',
        check => char::from_digit(check, 10)?,
    };
    Some(format!("{body}{check}"))
}

#[cfg(test)]
mod tests;
