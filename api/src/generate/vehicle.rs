//! Records of the 运输证 family: the vehicles of operators, and ride-hailing cars.

use verifier_core::ids::Kind;

use super::common::common;
use super::models::{CARS, Capacity, DANGEROUS, GOODS, Model, PASSENGER, RADIOACTIVE};
use super::operator::{Operator, Trade};
use super::place::City;
use super::world::{Person, World};
use crate::record::{Items, name};

/// Years a transport certificate is valid.
const YEARS: u32 = 4;
/// Years a ride-hailing car may be one (网络预约出租汽车经营服务管理暂行办法, 第三十九条).
const RIDE_HAILING_YEARS: u32 = 8;

/// The transport certificate of one vehicle of an operator.
pub(super) fn of_operator(world: &mut World, city: &'static City, operator: &Operator) -> Option<Items> {
    let models: &[Model] = match operator.trade {
        Trade::Passenger => &PASSENGER,
        Trade::Dangerous => &DANGEROUS,
        Trade::Radioactive => &RADIOACTIVE,
        Trade::Taxi | Trade::RideHailing => &CARS,
        Trade::Goods | Trade::Service => &GOODS,
    };
    let mut items = vehicle(world, city, Kind::RoadTransportCertificate, models, YEARS)?;
    operator.set_holder(&mut items);
    operator.set_scope(&mut items);
    if operator.trade == Trade::Passenger {
        let is_large = items.text(name::VEHICLE_TYPE) == Some("K11");
        items.set(name::BUS_GRADE, if is_large { "23" } else { "33" });
    }
    items.set(name::LICENCE_WORD, city.word);
    items.set(name::LICENCE_CODE, operator.licence.as_str());
    Some(items)
}

/// The transport certificate of a ride-hailing driver's own car.
pub(super) fn ride_hailing(world: &mut World, city: &'static City, owner: &Person) -> Option<Items> {
    let operator = Operator::person(world, city, owner, Trade::RideHailing);
    let kind = Kind::RideHailingCertificate;
    let mut items = vehicle(world, city, kind, &CARS, RIDE_HAILING_YEARS)?;
    operator.set_holder(&mut items);
    operator.set_scope(&mut items);
    items.set(name::AREA, format!("{}行政区域内", city.name));
    items.set(name::PLATFORM, super::words::company(&mut world.dice, city, "出行科技有限公司"));
    Some(items)
}

fn vehicle(
    world: &mut World,
    city: &'static City,
    kind: Kind,
    models: &[Model],
    years: u32,
) -> Option<Items> {
    let term = world.term(years)?;
    let model = world.dice.weighted(models, |model| model.weight)?;
    let (plate, colour) = world.plate(city, model.class);
    let number = world.number(kind, city);
    let (reviewed_to, is_overdue) = world.yearly(term.issued)?;
    let mut items = common(kind, city, &number, term);
    items.set(name::WORD, city.word);
    items.set(name::FIRST_ISSUE_DATE, term.first.to_string());
    items.set(name::PLATE, plate);
    items.set(name::PLATE_COLOUR, colour.code().to_string());
    items.set(name::VIN, world.vin(model_year(term.first.parts().0))?);
    items.set(name::VEHICLE_TYPE, model.vehicle_type);
    items.set(name::VEHICLE_MODEL, model.name);
    let [length, width, height] = model.size;
    items.set(name::LENGTH, length);
    items.set(name::WIDTH, width);
    items.set(name::HEIGHT, height);
    match model.capacity {
        Capacity::Tons(tons) => items.set(name::TONS, tons),
        Capacity::Seats(seats) => items.set(name::SEATS, seats),
    }
    items.set(name::OPERATING_STATUS, "10");
    items.set(name::REVIEW_TO, reviewed_to.to_string());
    items.set(name::REVIEW_STATE, if is_overdue { "0" } else { "1" });
    items.set(name::TECHNICAL_GRADE, world.dice.pick(&["1", "1", "2"]));
    if !model.fuel.is_empty() {
        items.set(name::FUEL, model.fuel);
    }
    Some(items)
}

/// The character for a model year in a VIN (GB 16735-2019): thirty of them, in turn.
fn model_year(year: i16) -> char {
    const YEARS: &str = "ABCDEFGHJKLMNPRSTVWXY123456789";
    let place = usize::try_from(i32::from(year) - 1980).unwrap_or(0) % 30;
    YEARS.chars().nth(place).unwrap_or('A')
}
