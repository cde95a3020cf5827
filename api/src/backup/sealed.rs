//! A backup file encrypted with SM4-GCM, in chunks, so that neither side ever holds it whole.
//!
//! The file is [`MAGIC`], a salt, the rounds, a proof of the key, then chunks: four bytes of length, whose highest bit
//! marks the last chunk, and the sealed bytes. The key is derived from the passphrase and the file's own salt, so it
//! serves one file; a chunk's nonce is its number and whether it is the last. Chunks that are changed, swapped, left
//! out or cut off do not open.

use std::io::{self, BufRead, Read, Write};

use crate::config::Secret;
use crate::keys::cipher::{self, NONCE_LENGTH, SecretKey};

use super::BackupError;

const MAGIC: &[u8] = b"yzt-backup-sm4gcm-1\n";
const SALT_LENGTH: usize = 16;
const PROOF_LENGTH: usize = 16;
const TAG_LENGTH: usize = 16;
/// Plain bytes of a chunk, the last one excepted.
const CHUNK: usize = 1 << 20;
const LAST: u32 = 1 << 31;
/// More rounds than anyone waits for: a file that asks for them was not written by us.
const MOST_ROUNDS: u32 = 20_000_000;

/// Whether an encrypted backup begins here. Takes nothing away from the reader unless it does.
pub(super) fn is_sealed(reader: &mut impl BufRead) -> io::Result<bool> {
    Ok(reader.fill_buf()?.starts_with(MAGIC))
}

/// Encrypts what is written to it.
pub(super) struct Sealing<W> {
    out: W,
    key: SecretKey,
    chunk: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealing<W> {
    /// Begins a file under `passphrase`.
    pub(super) fn begin(mut out: W, passphrase: &Secret, rounds: u32) -> Result<Self, BackupError> {
        let salt = cipher::random::<SALT_LENGTH>().ok_or(BackupError::NoRandomness)?;
        let key = cipher::derive(passphrase.reveal().as_bytes(), salt.as_slice(), rounds);
        out.write_all(MAGIC)?;
        out.write_all(salt.as_slice())?;
        out.write_all(&rounds.to_be_bytes())?;
        out.write_all(&proof(&key, salt.as_slice()))?;
        Ok(Self { out, key, chunk: Vec::with_capacity(CHUNK), number: 0 })
    }

    /// Writes the last chunk. Without it the file counts as cut off.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.write_chunk(true)?;
        Ok(self.out)
    }

    fn write_chunk(&mut self, last: bool) -> io::Result<()> {
        let sealed = cipher::seal(&self.key, &nonce(self.number, last), MAGIC, &self.chunk);
        let sealed = sealed.ok_or(io::ErrorKind::InvalidInput)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.out.write_all(&(if last { length | LAST } else { length }).to_be_bytes())?;
        self.out.write_all(&sealed)?;
        self.number += 1;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK {
            self.write_chunk(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read from it, up to its true end.
pub(super) struct Opening<R> {
    from: R,
    key: SecretKey,
    chunk: io::Cursor<zeroize::Zeroizing<Vec<u8>>>,
    number: u64,
    ended: bool,
}

impl<R: Read> Opening<R> {
    /// Begins to read a file that [`is_sealed`].
    pub(super) fn begin(mut from: R, passphrase: &Secret) -> Result<Self, BackupError> {
        let _magic: [u8; MAGIC.len()] = take(&mut from)?;
        let salt: [u8; SALT_LENGTH] = take(&mut from)?;
        let rounds = u32::from_be_bytes(take(&mut from)?);
        let stated: [u8; PROOF_LENGTH] = take(&mut from)?;
        if rounds == 0 || rounds > MOST_ROUNDS {
            return Err(BackupError::NotABackup);
        }
        let key = cipher::derive(passphrase.reveal().as_bytes(), &salt, rounds);
        if proof(&key, &salt) != stated {
            return Err(BackupError::WrongPassphrase);
        }
        Ok(Self { from, key, chunk: io::Cursor::default(), number: 0, ended: false })
    }

    fn next_chunk(&mut self) -> Result<(), BackupError> {
        let stated = u32::from_be_bytes(take(&mut self.from)?);
        let (length, last) = (stated & !LAST, stated & LAST != 0);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let damaged = || BackupError::Damaged(format!("chunk {}", self.number));
        if length > CHUNK + TAG_LENGTH {
            return Err(damaged());
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let plain = cipher::open(&self.key, &nonce(self.number, last), MAGIC, &sealed).ok_or_else(damaged)?;
        self.chunk = io::Cursor::new(plain);
        self.number += 1;
        self.ended = last;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.chunk.read(into)?;
            if read > 0 || self.ended || into.is_empty() {
                return Ok(read);
            }
            self.next_chunk().map_err(io::Error::other)?;
        }
    }
}

/// Says, without the key, whether a passphrase is the right one: no chunk has this nonce.
fn proof(key: &SecretKey, salt: &[u8]) -> [u8; PROOF_LENGTH] {
    let sealed = cipher::seal(key, &[0xff; NONCE_LENGTH], salt, &[]);
    sealed.and_then(|tag| tag.try_into().ok()).unwrap_or_default()
}

fn nonce(number: u64, last: bool) -> [u8; NONCE_LENGTH] {
    let mut nonce = [0; NONCE_LENGTH];
    let (first, rest) = nonce.split_at_mut(1);
    first.fill(u8::from(last));
    if let Some(end) = rest.last_chunk_mut::<8>() {
        *end = number.to_be_bytes();
    }
    nonce
}

fn take<const N: usize>(from: &mut impl Read) -> Result<[u8; N], BackupError> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealing = Sealing::begin(Vec::new(), &secret("right"), 1).unwrap();
        sealing.write_all(plain).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(file: &[u8]) -> Result<Vec<u8>, BackupError> {
        let mut plain = Vec::new();
        Opening::begin(file, &secret("right"))?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let plain = vec![7; length];
            assert!(opened(&sealed(&plain)).unwrap() == plain, "{length}");
        }
    }

    #[test]
    fn it_opens_under_no_other_passphrase() {
        let file = sealed(b"plain");
        let other = Opening::begin(file.as_slice(), &secret("wrong"));
        assert!(matches!(other.err(), Some(BackupError::WrongPassphrase)));
    }

    #[test]
    fn a_file_cut_off_anywhere_is_not_taken_for_whole() {
        let file = sealed(&vec![7; CHUNK + 10]);
        let boundary = file.len() - 10 - TAG_LENGTH - 4;
        for length in [MAGIC.len() + 3, boundary - 1, boundary, boundary + 2, file.len() - 1] {
            assert!(matches!(opened(&file[..length]), Err(BackupError::CutOff)), "{length}");
        }
    }

    #[test]
    fn a_bit_changed_in_a_chunk_is_noticed() {
        let file = sealed(b"plain");
        for at in file.len() - 5 - TAG_LENGTH..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(matches!(opened(&changed), Err(BackupError::Damaged(_))), "{at}");
        }
    }
}
