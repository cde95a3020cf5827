//! What personal data may be looked at for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Role;
use crate::problem::Finding;

/// Fewest and most characters of a basis.
const BASIS: std::ops::RangeInclusive<usize> = 6..=200;

/// Makes [`Purpose`] from aligned entries: word, what it is called, whose purpose it is.
macro_rules! purposes {
    ($( $variant:ident $word:literal $zh:literal, $en:literal: $($role:ident),+; )*) => {
        /// What personal data is looked at for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Purpose {
            $( #[doc = $en] $variant, )*
        }

        impl Purpose {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The word it is stored as.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// What it is called: Chinese, English.
            #[must_use]
            pub const fn name(self) -> (&'static str, &'static str) {
                match self { $( Self::$variant => ($zh, $en), )* }
            }

            /// Whether it is a purpose of this role.
            #[must_use]
            pub fn is_of(self, role: Role) -> bool {
                match self { $( Self::$variant => [$( Role::$role ),+].contains(&role), )* }
            }
        }
    };
}

purposes! {
    RoadsideCheck "roadside_check" "路面执法检查，持证主体未能亮证", "Checking at the roadside, where nothing was presented": Officer;
    IdentityCheck "identity_check" "路面执法核对身份", "Comparing a person with the certificate at a check": Officer;
    Accident      "accident"       "事故调查处理", "Handling an accident": Officer, Operator;
    Case          "case"           "行政案件办理", "Handling an administrative case": Officer, Issuer, Operator;
    Complaint     "complaint"      "投诉举报处理", "Handling a complaint": Officer, Issuer, Operator;
    Correction    "correction"     "数据核对与补正", "Comparing and correcting data": Issuer, Operator;
    HolderRequest "holder_request" "办理持证主体申请", "Serving a request of the holder": Issuer, Operator;
}

impl Purpose {
    /// What does not fit of this purpose and a basis, stated by somebody of a role.
    #[must_use]
    pub fn unfit_for(self, role: Role, basis: &str) -> Vec<Finding> {
        let length = basis.trim().chars().count();
        let finding = |item: &'static str, rule: &'static str| Finding {
            item: item.into(),
            rule: rule.into(),
            source: None,
        };
        let findings = [
            (length < *BASIS.start()).then(|| finding("basis", "too_short")),
            (length > *BASIS.end()).then(|| finding("basis", "too_long")),
            (!self.is_of(role)).then(|| finding("purpose", "not_of_this_role")),
        ];
        findings.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_written_in_json_as_it_is_stored() {
        for purpose in Purpose::ALL {
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.word());
        }
    }

    #[test]
    fn holders_and_administrators_have_no_purpose() {
        let others =
            [Role::Holder, Role::ThirdParty, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
        assert!(Purpose::ALL.iter().all(|purpose| others.iter().all(|role| !purpose.is_of(*role))));
    }
}
