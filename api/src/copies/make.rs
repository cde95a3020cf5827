//! Making a copy: the sealed certificate as it is, an annotation signed over it, and the sheet drawn twice. Nothing is
//! answered that was not kept, and nothing is kept that was not audited.

use std::sync::Arc;

use verifier_core::copy::{Annotation, Content as Digested};
use verifier_core::token;

use super::content;
use super::shown::{Copy, file_id};
use super::wanted::{Terms, Wanted};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::certificates;
use crate::clock::Timestamp;
use crate::faces::{self, Content, CopyTexts, Format, Particulars, Sheet};
use crate::grants::Grantor;
use crate::keys::{Use, aside};
use crate::limits::Limit;
use crate::outflow::Outflow;
use crate::present;
use crate::problem::{Code, Problem};
use crate::qr;
use crate::seal;
use crate::store::Conn;
use crate::store::certificates::{self as certificate_rows, CertificateRow, VersionRow};
use crate::store::copies::{self as rows, CopyRow, FileRow};
use crate::vault::Column;

/// Most bytes that recipient and purpose each have in the code: 20 Chinese characters.
const IN_CODE: usize = 60;

/// The window in which a holder's copies are counted, in seconds.
const DAY: u32 = 86_400;

/// Everything a copy is made of, read before it is made.
struct Ready {
    certificate: CertificateRow,
    version: VersionRow,
    content: Content,
    terms: Terms,
}

/// Makes a copy of a certificate: a holder of their own, an operator of one of the division.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`], [`Code::UnfitValue`], [`Code::CopyNotAllowed`],
/// [`Code::FontsMissing`]; what is wrong with the grant; [`Code::RecordLimit`], [`Code::TooManyAttempts`].
pub async fn make(
    app: &Arc<App>,
    context: Context,
    account: Account,
    certificate_id: String,
    wanted: Wanted,
) -> Result<Copy, Problem> {
    app.faces.ready().await?;
    let now = app.clock.now();
    let (server, by) = (Arc::clone(app), account.clone());
    let ready = app.db.read(move |conn| ready(conn, &server, &by, &certificate_id, wanted, now)).await?;
    if account.role == Role::Holder {
        let most = app.config.copies_per_day;
        Limit { name: "copies", most, window: DAY }.count(app, &account.id).await?;
    }
    let sealed = present::sealed(app, ready.version.clone(), now).await?;
    let serial = serial(now)?;
    let digest = Digested {
        serial,
        recipient: ready.terms.recipient.clone(),
        purpose: ready.terms.purpose.clone(),
        items: content::values(&ready.content),
    }
    .digest();
    let annotation = Annotation {
        made: now.seconds(),
        expires: ready.terms.ends.map(Timestamp::seconds),
        serial,
        recipient: seal::cut(&ready.terms.recipient, IN_CODE),
        purpose: seal::cut(&ready.terms.purpose, IN_CODE),
        digest,
    };
    let key = app.signer.active(Use::Presentation, now)?;
    let signed = annotation.clone();
    let signed = aside(move || signed.sign(&sealed, &key)).await?;
    let code = token::format_copy(&app.config.public_address(), &signed);
    let sheet = sheet(app, &ready, &annotation, &code, account.role, now)?;
    let pdf = app.faces.draw(sheet.clone(), Format::Pdf).await?;
    let png = app.faces.draw(sheet, Format::Png).await?;
    let (row, files) =
        stored(app, &account, &ready, &annotation, &code, [(Format::Pdf, pdf), (Format::Png, png)])?;
    let entry = Entry::new(Action::CopyMade, context.by(&account)).on("copy", row.id.as_str());
    let server = Arc::clone(app);
    app.db.write(move |conn| keep(conn, &server, &account, entry, &ready.certificate, row, &files, now)).await
}

fn ready(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    id: &str,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Ready, Problem> {
    let certificate = certificates::visible(conn, id, account)?;
    let kind = certificates::kind(&certificate)?;
    let terms = wanted.terms(conn, app, account, (&certificate.id, kind), now)?;
    present::allowed(&certificate, now.day())
        .map_err(|why| Problem::new(Code::CopyNotAllowed).detail(why.name()))?;
    let version = certificates::in_force(conn, &certificate)?;
    let content = Content::of(kind, &certificates::plain_items(&app.vault, &version)?)?;
    let content = content::chosen(content, &terms.items);
    Ok(Ready { certificate, version, content, terms })
}

fn sheet(
    app: &App,
    ready: &Ready,
    annotation: &Annotation,
    code: &str,
    role: Role,
    now: Timestamp,
) -> Result<Sheet, Problem> {
    let particulars = Particulars {
        identifier: ready.certificate.identifier.clone(),
        version: ready.certificate.version,
        seal: app.config.seal_name.clone(),
        mark: certificates::mark(&ready.certificate, now)?,
    };
    let texts = CopyTexts {
        recipient: ready.terms.recipient.clone(),
        purpose: ready.terms.purpose.clone(),
        made: now,
        ends: ready.terms.ends,
        serial: format!("{:016}", annotation.serial),
        maker: match Grantor::of(role) {
            Grantor::Holder => "持证主体",
            Grantor::Authority => "主管部门",
        },
        digest: data_encoding::HEXUPPER.encode(&annotation.digest),
        address: app.config.public_address(),
    };
    let code = qr::Code::new(code, qr::Medium::Document).map_err(Problem::internal)?;
    Ok(faces::copy(&ready.content, &particulars, &texts, &code))
}

/// The day and eight digits that nobody can foresee.
fn serial(now: Timestamp) -> Result<u64, Problem> {
    let (year, month, day) = now.day().civil();
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    let day = u64::from(year) * 10_000 + u64::from(month) * 100 + u64::from(day);
    Ok(day * 100_000_000 + u64::from_be_bytes(bytes) % 100_000_000)
}

fn stored(
    app: &App,
    account: &Account,
    ready: &Ready,
    annotation: &Annotation,
    code: &str,
    drawn: [(Format, Vec<u8>); 2],
) -> Result<(CopyRow, Vec<FileRow>), Problem> {
    let id = app.new_id().to_string();
    let sealed = |column: Column, text: &str| app.vault.seal(&column.of(&id), text.as_bytes());
    let row = CopyRow {
        serial: format!("{:016}", annotation.serial),
        certificate_id: ready.certificate.id.clone(),
        version: ready.certificate.version,
        holder_id: ready.certificate.holder_id.clone(),
        division: ready.certificate.division.clone(),
        grant_id: ready.terms.grant_id.clone(),
        maker: Grantor::of(account.role).word().to_owned(),
        made_by: account.id.clone(),
        recipient_ciphertext: sealed(Column::CopyRecipient, &ready.terms.recipient)?,
        purpose_ciphertext: sealed(Column::CopyPurpose, &ready.terms.purpose)?,
        items: ready.terms.items.join(" "),
        code_ciphertext: sealed(Column::CopyCode, code)?,
        made_at: Timestamp::from(annotation.made).millis(),
        ends_at: ready.terms.ends.map(Timestamp::millis),
        id: id.clone(),
    };
    let file = |(format, bytes): (Format, Vec<u8>)| -> Result<FileRow, Problem> {
        let file_id = file_id(&id, format);
        let cell = Column::CopyFile.of(&file_id);
        Ok(FileRow {
            id: file_id,
            copy_id: id.clone(),
            format: format.word().to_owned(),
            digest: verifier_core::sm2::sm3(&bytes).to_vec(),
            file_ciphertext: app.vault.seal(&cell, &bytes)?,
        })
    };
    Ok((row, drawn.into_iter().map(file).collect::<Result<_, _>>()?))
}

/// Keeps the copy, unless the certificate has changed since it was read.
#[expect(clippy::too_many_arguments, reason = "one transaction; all of it is written together")]
fn keep(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    entry: Entry,
    as_read: &CertificateRow,
    row: CopyRow,
    files: &[FileRow],
    now: Timestamp,
) -> Result<Copy, Problem> {
    if certificate_rows::find(conn, &as_read.id)?.as_ref() != Some(as_read) {
        return Err(Code::ChangedMeanwhile.into());
    }
    if account.role != Role::Holder {
        Outflow::Export.take(conn, &app.config, account, 1, now)?;
    }
    if !rows::insert(conn, &row, files)? {
        return Err(Code::ChangedMeanwhile.into());
    }
    let entry = entry
        .in_division(row.division.clone())
        .detail("certificate", row.certificate_id.as_str())
        .detail("serial", row.serial.as_str())
        .detail("items", row.items.as_str());
    app.audit.append(conn, entry)?;
    Copy::of(conn, app, row)
}
