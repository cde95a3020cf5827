//! Which copies are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::{Account, Role};
use crate::grants::Grantor;
use crate::problem::{Code, Problem};
use crate::routes::list::{Order, plain};
use crate::store::copies::Filter;

/// Which copies. Every condition that is given must hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CopyQuery {
    /// Of this certificate.
    certificate_id: Option<String>,
    /// Under this grant.
    grant_id: Option<String>,
    /// Made by whom.
    #[param(inline)]
    maker: Option<Grantor>,
    /// With this serial.
    #[param(example = "2026112512345678")]
    serial: Option<String>,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    division: Option<String>,
    /// In which order; the newest first where it is not said.
    #[param(inline)]
    #[serde(default)]
    pub(super) order: Order,
    /// Those behind the one with this id: `next_after` of the answer before.
    pub(super) after: Option<String>,
}

impl CopyQuery {
    /// The conditions, with what an account may see at all.
    ///
    /// # Errors
    /// [`Code::BadQuery`], [`Code::OtherDivision`].
    pub(super) fn filter(self, account: &Account) -> Result<Filter, Problem> {
        let by_role = match account.role {
            Role::Holder => {
                let holder = account.holder_id.clone().ok_or(Code::WrongRole)?;
                Filter { holder_id: Some(holder), ..Filter::default() }
            }
            _ => Filter { divisions: Some(account.divisions(self.division)?), ..Filter::default() },
        };
        Ok(Filter {
            certificate_id: plain(self.certificate_id)?,
            grant_id: plain(self.grant_id)?,
            maker: self.maker.map(Grantor::word),
            serial: plain(self.serial)?,
            ..by_role
        })
    }
}
