//! Liaoning's cities as the generator needs them: counties, plate letter, share, and an invented authority each.

use std::sync::LazyLock;

use verifier_core::ids::{CreditCode, Division};

use super::organisation_code;
use crate::record::codes;

/// By city: code, the character in its certificates' numbers, plate letter, share of all certificates in percent.
const CITIES: [(&str, &str, char, u32); 14] = [
    ("210100", "沈", 'A', 22),
    ("210200", "大", 'B', 18),
    ("210300", "鞍", 'C', 8),
    ("210400", "抚", 'D', 4),
    ("210500", "本", 'E', 3),
    ("210600", "丹", 'F', 5),
    ("210700", "锦", 'G', 7),
    ("210800", "营", 'H', 7),
    ("210900", "阜", 'J', 4),
    ("211000", "辽", 'K', 4),
    ("211100", "盘", 'L', 4),
    ("211200", "铁", 'M', 5),
    ("211300", "朝", 'N', 5),
    ("211400", "葫", 'P', 4),
];

/// An invented issuing authority: its code has valid check characters and belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The division it issues for.
    pub division: Division,
    /// Its credit code.
    pub code: CreditCode,
    /// Its name, which says that it is an example.
    pub name: String,
}

/// A city.
pub(super) struct City {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// 地市字别: the character in the words before certificate numbers.
    pub(super) word: &'static str,
    /// The letter after 辽 on plates.
    pub(super) letter: char,
    pub(super) share: u32,
    pub(super) counties: Vec<(&'static str, &'static str)>,
    pub(super) authority: Authority,
}

impl City {
    /// The division no place has: numbers of invented people and companies begin with it, so that they are nobody's.
    pub(super) fn nowhere(&self) -> String {
        format!("{}99", self.code.get(..4).unwrap_or_default())
    }
}

static ALL: LazyLock<Vec<City>> = LazyLock::new(|| CITIES.iter().filter_map(city).collect());

/// All cities, in the order of their codes.
pub(super) fn all() -> &'static [City] {
    &ALL
}

fn city(&(code, word, letter, share): &(&'static str, &'static str, char, u32)) -> Option<City> {
    let name = codes::Codes::Divisions.name(code)?;
    let counties = codes::counties(code).collect();
    let authority = Authority {
        division: Division::parse(code).ok()?,
        code: authority_code(code)?,
        name: format!("{name}交通运输局（示例）"),
    };
    Some(City { code, name, word, letter, share, counties, authority })
}

/// 11, a state organ; the division; an organisation code no register gives out.
fn authority_code(division: &str) -> Option<CreditCode> {
    let body = format!("9999{}", division.get(..4)?);
    let organisation = organisation_code(&body)?;
    CreditCode::with_check(&format!("11{division}{organisation}")).ok()
}
