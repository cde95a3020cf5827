//! Divisions (GB/T 2260) as the figures are grouped by: cities and counties, and what they are called.

use crate::record::codes::Codes;

/// The city a division belongs to: its first four digits, with zeros for the county.
pub fn city(division: &str) -> String {
    let prefix: String = division.chars().take(4).collect();
    format!("{prefix:0<6}")
}

/// What a division is called, where this program knows it.
pub fn name(division: &str) -> Option<&'static str> {
    Codes::Divisions.name(division)
}

/// The same for the prefix of a jurisdiction.
pub fn name_of_prefix(prefix: &str) -> Option<&'static str> {
    if prefix.is_empty() { None } else { name(&format!("{prefix:0<6}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_belongs_to_its_city_and_a_city_to_itself() {
        assert_eq!([city("210102"), city("210100")], ["210100", "210100"]);
        assert!(name("210100").is_some_and(|name| name.contains("沈阳")));
        assert_eq!(name("999999"), None);
    }
}
