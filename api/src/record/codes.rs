//! The code tables of this field, each a data file in `api/data/codes/` with its source in its head.
//!
//! The texts of most standards could not be had, so the tables are reconstructions: a code that is not in its table
//! is a ground for a warning and never for refusing a record. Not here: plate colours and certificate kinds, which
//! are types of `verifier_core::ids`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Makes the enum of all tables, its list and the file behind each from one list.
macro_rules! tables {
    ($($(#[$doc:meta])+ $variant:ident: $file:literal;)+) => {
        /// A code table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Codes {
            $($(#[$doc])+ $variant,)+
        }

        impl Codes {
            /// Every table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name of the table: that of its file, and its key in the trust list.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $file,)+ }
            }

            fn table(self) -> &'static Table {
                match self {
                    $(Self::$variant => {
                        static TABLE: LazyLock<Table> = LazyLock::new(|| {
                            Table::parse(include_str!(concat!("../../data/codes/", $file, ".csv")))
                        });
                        &TABLE
                    })+
                }
            }
        }
    };
}

tables! {
    /// 经营范围.
    BusinessScopes: "business_scopes";
    /// 从业资格类别.
    QualificationCategories: "qualification_categories";
    /// 车辆类型.
    VehicleTypes: "vehicle_types";
    /// 行政区划 of Liaoning.
    Divisions: "divisions";
    /// 持证主体代码类型.
    HolderCodeTypes: "holder_code_types";
    /// 身份证件类别.
    IdDocumentTypes: "id_document_types";
    /// 性别.
    Sexes: "sexes";
    /// 准驾车型.
    DrivingClasses: "driving_classes";
    /// 诚信考核等级.
    IntegrityGrades: "integrity_grades";
    /// 经济类型.
    EconomicTypes: "economic_types";
    /// 分支机构标识.
    OrganisationKinds: "organisation_kinds";
    /// 关联事项代码.
    RelatedItems: "related_items";
    /// 经营状态 of an operator.
    BusinessStates: "business_states";
    /// 营运状态 of a vehicle.
    VehicleStates: "vehicle_states";
    /// 审验状态.
    ReviewStates: "review_states";
    /// 车辆技术等级.
    TechnicalGrades: "technical_grades";
    /// 客车类型等级.
    BusGrades: "bus_grades";
    /// 燃料类型.
    Fuels: "fuels";
    /// 证照状态.
    CertificateStates: "certificate_states";
    /// 证照发放类型.
    IssueTypes: "issue_types";
}

impl Codes {
    /// The table with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|codes| codes.key() == key)
    }

    /// What the table holds, in Chinese.
    #[must_use]
    pub fn title_zh(self) -> &'static str {
        self.table().title
    }

    /// The standard the table comes from.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.table().source
    }

    /// Whether the table still has to be compared with the standard's text, in Chinese.
    #[must_use]
    pub fn check_mark(self) -> &'static str {
        self.table().mark
    }

    /// The Chinese name of a code, if it is in the table.
    #[must_use]
    pub fn name(self, code: &str) -> Option<&'static str> {
        self.table().rows.get(code).copied()
    }

    /// All codes with their Chinese names, by code.
    pub fn rows(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.table().rows.iter().map(|(code, name)| (*code, *name))
    }
}

/// The two tables the scope codes of a code's face come from, for the signed trust list: table, code, Chinese name.
#[must_use]
pub fn scope_tables() -> BTreeMap<&'static str, BTreeMap<u32, &'static str>> {
    [("business", Codes::BusinessScopes), ("qualification", Codes::QualificationCategories)]
        .into_iter()
        .map(|(table, codes)| {
            let rows = codes.rows();
            let numbered = rows.filter_map(|(code, name)| Some((code.parse().ok()?, name)));
            (table, numbered.collect())
        })
        .collect()
}

/// The cities of Liaoning: division code and name.
pub fn cities() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_city = |code: &str| code.ends_with("00") && !code.ends_with("0000");
    Codes::Divisions.rows().filter(move |(code, _)| is_city(code))
}

/// The counties and districts of a city, given by its code such as `210100`.
pub fn counties(city: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let prefix = city.get(..4).unwrap_or_default().to_owned();
    Codes::Divisions.rows().filter(move |(code, _)| code.starts_with(&prefix) && !code.ends_with("00"))
}

/// A data file: three lines of head, then a code and a name a line.
struct Table {
    title: &'static str,
    source: &'static str,
    mark: &'static str,
    rows: BTreeMap<&'static str, &'static str>,
}

impl Table {
    fn parse(text: &'static str) -> Self {
        let head = |label: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix("# ")?.strip_prefix(label)?.strip_prefix(": "))
                .unwrap_or_default()
        };
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        Self {
            title: head("名称"),
            source: head("来源"),
            mark: head("核对"),
            rows: rows.filter_map(|line| line.split_once(',')).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_head_and_rows() {
        for codes in Codes::ALL {
            assert!(!codes.title_zh().is_empty(), "{codes:?}");
            assert!(!codes.source().is_empty(), "{codes:?}");
            assert!(codes.check_mark().starts_with('待'), "{codes:?}");
            assert!(codes.rows().count() >= 2, "{codes:?}");
            assert_eq!(Codes::from_key(codes.key()), Some(*codes));
        }
    }

    #[test]
    fn every_row_has_a_code_in_plain_characters_and_a_name() {
        for (code, name) in Codes::ALL.iter().flat_map(|codes| codes.rows()) {
            assert!(code.bytes().all(|b| b.is_ascii_alphanumeric()), "{code}");
            assert!(!name.trim().is_empty() && name.trim() == name, "{code}");
        }
    }

    #[test]
    fn scope_codes_are_five_digits_and_become_numbers() {
        let tables = scope_tables();
        assert_eq!(tables["business"][&2101], "道路普通货物运输");
        assert_eq!(tables["qualification"][&1001], "经营性道路旅客运输驾驶员");
        for (table, codes) in
            [("business", Codes::BusinessScopes), ("qualification", Codes::QualificationCategories)]
        {
            assert_eq!(tables[table].len(), codes.rows().count());
            assert!(codes.rows().all(|(code, _)| code.len() == 5));
        }
    }

    #[test]
    fn liaoning_has_fourteen_cities_each_with_counties() {
        assert_eq!(cities().count(), 14);
        for (city, _) in cities() {
            assert!(counties(city).count() >= 4, "{city}");
        }
        assert_eq!(Codes::Divisions.name("210213"), Some("金州区"));
    }

    #[test]
    fn every_data_file_is_a_table_and_has_no_code_twice() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/codes");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let codes = Codes::from_key(path.file_stem().unwrap().to_str().unwrap()).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().filter(|line| !line.starts_with('#')).count();
            assert_eq!(codes.rows().count(), lines, "{codes:?}");
        }
    }
}
