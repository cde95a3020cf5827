//! Where a ciphertext belongs. It is bound to its column and row, so that it opens nowhere else.

use std::fmt::Display;

use crate::store::ciphertexts::RowKey;

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
    /// The code of an organisation that somebody wants to act for.
    OrganisationCode,
    /// What exactly certificates were looked up for.
    LookupBasis,
    /// The secret of an account's authenticator app.
    TotpSecret,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 7] = [
        Self::HolderCode,
        Self::CertificateNumber,
        Self::CertificateItems,
        Self::RevealBasis,
        Self::OrganisationCode,
        Self::LookupBasis,
        Self::TotpSecret,
    ];

    /// Table and column. Part of what every ciphertext is bound to: it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HolderCode => "holders.code_ciphertext",
            Self::CertificateNumber => "certificates.number_ciphertext",
            Self::CertificateItems => "certificate_versions.items_ciphertext",
            Self::RevealBasis => "reveals.basis_ciphertext",
            Self::OrganisationCode => "bindings.organisation_code_ciphertext",
            Self::LookupBasis => "lookups.basis_ciphertext",
            Self::TotpSecret => "totp_factors.secret_ciphertext",
        }
    }

    /// The cell of this column in the row with this key.
    #[must_use]
    pub fn of(self, row: impl Display) -> Cell {
        Cell { column: self, row: row.to_string() }
    }

    /// The cell of this column in the row that has this key in its table.
    pub(super) fn of_row(self, key: &RowKey) -> Cell {
        match self {
            Self::CertificateItems => self.of_version(&key.id, key.version),
            _ => self.of(&key.id),
        }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_of_ciphertexts_in_the_schema_is_known_here() {
        let schema = include_str!("../schema.rs");
        let mut table = "";
        let mut columns = BTreeSet::new();
        for line in schema.lines().map(str::trim) {
            if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
                table = name;
            }
            if let Some((column, _)) =
                line.split_once(" -> ").filter(|(name, _)| name.ends_with("_ciphertext"))
            {
                columns.insert(format!("{table}.{column}"));
            }
        }
        assert_eq!(columns, Column::ALL.iter().map(|column| column.name().to_owned()).collect());
        assert_eq!(columns.len(), Column::ALL.len(), "none twice");
    }

    #[test]
    fn the_cell_of_a_row_is_the_one_it_was_encrypted_for() {
        let key = RowKey { id: "one".to_owned(), version: 3 };
        assert_eq!(Column::CertificateItems.of_row(&key), Column::CertificateItems.of_version("one", 3));
        assert_eq!(Column::TotpSecret.of_row(&key), Column::TotpSecret.of("one"));
    }
}
