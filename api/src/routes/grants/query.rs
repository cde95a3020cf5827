//! Which grants, uses and recipients are asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::grants::{GrantState, Grantor};
use crate::problem::{Code, Problem};
use crate::routes::list::{Order, place, plain};
use crate::store::Place;
use crate::store::grants::{Filter, uses};

/// Longest part of a name that is looked for, in characters.
const MAX_NAME: usize = 64;

/// Which grants. Every condition that is given must hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct GrantQuery {
    /// How it stands now.
    #[param(inline)]
    state: Option<GrantState>,
    /// Who made it.
    #[param(inline)]
    grantor: Option<Grantor>,
    /// About this certificate.
    certificate_id: Option<String>,
    /// Made to this third party.
    recipient_id: Option<String>,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    division: Option<String>,
    /// In which order; the newest first where it is not said.
    #[param(inline)]
    #[serde(default)]
    order: Order,
    /// Those behind the one with this id: `next_after` of the answer before.
    after: Option<String>,
}

/// Which uses of grants. Every condition that is given must hold.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UseQuery {
    /// Of this certificate.
    certificate_id: Option<String>,
    /// By this third party.
    recipient_id: Option<String>,
    /// From this time on.
    since: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
    /// In which order; the newest first where it is not said.
    #[param(inline)]
    #[serde(default)]
    order: Order,
    /// Those behind the one with this id: `next_after` of the answer before.
    after: Option<String>,
}

/// Which third parties.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecipientQuery {
    /// Whose name has this in it.
    #[param(example = "保险")]
    name: Option<String>,
    /// In which order; the newest first where it is not said.
    #[param(inline)]
    #[serde(default)]
    pub(super) order: Order,
    /// Those behind the one with this id: `next_after` of the answer before.
    pub(super) after: Option<String>,
}

impl GrantQuery {
    /// The conditions, with what an account may see at all.
    ///
    /// # Errors
    /// [`Code::BadQuery`], [`Code::OtherDivision`].
    pub(super) fn filter(self, account: &Account, now: Timestamp) -> Result<(Filter, Place), Problem> {
        let by_role = match account.role {
            Role::Holder => Filter { holder_id: account.holder_id.clone(), ..Filter::default() },
            Role::ThirdParty => Filter::default(),
            _ => Filter { divisions: Some(account.divisions(self.division.clone())?), ..Filter::default() },
        };
        if account.role == Role::Holder && by_role.holder_id.is_none() {
            return Err(Code::WrongRole.into());
        }
        let own = (account.role == Role::ThirdParty).then(|| account.id.clone());
        let filter = Filter {
            recipient_id: own.or(plain(self.recipient_id)?),
            grantor: self.grantor.map(Grantor::word),
            certificate_id: plain(self.certificate_id)?,
            standing: self.state.map(|state| (state.into(), now.millis())),
            ..by_role
        };
        Ok((filter, place(self.after, self.order)?))
    }
}

impl UseQuery {
    /// The conditions.
    ///
    /// # Errors
    /// [`Code::BadQuery`].
    pub(super) fn filter(self) -> Result<(uses::Filter, Place), Problem> {
        let filter = uses::Filter {
            certificate_id: plain(self.certificate_id)?,
            recipient_id: plain(self.recipient_id)?,
            since: self.since.map(Timestamp::millis),
            until: self.until.map(Timestamp::millis),
            ..uses::Filter::default()
        };
        Ok((filter, place(self.after, self.order)?))
    }
}

impl RecipientQuery {
    /// The part of a name, without what means something in a pattern.
    ///
    /// # Errors
    /// [`Code::BadQuery`] when it is too long.
    pub(super) fn plain_name(&self) -> Result<Option<String>, Problem> {
        let Some(name) = &self.name else {
            return Ok(None);
        };
        if name.chars().count() > MAX_NAME || name.contains(['%', '_', '\\', '\0']) {
            return Err(Code::BadQuery.into());
        }
        Ok(Some(name.clone()).filter(|name| !name.is_empty()))
    }
}
