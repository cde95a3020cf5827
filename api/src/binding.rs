//! Binding: a WeChat user becomes somebody who may act for a holder (`docs/wechat.md`).
//!
//! - `binding/person.rs`: a person to itself, at once, when the real-name service knows it
//! - `binding/organisation.rs`: a person to an organisation, asked for
//! - `binding/decision.rs`: … and decided by an operator
//! - `binding/accounts.rs`: all accounts that act for a holder, shown to it, ended by it
//!
//! A holder may have several: a new phone, several people of one enterprise. What is not here: how a person is known to
//! be who it says (`auth::real_name`), and how a WeChat user is (`auth::wechat`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::{CitizenId, CreditCode};

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Attempts;
use crate::auth::accounts::{self as auth_accounts, NewAccount};
use crate::auth::{Client, Role, Session, wechat};
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::{Code, Finding, Problem};
use crate::store::bindings::{self as rows, BindingRow, Known};
use crate::store::holders::{self, HolderRow};
use crate::store::{Conn, StoreError};
use crate::vault::{Column, Field, VaultError};

mod accounts;
mod decision;
mod organisation;
mod person;

pub use accounts::{ActingAccount, acting_for, end};
pub use decision::{Decided, Pending, decide, pending};

/// The type of a citizen id among holders' codes (GB/T 36903).
const PERSON: &str = "111";
/// The type of a unified social credit code.
const ORGANISATION: &str = "001";
/// The window in which attempts that failed are counted, in seconds: nobody mistypes for a whole day.
const WINDOW: u32 = 86_400;
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Whom a WeChat user wants to act for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// `111` a citizen id, `001` a unified social credit code (GB/T 36903). `111` when it is not given.
    #[serde(default)]
    #[schema(example = "111")]
    code_type: Option<String>,
    /// The code.
    code: String,
    /// The name of the person, or of the organisation.
    name: String,
    /// Who acts for the organisation; organisations only.
    #[serde(default)]
    person: Option<Person>,
}

/// A person, by citizen id and name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Citizen id.
    code: String,
    /// Name.
    name: String,
}

/// What stands between a WeChat user and a holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Binding {
    /// UUIDv7. The account it makes has the same.
    pub id: String,
    /// How far it is.
    state: State,
    /// `111` a person, `001` an organisation.
    code_type: String,
    /// The name of the person or organisation.
    name: String,
    /// When it was asked for.
    requested_at: Timestamp,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// What the operator said.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// How far a binding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BindingState)]
pub enum State {
    /// An operator has to decide.
    Pending,
    /// The WeChat user may act for the holder.
    Bound,
    /// An operator said no.
    Refused,
    /// It was, and is no longer.
    Ended,
}

/// A binding, and the session that begins with it.
#[derive(Serialize, ToSchema)]
pub struct Bound {
    /// The binding.
    binding: Binding,
    /// The holder's session; none while an operator has to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
}

impl Bound {
    /// Whether nobody has to decide any more.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.binding.state != State::Pending
    }
}

impl Binding {
    /// Whether the WeChat user may act for the holder.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.state == State::Bound
    }

    fn of((row, holder, ended): Known) -> Self {
        let state = match (row.state.as_str(), ended) {
            ("bound", None) => State::Bound,
            ("bound", Some(_)) => State::Ended,
            ("refused", _) => State::Refused,
            _ => State::Pending,
        };
        Self {
            id: row.id,
            state,
            code_type: row.code_type,
            name: holder.or(row.organisation_name).unwrap_or_default(),
            requested_at: Timestamp(row.requested_at),
            decided_at: row.decided_at.map(Timestamp),
            reason: row.reason,
        }
    }
}

/// Binds a WeChat user to a holder, or asks for it. What it has already is not made again.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::TooManyAttempts`], and what real-name confirmation says.
pub async fn bind(
    app: &App,
    user_id: String,
    client: &Client,
    context: &Context,
    wanted: Wanted,
) -> Result<Bound, Problem> {
    let wanted = wanted.checked()?;
    let attempts = attempts(app, &user_id, client, &wanted).await?;
    let tried = Entry::new(Action::IdentityBound, context.clone()).on("wechat_user", user_id.as_str());
    let answer = match wanted {
        Checked::Person(id, name) => person::bind(app, context, user_id, &id, name).await,
        Checked::Organisation(asked) => organisation::ask(app, context, user_id, asked).await,
    };
    let binding = match answer {
        Err(problem) if problem.code() == Code::RealNameMismatch => {
            app.audit.note(tried.ended_in(&problem)).await;
            return Err(problem);
        }
        answer => {
            attempts.take_back(app).await;
            answer?
        }
    };
    let session = match binding.state {
        State::Bound => Some(wechat::session(app, binding.id.clone(), client, context).await?),
        _ => None,
    };
    Ok(Bound { binding, session })
}

/// A WeChat user's bindings, newest first.
///
/// # Errors
/// When the database cannot.
pub fn of_user(conn: &mut Conn, user_id: &str) -> Result<Vec<Binding>, StoreError> {
    Ok(rows::of_user(conn, user_id)?.into_iter().map(Binding::of).collect())
}

/// A session of the account that one of this user's bindings made.
///
/// # Errors
/// [`Code::NotFound`] when it is not this user's, or not in force.
pub async fn begin(
    app: &App,
    user_id: String,
    id: String,
    client: &Client,
    context: &Context,
) -> Result<Session, Problem> {
    let find = move |conn: &mut _| rows::find(conn, &id);
    let binding = app.db.read::<_, StoreError, _>(find).await?;
    let account_id =
        binding.filter(|binding| binding.wechat_user_id == user_id).and_then(|row| row.account_id);
    wechat::session(app, account_id.ok_or(Code::NotFound)?, client, context).await
}

/// Counts an attempt: by who makes it, from where, and about whom, so that neither one user can try many codes nor
/// many users one.
async fn attempts(app: &App, user_id: &str, client: &Client, wanted: &Checked) -> Result<Attempts, Problem> {
    let each = app.config.binding_attempts;
    let address = client
        .address
        .map(|address| ("binding address", address.to_string(), app.config.sign_in_attempts_address));
    let limits =
        [("binding user", user_id.to_owned(), each), ("binding code", wanted.person_id().to_owned(), each)];
    Ok(Attempts::begin(app, limits.into_iter().chain(address), WINDOW).await?)
}

/// What was wanted, when its parts have their form.
enum Checked {
    Person(CitizenId, String),
    Organisation(organisation::Asked),
}

impl Checked {
    /// The citizen id that could be guessed at.
    fn person_id(&self) -> &str {
        match self {
            Self::Person(id, _) => id.as_str(),
            Self::Organisation(asked) => asked.person_id.as_str(),
        }
    }
}

impl Wanted {
    fn checked(self) -> Result<Checked, Problem> {
        let name = named(&self.name).ok_or_else(|| unfit("name", "not_a_name"))?;
        match (self.code_type.as_deref().unwrap_or(PERSON), self.person) {
            (PERSON, None) => Ok(Checked::Person(citizen_id("code", &self.code)?, name)),
            (PERSON, Some(_)) => Err(unfit("person", "organisations_only")),
            (ORGANISATION, Some(person)) => Ok(Checked::Organisation(organisation::Asked {
                code: CreditCode::parse(&self.code.trim().to_uppercase())
                    .map_err(|_| unfit("code", "not_a_credit_code"))?,
                name,
                person_id: citizen_id("person.code", &person.code)?,
                person_name: named(&person.name).ok_or_else(|| unfit("person.name", "not_a_name"))?,
            })),
            (ORGANISATION, None) => Err(unfit("person", "missing")),
            _ => Err(unfit("code_type", "not_111_or_001")),
        }
    }
}

fn citizen_id(item: &'static str, text: &str) -> Result<CitizenId, Problem> {
    CitizenId::parse(&text.trim().to_uppercase()).map_err(|_| unfit(item, "not_a_citizen_id"))
}

fn named(text: &str) -> Option<String> {
    let name = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
}

fn unfit(item: &'static str, rule: &'static str) -> Problem {
    let finding = Finding { item: item.into(), rule: rule.into(), source: None };
    Problem::new(Code::UnfitValue).findings(vec![finding])
}

/// The row of a holder with this code, should it have to be made.
fn holder_row(app: &App, code_type: &str, code: &str, name: String) -> Result<HolderRow, VaultError> {
    let id = app.new_id().to_string();
    Ok(HolderRow {
        code_type: code_type.to_owned(),
        code_ciphertext: app.vault.seal(&Column::HolderCode.of(&id), code.as_bytes())?,
        code_index: app.vault.index(Field::HolderCode, code),
        name,
        created_at: app.clock.now().millis(),
        id,
    })
}

/// The holder with this code, who is made when no certificate has named it yet. Its id.
fn holder(conn: &mut Conn, row: HolderRow) -> Result<String, StoreError> {
    let find = |conn: &mut Conn| holders::find_by_typed_code(conn, &row.code_type, &row.code_index);
    if let Some(known) = find(conn)? {
        return Ok(known.id);
    }
    if holders::insert(conn, &row)? {
        return Ok(row.id);
    }
    // A neighbour added it in the same moment.
    find(conn)?.map(|known| known.id).ok_or(StoreError::Busy)
}

/// Adds the account of a binding: reached by WeChat only, so without a password.
fn add_account(
    conn: &mut Conn,
    integrity: &Integrity,
    id: &str,
    name: String,
    holder_id: String,
    now: Timestamp,
) -> Result<(), Problem> {
    let new = NewAccount {
        id: id.to_owned(),
        login: format!("wechat-{id}"),
        role: Role::Holder,
        name,
        password: None,
        password_initial: false,
        holder_id: Some(holder_id),
        division: None,
    };
    if auth_accounts::add(conn, integrity, new, now)? {
        Ok(())
    } else {
        Err(Problem::internal("an id was given twice"))
    }
}

/// A binding that nothing is decided about, asked for by this user now.
fn asked_now(id: String, user_id: String, code_type: &str, reference: String, now: Timestamp) -> BindingRow {
    BindingRow {
        id,
        wechat_user_id: user_id,
        state: "pending".to_owned(),
        code_type: code_type.to_owned(),
        account_id: None,
        organisation_code_ciphertext: None,
        organisation_code_index: None,
        organisation_name: None,
        applicant: None,
        division: None,
        real_name_reference: reference,
        requested_at: now.millis(),
        decided_at: None,
        decided_by: None,
        reason: None,
    }
}
