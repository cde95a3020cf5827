//! Conformity: rules, rates, and checks on demand.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::Kind;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Operator, SignedIn};
use crate::conformity::rates::{self, ConformityRates, RateQuery};
use crate::conformity::{self, ConformityRun, Grade, Occasion, Wanted};
use crate::extract::Json;
use crate::problem::{Code, Finding, Problem};
use crate::record::Day;
use crate::store::Conn;
use crate::store::certificates;

/// A rule as it is here.
#[derive(Serialize, ToSchema)]
pub struct ShownRule {
    /// Its name.
    #[schema(example = "plate_twice")]
    id: &'static str,
    /// Which kinds it is for: `all`, families by their standard, kinds by their code.
    #[schema(example = "1292")]
    applies: &'static str,
    /// How grave breaking it is here.
    grade: Grade,
    /// How grave it is unless a site says otherwise.
    usual_grade: Grade,
    /// The items it is about; empty: those the check names.
    items: Vec<&'static str>,
    /// What is wrong, in Chinese.
    message_zh: &'static str,
    /// What is wrong, in English.
    message_en: &'static str,
    /// The standard it comes from.
    source: &'static str,
    /// 待标准文本核对: it still has to be compared with the standard's text.
    unconfirmed: bool,
}

/// Every rule.
#[derive(Serialize, ToSchema)]
pub struct ShownRules {
    /// The version of the set: two sets of one version are the same.
    #[schema(example = "0123456789abcdef")]
    version: String,
    /// In the order of the table.
    rules: Vec<ShownRule>,
}

/// What is to be checked: one certificate, or those of a division or kind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedCheck {
    /// The id of a certificate.
    #[serde(default)]
    certificate: Option<String>,
    /// Two, four or six digits of GB/T 2260; the account's own jurisdiction unless given.
    #[serde(default)]
    #[schema(example = "2101")]
    division: Option<String>,
    /// One kind, by its three digits.
    #[serde(default)]
    #[schema(example = "013")]
    kind: Option<String>,
}

/// What a check at once found.
#[derive(Serialize, ToSchema)]
pub struct CheckedNow {
    /// Certificates checked: the one, and those whose findings depend on it.
    checked: u64,
    /// Findings that are new.
    opened: u64,
    /// Findings that are gone.
    closed: u64,
}

/// The rules of conformity as they are here. For staff.
#[utoipa::path(get, path = "/v1/conformity/rules", tag = "conformity", operation_id = "conformity_rules",
    security(("session" = [])),
    responses((status = 200, description = "Every rule", body = ShownRules)))]
pub async fn rules(app: web::Data<App>) -> web::Json<ShownRules> {
    let shown = app.conformity.rules().map(|(rule, grade)| ShownRule {
        id: rule.id,
        applies: rule.applies,
        grade,
        usual_grade: rule.grade,
        items: rule.items.split_whitespace().collect(),
        message_zh: rule.text_zh,
        message_en: rule.text_en,
        source: rule.source,
        unconfirmed: rule.is_unconfirmed,
    });
    web::Json(ShownRules { version: app.conformity.version().to_owned(), rules: shown.collect() })
}

/// 数据合规率: of the certificates in force, those without an open error; in all, by kind and by division, on a day and over
/// time. Specimens are left out.
#[utoipa::path(get, path = "/v1/conformity/rates", tag = "conformity", operation_id = "conformity_rates",
    security(("session" = [])), params(RateQuery),
    responses((status = 200, description = "The rates", body = ConformityRates)))]
pub async fn rates(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<RateQuery>,
) -> Result<web::Json<ConformityRates>, Problem> {
    let today = i32::try_from(app.clock.now().day().0).ok().and_then(Day::from_days).unwrap_or(Day::LAST);
    let scope = query.into_inner().scope(&account, today)?;
    Ok(web::Json(rates::rates(&app, scope).await?))
}

/// Checks a certificate at once, or asks for a check of a division or kind, which a server begins within a minute.
#[utoipa::path(post, path = "/v1/conformity/checks", tag = "conformity", operation_id = "check_conformity",
    security(("session" = [])), request_body = WantedCheck,
    responses(
        (status = 200, description = "The certificate is checked", body = CheckedNow),
        (status = 202, description = "The check is asked for", body = ConformityRun),
        (status = 404, description = "There is no such certificate"),
        (status = 422, description = "`unfit_value`")))]
pub async fn check(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    Json(wanted): Json<WantedCheck>,
) -> Result<HttpResponse, Problem> {
    let entry = Entry::new(Action::ConformityChecked, context.by(&operator));
    if let Some(id) = wanted.certificate {
        let certificate = id.clone();
        let find = move |conn: &mut Conn| -> Result<_, Problem> {
            let row = certificates::find(conn, &certificate)?.ok_or(Code::NotFound)?;
            operator.require_division(&row.division)?;
            Ok(row.division)
        };
        let division = app.db.read(find).await?;
        app.audit.record(entry.on("certificate", id.as_str()).in_division(division)).await?;
        let outcome = conformity::check_now(&app, id).await?;
        let (checked, opened, closed) = (outcome.checked, outcome.opened, outcome.closed);
        return Ok(HttpResponse::Ok().json(CheckedNow { checked, opened, closed }));
    }
    let kind = wanted.kind.as_deref().map(Kind::from_code);
    if kind == Some(None) {
        let finding = Finding { item: "kind".into(), rule: "unfit".into(), source: None };
        return Err(Problem::new(Code::UnfitValue).findings(vec![finding]));
    }
    let division = wanted.division.clone().or_else(|| operator.division.clone()).unwrap_or_default();
    let _ = operator.divisions(wanted.division)?;
    let by = operator.id.clone();
    let wanted = Wanted { occasion: Occasion::Demand, division, kind: kind.flatten(), by };
    let server = Arc::clone(&app);
    let ask = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = conformity::ask(conn, &server, wanted)?;
        server
            .audit
            .append(conn, entry.on("conformity_run", row.id.as_str()).in_division(row.division.clone()))?;
        Ok(row)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(ConformityRun::from(row)))
}

/// How far a check is that was asked for.
#[utoipa::path(get, path = "/v1/conformity/checks/{id}", tag = "conformity", operation_id = "conformity_check",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the check")),
    responses((status = 200, description = "The check", body = ConformityRun)))]
pub async fn progress(
    app: web::Data<App>,
    Operator(operator): Operator,
    id: web::Path<String>,
) -> Result<web::Json<ConformityRun>, Problem> {
    let find = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = conformity::find(conn, &id)?;
        operator.require_jurisdiction(Some(row.division.as_str()).filter(|division| !division.is_empty()))?;
        Ok(row)
    };
    Ok(web::Json(app.db.read(find).await?.into()))
}
