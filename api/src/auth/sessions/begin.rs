//! Beginning a session.

use uuid::Uuid;

use super::standing::{Limits, Standing, standing};
use super::{AccessClaims, Ended, Session, end};
use crate::app::App;
use crate::auth::{Account, Client, Factor, Role};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::cipher;
use crate::problem::{Code, Problem};
use crate::store::sessions::{self as rows, SessionRow};
use crate::store::{Conn, StoreError, accounts};

const SALT_LENGTH: usize = 32;

/// Begins a session for an account that has proven itself, however it did, but without a second factor.
///
/// # Errors
/// When the database cannot, or the account may not be used.
pub async fn begin(app: &App, account: Account, client: &Client) -> Result<Session, Problem> {
    begin_with(app, &account.id, client, Factor::None, |_| Ok(())).await
}

/// Begins a session as [`begin`] does, proven with `factor` too, and does `more` in the same transaction.
///
/// # Errors
/// When the database cannot, or the account may not be used.
pub async fn begin_with(
    app: &App,
    account_id: &str,
    client: &Client,
    factor: Factor,
    more: impl FnOnce(&mut Conn) -> Result<(), Problem> + Send + 'static,
) -> Result<Session, Problem> {
    let row = prepare(app, account_id, client, factor)?;
    let (config, integrity, now) = (app.config.clone(), app.integrity.clone(), app.clock.now());
    let begin = move |conn: &mut Conn| {
        let account = accounts::find(conn, &row.account_id)?.ok_or(Code::NotSignedIn)?;
        accounts::note_sign_in(conn, &account.id, now.millis())?;
        more(conn)?;
        let role = account.role.parse().map_err(|()| Code::NotSignedIn)?;
        let limits = Limits::of(&config, role);
        let row = SessionRow { ends_at: now.plus_seconds(limits.lifetime.into()).millis(), ..row };
        let standing = standing(Some((row, account)), &config, &integrity, now)?;
        keep(conn, &standing.session, most(&config, role))?;
        Ok::<_, Problem>(standing)
    };
    answer(app, app.db.write(begin).await?)
}

/// A new session of an account, to be kept. Its end follows from the role.
fn prepare(app: &App, account_id: &str, client: &Client, factor: Factor) -> Result<SessionRow, Problem> {
    let salt = cipher::random::<SALT_LENGTH>().ok_or_else(|| Problem::internal("no random bytes"))?;
    let now = app.clock.now().millis();
    Ok(SessionRow {
        id: app.new_id().to_string(),
        account_id: account_id.to_owned(),
        device: client.device.clone(),
        address: client.masked_address(),
        factor: factor.word().to_owned(),
        salt: salt.to_vec(),
        generation: 1,
        heard: 0,
        created_at: now,
        refreshed_at: now,
        used_at: now,
        ends_at: now,
        ended_at: None,
        ended_because: None,
    })
}

/// Keeps a session, and ends the oldest of its account where there are more than `most`.
fn keep(conn: &mut Conn, row: &SessionRow, most: usize) -> Result<(), StoreError> {
    rows::insert(conn, row)?;
    let standing = rows::of_account(conn, &row.account_id)?;
    let surplus = standing.len().saturating_sub(most);
    for old in standing.iter().take(surplus) {
        end(conn, &row.account_id, &old.id, Ended::TooManySessions, Timestamp(row.created_at))?;
    }
    Ok(())
}

/// How many sessions an account of this role may have at once.
fn most(config: &Config, role: Role) -> usize {
    match (role, config.staff_sessions) {
        (Role::Holder, _) | (_, 0) => usize::MAX,
        (_, most) => usize::try_from(most).unwrap_or(usize::MAX),
    }
}

/// The tokens of a session's generation.
pub(super) fn answer(app: &App, standing: Standing) -> Result<Session, Problem> {
    let now = app.clock.now();
    let Standing { session: row, account, limits, duty } = standing;
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
        refresh_expires_at: limits.end(&row),
        account,
        duty,
    })
}
