//! The names of the items that code refers to; all items are in `api/data/items.csv`.

/// Writes the constants and their list.
macro_rules! names {
    ($($constant:ident = $name:literal;)+) => {
        $(pub(crate) const $constant: &str = $name;)+

        /// Every name here, for the test that they are in the table.
        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[$($name,)+];
    };
}

/// What events are made of that is no item of certificates.
pub(crate) const EVENT_ID: &str = "id";
pub(crate) const REASON: &str = "reason";
pub(crate) const OCCURRED_AT: &str = "occurred_at";
pub(crate) const UNTIL: &str = "until";
pub(crate) const TO_DIVISION: &str = "to_division";

names! {
    KIND = "kind";
    EVENT = "event";
    SEQUENCE = "sequence";
    SPECIMEN = "specimen";
    IDENTIFIER = "certificateIdentifier";
    SERIAL = "serial";
    VERSION = "certificateVersion";
    NUMBER = "certificateNumber";
    WORD = "certificateWord";
    ISSUER_CODE = "issuerCode";
    ISSUER_NAME = "issuerName";
    DIVISION = "division";
    ISSUE_DATE = "issueDate";
    VALID_FROM = "validFrom";
    VALID_TO = "validTo";
    FIRST_ISSUE_DATE = "firstIssueDate";
    HOLDER_NAME = "holderName";
    HOLDER_CODE_TYPE = "holderCodeType";
    HOLDER_CODE = "holderCode";
    HOLDER_ADDRESS = "holderAddress";
    ID_DOCUMENT_TYPE = "idDocumentTypeCode";
    SEX = "sexCode";
    BIRTH_DATE = "birthDate";
    NATIONALITY = "nationality";
    DRIVING_CLASS = "drivingClassCode";
    QUALIFICATION = "qualificationCode";
    QUALIFICATION_DESC = "qualificationDesc";
    QUALIFICATION_FIRST_ISSUE = "qualificationFirstIssueDate";
    QUALIFICATION_FROM = "qualificationValidFrom";
    QUALIFICATION_TO = "qualificationValidTo";
    PHOTO = "holderPhoto";
    PHOTO_DIGEST = "holderPhotoDigest";
    INTEGRITY_GRADE = "integrityGradeCode";
    INTEGRITY_TO = "integrityValidTo";
    EDUCATION_TO = "continuingEducationValidTo";
    EMPLOYER = "employerName";
    SUPERVISION_CARD = "supervisionCardNumber";
    STATUS = "certificateStatusCode";
    ISSUE_TYPE = "issueTypeCode";
    OPERATING_STATUS = "operatingStatus";
    LEGAL_REPRESENTATIVE = "legalRepresentative";
    ECONOMIC_TYPE = "economicTypeCode";
    ORGANISATION_KIND = "organisationKindCode";
    RELATED_ITEM = "relatedItemCode";
    SCOPE = "businessScopeCode";
    SCOPE_DESC = "businessScopeDesc";
    AREA = "businessArea";
    LICENCE_WORD = "licenseWord";
    LICENCE_CODE = "licenseCode";
    PLATE = "vehicleNo";
    PLATE_COLOUR = "plateColorCode";
    VIN = "vin";
    VEHICLE_TYPE = "vehicleTypeCode";
    VEHICLE_MODEL = "vehicleModel";
    TONS = "approveTon";
    SEATS = "approveSeat";
    LENGTH = "vehicleLength";
    WIDTH = "vehicleWidth";
    HEIGHT = "vehicleHeight";
    REVIEW_STATE = "auditStatusCode";
    REVIEW_TO = "auditValidTo";
    TECHNICAL_GRADE = "technicalGradeCode";
    BUS_GRADE = "busGradeCode";
    FUEL = "fuelCode";
    PLATFORM = "platformName";
}
