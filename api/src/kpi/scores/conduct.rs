//! 宣传培训 and 亮证与查验: rows 3 and 4, which rest on records of what was done and what happened.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kpi::scoring::{Indicator, Points};
use crate::store::trainings::Held;

/// Row 3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingRow {
    /// What it is worth, 10 at most.
    pub points: Points,
    /// `full`: staff were trained until all of them were reached, and the public was addressed. `partial`: some of it.
    /// `none`.
    pub coverage: Coverage,
    /// Trainings of those who handle business and enforce (面向业务办理与执法人员).
    pub trainings: u64,
    /// Most staff that one training reached, and of how many.
    pub staff_reached: i32,
    /// Of how many.
    pub staff: i32,
    /// Campaigns for the public (面向公众的宣传).
    pub campaigns: u64,
}

/// How far training and information reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// 全覆盖.
    Full,
    /// 部分覆盖.
    Partial,
    /// 较少.
    None,
}

impl Coverage {
    /// As the data of the annex has it.
    const fn percent(self) -> u64 {
        match self {
            Self::Full => 100,
            Self::Partial => 1,
            Self::None => 0,
        }
    }
}

impl TrainingRow {
    pub(super) fn of(held: &[Held]) -> Self {
        let count = |audience: &str| {
            u64::try_from(held.iter().filter(|held| held.audience == audience).count()).unwrap_or_default()
        };
        let (trainings, campaigns) = (count("staff"), count("public"));
        // The record that covers most of its people: compared as fractions.
        let best = held.iter().filter(|held| held.audience == "staff").max_by(|one, other| {
            let fraction = |a: &Held, b: &Held| i64::from(a.reached) * i64::from(b.of);
            fraction(one, other).cmp(&fraction(other, one))
        });
        let all_staff = best.is_some_and(|best| best.reached == best.of);
        let coverage = match (all_staff && campaigns > 0, held.is_empty()) {
            (true, _) => Coverage::Full,
            (false, false) => Coverage::Partial,
            (false, true) => Coverage::None,
        };
        let none = Points { points: 0, other_reading: 0 };
        Self {
            points: Indicator::Training.points(coverage.percent(), 100).unwrap_or(none),
            coverage,
            trainings,
            staff_reached: best.map_or(0, |best| best.reached),
            staff: best.map_or(0, |best| best.of),
            campaigns,
        }
    }
}

/// Row 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShowingRow)]
pub struct RefusalRow {
    /// What it is worth: 10, or nothing once an incident is confirmed.
    pub points: Points,
    /// 亮证不予认可: confirmed incidents of the year.
    pub confirmed: u64,
    /// Incidents of the year that nobody decided on yet: each may cost the points.
    pub undecided: u64,
}

impl RefusalRow {
    pub(super) fn of((confirmed, undecided): (u64, u64)) -> Self {
        let none = Points { points: 0, other_reading: 0 };
        // Not a rate: the bands of this row are of numbers.
        let points = Indicator::Showing.points(confirmed, 100).unwrap_or(none);
        Self { points, confirmed, undecided }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(audience: &str, reached: i32, of: i32) -> Held {
        Held { audience: audience.to_owned(), reached, of }
    }

    #[test]
    fn training_covers_all_when_all_staff_and_the_public_were_reached() {
        let points = |all: &[Held]| TrainingRow::of(all).points.points;
        assert_eq!(points(&[]), 0);
        assert_eq!(points(&[held("staff", 9, 10), held("public", 1, 1)]), 6);
        assert_eq!(points(&[held("staff", 10, 10)]), 6);
        assert_eq!(points(&[held("staff", 3, 10), held("staff", 10, 10), held("public", 1, 1)]), 10);
    }

    #[test]
    fn one_confirmed_incident_costs_all_points() {
        assert_eq!(RefusalRow::of((0, 3)).points.points, 10);
        assert_eq!(RefusalRow::of((1, 0)).points.points, 0);
    }
}
