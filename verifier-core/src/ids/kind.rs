//! The nine kinds of certificate in their three families (三类九证): numbers, codes and names.
//!
//! Not here: the data items of each kind, which belong to the record of a certificate.

use serde::{Deserialize, Serialize};

use super::conversions::conversions;
use super::{IdError, TypeCode};

/// The three families, one standard each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// 从业资格证 (JT/T 1290).
    Qualification,
    /// 经营许可证 (JT/T 1291).
    OperatingLicence,
    /// 运输证 (JT/T 1292).
    TransportCertificate,
}

impl Family {
    /// All three, in the order of their standards.
    pub const ALL: [Self; 3] = [Self::Qualification, Self::OperatingLicence, Self::TransportCertificate];

    /// The name in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Qualification => "从业资格证",
            Self::OperatingLicence => "经营许可证",
            Self::TransportCertificate => "运输证",
        }
    }

    /// The name in English.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Qualification => "Professional qualification certificate",
            Self::OperatingLicence => "Operating licence",
            Self::TransportCertificate => "Transport certificate",
        }
    }

    /// The standard that describes the family.
    #[must_use]
    pub const fn standard(self) -> &'static str {
        match self {
            Self::Qualification => "JT/T 1290",
            Self::OperatingLicence => "JT/T 1291",
            Self::TransportCertificate => "JT/T 1292",
        }
    }
}

/// A kind of certificate, by the type codes the Ministry of Transport defined (GB/T 36904-2018).
///
/// As text, in JSON too, it is its three-digit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Kind {
    /// 道路运输经营许可证, 008.
    RoadTransportLicence,
    /// 道路危险货物运输许可证, 016.
    DangerousGoodsLicence,
    /// 网络预约出租汽车经营许可证, 074.
    RideHailingLicence,
    /// 放射性物品道路运输许可证, 079.
    RadioactiveMaterialsLicence,
    /// 道路运输证, 013.
    RoadTransportCertificate,
    /// 网络预约出租汽车运输证, 073.
    RideHailingCertificate,
    /// 道路运输从业人员从业资格证, 071.
    PractitionerQualification,
    /// 巡游出租汽车驾驶员证, 075.
    TaxiDriver,
    /// 网络预约出租汽车驾驶员证, 072.
    RideHailingDriver,
}

impl Kind {
    /// All nine: licences, transport certificates, qualifications.
    pub const ALL: [Self; 9] = [
        Self::RoadTransportLicence,
        Self::DangerousGoodsLicence,
        Self::RideHailingLicence,
        Self::RadioactiveMaterialsLicence,
        Self::RoadTransportCertificate,
        Self::RideHailingCertificate,
        Self::PractitionerQualification,
        Self::TaxiDriver,
        Self::RideHailingDriver,
    ];

    /// The kind whose type code ends in `number`, if it is one of the nine.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind with this three-digit code, such as `071`, if it is one of the nine.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// As [`Kind::from_code`]. Fails with [`IdError::KindUnknown`].
    pub fn parse(code: &str) -> Result<Self, IdError> {
        Self::from_code(code).ok_or(IdError::KindUnknown)
    }

    /// The last three digits of the type code as a number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::RoadTransportLicence => 8,
            Self::DangerousGoodsLicence => 16,
            Self::RideHailingLicence => 74,
            Self::RadioactiveMaterialsLicence => 79,
            Self::RoadTransportCertificate => 13,
            Self::RideHailingCertificate => 73,
            Self::PractitionerQualification => 71,
            Self::TaxiDriver => 75,
            Self::RideHailingDriver => 72,
        }
    }

    /// The last three digits of the type code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RoadTransportLicence => "008",
            Self::DangerousGoodsLicence => "016",
            Self::RideHailingLicence => "074",
            Self::RadioactiveMaterialsLicence => "079",
            Self::RoadTransportCertificate => "013",
            Self::RideHailingCertificate => "073",
            Self::PractitionerQualification => "071",
            Self::TaxiDriver => "075",
            Self::RideHailingDriver => "072",
        }
    }

    /// The whole type code, such as `11100000000019713D071`.
    #[must_use]
    pub fn type_code(self) -> TypeCode {
        TypeCode::of_kind(self)
    }

    /// The name in Chinese, as on the certificate.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::RoadTransportLicence => "道路运输经营许可证",
            Self::DangerousGoodsLicence => "道路危险货物运输许可证",
            Self::RideHailingLicence => "网络预约出租汽车经营许可证",
            Self::RadioactiveMaterialsLicence => "放射性物品道路运输许可证",
            Self::RoadTransportCertificate => "道路运输证",
            Self::RideHailingCertificate => "网络预约出租汽车运输证",
            Self::PractitionerQualification => "道路运输从业人员从业资格证",
            Self::TaxiDriver => "巡游出租汽车驾驶员证",
            Self::RideHailingDriver => "网络预约出租汽车驾驶员证",
        }
    }

    /// The name in English.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::RoadTransportLicence => "Road transport operating licence",
            Self::DangerousGoodsLicence => "Dangerous goods road transport licence",
            Self::RideHailingLicence => "Ride-hailing operating licence",
            Self::RadioactiveMaterialsLicence => "Radioactive materials road transport licence",
            Self::RoadTransportCertificate => "Road transport certificate",
            Self::RideHailingCertificate => "Ride-hailing transport certificate",
            Self::PractitionerQualification => "Road transport practitioner qualification certificate",
            Self::TaxiDriver => "Taxi driver certificate",
            Self::RideHailingDriver => "Ride-hailing driver certificate",
        }
    }

    /// The family the kind belongs to.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::RoadTransportLicence
            | Self::DangerousGoodsLicence
            | Self::RideHailingLicence
            | Self::RadioactiveMaterialsLicence => Family::OperatingLicence,
            Self::RoadTransportCertificate | Self::RideHailingCertificate => Family::TransportCertificate,
            Self::PractitionerQualification | Self::TaxiDriver | Self::RideHailingDriver => {
                Family::Qualification
            }
        }
    }
}

conversions!(Kind, parse);

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        kind.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_codes_and_type_codes_lead_back_to_the_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), Some(kind));
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
            assert_eq!(kind.type_code().kind(), Some(kind));
            assert_eq!(format!("{:03}", kind.number()), kind.code());
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_ministry() {
        assert_eq!(Kind::ALL.map(Kind::number), [8, 16, 74, 79, 13, 73, 71, 75, 72]);
    }

    #[test]
    fn other_numbers_and_codes_are_no_kind() {
        for number in [0, 1, 9, 70, 76, 1008, u16::MAX] {
            assert_eq!(Kind::from_number(number), None);
        }
        for code in ["", "8", "08", "0008", "８", "071 ", "999"] {
            assert_eq!(Kind::parse(code), Err(IdError::KindUnknown));
        }
    }

    #[test]
    fn four_licences_two_transport_certificates_and_three_qualifications() {
        let count = |family| Kind::ALL.iter().filter(|kind| kind.family() == family).count();
        assert_eq!(Family::ALL.map(count), [3, 4, 2]);
    }

    #[test]
    fn names_differ_and_speak_their_language() {
        let names: std::collections::HashSet<_> =
            Kind::ALL.iter().flat_map(|k| [k.name_zh(), k.name_en()]).collect();
        assert_eq!(names.len(), 18);
        assert!(Kind::ALL.iter().all(|kind| kind.name_en().is_ascii() && !kind.name_zh().is_ascii()));
        assert!(Family::ALL.iter().all(|family| family.name_en().is_ascii() && !family.name_zh().is_ascii()));
    }

    #[test]
    fn json_is_the_code() {
        assert_eq!(serde_json::to_string(&Kind::TaxiDriver).unwrap(), "\"075\"");
        assert_eq!(serde_json::from_str::<Kind>("\"008\"").unwrap(), Kind::RoadTransportLicence);
        assert!(serde_json::from_str::<Kind>("\"8\"").is_err());
        assert_eq!(
            serde_json::to_string(&Family::TransportCertificate).unwrap(),
            "\"transport_certificate\""
        );
    }
}
