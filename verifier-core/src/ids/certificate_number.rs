//! Certificate numbers (证号), whose form depends on the family of the certificate.
//!
//! 待标准文本核对: the texts of JT/T 1290, 1291 and 1292 could not be had; the forms are those seen in use. Not here:
//! the 字 before the number (`辽交运管沈字`), which is a data item of its own.

use core::fmt;

use super::citizen_id::{birth_date, masked};
use super::form::is_digits;
use super::{CitizenId, Division, Family, IdError, Kind};

/// The number of a certificate. For practitioners it is as a rule their citizen id.
///
/// `Debug` is masked and there is no `Display`. No serde either: reading one needs the kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateNumber(Form);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    /// Six digits division, six digits serial.
    DivisionAndSerial(String),
    Citizen(CitizenId),
    /// 18 or 19 digits of the years before citizen ids became the number.
    Legacy(String),
}

impl CertificateNumber {
    /// Reads a number: twelve digits for licences and transport certificates; a citizen id, or an older number of
    /// 18 or 19 digits, for practitioners.
    ///
    /// 18 digits with a possible birth date are taken for a citizen id and must pass its check. Fails with
    /// [`IdError::CertificateNumberForm`], [`IdError::PractitionerNumberForm`], [`IdError::CitizenIdProvince`] or
    /// [`IdError::CitizenIdCheck`].
    pub fn parse(kind: Kind, text: &str) -> Result<Self, IdError> {
        match kind.family() {
            Family::OperatingLicence | Family::TransportCertificate => division_and_serial(text),
            Family::Qualification => practitioner(text),
        }
        .map(Self)
    }

    /// The whole number. For storing and comparing; where it is a citizen id never for a log or an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::DivisionAndSerial(text) | Form::Legacy(text) => text,
            Form::Citizen(id) => id.as_str(),
        }
    }

    /// The number as it may be shown: masked if it is a citizen id, or 18 digits that may be a mistyped one.
    #[must_use]
    pub fn masked(&self) -> String {
        match &self.0 {
            Form::Citizen(id) => id.masked(),
            Form::Legacy(text) if text.len() == 18 => masked(text),
            Form::DivisionAndSerial(text) | Form::Legacy(text) => text.clone(),
        }
    }

    /// The citizen id, where the number is one.
    #[must_use]
    pub const fn citizen_id(&self) -> Option<&CitizenId> {
        match &self.0 {
            Form::Citizen(id) => Some(id),
            Form::DivisionAndSerial(_) | Form::Legacy(_) => None,
        }
    }

    /// The division a number of twelve digits begins with; `None` for practitioners, and where the province does
    /// not exist, which for a licence or transport certificate is a ground for a warning.
    #[must_use]
    pub fn division(&self) -> Option<Division> {
        match &self.0 {
            Form::DivisionAndSerial(text) => text.get(..6).and_then(|digits| Division::parse(digits).ok()),
            Form::Citizen(_) | Form::Legacy(_) => None,
        }
    }
}

impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateNumber({})", self.masked())
    }
}

fn division_and_serial(text: &str) -> Result<Form, IdError> {
    let first_fits = text.starts_with(|c| ('1'..='8').contains(&c));
    if first_fits && is_digits(text, 12) {
        Ok(Form::DivisionAndSerial(text.to_owned()))
    } else {
        Err(IdError::CertificateNumberForm)
    }
}

fn practitioner(text: &str) -> Result<Form, IdError> {
    let is_legacy = is_digits(text, 19) || (is_digits(text, 18) && birth_date(text).is_none());
    if is_legacy {
        return Ok(Form::Legacy(text.to_owned()));
    }
    CitizenId::parse(text).map(Form::Citizen).map_err(|error| match error {
        IdError::CitizenIdLength | IdError::CitizenIdCharacter => IdError::PractitionerNumberForm,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRACTITIONERS: [Kind; 3] =
        [Kind::PractitionerQualification, Kind::TaxiDriver, Kind::RideHailingDriver];

    fn others() -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| kind.family() != Family::Qualification)
    }

    fn parse(text: &str) -> Result<CertificateNumber, IdError> {
        CertificateNumber::parse(Kind::PractitionerQualification, text)
    }

    #[test]
    fn licences_and_transport_certificates_have_twelve_digits() {
        for kind in others() {
            for text in [
                "130682003533",
                "340322254489",
                "530402009823",
                "530402013190",
                "530402006772",
                "210102000000",
            ] {
                let number = CertificateNumber::parse(kind, text).unwrap();
                assert_eq!(number.as_str(), text);
                assert_eq!(number.masked(), text);
                assert_eq!(number.division().unwrap().as_str(), &text[..6]);
            }
        }
    }

    #[test]
    fn any_other_number_of_a_licence_or_transport_certificate_is_refused() {
        for kind in others() {
            for text in [
                "",
                "21010200000",
                "2101020000011",
                "010102000001",
                "910102000001",
                "21010200000A",
                "11010519491231002X",
            ] {
                assert_eq!(
                    CertificateNumber::parse(kind, text),
                    Err(IdError::CertificateNumberForm),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_province_in_twelve_digits_leaves_the_division_open() {
        let number = CertificateNumber::parse(Kind::RoadTransportCertificate, "160102000001").unwrap();
        assert_eq!(number.division(), None);
    }

    #[test]
    fn the_number_of_a_practitioner_is_the_citizen_id_and_masked() {
        for kind in PRACTITIONERS {
            let number = CertificateNumber::parse(kind, "11010519491231002X").unwrap();
            assert_eq!(number.as_str(), "11010519491231002X");
            assert_eq!(number.citizen_id().unwrap().birth_date(), (1949, 12, 31));
            assert_eq!(number.masked(), "110105********002X");
            assert_eq!(format!("{number:?}"), "CertificateNumber(110105********002X)");
            assert_eq!(number.division(), None);
        }
    }

    #[test]
    fn a_mistyped_citizen_id_is_not_taken_for_an_older_number() {
        assert_eq!(parse("440524188001010015"), Err(IdError::CitizenIdCheck));
        assert_eq!(parse("160524188001010014"), Err(IdError::CitizenIdProvince));
        assert_eq!(parse("11010519491331002X"), Err(IdError::CitizenIdBirthDate));
    }

    #[test]
    fn older_numbers_have_18_or_19_digits_and_no_check() {
        let long = parse("2101020000000012345").unwrap();
        assert_eq!(long.as_str(), "2101020000000012345");
        assert_eq!(long.masked(), "2101020000000012345");
        assert_eq!(long.citizen_id(), None);
        let short = parse("210102000000012345").unwrap();
        assert_eq!(short.as_str(), "210102000000012345");
        assert_eq!(short.masked(), "210102********2345");
        assert_eq!(short.division(), None);
    }

    #[test]
    fn any_other_number_of_a_practitioner_is_refused() {
        for text in
            ["", "210102000001", "11010519491231002", "11010519491231002x", "21010200000000123456", "证"]
        {
            assert_eq!(parse(text), Err(IdError::PractitionerNumberForm), "{text}");
        }
    }
}
