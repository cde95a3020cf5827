//! Verifying a copy online: the verdict of verifier-core with what this server knows now, and whether this server issued
//! it at all. A file that is at hand can be compared by its digest; the file itself stays where it is.

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::copy::{CopyVerdict, unverified_copy, verify_copy};
use verifier_core::{Display, Explanation, Outcome, State, Text};

use crate::app::App;
use crate::problem::{Code, Finding, Problem};
use crate::publish;
use crate::store::Conn;
use crate::store::copies as rows;
use crate::vault::Column;
use crate::verification::{self, status};

/// The verdict on a copy.
#[derive(Serialize)]
pub struct Checked {
    #[serde(flatten)]
    verdict: CopyVerdict,
    /// Whether this server issued this very code; absent for copies of other provinces, and for what is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_record: Option<bool>,
    /// Whether the file is one of those that were issued; absent where none was named or nothing is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileState>,
}

/// How a file compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CopyFileState)]
pub enum FileState {
    /// Byte for byte as it was issued.
    AsIssued,
    /// Another file: printed and scanned, saved anew, or altered.
    Other,
}

/// Decides about a copy now. `digest`: SM3 of a file of it, hexadecimal.
///
/// # Errors
/// [`Code::UnfitValue`] for what is no digest; when this server cannot decide at all.
pub async fn check(app: &App, code: String, digest: Option<String>) -> Result<Checked, Problem> {
    let digest = digest.map(|text| parsed(&text)).transpose()?;
    let trust = publish::current(app).await?;
    let named = unverified_copy(&code);
    let is_ours =
        |division: &str| trust.issuer_of(division).is_some_and(|issuer| issuer.prefix == app.config.iss);
    let ours = named.filter(|(certificate, _)| is_ours(&certificate.iss));
    let (vault, text, asked) = (std::sync::Arc::clone(&app.vault), code.clone(), ours.clone());
    let find = move |conn: &mut Conn| -> Result<_, Problem> {
        let Some((certificate, serial)) = asked else {
            return Ok((None, None));
        };
        let known = verification::find(conn, &certificate)?;
        let copy = rows::find_by_serial(conn, &format!("{serial:016}"))?;
        let kept = match copy {
            Some(row) => {
                let kept = vault.open_text(&Column::CopyCode.of(&row.id), &row.code_ciphertext)?;
                // Which letters of the address are capital depends on who read it.
                let is_same = token_of(kept.reveal()) == token_of(&text);
                is_same.then(|| rows::digests(conn, &row.id)).transpose()?
            }
            None => None,
        };
        Ok((known, kept))
    };
    let (known, kept) = app.db.read(find).await?;
    let status = known.map(|known| (known.index, status::now(&known.certificate, &known.version)));
    let now = app.clock.now().seconds();
    let bundle = verification::with_status(trust, &app.config.iss, status, now);
    let decide = move || verify_copy(&code, Ok(&bundle), now, &State::default());
    let mut verdict = tokio::task::spawn_blocking(decide).await.map_err(Problem::internal)?;
    let is_valid = verdict.outcome == Outcome::Valid;
    let file = digest.zip(kept.as_ref()).filter(|_| is_valid).map(|(digest, kept)| {
        let is_one = kept.iter().any(|(_, issued)| issued.as_slice() == digest.as_slice());
        if is_one { FileState::AsIssued } else { FileState::Other }
    });
    let on_record = (is_valid && ours.is_some()).then_some(kept.is_some());
    if on_record == Some(false) {
        warn(&mut verdict);
    }
    Ok(Checked { on_record, file, verdict })
}

/// A good signature over a copy that nobody made here: whoever has the key made it elsewhere, or the record is lost.
fn warn(verdict: &mut CopyVerdict) {
    if verdict.display == Display::Green {
        verdict.display = Display::Amber;
    }
    verdict.explanations.push(Explanation {
        code: "copy_not_on_record",
        message: Text {
            zh: "签名有效，但签发系统中没有这份加注件的记录。",
            en: "The signature is good, but the issuing system has no record of this copy.",
        },
        next_step: Text {
            zh: "请联系发证机关核实后再采信。",
            en: "Ask the issuing authority before relying on it.",
        },
    });
}

fn token_of(code: &str) -> &str {
    code.rsplit('/').next().unwrap_or_default()
}

fn parsed(text: &str) -> Result<[u8; 32], Problem> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| {
        let finding = Finding { item: "file_digest".into(), rule: "not_32_bytes".into(), source: None };
        Problem::new(Code::UnfitValue).findings(vec![finding])
    })
}
