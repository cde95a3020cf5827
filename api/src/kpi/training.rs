//! 宣传培训: who was trained or informed, when, how many of how many, and the file that proves it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::sm2::sm3;

use super::unfit;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, is_prefix};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::record::Day;
use crate::store::Conn;
use crate::store::trainings::{self as rows, Listed, TrainingRow};

/// Largest file, in bytes.
pub const MAX_EVIDENCE: usize = 5 << 20;
/// Longest title, in characters.
const MAX_TITLE: usize = 100;

/// Who was addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// 业务办理与执法人员.
    Staff,
    /// 公众.
    Public,
}

/// A record of training or information.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTraining {
    /// The jurisdiction whose score it is for: two, four or six digits; empty: the province.
    division: String,
    /// Who was addressed.
    audience: Audience,
    /// What it was: 1 to 100 characters.
    title: String,
    /// The day, `YYYYMMDD`, not after today.
    #[schema(example = "20260615")]
    held_on: String,
    /// How many it reached.
    #[schema(maximum = 2_147_483_647)]
    reached: u32,
    /// Of how many.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    of: u32,
    /// The file that proves it: PDF, PNG or JPEG, base64, 5 MiB at most.
    #[schema(format = Byte)]
    evidence: String,
}

/// A record as it is listed.
#[derive(Serialize, ToSchema)]
pub struct Training {
    /// Its id; its file is at `/v1/kpi/trainings/{id}/evidence`.
    pub id: String,
    division: String,
    audience: String,
    title: String,
    /// `YYYYMMDD`.
    held_on: Option<String>,
    reached: i32,
    of: i32,
    media_type: String,
    /// SM3 of the file, hex.
    digest: String,
    recorded_at: Timestamp,
}

/// Records a training.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::OtherDivision`].
pub async fn record(
    app: &Arc<App>,
    context: Context,
    account: Account,
    wanted: WantedTraining,
) -> Result<Training, Problem> {
    let division = Some(wanted.division.as_str()).filter(|division| !division.is_empty());
    if !is_prefix(&wanted.division) {
        return Err(unfit("division", "unfit"));
    }
    account.require_jurisdiction(division)?;
    let row = wanted.row(app, &account)?;
    let server = Arc::clone(app);
    let work = move |conn: &mut Conn| -> Result<Training, Problem> {
        rows::insert(conn, &row)?;
        let entry = Entry::new(Action::TrainingRecorded, context.by(&account))
            .on("training", row.id.clone())
            .in_division(row.division.clone())
            .detail("digest", HEXLOWER.encode(&row.digest));
        server.audit.append(conn, entry)?;
        Ok(Training::of(row.into()))
    };
    app.db.write(work).await
}

impl WantedTraining {
    fn row(self, app: &App, account: &Account) -> Result<TrainingRow, Problem> {
        let now = app.clock.now();
        let today = i64::from(now.day().0);
        let title = self.title.trim();
        if !(1..=MAX_TITLE).contains(&title.chars().count()) {
            return Err(unfit("title", "unfit_length"));
        }
        let held_on = Day::parse(&self.held_on).map(Day::days);
        let held_on = held_on.filter(|day| (0..=today).contains(&i64::from(*day)));
        let held_on = held_on.ok_or_else(|| unfit("held_on", "unfit"))?;
        let (reached, of) = i32::try_from(self.reached)
            .ok()
            .zip(i32::try_from(self.of).ok())
            .filter(|(reached, of)| *of > 0 && reached <= of)
            .ok_or_else(|| unfit("reached", "more_than_all"))?;
        let evidence = STANDARD.decode(&self.evidence).map_err(|_| unfit("evidence", "not_base64"))?;
        if evidence.len() > MAX_EVIDENCE {
            return Err(Code::BodyTooLarge.into());
        }
        let media_type = media_type(&evidence).ok_or_else(|| unfit("evidence", "unknown_type"))?;
        Ok(TrainingRow {
            id: app.new_id().to_string(),
            division: self.division,
            audience: if self.audience == Audience::Staff { "staff" } else { "public" }.to_owned(),
            title: title.to_owned(),
            held_on,
            reached,
            of,
            media_type: media_type.to_owned(),
            digest: sm3(&evidence).to_vec(),
            evidence,
            recorded_by: account.id.clone(),
            recorded_at: now.millis(),
        })
    }
}

/// By its first bytes, whatever it is said to be.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    [
        (b"%PDF-".as_slice(), "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
    ]
    .into_iter()
    .find(|(head, _)| bytes.starts_with(head))
    .map(|(_, media_type)| media_type)
}

impl Training {
    /// As it is shown.
    #[must_use]
    pub fn of(row: Listed) -> Self {
        Self {
            id: row.id,
            division: row.division,
            audience: row.audience,
            title: row.title,
            held_on: Day::from_days(row.held_on).map(|day| day.to_string()),
            reached: row.reached,
            of: row.of,
            media_type: row.media_type,
            digest: HEXLOWER.encode(&row.digest),
            recorded_at: Timestamp(row.recorded_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(media_type(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        for other in [b"".as_slice(), b"<html>", b"MZ", b"PK\x03\x04"] {
            assert_eq!(media_type(other), None);
        }
    }
}
