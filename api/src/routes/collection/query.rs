//! Which page of a list is asked for.

use serde::Deserialize;
use utoipa::IntoParams;

/// Where a list goes on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CollectionPage {
    /// `next_after` of the answer before.
    pub after: Option<String>,
}

/// Which comparisons.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationQuery {
    /// Those older than the one with this id: `next_before` of the answer before.
    pub before: Option<String>,
}
