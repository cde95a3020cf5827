//! The rules a record is held to: one table with stable code, severity, source, and what to do, in two languages.
//!
//! Rules about one identifier are those of `verifier_core::ids` and come from its table. Not here: the checks
//! themselves, which are in [`super::form`], [`super::check`], and, for streams and for what is known already, in
//! `ingest` and `admit`.

use serde::Serialize;
use verifier_core::ids::IdError;

/// Whether a finding keeps the record out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The record is refused.
    Error,
    /// The record is taken, and the finding is kept for correction (补正).
    Warning,
}

/// Writes the enum and its table from the same rows: variant, code, severity, source, Chinese, English. An empty
/// source means that of the item concerned.
macro_rules! rules {
    ($($(#[$doc:meta])+ $variant:ident: $code:literal, $severity:ident, $source:literal, $zh:literal, $en:literal;)+) => {
        /// A rule a record breaks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])+ $variant,)+
            /// A rule of one identifier: credit code, citizen id, certificate identifier, number, plate, division.
            Id(IdError),
        }

        impl Rule {
            /// Every rule but those of identifiers, in the order of the table.
            pub const OWN: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name of the rule: part of the interface, never changed once published.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Id(error) => error.code(),
                }
            }

            /// Whether breaking it keeps the record out.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                    Self::Id(_) => Severity::Error,
                }
            }

            /// The rule in Chinese, for people.
            #[must_use]
            pub const fn text_zh(self) -> &'static str {
                match self {
                    $(Self::$variant => $zh,)+
                    Self::Id(error) => error.text_zh(),
                }
            }

            /// The rule in English, for people.
            #[must_use]
            pub const fn text_en(self) -> &'static str {
                match self {
                    $(Self::$variant => $en,)+
                    Self::Id(error) => error.text_en(),
                }
            }

            const fn clause(self) -> &'static str {
                match self {
                    $(Self::$variant => $source,)+
                    Self::Id(error) => error.clause(),
                }
            }
        }
    };
}

/// Where rules of this project's own interface are written down.
const OWN_SOURCE: &str = "docs/ingest-format.md";

impl Rule {
    /// Every rule there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let ids = IdError::ALL.iter().copied().map(Self::Id);
        Self::OWN.iter().copied().chain(ids)
    }

    /// The source of the rule itself, `None` where it is that of the item it is applied to.
    #[must_use]
    pub fn source(self) -> Option<&'static str> {
        match self.clause() {
            "" => None,
            "own" => Some(OWN_SOURCE),
            clause => Some(clause),
        }
    }
}

rules! {
    /// The line is not one JSON object.
    NotJson: "not_json", Error, "own",
        "该行不是一个完整的 JSON 对象：请每行报送一个对象", "the line is not one complete JSON object: send one object a line";
    /// The CSV row has another number of columns than the header.
    ColumnCount: "column_count", Error, "own",
        "该行的列数与表头不一致：请检查逗号和引号", "the row does not have as many columns as the header: check commas and quotes";
    /// The same name occurs twice.
    DuplicateItem: "duplicate_item", Error, "own",
        "同一数据项出现两次：请只保留一个", "the item occurs twice: keep one";
    /// An item was given under two names with different values.
    Contradiction: "contradiction", Error, "own",
        "同一数据项以不同名称给出且值不一致：请只保留正确的一个", "the item is given under two names with different values: keep the right one";
    /// None of the nine kinds.
    UnknownKind: "unknown_kind", Error, "JT/T 1290, JT/T 1291, JT/T 1292",
        "证照种类不属于三类九证：请用三位代码或完整的证照类型代码", "this is none of the nine kinds: use a code of three digits or the whole type code";
    /// No such event.
    UnknownEvent: "unknown_event", Error, "own",
        "业务类型不在代码表中：见报送格式", "there is no such event: see the ingest format";
    /// The kind has no item of this name.
    UnknownItem: "unknown_item", Warning, "own",
        "该证照种类没有此数据项：已原样保留，请核对名称", "this kind of certificate has no such item: it is kept as it is, check its name";
    /// A required item is not there.
    Missing: "missing", Error, "",
        "必填数据项缺失：请补充", "a required item is missing: add it";
    /// An item that should be there is not.
    MissingExpected: "missing_expected", Warning, "",
        "应填数据项缺失：请补正", "an item that should be given is missing: add it when it is known";
    /// None of several items is there, one of which is required.
    MissingOneOf: "missing_one_of", Error, "",
        "几个数据项中至少应填一项", "at least one of several items is required";
    /// The value is of another type, such as an object where text is meant.
    WrongType: "wrong_type", Error, "",
        "数据类型不正确：请按报送格式填写", "the value is of the wrong type: see the ingest format";
    /// Too short or too long.
    WrongLength: "wrong_length", Error, "",
        "长度不符合报送格式", "the value is too short or too long: see the ingest format";
    /// Has a character that does not belong there.
    WrongCharacters: "wrong_characters", Error, "",
        "含有不允许的字符：请按报送格式填写", "the value has a character that is not allowed: see the ingest format";
    /// No day of the calendar, or no moment.
    NotADate: "not_a_date", Error, "GB/T 7408",
        "日期应为真实存在的 YYYYMMDD", "the date is not a real one in the form YYYYMMDD";
    /// Too many values in a list.
    TooMany: "too_many", Error, "own",
        "列表项过多", "the list has too many values";
    /// Neither a JPEG nor a PNG file in base64.
    NotAnImage: "not_an_image", Error, "own",
        "照片应为 base64 编码的 JPEG 或 PNG 文件", "the picture is not a JPEG or PNG file in base64";
    /// Not in the code table, which is a reconstruction.
    UnknownCode: "unknown_code", Warning, "",
        "代码不在代码表中：请核对", "the code is not in its table: check it";
    /// The lists about the categories do not have one value a category.
    UnequalLists: "unequal_lists", Error, "",
        "各类别的日期个数应与类别个数一致", "there is not one date for each category";
    /// Ends before it begins.
    EndsBeforeStart: "ends_before_start", Error, "",
        "有效期止早于有效期起", "the validity ends before it begins";
    /// Issued after its last valid day.
    IssuedAfterEnd: "issued_after_end", Error, "",
        "发证日期晚于有效期止", "the certificate was issued after its last valid day";
    /// First issued after this version was.
    FirstIssueLate: "first_issue_late", Warning, "",
        "初领日期晚于发证日期", "the date of first issue is after the date of issue";
    /// The organisation code inside the credit code fails its own check.
    OrganisationCodeCheck: "organisation_code_check", Warning, "GB 11714-1997",
        "统一社会信用代码中的组织机构代码校验位不正确", "the organisation code inside the credit code fails its check";
    /// The division is of Liaoning and not in the table.
    UnknownDivision: "unknown_division", Warning, "GB/T 2260",
        "行政区划代码不在区划表中：请核对", "the division is not in the table of divisions: check it";
    /// The number begins with a division elsewhere than the certificate's.
    NumberDivision: "number_division", Warning, "",
        "证号前六位与所属管辖属地不一致", "the number begins with another division than the certificate's";
    /// The number is a citizen id, and not the holder's.
    NumberNotHolders: "number_not_holders", Warning, "JT/T 1290-2019 6.3",
        "从业资格证号与持证人身份证号不一致", "the number is a citizen id other than the holder's";
    /// A qualification held by an organisation.
    HolderNotAPerson: "holder_not_a_person", Error, "JT/T 1290-2019 6.3",
        "从业资格证的持证主体应为自然人", "the holder of a qualification is a person";
    /// The two codes for the type of the holder's document do not agree.
    DocumentTypeDiffers: "document_type_differs", Warning, "JT/T 697.7-2014 5.2",
        "身份证件类别与持证主体代码类型不一致", "the type of the document is not that of the holder's code";
    /// Not the birth date in the citizen id.
    BirthDateDiffers: "birth_date_differs", Warning, "GB 11643-1999",
        "出生日期与公民身份号码不一致", "the birth date is not that of the citizen id";
    /// Not the sex in the citizen id.
    SexDiffers: "sex_differs", Warning, "GB 11643-1999",
        "性别与公民身份号码不一致", "the sex is not that of the citizen id";
    /// The identifier is of another kind of certificate.
    IdentifierKind: "identifier_kind", Error, "GB/T 36904-2018",
        "电子证照标识中的证照类型与证照种类不一致", "the identifier is of another kind of certificate";
    /// The identifier names another issuer.
    IdentifierIssuerDiffers: "identifier_issuer_differs", Error, "GB/T 36904-2018",
        "电子证照标识中的颁发机构与发证机关代码不一致", "the identifier names another issuer";
    /// The identifier has another serial or version than given.
    IdentifierDiffers: "identifier_differs", Error, "GB/T 36904-2018",
        "流水号或版本号与电子证照标识不一致", "the serial or version is not that of the identifier";
    /// The serial is the holder's citizen id, and identifiers are public.
    SerialIsPersonal: "serial_is_personal", Warning, "个人信息保护法 第六条",
        "流水号不应使用公民身份号码", "the serial is the holder's citizen id, which identifiers must not carry";
    /// Not 17 letters and digits, or with I, O or Q.
    VinShape: "vin_shape", Warning, "GB 16735-2019",
        "车辆识别代号应为17位字母和数字，不含 I、O、Q", "a VIN is 17 letters and digits without I, O and Q";
    /// The ninth character does not fit the others.
    VinCheck: "vin_check", Warning, "GB 16735-2019",
        "车辆识别代号校验位不正确", "the check digit of the VIN is wrong";
    /// A plate of this form does not have this colour.
    PlateColourDiffers: "plate_colour_differs", Warning, "GA 36-2018",
        "号牌号码的格式与车牌颜色不相符", "a plate of this form does not have this colour";
    /// The issuer's system itself says the certificate is not in force.
    NotInForce: "not_in_force", Error, "JT/T 415-2006 5.5.2",
        "证照状态为无效：请以状态变更报送，不能作为有效证照入库", "the record says the certificate is not in force; send a change of status instead";
    /// The operator or vehicle is not operating.
    NotOperating: "not_operating", Warning, "",
        "经营状态或营运状态不是正常营业（营运）", "the operator or vehicle is not operating";
    /// The digest is not that of the photograph given with it.
    PhotoDigest: "photo_digest", Error, "own",
        "照片与所给的 SM3 值不一致", "the digest is not that of the photograph";
    /// The line is not UTF-8.
    WrongEncoding: "wrong_encoding", Error, "own",
        "该行不是 UTF-8 编码，请转换编码后重新报送", "the line is not UTF-8; convert the file and send it again";
    /// The line is longer than a line may be.
    LineTooLong: "line_too_long", Error, "own",
        "该行超过 256 KiB 的长度上限", "the line is longer than 256 KiB";
    /// A quotation mark in CSV is never closed.
    UnclosedQuote: "unclosed_quote", Error, "own",
        "CSV 引号未闭合；其后各行已按单独的行处理", "a quotation mark is never closed; the lines behind it were taken by themselves";
    /// Another content than the one known, and no event that would explain it.
    DuplicateWithOtherContent: "duplicate_with_other_content", Error, "own",
        "该证照已入库且内容不同，未覆盖；变更、换发、补发请在 event 中注明", "the certificate is known with other content, which stays; say in event if it was changed, renewed or reissued";
    /// A new version of a certificate that was cancelled or revoked.
    CertificateEnded: "certificate_ended", Error, "own",
        "该证照已注销或吊销，不能再变更；重新许可的请以新证号报送", "the certificate was cancelled or revoked and takes no new version; a new licence has a number of its own";
    /// The identifier is another certificate's.
    IdentifierTaken: "identifier_taken", Error, "GB/T 36904-2018",
        "电子证照标识已用于另一证照", "the identifier is another certificate's";
    /// The division is not one the sender answers for.
    OutsideJurisdiction: "outside_jurisdiction", Error, "own",
        "所属管辖属地不在报送账号或本系统的管辖范围内", "the division is not one that the sender, or this system, answers for";
    /// A change with a later number of the sender's was taken before.
    SequencePassed: "sequence_passed", Error, "own",
        "该证照已收到报送序号更大的变更，此条已过时，未采用", "a change of the certificate with a later sequence was taken before: this one is out of date and was not taken";
    /// An event with a member that no event has, or a value that it does not take.
    EventForm: "event_form", Error, "own",
        "该行不是符合格式的事件：请核对成员名称和取值", "the line is not an event of its form: check the names and values of its members";
    /// An event about a certificate that is not known.
    UnknownCertificate: "unknown_certificate", Error, "own",
        "没有此证照：请先报送证照，或核对证照种类、发证机关代码和证号", "there is no such certificate: send it first, or check kind, issuerCode and certificateNumber";
    /// An event that cannot happen as the certificate stands.
    TransitionNotAllowed: "transition_not_allowed", Error, "own",
        "按证照当前状态不能进行此项变更：请核对其变更记录", "the certificate, as it stands, does not allow this event: look at its history";
    /// An event older than one on record that settled the same.
    EventOvertaken: "event_overtaken", Error, "own",
        "已记录发生时间更晚的同类事件，此条已过时，未采用", "an event of the same sort that happened later is on record: this one is out of date and was not taken";
    /// Another event has its id.
    EventConflict: "event_conflict", Error, "own",
        "该事件编号已用于其他内容", "another event has this id";
    /// A day or moment that has not come.
    InTheFuture: "in_the_future", Error, "own",
        "时间晚于当前时间", "the time has not come yet";
    /// An item that the event does not take.
    NotForEvent: "not_for_event", Error, "own",
        "此类事件不使用该数据项", "the event does not take this item";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_used_once_and_is_snake_case() {
        let codes: HashSet<_> = Rule::all().map(Rule::code).collect();
        assert_eq!(codes.len(), Rule::all().count());
        for code in codes {
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        }
    }

    #[test]
    fn every_rule_speaks_both_languages() {
        for rule in Rule::all() {
            assert!(!rule.text_zh().is_ascii());
            assert!(rule.text_en().is_ascii());
        }
    }
}
