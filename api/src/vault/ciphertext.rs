//! The bytes of a ciphertext: its head (a mark and the id of the data key), a nonce, the encrypted text with its tag.

use uuid::Uuid;

use crate::keys::cipher::NONCE_LENGTH;

/// The mark of this form. No plain value begins with it, and a later form will have another.
const MARK: u8 = 1;
const ID_LENGTH: usize = 16;

/// The parts of a ciphertext.
pub(super) struct Ciphertext<'a> {
    /// Mark and id of the data key, which the text is bound to.
    pub(super) head: [u8; 1 + ID_LENGTH],
    pub(super) nonce: [u8; NONCE_LENGTH],
    pub(super) text: &'a [u8],
}

impl<'a> Ciphertext<'a> {
    /// Takes bytes apart; `None` when they are no ciphertext.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk()?;
        let (nonce, text) = rest.split_first_chunk()?;
        (head.first() == Some(&MARK)).then_some(Self { head: *head, nonce: *nonce, text })
    }

    /// The data key that opens it.
    pub(super) fn key(&self) -> Uuid {
        let [_, id @ ..] = self.head;
        Uuid::from_bytes(id)
    }

    /// The bytes of one.
    pub(super) fn bytes(&self) -> Vec<u8> {
        [&self.head, self.nonce.as_slice(), self.text].concat()
    }
}

/// The data key that a ciphertext with this head is under; `None` when it is the head of none.
pub(super) fn key_of(head: &[u8]) -> Option<Uuid> {
    let (mark, id) = head.split_first()?;
    let id: [u8; ID_LENGTH] = id.try_into().ok()?;
    (*mark == MARK).then(|| Uuid::from_bytes(id))
}

/// The head of a ciphertext under this data key.
pub(super) fn head(key: Uuid) -> [u8; 1 + ID_LENGTH] {
    let mut head = [MARK; 1 + ID_LENGTH];
    let [_, id @ ..] = &mut head;
    *id = key.into_bytes();
    head
}
