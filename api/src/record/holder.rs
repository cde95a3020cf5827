//! The holder of a certificate (持证主体): a person or an organisation, known by a code and its type.

use core::fmt;

use verifier_core::ids::{CitizenId, CreditCode, IdError};

/// 统一社会信用代码.
pub(super) const CREDIT_CODE: &str = "001";
/// 公民身份号码.
pub(super) const CITIZEN_ID: &str = "111";

/// The code of a holder.
#[derive(Clone, PartialEq, Eq)]
pub enum HolderCode {
    /// Type 111, a citizen.
    Citizen(CitizenId),
    /// Type 001, an organisation.
    Organisation(CreditCode),
    /// Any other document, by its type and number: no rule is known for it.
    Other {
        /// The type of the code (GB/T 36903).
        code_type: String,
        /// The number, upper-case letters and digits.
        number: String,
    },
}

impl HolderCode {
    /// Reads a code of a type. Fails as citizen ids and credit codes do.
    pub(super) fn parse(code_type: &str, code: &str) -> Result<Self, IdError> {
        match code_type {
            CITIZEN_ID => CitizenId::parse(code).map(Self::Citizen),
            CREDIT_CODE => CreditCode::parse(code).map(Self::Organisation),
            other => Ok(Self::Other { code_type: other.to_owned(), number: code.to_owned() }),
        }
    }
}

/// The holder of a certificate. `Debug` shows neither name nor code.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    code: HolderCode,
    name: String,
}

impl Holder {
    pub(super) const fn new(code: HolderCode, name: String) -> Self {
        Self { code, name }
    }

    /// The code as what it is.
    #[must_use]
    pub const fn typed_code(&self) -> &HolderCode {
        &self.code
    }

    /// The type of the code (GB/T 36903 持证主体代码类型), such as `111`.
    #[must_use]
    pub fn code_type(&self) -> &str {
        match &self.code {
            HolderCode::Citizen(_) => CITIZEN_ID,
            HolderCode::Organisation(_) => CREDIT_CODE,
            HolderCode::Other { code_type, .. } => code_type,
        }
    }

    /// The whole code. For storing and comparing; never for a log or an address.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.code {
            HolderCode::Citizen(id) => id.as_str(),
            HolderCode::Organisation(code) => code.as_str(),
            HolderCode::Other { number, .. } => number,
        }
    }

    /// The name of the person or organisation.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the holder is a person: every type of code but 001 and 099.
    #[must_use]
    pub fn is_person(&self) -> bool {
        !matches!(self.code_type(), CREDIT_CODE | "099")
    }

    /// The citizen id, where the code is one.
    #[must_use]
    pub const fn citizen_id(&self) -> Option<&CitizenId> {
        match &self.code {
            HolderCode::Citizen(id) => Some(id),
            HolderCode::Organisation(_) | HolderCode::Other { .. } => None,
        }
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({})", self.code_type())
    }
}

/// The type of a holder's code for a 身份证件类别 (JT/T 697.7-2014, 5.2), which numbers documents otherwise.
pub(super) fn code_type_of_document(document: &str) -> Option<&'static str> {
    match document {
        "1" => Some(CITIZEN_ID),
        "2" => Some("114"),
        "4" => Some("414"),
        "6" => Some("516"),
        "7" => Some("511"),
        "3" | "5" | "9" => Some("999"),
        _ => None,
    }
}

/// The 性别 (GB/T 2261.1) a citizen id states: 1 male, 2 female, by whether its seventeenth digit is odd.
pub(crate) fn sex_of(id: &CitizenId) -> &'static str {
    let digit = id.as_str().as_bytes().get(16).copied().unwrap_or_default();
    if digit % 2 == 1 { "1" } else { "2" }
}
