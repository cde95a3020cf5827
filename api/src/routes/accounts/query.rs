//! Which accounts are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Role;

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccountQuery {
    /// One role, or all.
    #[param(inline)]
    pub(super) role: Option<Role>,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    pub(super) division: Option<String>,
    /// Those after the one with this id: `next_after` of the answer before.
    pub(super) after: Option<String>,
}
