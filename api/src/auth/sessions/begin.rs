//! Beginning a session.

use uuid::Uuid;

use super::standing::Limits;
use super::{AccessClaims, Ended, Session, end};
use crate::app::App;
use crate::auth::{Account, Client, Role};
use crate::clock::Timestamp;
use crate::keys::cipher;
use crate::problem::Problem;
use crate::store::sessions::{self as rows, SessionRow};
use crate::store::{Conn, StoreError};

const SALT_LENGTH: usize = 32;

/// Begins a session for an account that has proven itself, however it did.
///
/// # Errors
/// When the database cannot.
pub async fn begin(app: &App, account: Account, client: &Client) -> Result<Session, Problem> {
    let row = prepare(app, &account, client)?;
    let most = most(app, account.role);
    let row = app.db.write(move |conn| keep(conn, row, most)).await?;
    answer(app, account, &row)
}

/// A new session, to be kept.
fn prepare(app: &App, account: &Account, client: &Client) -> Result<SessionRow, Problem> {
    let salt = cipher::random::<SALT_LENGTH>().ok_or_else(|| Problem::internal("no random bytes"))?;
    let now = app.clock.now();
    let limits = Limits::of(&app.config, account.role);
    Ok(SessionRow {
        id: app.new_id().to_string(),
        account_id: account.id.clone(),
        device: client.device.clone(),
        address: client.masked_address(),
        salt: salt.to_vec(),
        generation: 1,
        heard: 0,
        created_at: now.millis(),
        refreshed_at: now.millis(),
        used_at: now.millis(),
        ends_at: now.plus_seconds(limits.lifetime.into()).millis(),
        ended_at: None,
        ended_because: None,
    })
}

/// Keeps a session, and ends the oldest of its account where there are more than `most`.
fn keep(conn: &mut Conn, row: SessionRow, most: usize) -> Result<SessionRow, StoreError> {
    rows::insert(conn, &row)?;
    let standing = rows::of_account(conn, &row.account_id)?;
    let surplus = standing.len().saturating_sub(most);
    for old in standing.iter().take(surplus) {
        end(conn, &row.account_id, &old.id, Ended::TooManySessions, Timestamp(row.created_at))?;
    }
    Ok(row)
}

/// How many sessions an account of this role may have at once.
fn most(app: &App, role: Role) -> usize {
    match (role, app.config.staff_sessions) {
        (Role::Holder, _) | (_, 0) => usize::MAX,
        (_, most) => usize::try_from(most).unwrap_or(usize::MAX),
    }
}

/// The tokens of a session's generation.
pub(super) fn answer(app: &App, account: Account, row: &SessionRow) -> Result<Session, Problem> {
    let now = app.clock.now();
    let end = Limits::of(&app.config, account.role).end(row);
    let expires_at = now.plus_seconds(app.config.access_lifetime.into()).min(Timestamp(row.ends_at));
    let id = Uuid::try_parse(&row.id).map_err(Problem::internal)?;
    let claims = AccessClaims {
        account: account.id.clone(),
        session: row.id.clone(),
        generation: row.generation,
        iat: now.seconds().0,
        exp: expires_at.seconds().0,
    };
    Ok(Session {
        token: app.tokens.access(&claims)?,
        expires_at,
        refresh_token: app.tokens.refresh(id, row.generation, &row.salt)?,
        refresh_expires_at: end,
        account,
    })
}
