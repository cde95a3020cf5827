//! Jurisdiction: what an account may touch by where it is. A county's is six digits of GB/T 2260 (`210102`), a city's
//! four (`2101`), a province's two; none: the whole province.

use verifier_core::ids::Division;

use super::Account;
use crate::problem::{Code, Problem};
use crate::store::accounts::AccountRow;
use crate::store::{Conn, certificates};

impl Account {
    /// Whether this account's jurisdiction covers a division (GB/T 2260, six digits). One without covers all.
    #[must_use]
    pub fn covers(&self, division: &str) -> bool {
        let within =
            |prefix: &String| Division::parse(division).is_ok_and(|division| division.is_within(prefix));
        self.division.as_ref().is_none_or(within)
    }

    /// Whether this account's jurisdiction covers all of another one.
    #[must_use]
    pub fn covers_jurisdiction(&self, other: Option<&str>) -> bool {
        let within = |prefix: &String| other.map_or(prefix.len() == 2, |other| other.starts_with(prefix));
        self.division.as_ref().is_none_or(within)
    }

    /// As [`Self::covers`], for the place where it is a condition.
    ///
    /// # Errors
    /// [`Code::OtherDivision`] when it does not.
    pub fn require_division(&self, division: &str) -> Result<(), Problem> {
        required(self.covers(division))
    }

    /// As [`Self::covers_jurisdiction`], for the place where it is a condition.
    ///
    /// # Errors
    /// [`Code::OtherDivision`] when it does not.
    pub fn require_jurisdiction(&self, other: Option<&str>) -> Result<(), Problem> {
        required(self.covers_jurisdiction(other))
    }

    /// First and last jurisdiction within the one that is asked for, or all of this account's; the empty text is that of
    /// the whole province.
    ///
    /// # Errors
    /// [`Code::BadQuery`] for what is no prefix of division codes, [`Code::OtherDivision`].
    pub fn divisions(&self, asked: Option<String>) -> Result<(String, String), Problem> {
        let prefix = asked.or_else(|| self.division.clone()).unwrap_or_default();
        if !is_prefix(&prefix) {
            return Err(Code::BadQuery.into());
        }
        self.require_jurisdiction(Some(&prefix).filter(|prefix| !prefix.is_empty()).map(String::as_str))?;
        let last = format!("{prefix:9<6}");
        // What is of no division is the whole province's.
        Ok((if prefix.len() == 2 { String::new() } else { prefix }, last))
    }

    /// That another account is one of this one's jurisdiction: staff are of their own, a holder's account is of the
    /// divisions of the holder's certificates.
    ///
    /// # Errors
    /// [`Code::OtherDivision`] when it is not.
    pub fn require_account(&self, conn: &mut Conn, other: &AccountRow) -> Result<(), Problem> {
        match (&self.division, &other.holder_id) {
            (Some(_), Some(holder)) => {
                let certificates = certificates::of_holder(conn, holder)?;
                required(certificates.iter().any(|certificate| self.covers(&certificate.division)))
            }
            _ => self.require_jurisdiction(other.division.as_deref()),
        }
    }
}

/// Whether a text is one that division codes may begin with.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    [0, 2, 4, 6].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn required(covered: bool) -> Result<(), Problem> {
    if covered { Ok(()) } else { Err(Code::OtherDivision.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn of(division: Option<&str>) -> Account {
        Account {
            id: "account".to_owned(),
            role: Role::Operator,
            name: "测试账号".to_owned(),
            holder_id: None,
            division: division.map(str::to_owned),
        }
    }

    #[test]
    fn a_city_covers_its_counties_and_no_other() {
        let city = of(Some("2101"));
        assert!(city.covers("210102") && city.covers("210100"));
        assert!(!city.covers("210203") && !city.covers("2101") && !city.covers(""));
        assert!(of(None).covers("210102") && of(Some("21")).covers("210102"));
    }

    #[test]
    fn a_jurisdiction_covers_itself_and_what_lies_in_it() {
        let city = of(Some("2101"));
        assert!(city.covers_jurisdiction(Some("2101")) && city.covers_jurisdiction(Some("210102")));
        for wider in [Some("2102"), Some("21"), None] {
            assert!(!city.covers_jurisdiction(wider), "{wider:?}");
        }
        assert!(of(None).covers_jurisdiction(None) && of(Some("21")).covers_jurisdiction(None));
    }
}
