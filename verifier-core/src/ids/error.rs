//! Why a text is not the number or identifier it should be: one flat enum and its table.
//!
//! An error names the rule and never the value, which may be personal. What is doubtful but bearable is an
//! [`IdWarning`](super::IdWarning).

use core::fmt;

/// Writes the enum and its table from the same rows: variant, code, source, Chinese, English.
macro_rules! errors {
    ($($(#[$doc:meta])+ $variant:ident: $code:literal, $clause:literal, $zh:literal, $en:literal;)+) => {
        /// Which rule a text breaks. The variants cite the standard they enforce.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum IdError {
            $($(#[$doc])+ $variant,)+
        }

        impl IdError {
            /// Every error there is, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name of the rule: part of the interface, never changed once published.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The standard the rule comes from, with its clause where the clause is known.
            #[must_use]
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause,)+ }
            }

            /// The rule in Chinese, for people.
            #[must_use]
            pub const fn text_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// The rule in English, for people.
            #[must_use]
            pub const fn text_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

errors! {
    /// Not 18 characters (GB 32100-2015).
    CreditCodeLength: "credit_code_length", "GB 32100-2015",
        "统一社会信用代码应为18位", "a unified social credit code has 18 characters";
    /// A character outside the 31 of the alphabet, or a non-digit in the division (GB 32100-2015).
    CreditCodeCharacter: "credit_code_character", "GB 32100-2015",
        "统一社会信用代码含有不允许的字符", "the unified social credit code has a character that is not allowed";
    /// The last character does not fit the others (GB 32100-2015).
    CreditCodeCheck: "credit_code_check", "GB 32100-2015",
        "统一社会信用代码校验码不正确", "the check character of the unified social credit code is wrong";
    /// Not 18 characters (GB 11643-1999).
    CitizenIdLength: "citizen_id_length", "GB 11643-1999",
        "公民身份号码应为18位", "a citizen id has 18 characters";
    /// Not 17 digits and a digit or upper-case X (GB 11643-1999).
    CitizenIdCharacter: "citizen_id_character", "GB 11643-1999",
        "公民身份号码应为17位数字加1位数字或大写X", "a citizen id is 17 digits and a digit or upper-case X";
    /// The first two digits are no province (GB 11643-1999, GB/T 2260).
    CitizenIdProvince: "citizen_id_province", "GB 11643-1999",
        "公民身份号码的地址码不存在", "the citizen id begins with an unknown province";
    /// Digits 7 to 14 are no date between 1800 and 2099 (GB 11643-1999).
    CitizenIdBirthDate: "citizen_id_birth_date", "GB 11643-1999",
        "公民身份号码的出生日期不存在", "the birth date in the citizen id does not exist";
    /// The last character does not fit the others (GB 11643-1999, ISO/IEC 7064 MOD 11-2).
    CitizenIdCheck: "citizen_id_check", "GB 11643-1999",
        "公民身份号码校验码不正确", "the check character of the citizen id is wrong";
    /// Not six digits (GB/T 2260).
    DivisionForm: "division_form", "GB/T 2260",
        "行政区划代码应为6位数字", "a division code is six digits";
    /// The first two digits are no province (GB/T 2260).
    DivisionProvince: "division_province", "GB/T 2260",
        "行政区划代码的省级代码不存在", "the division code begins with an unknown province";
    /// Not a plate of an operating vehicle: ordinary, new energy or trailer (GA 36-2018).
    PlateForm: "plate_form", "GA 36-2018",
        "号牌号码格式不正确", "this is not the number of a vehicle plate";
    /// No such colour code (JT/T 697.7-2014, 5.6).
    PlateColourUnknown: "plate_colour_unknown", "JT/T 697.7-2014 5.6",
        "车牌颜色代码不存在", "there is no such plate colour code";
    /// Not twelve digits beginning with 1 to 8 (JT/T 1291, JT/T 1292; 待标准文本核对).
    CertificateNumberForm: "certificate_number_form", "JT/T 1291, JT/T 1292",
        "证号应为12位数字（6位区划代码加6位顺序号）", "the certificate number is twelve digits, a division and a serial";
    /// Neither a citizen id nor an older number of 18 or 19 digits (JT/T 1290; 待标准文本核对).
    PractitionerNumberForm: "practitioner_number_form", "JT/T 1290",
        "从业资格证号应为18位公民身份号码，或原18至19位数字编号",
        "the number is a citizen id or an older number of 18 or 19 digits";
    /// None of the nine kinds (JT/T 1290, 1291, 1292).
    KindUnknown: "kind_unknown", "JT/T 1290, JT/T 1291, JT/T 1292",
        "证照类型不属于三类九证", "this is none of the nine kinds of certificate";
    /// Not a credit code followed by three digits (GB/T 36904-2018).
    TypeCodeForm: "type_code_form", "GB/T 36904-2018",
        "证照类型代码应为定义机构的统一社会信用代码加3位数字", "a type code is a credit code and three digits";
    /// Not six parts between dots after the root (GB/T 36904-2018).
    IdentifierForm: "identifier_form", "GB/T 36904-2018",
        "电子证照标识的组成部分不正确", "the certificate identifier does not have its parts";
    /// Another root than 1.2.156.3005.2 (GB/T 36904-2018).
    IdentifierRoot: "identifier_root", "GB/T 36904-2018",
        "电子证照标识的根代码应为1.2.156.3005.2", "the root of a certificate identifier is 1.2.156.3005.2";
    /// The issuer is no credit code (GB/T 36904-2018).
    IdentifierIssuer: "identifier_issuer", "GB/T 36904-2018",
        "电子证照标识的颁发机构代码应为统一社会信用代码", "the issuer in the identifier is a unified social credit code";
    /// The serial is not 1 to 64 digits and upper-case letters (GB/T 36904-2018; the maximum is our own).
    IdentifierSerial: "identifier_serial", "GB/T 36904-2018",
        "电子证照标识的流水号应为1至64位数字或大写字母", "the serial is 1 to 64 digits and upper-case letters";
    /// The version is not 001 to 999 (GB/T 36904-2018).
    IdentifierVersion: "identifier_version", "GB/T 36904-2018",
        "电子证照标识的版本号应为001至999", "the version in the identifier is 001 to 999";
    /// The check character does not fit (GB/T 36904-2018, GB/T 17710-2008 MOD 37,36).
    IdentifierCheck: "identifier_check", "GB/T 36904-2018",
        "电子证照标识的校验位不正确", "the check character of the certificate identifier is wrong";
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text_en())
    }
}

impl core::error::Error for IdError {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_used_once_and_is_snake_case() {
        let codes: HashSet<_> = IdError::ALL.iter().map(|error| error.code()).collect();
        assert_eq!(codes.len(), IdError::ALL.len());
        for code in codes {
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        }
    }

    #[test]
    fn every_error_says_its_rule_in_both_languages_and_names_its_source() {
        for error in IdError::ALL {
            assert!(!error.text_zh().is_ascii());
            assert!(error.text_en().is_ascii());
            assert_eq!(error.to_string(), error.text_en());
            assert!(["GB", "GA", "JT"].iter().any(|body| error.clause().starts_with(body)));
        }
    }
}
