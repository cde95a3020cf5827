//! Models of vehicles, invented but of likely size, by what their operator does. The weights say how often each
//! comes among its like.

use super::world::PlateClass;

/// A model of vehicle.
pub(super) struct Model {
    pub(super) weight: u32,
    pub(super) vehicle_type: &'static str,
    pub(super) name: &'static str,
    pub(super) class: PlateClass,
    pub(super) capacity: Capacity,
    /// Length, width and height in millimetres.
    pub(super) size: [&'static str; 3],
    /// 燃料类型; trailers have none.
    pub(super) fuel: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Capacity {
    /// 核定载质量 in tonnes.
    Tons(&'static str),
    /// 核定载客, seats.
    Seats(&'static str),
}

use Capacity::{Seats, Tons};
use PlateClass::{Blue, LargeNewEnergy, SmallNewEnergy, Trailer, Yellow};

const fn model(
    weight: u32,
    vehicle_type: &'static str,
    name: &'static str,
    class: PlateClass,
    capacity: Capacity,
    size: [&'static str; 3],
    fuel: &'static str,
) -> Model {
    Model { weight, vehicle_type, name, class, capacity, size, fuel }
}

pub(super) const GOODS: [Model; 7] = [
    model(25, "H31", "示例牌 SL1040", Blue, Tons("1.495"), ["5995", "2100", "2400"], "2"),
    model(10, "H32", "示例牌 SL5030XXYBEV", SmallNewEnergy, Tons("1.2"), ["5450", "1850", "2300"], "5"),
    model(15, "H12", "示例牌 SL5250XXY", Yellow, Tons("14.37"), ["12000", "2550", "3950"], "2"),
    model(15, "H17", "示例牌 SL3310", Yellow, Tons("15.5"), ["9900", "2550", "3450"], "2"),
    model(20, "Q11", "示例牌 SL4250", Yellow, Tons("40"), ["7245", "2550", "3980"], "2"),
    model(10, "B12", "示例牌 SL9400XXY", Trailer, Tons("33.5"), ["13000", "2550", "3990"], ""),
    model(5, "B15", "示例牌 SL9401TJZ", Trailer, Tons("34"), ["12400", "2480", "1550"], ""),
];

pub(super) const PASSENGER: [Model; 3] = [
    model(50, "K11", "样例牌 YL6127", Yellow, Seats("53"), ["12000", "2550", "3850"], "2"),
    model(30, "K21", "样例牌 YL6759", Yellow, Seats("19"), ["7490", "2260", "2950"], "2"),
    model(20, "K11", "样例牌 YL6128BEV", LargeNewEnergy, Seats("48"), ["12000", "2550", "3700"], "5"),
];

pub(super) const DANGEROUS: [Model; 3] = [
    model(40, "H14", "示例牌 SL5310GYY", Yellow, Tons("17.6"), ["11990", "2550", "3990"], "2"),
    model(30, "Q11", "示例牌 SL4251W", Yellow, Tons("38"), ["7245", "2550", "3980"], "2"),
    model(30, "B13", "示例牌 SL9402GYY", Trailer, Tons("31.2"), ["12500", "2500", "3900"], ""),
];

pub(super) const RADIOACTIVE: [Model; 1] =
    [model(1, "H12", "示例牌 SL5180XFS", Yellow, Tons("9.9"), ["9000", "2550", "3950"], "2")];

pub(super) const CARS: [Model; 2] = [
    model(60, "K33", "范例牌 FL7000BEV", SmallNewEnergy, Seats("5"), ["4780", "1837", "1515"], "5"),
    model(40, "K33", "范例牌 FL7150", Blue, Seats("5"), ["4671", "1806", "1474"], "1"),
];
