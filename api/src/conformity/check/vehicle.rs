//! Vehicles: plate and colour against type and fuel.
//!
//! "Other" colours and types that are in neither list say nothing and fit.

use verifier_core::ids::{Plate, PlateColour};

use super::Subject;
use crate::conformity::rules::Parameters;
use crate::record::name;

/// 电动 in 燃料类型.
const ELECTRIC: &str = "5";
/// 汽油, 柴油, 天然气, 液化气.
const BURNING: [&str; 4] = ["1", "2", "3", "4"];
/// 无轨电车 has a plate like any other bus.
const TROLLEY: &str = "D";
/// What 车辆类型 (GA/T 16.4) of large and medium vehicles begin with, of small and light ones, and of trailers.
const LARGE: [&str; 9] = ["H1", "H2", "K1", "K2", "Q1", "Q2", "Z1", "Z2", "Z5"];
const SMALL: [&str; 7] = ["H3", "H4", "K3", "K4", "Z3", "Z4", "Z7"];
const TRAILERS: [&str; 2] = ["B", "G"];
/// Characters of a new energy plate.
const CLEAN_LENGTH: usize = 8;

/// What burns only fuel has no new energy plate, what is electric has one.
pub(super) fn clean_plate(subject: &Subject<'_>, _: Parameters) -> bool {
    let items = subject.record.items();
    let (Some(plate), Some(fuel)) = (subject.record.plate(), items.text(name::FUEL)) else {
        return true;
    };
    let says_nothing = plate.colour() == PlateColour::Other || begins(subject, &[TROLLEY]);
    let is_clean = plate.number().chars().count() == CLEAN_LENGTH;
    says_nothing || if is_clean { !BURNING.contains(&fuel) } else { fuel != ELECTRIC }
}

/// Large vehicles have no blue plate and small ones no yellow one.
pub(super) fn size_plate(subject: &Subject<'_>, _: Parameters) -> bool {
    use PlateColour as Colour;
    let Some(colour) = subject.record.plate().map(Plate::colour) else { return true };
    match colour {
        Colour::Blue | Colour::GradientGreen => !begins(subject, &LARGE),
        Colour::Yellow | Colour::YellowGreen => !begins(subject, &SMALL),
        _ => true,
    }
}

/// 挂 is on the plates of trailers, and on no others.
pub(super) fn trailer_plate(subject: &Subject<'_>, _: Parameters) -> bool {
    let Some(plate) = subject.record.plate() else { return true };
    plate.number().ends_with('挂') == begins(subject, &TRAILERS)
}

fn begins(subject: &Subject<'_>, heads: &[&str]) -> bool {
    let vehicle_type = subject.record.items().text(name::VEHICLE_TYPE).unwrap_or_default();
    heads.iter().any(|head| vehicle_type.starts_with(head))
}
