//! Vehicles: plate and colour, and the VIN.

use verifier_core::ids::{Plate, PlateColour};

use crate::record::draft::Draft;
use crate::record::name;
use crate::record::parts::Parts;
use crate::record::rule::Rule;
use crate::record::vin;

/// The colour fits the form of the plate, and the VIN is one.
pub(super) fn plate_and_vin(parts: &Parts, draft: &mut Draft) {
    if parts.plate.as_ref().is_some_and(|plate| !colour_fits(plate)) {
        draft.report(name::PLATE_COLOUR, Rule::PlateColourDiffers);
    }
    if let Some(rule) = draft.items.text(name::VIN).and_then(vin::broken_rule) {
        draft.report(name::VIN, rule);
    }
}

/// Eight characters are a new energy plate, which is green; trailers are yellow; the others are neither of the two
/// greens of new energy vehicles. "Other" says nothing and fits all.
fn colour_fits(plate: &Plate) -> bool {
    use PlateColour as Colour;
    let is_new_energy = plate.number().chars().count() == 8;
    match plate.colour() {
        Colour::Other => true,
        Colour::YellowGreen | Colour::GradientGreen | Colour::Green => is_new_energy,
        Colour::Yellow => !is_new_energy,
        _ => !is_new_energy && !plate.number().ends_with('挂'),
    }
}
