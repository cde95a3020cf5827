//! Accounts, as administrators keep them. A system administrator makes, names, disables and unlocks them; what they may
//! do is granted by a security administrator.
//!
//! - `accounts/grants.rs`: asking for another role or jurisdiction
//! - `accounts/factors.rs`: asking that second factors are taken from who lost them
//! - `accounts/query.rs`: which accounts are listed

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::approvals::{self, Approval};
use crate::audit::{Action, Context, Entry};
use crate::auth::accounts::{self, NewAccount, Shown};
use crate::auth::{InitialPassword, Role, SignedIn, Subject, SystemAdmin};
use crate::extract::Json;
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::accounts::{self as rows, AccountRow, Filter};

pub mod factors;
pub mod grants;
mod query;

use grants::WantedGrant;
use query::AccountQuery;

/// Longest login and name, in characters.
const MAX_NAME: usize = 64;

/// Accounts.
#[derive(Serialize, ToSchema)]
pub struct Accounts {
    /// In the order they were made, at most 100.
    accounts: Vec<Shown>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// A staff account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedAccount {
    /// What it is to sign in with: 1 to 64 visible ASCII characters.
    #[schema(example = "zhang")]
    login: String,
    /// The name shown to others: 1 to 64 characters.
    #[schema(example = "张警官")]
    name: String,
    /// Whether it is a system's: it signs its requests, and has no password. Roles `issuer` and `third_party` only.
    #[serde(default)]
    service: bool,
    /// What it is to be, and why.
    #[serde(flatten)]
    grant: WantedGrant,
}

/// A staff account that was made, and waits for its role.
#[derive(Serialize, ToSchema)]
pub struct MadeAccount {
    /// The account.
    account: Shown,
    /// Its first password. It is told this once, and must be changed at the first sign-in. A service has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Password)]
    initial_password: Option<String>,
    /// What a security administrator has to decide on.
    approval: Approval,
}

/// What is to change of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Another name: 1 to 64 characters.
    #[serde(default)]
    name: Option<String>,
    /// Whether it is disabled.
    #[serde(default)]
    disabled: Option<bool>,
}

/// Staff accounts of the division; of the whole province, holders' too.
#[utoipa::path(get, path = "/v1/accounts", tag = "administration", operation_id = "list_accounts",
    security(("session" = [])), params(AccountQuery),
    responses((status = 200, description = "In the order they were made", body = Accounts)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<AccountQuery>,
) -> Result<web::Json<Accounts>, Problem> {
    let query = query.into_inner();
    let filter = Filter {
        role: query.role.map(Role::word),
        divisions: account.divisions(query.division)?,
        after: query.after.unwrap_or_default(),
        limit: PAGE,
    };
    let found = app.db.read::<_, Problem, _>(move |conn| Ok(rows::page(conn, &filter)?)).await?;
    let next_after = next(&found, |row| row.id.clone());
    let shown = found.into_iter().map(|row| Shown::of(&app.integrity, row)).collect::<Result<_, _>>()?;
    Ok(web::Json(Accounts { accounts: shown, next_after }))
}

/// One account.
#[utoipa::path(get, path = "/v1/accounts/{id}", tag = "administration", operation_id = "account",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the account")),
    responses((status = 200, description = "The account", body = Shown)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Shown>, Problem> {
    let find = move |conn: &mut _| {
        let row = find(conn, &id)?;
        account.require_account(conn, &row).map(|()| row)
    };
    Ok(web::Json(Shown::of(&app.integrity, app.db.read(find).await?)?))
}

/// Makes a staff account, which can be used once a security administrator grants its role.
#[utoipa::path(post, path = "/v1/accounts", tag = "administration", operation_id = "create_account",
    security(("session" = [])), request_body = WantedAccount,
    responses(
        (status = 201, description = "Made; waits for a security administrator", body = MadeAccount),
        (status = 409, description = "The login is taken"),
        (status = 422, description = "Something does not fit")))]
pub async fn create(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    Json(wanted): Json<WantedAccount>,
) -> Result<HttpResponse, Problem> {
    let mut findings = wanted.grant.findings(&app.config.iss);
    findings.extend(unfit("login", is_login(&wanted.login)));
    findings.extend(unfit("name", is_name(&wanted.name)));
    findings.extend(unfit("service", !wanted.service || wanted.grant.role.has_services()));
    fit(findings)?;
    by.require_jurisdiction(wanted.grant.division.as_deref())?;
    let password = if wanted.service { None } else { Some(InitialPassword::new(&app).await?) };
    let (text, hash) = password.map(|password| (password.text, password.hash)).unzip();
    let id = app.new_id().to_string();
    let new = NewAccount {
        id: id.clone(),
        login: wanted.login,
        role: wanted.grant.role,
        name: wanted.name,
        password: hash,
        password_initial: !wanted.service,
        holder_id: None,
        division: wanted.grant.division.clone(),
    };
    let asked = wanted.grant.asked(&app, &by, id.clone());
    let context = context.by(&by);
    let added = Entry::new(Action::AccountAdded, context.clone()).on("account", id.as_str());
    let added = added.detail("role", new.role.word());
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let make = move |conn: &mut _| {
        if !accounts::add_without_grant(conn, &integrity, new, now)? {
            return Err(Problem::from(Code::LoginTaken));
        }
        let approval = approvals::request(conn, &integrity, asked, now)?;
        let row = find(conn, &id)?;
        audit.append_all(conn, &[added, approvals::requested(context, &approval)])?;
        Ok((approval, row))
    };
    let (approval, row) = app.db.write(make).await?;
    Ok(HttpResponse::Created().json(MadeAccount {
        account: Shown::of(&app.integrity, row)?,
        initial_password: text.map(|text| text.to_string()),
        approval: Approval::of(approval, now)?,
    }))
}

/// Renames, disables or enables an account: another's, never one's own. Disabling ends its sessions.
#[utoipa::path(patch, path = "/v1/accounts/{id}", tag = "administration", operation_id = "change_account",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the account")),
    request_body = AccountChange,
    responses(
        (status = 200, description = "The account as it is now", body = Shown),
        (status = 409, description = "It cannot be enabled or disabled, or someone else has just changed it"),
        (status = 422, description = "The name does not fit")))]
pub async fn change(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<AccountChange>,
) -> Result<web::Json<Shown>, Problem> {
    fit(unfit("name", wanted.name.as_deref().is_none_or(is_name)).into_iter().collect())?;
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let change = move |conn: &mut _| {
        let row = find(conn, &id)?;
        by.require_keeping(conn, &row)?;
        let did = |action| Entry::new(action, context.clone().by(&by)).on("account", id.as_str());
        let mut entries = Vec::new();
        if let Some(name) = wanted.name {
            done(accounts::rename(conn, &integrity, row, name)?)?;
            entries.push(did(Action::AccountChanged));
        }
        let row = find(conn, &id)?;
        match (wanted.disabled, row.disabled_at.is_some()) {
            (Some(true), false) => {
                done(accounts::disable(conn, &integrity, row, now)?)?;
                entries.push(did(Action::AccountDisabled));
            }
            (Some(false), _) if row.grant_id.is_none() => return Err(Code::AccountNotGranted.into()),
            (Some(false), true) => {
                done(accounts::enable(conn, &integrity, row)?)?;
                entries.push(did(Action::AccountEnabled));
            }
            _ => {}
        }
        let row = find(conn, &id)?;
        audit.append_all(conn, &entries)?;
        Ok::<_, Problem>(row)
    };
    Ok(web::Json(Shown::of(&app.integrity, app.db.write(change).await?)?))
}

/// Unlocks an account that too many failed sign-ins have locked.
#[utoipa::path(delete, path = "/v1/accounts/{id}/lock", tag = "administration", operation_id = "unlock_account",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the account")),
    responses((status = 204, description = "It may try again")))]
pub async fn unlock(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let unlocked = Entry::new(Action::AccountUnlocked, context.by(&by)).on("account", id.as_str());
    let audit = app.audit.clone();
    let unlock = move |conn: &mut Conn| -> Result<(), Problem> {
        let row = find(conn, &id)?;
        by.require_keeping(conn, &row)?;
        Subject::login(&row.login).unlock(conn)?;
        Ok(audit.append(conn, unlocked)?)
    };
    app.db.write(unlock).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn find(conn: &mut Conn, id: &str) -> Result<AccountRow, Problem> {
    rows::find(conn, id)?.ok_or_else(|| Code::NotFound.into())
}

fn done(changed: bool) -> Result<(), Problem> {
    if changed { Ok(()) } else { Err(Code::ChangedMeanwhile.into()) }
}

fn fit(findings: Vec<Finding>) -> Result<(), Problem> {
    if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
}

fn unfit(item: &'static str, fits: bool) -> Option<Finding> {
    (!fits).then(|| Finding { item: item.into(), rule: "unfit".into(), source: None })
}

fn is_login(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control)
}
