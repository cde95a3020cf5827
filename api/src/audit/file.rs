//! The audit log as a file: one entry a line as JSON, and as the last line the checkpoint that closes it. Written for
//! export and archives, and verified without any database.

use std::io::{BufRead, Read, Write};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use verifier_core::checkpoint::Checkpoint;
use verifier_core::sm2::PublicKey;

use super::chain::MacKey;
use super::verify::{Fault, Findings, Verification};
use super::{Audit, AuditError, seq_of};
use crate::keys::Signer;
use crate::store::Conn;
use crate::store::audit::{self as rows, AuditRow};

/// Rows read at a time.
const PAGE: i64 = 1_000;
/// Longest line, in bytes; what is longer was not written by us.
const LINE_MAX: u64 = 64 << 10;

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    /// The checkpoint, hexadecimal.
    checkpoint: String,
}

/// Which rows, for whom.
pub struct Export<'a> {
    /// What signs the checkpoint.
    pub signer: &'a Signer,
    /// The province whose log it is.
    pub iss: &'a str,
    /// The first row.
    pub from: i64,
    /// The last row.
    pub to: i64,
    /// Whether the rows are about to be taken out of the log.
    pub archived: bool,
}

/// What was written.
pub struct Exported {
    /// Number of the first row; there is none where there was nothing to write.
    pub first: i64,
    /// Number of the last row.
    pub last: i64,
    /// The checkpoint of the last line.
    pub checkpoint: Vec<u8>,
}

impl Audit {
    /// Writes rows to `out`, closed by a checkpoint. `None` when there are none, and nothing was written. `watch` is
    /// told how many were written.
    ///
    /// # Errors
    /// When the database, the signer or `out` cannot.
    pub fn export(
        &self,
        conn: &mut Conn,
        what: &Export<'_>,
        out: &mut impl Write,
        mut watch: impl FnMut(u64),
    ) -> Result<Option<Exported>, AuditError> {
        let mut digest = Sm3::new();
        let (mut first, mut last, mut count) = (None, None, 0);
        loop {
            let after = last.as_ref().map_or(what.from.saturating_sub(1), |row: &AuditRow| row.seq);
            let page = rows::after(conn, after, PAGE)?;
            let page: Vec<AuditRow> = page.into_iter().take_while(|row| row.seq <= what.to).collect();
            for row in &page {
                let line = [serde_json::to_vec(row)?.as_slice(), b"\n"].concat();
                digest.update(&line);
                out.write_all(&line)?;
            }
            count += u64::try_from(page.len()).unwrap_or_default();
            watch(count);
            first = first.or_else(|| page.first().map(|row| row.seq));
            match page.into_iter().last() {
                Some(row) => last = Some(row),
                None => break,
            }
        }
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(None);
        };
        let file = (digest.finalize().into(), what.archived);
        let checkpoint = self.sign(what.signer, what.iss, first, &last, Some(file))?;
        serde_json::to_writer(&mut *out, &Closing { checkpoint: HEXLOWER.encode(&checkpoint) })?;
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(Some(Exported { first, last: last.seq, checkpoint }))
    }

    /// The secret that rows are authenticated with, for a file to be verified with.
    #[must_use]
    pub fn secret(&self) -> &MacKey {
        self.key()
    }
}

/// What a file is verified with.
pub struct Means<'a> {
    /// The secret, where it is at hand.
    pub key: Option<&'a MacKey>,
    /// The keys that sign checkpoints.
    pub keys: &'a [PublicKey],
    /// Checkpoints that were kept elsewhere and are believed.
    pub kept: &'a [Checkpoint],
}

/// Verifies a file: its rows, and that its last line is a good checkpoint of just these.
///
/// # Errors
/// When it cannot be read; what is wrong with it is in the findings.
pub fn verify(
    mut file: impl BufRead,
    means: &Means<'_>,
    mut watch: impl FnMut(u64),
) -> std::io::Result<Findings> {
    let mut verification = Verification::begin(means.key, None);
    means.kept.iter().for_each(|checkpoint| verification.expect(checkpoint));
    let mut digest = Sm3::new();
    let (mut first, mut last, mut count) = (None, None, 0_u64);
    loop {
        let mut line = Vec::new();
        let length = (&mut file).take(LINE_MAX).read_until(b'\n', &mut line)?;
        if length == 0 {
            verification.fault(Fault::File("there is no checkpoint at its end: it was cut off"));
            break;
        }
        if let Ok(row) = serde_json::from_slice::<AuditRow>(&line) {
            digest.update(&line);
            verification.row(&row);
            first = first.or(Some(row.seq));
            last = Some((row.seq, row.hash));
            count += 1;
            watch(count);
            continue;
        }
        close(&mut verification, &line, means.keys, (first, last.as_ref(), digest.clone().finalize().into()));
        if !file.fill_buf()?.is_empty() {
            verification.fault(Fault::File("something stands behind its checkpoint"));
        }
        break;
    }
    Ok(verification.finish())
}

/// What was read of a file before its last line: number of the first row, number and hash of the last, digest of all.
type Seen<'a> = (Option<i64>, Option<&'a (i64, Vec<u8>)>, [u8; 32]);

/// Looks at the last line.
fn close(
    verification: &mut Verification<'_>,
    line: &[u8],
    keys: &[PublicKey],
    (first, last, digest): Seen<'_>,
) {
    let bytes = serde_json::from_slice::<Closing>(line).ok();
    let bytes = bytes.and_then(|closing| HEXLOWER.decode(closing.checkpoint.as_bytes()).ok());
    let Some(bytes) = bytes else {
        verification.fault(Fault::File("a line is neither an entry nor a checkpoint"));
        return;
    };
    let seq = last.map_or(0, |(seq, _)| *seq);
    let checkpoint = match Checkpoint::open(&bytes, keys) {
        Ok(checkpoint) => checkpoint,
        Err(_) => return verification.fault(Fault::Checkpoint(seq, "its signature is not good")),
    };
    let begins = i64::try_from(checkpoint.first).ok();
    let ends = last.is_some_and(|(seq, hash)| {
        *seq == seq_of(&checkpoint) && checkpoint.hash.as_slice() == hash.as_slice()
    });
    if begins != first || !ends || checkpoint.file != Some(digest) {
        verification.fault(Fault::Checkpoint(seq, "it was made of another file"));
    }
}
