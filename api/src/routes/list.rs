//! What the lists of this API have in common: at most 100 in an answer, and where to go on.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};
use crate::store::Place;

/// Most entries of one answer.
pub(super) const PAGE: i64 = 100;

/// In which order a list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListOrder)]
pub enum Order {
    /// What was made first stands first.
    Oldest,
    /// What was made last stands first.
    #[default]
    Newest,
}

/// Where in a list.
///
/// # Errors
/// [`Code::BadQuery`] when `after` can be no id.
pub(super) fn place(after: Option<String>, order: Order) -> Result<Place, Problem> {
    Ok(Place { after: plain(after)?, newest_first: order == Order::Newest })
}

/// A text to be looked for. PostgreSQL takes no NUL, and nothing has one.
///
/// # Errors
/// [`Code::BadQuery`].
pub(super) fn plain(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.contains('\0') => Err(Code::BadQuery.into()),
        text => Ok(text),
    }
}

/// Where to go on, by the mark of the last entry, when there may be more.
pub(super) fn next<T, M>(page: &[T], mark: impl Fn(&T) -> M) -> Option<M> {
    let is_full = i64::try_from(page.len()).is_ok_and(|length| length == PAGE);
    page.last().filter(|_| is_full).map(mark)
}
