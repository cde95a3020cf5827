//! Which requests for correction are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RequestQuery {
    /// Two, four or six digits of GB/T 2260; the account's own jurisdiction unless given.
    #[param(example = "2101")]
    pub(super) division: Option<String>,
    /// Those that are answered, or those that wait; all unless given.
    pub(super) answered: Option<bool>,
    /// Those after the one with this id: `next_after` of the answer before.
    pub(super) after: Option<String>,
}
