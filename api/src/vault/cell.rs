//! Where a ciphertext belongs. It is bound to its column and row, so that it opens nowhere else.

use std::fmt::Display;

/// A column that holds ciphertexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The code of a holder: citizen id, unified social credit code or another.
    HolderCode,
    /// The number of a certificate (证号), which may be a citizen id.
    CertificateNumber,
    /// All data items of a version: phone, address and portrait among them.
    CertificateItems,
    /// What exactly personal data was shown for.
    RevealBasis,
    /// The secret of an account's authenticator app.
    TotpSecret,
    /// What items of a certificate are granted for.
    GrantPurpose,
    /// The law the authority grants them by.
    GrantBasis,
    /// Who an annotated copy is for.
    CopyRecipient,
    /// What for.
    CopyPurpose,
    /// The text of its code.
    CopyCode,
    /// A file of an annotated copy.
    CopyFile,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 11] = [
        Self::HolderCode,
        Self::CertificateNumber,
        Self::CertificateItems,
        Self::RevealBasis,
        Self::TotpSecret,
        Self::GrantPurpose,
        Self::GrantBasis,
        Self::CopyRecipient,
        Self::CopyPurpose,
        Self::CopyCode,
        Self::CopyFile,
    ];

    /// Table and column. Part of what every ciphertext is bound to: it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HolderCode => "holders.code_ciphertext",
            Self::CertificateNumber => "certificates.number_ciphertext",
            Self::CertificateItems => "certificate_versions.items_ciphertext",
            Self::RevealBasis => "reveals.basis_ciphertext",
            Self::TotpSecret => "totp_factors.secret_ciphertext",
            Self::GrantPurpose => "grants.purpose_ciphertext",
            Self::GrantBasis => "grants.basis_ciphertext",
            Self::CopyRecipient => "copies.recipient_ciphertext",
            Self::CopyPurpose => "copies.purpose_ciphertext",
            Self::CopyCode => "copies.code_ciphertext",
            Self::CopyFile => "copy_files.file_ciphertext",
        }
    }

    /// The cell of this column in the row with this key.
    #[must_use]
    pub fn of(self, row: impl Display) -> Cell {
        Cell { column: self, row: row.to_string() }
    }

    /// The cell of a version of a certificate, whose key is made of two.
    #[must_use]
    pub fn of_version(self, certificate_id: &str, version: i32) -> Cell {
        self.of(format_args!("{certificate_id}/{version}"))
    }
}

/// One cell of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    column: Column,
    row: String,
}

impl Cell {
    pub(super) const fn column(&self) -> Column {
        self.column
    }

    /// What a ciphertext of this cell is bound to besides its own head.
    pub(super) fn context(&self, head: &[u8]) -> Vec<u8> {
        [head, self.column.name().as_bytes(), &[0], self.row.as_bytes()].concat()
    }
}
