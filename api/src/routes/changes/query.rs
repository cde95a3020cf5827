//! Where to read on, and of which divisions.

use serde::Deserialize;
use utoipa::IntoParams;

/// Most changes in one answer.
pub(super) const LIMIT_MAX: i64 = 500;

/// Where to read on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The mark: `next_after` of the answer before; 0 or nothing: from the beginning.
    #[serde(default)]
    #[param(minimum = 0)]
    pub(super) after: i64,
    /// Most changes in the answer, 1 to 500.
    #[serde(default = "limit_max")]
    #[param(minimum = 1, maximum = 500)]
    pub(super) limit: i64,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    pub(super) division: Option<String>,
}

const fn limit_max() -> i64 {
    LIMIT_MAX
}
