//! The names of keys in each kind of map, as the protocol's tables give them.

use super::item::Item;

/// A kind of map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    Header,
    Presentation,
    Credential,
    Face,
    Confirmation,
    CoseKey,
    StatusList,
    TrustList,
    /// Keys that are texts, or have no name.
    Text,
}

/// How a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Time,
    Day,
    /// The entries of a status list.
    Packed,
    /// A message that is shown by itself.
    Elsewhere,
    Inside(Names),
}

type Row = (i64, &'static str, Form);

const FACE: &[Row] = &[
    (1, "1 kind", Form::Plain),
    (2, "2 number", Form::Plain),
    (3, "3 holder", Form::Plain),
    (4, "4 tail", Form::Plain),
    (5, "5 plate", Form::Plain),
    (6, "6 plate colour", Form::Plain),
    (7, "7 scope", Form::Plain),
    (8, "8 status index", Form::Plain),
    (9, "9 version", Form::Plain),
    (10, "10 last valid day", Form::Day),
    (11, "11 portrait", Form::Plain),
    (12, "12 specimen", Form::Plain),
];

impl Names {
    /// The name of a key, and how its value is to be read.
    pub fn of(self, key: &Item) -> (String, Form) {
        match key {
            Item::Text(text) => (text.clone(), self.form_of_text(text)),
            Item::Int(n) => {
                let row = self.table().iter().find(|(number, ..)| i128::from(*number) == *n);
                row.map_or_else(
                    || (n.to_string(), Form::Plain),
                    |(_, name, form)| ((*name).to_owned(), *form),
                )
            }
            other => (format!("{other:?}"), Form::Plain),
        }
    }

    fn form_of_text(self, key: &str) -> Form {
        match key {
            "lst" => Form::Packed,
            "iat" | "exp" | "nbf" | "revoked" => Form::Time,
            "issuers" | "keys" => Form::Inside(Self::TrustList),
            _ => Form::Plain,
        }
    }

    fn table(self) -> &'static [Row] {
        match self {
            Self::Header => &[
                (1, "alg", Form::Plain),
                (2, "crit", Form::Plain),
                (4, "kid", Form::Plain),
                (13, "kcwt", Form::Elsewhere),
                (16, "typ", Form::Plain),
            ],
            Self::Presentation => &[(4, "exp", Form::Time), (6, "iat", Form::Time), (7, "cti", Form::Plain)],
            Self::Credential => &[
                (1, "iss", Form::Plain),
                (4, "exp", Form::Time),
                (5, "nbf", Form::Time),
                (6, "iat", Form::Time),
                (8, "cnf", Form::Inside(Self::Confirmation)),
                (-65_537, "face", Form::Inside(Self::Face)),
            ],
            Self::Face => FACE,
            Self::Confirmation => &[(1, "COSE_Key", Form::Inside(Self::CoseKey))],
            Self::CoseKey => &[
                (1, "kty", Form::Plain),
                (-1, "crv", Form::Plain),
                (-2, "x", Form::Plain),
                (-3, "sign", Form::Plain),
            ],
            Self::StatusList => &[
                (2, "sub", Form::Plain),
                (4, "exp", Form::Time),
                (6, "iat", Form::Time),
                (65_533, "status_list", Form::Inside(Self::Text)),
                (65_534, "ttl", Form::Plain),
            ],
            Self::TrustList | Self::Text => &[],
        }
    }
}
