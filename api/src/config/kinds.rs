//! Kinds of values that settings have, where text and numbers do not say enough.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroize;

/// Where this server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On a developer's or a demonstrator's machine: it makes its own keys, marked as such.
    Development,
    /// For the public: development keys, plain HTTP addresses and weak passwords are refused.
    Production,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For a person to read.
    Text,
}

/// Whether staff prove a second factor at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// All of them.
    Required,
    /// Nobody is asked: for demonstrations and development.
    Off,
}

/// Gives an enum the words it is written with, both ways.
macro_rules! words {
    ($kind:ident: $( $variant:ident = $word:literal ),*) => {
        impl FromStr for $kind {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $( $word => Ok(Self::$variant), )* _ => Err(()) }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$variant => $word, )* })
            }
        }
    };
}

words!(Environment: Development = "development", Production = "production");
words!(SecondFactor: Required = "required", Off = "off");
words!(LogFormat: Json = "json", Text = "text");

/// Text that is not shown and is cleared from memory after use.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "(none)" } else { "***" })
    }
}

/// For the documents, where a secret has no default.
impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
