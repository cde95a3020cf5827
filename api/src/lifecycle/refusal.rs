//! Why an event is not recorded: as a problem for who sent it alone, as a finding for who sent it among many.

use super::{Change, State};
use crate::admit;
use crate::problem::{self, Code, Problem};
use crate::record::{self, Rule, name};
use crate::store::StoreError;

/// Why an event is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Items of it do not fit.
    Unfit(Vec<record::Finding>),
    /// There is no such certificate.
    Unknown,
    /// It is of a division that its sender does not answer for.
    OtherDivision,
    /// Another event has its id.
    Conflict,
    /// A change of the certificate with a later number of its sender's was taken.
    SequencePassed,
    /// It cannot happen as the certificate stands.
    NotAllowed(State, Change),
    /// One that happened later settled the same matter.
    Overtaken,
}

/// Why there is no event on record.
#[derive(Debug)]
pub enum NotRecorded {
    /// It may not be.
    Refused(Refusal),
    /// The database cannot.
    Failed(StoreError),
}

impl From<Refusal> for NotRecorded {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for NotRecorded {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    /// As what is found in a line of many.
    #[must_use]
    pub fn findings(self) -> Vec<record::Finding> {
        let (rule, item) = match self {
            Self::Unfit(findings) => return findings,
            Self::Unknown => (Rule::UnknownCertificate, name::NUMBER),
            Self::OtherDivision => (Rule::OutsideJurisdiction, name::DIVISION),
            Self::Conflict => (Rule::EventConflict, name::EVENT_ID),
            Self::SequencePassed => (Rule::SequencePassed, name::SEQUENCE),
            Self::NotAllowed(..) => (Rule::TransitionNotAllowed, name::EVENT),
            Self::Overtaken => (Rule::EventOvertaken, name::OCCURRED_AT),
        };
        vec![admit::finding(rule, item)]
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unfit(findings) => Self::new(Code::UnfitValue)
                .findings(findings.into_iter().map(problem::Finding::from).collect()),
            Refusal::Unknown => Code::NotFound.into(),
            Refusal::OtherDivision => Code::OtherDivision.into(),
            Refusal::Conflict => Code::EventConflict.into(),
            Refusal::SequencePassed => Code::SequencePassed.into(),
            Refusal::NotAllowed(before, change) => {
                let detail =
                    format!("{} is not possible while the certificate is {}", change.word(), before.standing);
                Self::new(Code::TransitionNotAllowed).detail(detail)
            }
            Refusal::Overtaken => Code::EventOvertaken.into(),
        }
    }
}

impl From<NotRecorded> for Problem {
    fn from(why: NotRecorded) -> Self {
        match why {
            NotRecorded::Refused(refusal) => refusal.into(),
            NotRecorded::Failed(error) => error.into(),
        }
    }
}
