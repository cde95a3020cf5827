//! Records of the 从业资格证 family: practitioners, taxi drivers and ride-hailing drivers.

use verifier_core::ids::Kind;

use super::common::{common, named};
use super::place::City;
use super::world::{Person, World};
use crate::record::codes::Codes;
use crate::record::{Datum, Items, name, sex_of};

/// Years a qualification is valid.
const YEARS: u32 = 6;

/// Of a thousand practitioners: how many, their categories, what they may drive.
const PRACTITIONERS: [(u32, &[&str], &[&str]); 10] = [
    (560, &["02001"], &["B2"]),
    (90, &["02001"], &["A2"]),
    (90, &["01001"], &["A1"]),
    (50, &["01001", "02001"], &["A1", "A2"]),
    (50, &["02001", "03001"], &["A2"]),
    (50, &["03003"], &[]),
    (20, &["03004"], &[]),
    (50, &["05001", "05002"], &["C1"]),
    (35, &["04003"], &[]),
    (5, &["03001", "03013"], &["A2"]),
];

/// 诚信考核等级, the usual one most often.
const GRADES: [&str; 8] = ["AAA", "AA", "AA", "AA", "AA", "AA", "AA", "A"];

/// A goods driver's, as the owner of a lorry has.
const GOODS: (&[&str], &[&str]) = (&["02001"], &["B2"]);
const TAXI: (&[&str], &[&str]) = (&["09002"], &["C1"]);
const RIDE_HAILING: (&[&str], &[&str]) = (&["09003"], &["C1"]);

/// The certificate of a practitioner of any category.
pub(super) fn practitioner(world: &mut World, city: &'static City, person: &Person) -> Option<Items> {
    let (_, categories, classes) = world.dice.weighted(&PRACTITIONERS, |(weight, ..)| *weight)?;
    qualification(world, city, person, Kind::PractitionerQualification, (categories, classes))
}

/// The certificate of a person who drives goods.
pub(super) fn goods_driver(world: &mut World, city: &'static City, person: &Person) -> Option<Items> {
    qualification(world, city, person, Kind::PractitionerQualification, GOODS)
}

/// The certificate of a taxi or ride-hailing driver.
pub(super) fn city_driver(
    world: &mut World,
    city: &'static City,
    person: &Person,
    kind: Kind,
) -> Option<Items> {
    let (categories, employer) = match kind {
        Kind::TaxiDriver => (TAXI, "出租汽车有限公司"),
        _ => (RIDE_HAILING, "网约车服务有限公司"),
    };
    let mut items = qualification(world, city, person, kind, categories)?;
    let employer = super::words::company(&mut world.dice, city, employer);
    items.set(name::EMPLOYER, employer);
    let card = world.dice.below(1_000_000);
    items.set(name::SUPERVISION_CARD, format!("{}{card:06}", city.letter));
    Some(items)
}

fn qualification(
    world: &mut World,
    city: &'static City,
    person: &Person,
    kind: Kind,
    (categories, classes): (&[&str], &[&str]),
) -> Option<Items> {
    let mut term = world.term(YEARS)?;
    term.first = term.first.max(person.born.plus_years(20)?);
    let (reviewed_to, _) = world.yearly(term.issued)?;
    let mut items = common(kind, city, person.id.as_str(), term);
    let each = |text: String| Datum::List(vec![text; categories.len()]);
    items.set(name::HOLDER_NAME, person.name.as_str());
    items.set(name::HOLDER_CODE_TYPE, "111");
    items.set(name::HOLDER_CODE, person.id.as_str());
    items.set(name::HOLDER_ADDRESS, person.address.as_str());
    items.set(name::ID_DOCUMENT_TYPE, "1");
    items.set(name::SEX, sex_of(&person.id));
    items.set(name::BIRTH_DATE, person.born.to_string());
    items.set(name::NATIONALITY, "中国");
    items.set(name::QUALIFICATION, list(categories));
    items.set(name::QUALIFICATION_FIRST_ISSUE, each(term.first.to_string()));
    items.set(name::QUALIFICATION_FROM, each(term.issued.to_string()));
    items.set(name::QUALIFICATION_TO, each(term.end.to_string()));
    items.set(name::QUALIFICATION_DESC, named(categories, Codes::QualificationCategories));
    items.set(name::INTEGRITY_GRADE, world.dice.pick(&GRADES));
    items.set(name::INTEGRITY_TO, reviewed_to.to_string());
    if !classes.is_empty() {
        items.set(name::DRIVING_CLASS, list(classes));
    }
    Some(items)
}

fn list(codes: &[&str]) -> Datum {
    Datum::List(codes.iter().map(|code| (*code).to_owned()).collect())
}
