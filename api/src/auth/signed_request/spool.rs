//! The body of a signed request, read to its end: only then is it known to be the one that was signed, and nothing has
//! been done with it.
//!
//! A small one stays in memory. A large one goes to a file without a name, gone with the request however that ends, and
//! encrypted under a key that exists only in memory: what came in is personal, and must not be found on a disk.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use sm3::{Digest, Sm3};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::app::App;
use crate::extract::unread;
use crate::keys::cipher::{self, NONCE_LENGTH, SecretKey};
use crate::problem::{Code, Problem};

/// Most bytes of a body that stays in memory.
const IN_MEMORY: usize = 1 << 20;
/// Bytes encrypted together.
const PIECE: usize = 64 << 10;
const RETRY_AFTER: u32 = 30;

/// A body that has been read to its end.
pub(super) struct Body {
    digest: [u8; 32],
    kept: Kept,
}

enum Kept {
    Memory(Bytes),
    File(Spool),
}

impl Body {
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.kept, Kept::Memory(bytes) if bytes.is_empty())
    }

    /// SM3 of all of it.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The same body for a handler.
    pub(super) fn into_payload(self) -> Payload {
        let payload = match self.kept {
            Kept::Memory(bytes) => stream::iter([Ok(bytes)]).boxed_local(),
            Kept::File(spool) => stream::try_unfold(spool, |mut spool| async move {
                let piece = spool.next().await.map_err(PayloadError::Io)?;
                Ok(piece.map(|piece| (piece, spool)))
            })
            .boxed_local(),
        };
        Payload::Stream { payload }
    }
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(app: &App, mut payload: Payload, limit: u64) -> Result<Body, Problem> {
    let (mut digest, mut length) = (Sm3::new(), 0_u64);
    let (mut waiting, mut file): (Vec<u8>, Option<Spool>) = (Vec::new(), None);
    while let Some(bytes) = payload.next().await {
        let bytes = bytes.map_err(|error| unread(&error.into()))?;
        length = length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if length > limit {
            return Err(Code::BodyTooLarge.into());
        }
        digest.update(&bytes);
        waiting.extend_from_slice(&bytes);
        if file.is_none() && waiting.len() > IN_MEMORY {
            file = Some(Spool::new(&app.config.data_dir).await.map_err(unkept)?);
        }
        if let Some(file) = &mut file {
            file.take_whole_pieces(&mut waiting).await.map_err(unkept)?;
        }
    }
    let kept = match file {
        None => Kept::Memory(waiting.into()),
        Some(mut file) => {
            file.finish(&waiting).await.map_err(unkept)?;
            Kept::File(file)
        }
    };
    Ok(Body { digest: digest.finalize().into(), kept })
}

fn unkept(error: std::io::Error) -> Problem {
    Problem::new(Code::Unavailable).retry_after(RETRY_AFTER).because(format!("spool: {error}"))
}

/// A file without a name: pieces, each behind its length, encrypted and numbered.
struct Spool {
    file: File,
    key: SecretKey,
    /// The number of the next piece, to be written or read.
    number: u64,
    /// How many there are, once all are written.
    pieces: u64,
}

impl Spool {
    async fn new(directory: &str) -> std::io::Result<Self> {
        let directory = directory.to_owned();
        let make = move || -> std::io::Result<std::fs::File> {
            std::fs::create_dir_all(&directory)?;
            tempfile::tempfile_in(directory)
        };
        let file = tokio::task::spawn_blocking(make).await.map_err(std::io::Error::other)??;
        let key = cipher::random().ok_or_else(|| std::io::Error::other("no random bytes"))?;
        Ok(Self { file: File::from_std(file), key, number: 0, pieces: 0 })
    }

    /// Writes what makes whole pieces and leaves the rest.
    async fn take_whole_pieces(&mut self, waiting: &mut Vec<u8>) -> std::io::Result<()> {
        let whole = waiting.len() - waiting.len() % PIECE;
        for piece in waiting.get(..whole).unwrap_or_default().chunks(PIECE) {
            self.write(piece).await?;
        }
        waiting.drain(..whole);
        Ok(())
    }

    /// Writes the rest, and goes back to the beginning for reading.
    async fn finish(&mut self, rest: &[u8]) -> std::io::Result<()> {
        if !rest.is_empty() {
            self.write(rest).await?;
        }
        self.file.flush().await?;
        self.file.rewind().await?;
        self.pieces = std::mem::take(&mut self.number);
        Ok(())
    }

    async fn write(&mut self, piece: &[u8]) -> std::io::Result<()> {
        let nonce = self.nonce();
        let sealed = cipher::seal(&self.key, &nonce, b"", piece);
        let sealed = sealed.ok_or_else(|| std::io::Error::other("piece too long"))?;
        let length = u32::try_from(sealed.len()).map_err(std::io::Error::other)?;
        self.file.write_all(&length.to_be_bytes()).await?;
        self.file.write_all(&sealed).await
    }

    /// The next piece; `None` at the end.
    async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        if self.number == self.pieces {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.file.read_exact(&mut length).await?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(std::io::Error::other)?;
        let mut sealed = vec![0; length];
        self.file.read_exact(&mut sealed).await?;
        let nonce = self.nonce();
        let piece = cipher::open(&self.key, &nonce, b"", &sealed);
        let piece = piece.ok_or_else(|| std::io::Error::other("the spooled body was changed"))?;
        Ok(Some(Bytes::copy_from_slice(&piece)))
    }

    /// The number of the piece, so that none is taken for another. The key is this file's alone.
    fn nonce(&mut self) -> [u8; NONCE_LENGTH] {
        let mut nonce = [0; NONCE_LENGTH];
        if let Some(end) = nonce.last_chunk_mut::<8>() {
            *end = self.number.to_be_bytes();
        }
        self.number += 1;
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = b"210102198801011234,";

    fn body() -> Vec<u8> {
        LINE.iter().copied().cycle().take(3 * PIECE + 5).collect()
    }

    async fn spooled(body: &[u8]) -> Spool {
        let directory = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(&directory.path().to_string_lossy()).await.unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "it has a name");
        let mut waiting = body.to_vec();
        spool.take_whole_pieces(&mut waiting).await.unwrap();
        spool.finish(&waiting).await.unwrap();
        spool
    }

    async fn all(spool: &mut Spool) -> std::io::Result<Vec<u8>> {
        let mut read = Vec::new();
        while let Some(piece) = spool.next().await? {
            read.extend_from_slice(&piece);
        }
        Ok(read)
    }

    #[tokio::test]
    async fn what_was_spooled_comes_back_and_is_not_to_be_read_on_the_disk() {
        let mut spool = spooled(&body()).await;
        let mut on_disk = Vec::new();
        spool.file.read_to_end(&mut on_disk).await.unwrap();
        assert!(on_disk.len() > body().len());
        assert!(!on_disk.windows(LINE.len()).any(|window| window == LINE));
        spool.file.rewind().await.unwrap();
        assert_eq!(all(&mut spool).await.unwrap(), body());
    }

    #[tokio::test]
    async fn a_file_that_was_cut_or_changed_is_not_taken_for_the_body() {
        let mut cut = spooled(&body()).await;
        let length = cut.file.metadata().await.unwrap().len();
        cut.file.set_len(length - 25 - 16).await.unwrap();
        assert!(all(&mut cut).await.is_err());

        let mut changed = spooled(&body()).await;
        changed.file.seek(std::io::SeekFrom::Start(100)).await.unwrap();
        changed.file.write_all(b"x").await.unwrap();
        changed.file.flush().await.unwrap();
        changed.file.rewind().await.unwrap();
        assert!(all(&mut changed).await.is_err());
    }
}
