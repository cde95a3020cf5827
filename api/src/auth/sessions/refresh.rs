//! The next pair of tokens for a refresh token.
//!
//! The token that stands is used once: the session moves on to its next generation. On a bad network the answer may
//! be lost, and an honest phone asks again with the token it has. It gets the same answer: as long as no request has
//! come with the new access token (nobody heard the answer), and in any case for `refresh_grace` seconds, so that
//! two requests sent at once do not fall out. Any other use of an old token means that two have it, and ends the
//! session. A thief gains nothing by the exception: owner and thief then hold the same token, and the second of them
//! to use it, once the first went on, is noticed.

use super::begin::answer;
use super::standing::{Standing, standing};
use super::token::RefreshToken;
use super::{Ended, Session, end};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::sessions::{self as rows, SessionRow};
use crate::store::{Conn, StoreError};

/// What a refresh token brought.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// The session as it is now.
    GoesOn(Box<SessionRow>),
    /// The token was used before: the session has been ended.
    Reused,
    /// The session had ended before.
    Ended,
}

/// The next pair of tokens.
///
/// # Errors
/// [`Code::NotSignedIn`] for what is no token of ours, [`Code::RefreshReused`] for one that was used before,
/// [`Code::SessionEnded`], [`Code::SessionExpired`].
pub async fn refresh(app: &App, context: Context, text: &str) -> Result<Session, Problem> {
    let token = RefreshToken::parse(text).ok_or(Code::NotSignedIn)?;
    let id = token.session.to_string();
    let found = app.db.read(move |conn| rows::find_with_account(conn, &id)).await?;
    let now = app.clock.now();
    if let Some((session, _)) = &found
        && !app.tokens.made(&token, &session.salt)?
    {
        return Err(Code::NotSignedIn.into());
    }
    let standing = standing(found, &app.config, &app.integrity, now)?;
    let (session, grace) = (standing.session.clone(), app.config.refresh_grace);
    let audit = app.audit.clone();
    let take = move |conn: &mut Conn| {
        let entry = Entry::new(Action::SessionEnded, context).on("session", session.id.as_str());
        let step = step(conn, session, token.generation, grace, now)?;
        if step == Step::Reused {
            audit.append(conn, entry.because(Ended::RefreshReused.word()))?;
        }
        Ok::<_, StoreError>(step)
    };
    let step = app.db.write(take).await?;
    match step {
        Step::GoesOn(session) => answer(app, Standing { session: *session, ..standing }),
        Step::Reused => Err(Code::RefreshReused.into()),
        Step::Ended => Err(Code::SessionEnded.into()),
    }
}

/// Moves the session on, or tells why not. Of several at once one moves it; the others find it moved.
fn step(
    conn: &mut Conn,
    session: SessionRow,
    generation: i32,
    grace: u32,
    now: Timestamp,
) -> Result<Step, StoreError> {
    if rows::rotate(conn, &session.id, generation, now.millis())? {
        let generation = generation.saturating_add(1);
        return Ok(Step::GoesOn(Box::new(SessionRow { generation, refreshed_at: now.millis(), ..session })));
    }
    let current = rows::find(conn, &session.id)?.filter(|current| current.ended_at.is_none());
    let Some(current) = current else {
        return Ok(Step::Ended);
    };
    if is_lost_answer(&current, generation, grace, now) {
        return Ok(Step::GoesOn(Box::new(current)));
    }
    end(conn, &current.account_id, &current.id, Ended::RefreshReused, now)?;
    Ok(Step::Reused)
}

/// Whether this may be someone who did not hear the answer to the last refresh.
fn is_lost_answer(current: &SessionRow, generation: i32, grace: u32, now: Timestamp) -> bool {
    let unheard = current.heard < current.generation;
    let just_now = now < Timestamp(current.refreshed_at).plus_seconds(grace.into());
    generation.checked_add(1) == Some(current.generation) && (unheard || just_now)
}
