//! What is asked for: a year, a jurisdiction, a kind of certificate, a reading of "activated".

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use verifier_core::ids::Kind;

use super::calendar;
use super::count::Measure;
use crate::auth::{Account, is_prefix};
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::record::Day;
use crate::store::scores::Filter;

/// Which uses count as an activation. Annex A names both (使用证照或亮证查验).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceFilter {
    /// Either.
    #[default]
    Any,
    /// 使用证照: its holder showed it.
    HolderUse,
    /// 亮证查验: an officer checked it.
    OfficerCheck,
}

impl SourceFilter {
    /// What is counted of the year's certificates, and of all.
    pub(super) const fn measures(self) -> (Measure, Measure) {
        match self {
            Self::Any => (Measure::Used, Measure::UsedAny),
            Self::HolderUse => (Measure::Shown, Measure::ShownAny),
            Self::OfficerCheck => (Measure::Checked, Measure::CheckedAny),
        }
    }
}

/// The parameters as they come.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivationQuery {
    /// The year, in China.
    #[param(example = 2026)]
    year: String,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    division: Option<String>,
    /// Last three digits of the type code.
    #[param(example = "013")]
    kind: Option<String>,
    /// The figures as of the end of this day, `YYYYMMDD`; without: now.
    #[param(example = "20261231")]
    as_of: Option<String>,
    /// Which uses count: `any`, `holder_use` or `officer_check`.
    #[serde(default)]
    #[param(inline)]
    source: SourceFilter,
}

/// What is asked for, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The year, in China.
    pub year: u16,
    /// A prefix of division codes; empty: all.
    pub division: String,
    /// One kind, or all.
    pub kind: Option<Kind>,
    /// The last day that counts.
    pub as_of: Day,
}

impl ActivationQuery {
    /// What is asked for, within what the operator may see.
    ///
    /// # Errors
    /// [`Code::BadQuery`] with the parameters that do not fit, [`Code::OtherDivision`].
    pub fn scope(self, operator: &Account, now: Timestamp) -> Result<(Scope, SourceFilter), Problem> {
        let asked = Asked { year: &self.year, kind: self.kind.as_deref(), as_of: self.as_of.as_deref() };
        Ok((asked.scope(self.division, operator, now)?, self.source))
    }
}

/// What every request for figures asks with, but for the division.
pub struct Asked<'a> {
    pub year: &'a str,
    pub kind: Option<&'a str>,
    pub as_of: Option<&'a str>,
}

impl Asked<'_> {
    /// What is asked for, within what the operator may see.
    ///
    /// # Errors
    /// [`Code::BadQuery`] with the parameters that do not fit, [`Code::OtherDivision`].
    pub fn scope(
        &self,
        division: Option<String>,
        operator: &Account,
        now: Timestamp,
    ) -> Result<Scope, Problem> {
        let year = self.year.parse().ok().filter(|year| (1970..=9999).contains(year));
        let kind = self.kind.map(Kind::from_code);
        let as_of = self.as_of.map_or_else(|| today(now), Day::parse).filter(|day| day.days() >= 0);
        let division = division.unwrap_or_else(|| operator.division.clone().unwrap_or_default());
        let findings: Vec<Finding> = [
            ("year", year.is_some()),
            ("kind", kind != Some(None)),
            ("as_of", as_of.is_some()),
            ("division", is_prefix(&division)),
        ]
        .into_iter()
        .filter(|(_, fits)| !fits)
        .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
        .collect();
        let (Some(year), Some(as_of), true) = (year, as_of, findings.is_empty()) else {
            return Err(Problem::new(Code::BadQuery).findings(findings));
        };
        if operator.division.as_ref().is_some_and(|own| !division.starts_with(own.as_str())) {
            return Err(Code::OtherDivision.into());
        }
        Ok(Scope { year, division, kind: kind.flatten(), as_of })
    }
}

impl Scope {
    /// Six-digit divisions from and to, both included.
    #[must_use]
    pub fn divisions(&self) -> (String, String) {
        (format!("{:0<6}", self.division), format!("{:9<6}", self.division))
    }

    /// Kinds from and to, both included.
    #[must_use]
    pub fn kinds(&self) -> (String, String) {
        let (first, last) = self.kind.map_or(("000", "999"), |kind| (kind.code(), kind.code()));
        (first.to_owned(), last.to_owned())
    }

    /// The tallies of the year, for the database.
    #[must_use]
    pub fn of_year(&self) -> Filter {
        Filter { year: self.year.into(), ..self.in_force() }
    }

    /// The tallies of what is in force.
    #[must_use]
    pub fn in_force(&self) -> Filter {
        Filter {
            year: 0,
            until: calendar::until(self.as_of.days()),
            divisions: self.divisions(),
            kinds: self.kinds(),
        }
    }
}

/// The day in China.
pub fn today(now: Timestamp) -> Option<Day> {
    i32::try_from(now.day().0).ok().and_then(Day::from_days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn operator(division: Option<&str>) -> Account {
        Account {
            id: "operator".to_owned(),
            role: Role::Operator,
            name: "测试账号".to_owned(),
            holder_id: None,
            division: division.map(str::to_owned),
        }
    }

    fn asked(year: &str, division: Option<&str>, kind: Option<&str>) -> ActivationQuery {
        ActivationQuery {
            year: year.to_owned(),
            division: division.map(str::to_owned),
            kind: kind.map(str::to_owned),
            as_of: None,
            source: SourceFilter::Any,
        }
    }

    /// 2026-06-15T10:00:00+08:00.
    const NOW: Timestamp = Timestamp(1_781_488_800_000);

    fn scope(query: ActivationQuery, division: Option<&str>) -> Result<Scope, Problem> {
        query.scope(&operator(division), NOW).map(|(scope, _)| scope)
    }

    #[test]
    fn what_is_not_asked_for_is_a_range_of_all_until_today() {
        let scope = scope(asked("2026", Some("2101"), None), None).ok().unwrap();
        let filter = scope.of_year();
        assert_eq!(filter.divisions, ("210100".to_owned(), "210199".to_owned()));
        assert_eq!(filter.kinds, ("000".to_owned(), "999".to_owned()));
        assert_eq!((scope.as_of.to_string(), filter.year), ("20260615".to_owned(), 2026));
        assert_eq!(scope.in_force().year, 0);
    }

    #[test]
    fn an_operator_sees_the_own_jurisdiction_only() {
        let own = scope(asked("2026", None, None), Some("2101")).ok().unwrap();
        assert_eq!(own.division, "2101");
        let county = scope(asked("2026", Some("210102"), None), Some("2101")).ok().unwrap();
        assert_eq!(county.division, "210102");
        for other in ["2102", "21", ""] {
            let refused = scope(asked("2026", Some(other), None), Some("2101")).unwrap_err();
            assert_eq!(refused.code(), Code::OtherDivision);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for query in [
            asked("x", None, None),
            asked("1969", None, None),
            asked("10000", None, None),
            asked("2026", Some("210"), None),
            asked("2026", Some("21%"), None),
            asked("2026", None, Some("000")),
            ActivationQuery { as_of: Some("20260230".to_owned()), ..asked("2026", None, None) },
        ] {
            assert_eq!(scope(query, None).unwrap_err().code(), Code::BadQuery);
        }
    }
}
