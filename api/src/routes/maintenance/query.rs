//! Which applications are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::maintenance::State;

/// Which applications.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceQuery {
    /// In any state, where it is not said.
    #[param(inline)]
    pub(super) state: Option<State>,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    pub(super) division: Option<String>,
    /// Those older than the one with this id: `next_before` of the answer before.
    pub(super) before: Option<String>,
}
