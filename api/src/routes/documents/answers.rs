//! Which problems an operation may answer: those that follow from what it takes, and those its handler names.
//!
//! A handler names what only it knows, `(status = 409, description = "…")`; that a body may be too large or nobody
//! signed in follows from the rest of its description and is added here. There is no answer `default`: an answer
//! that is not described is a fault, and a test with made-up requests finds it.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, ResponseBuilder};

use crate::problem::ProblemDocument;

const MEDIA_TYPE: &str = "application/problem+json";

/// Adds to an operation the problems that follow from what it takes, and says of all of them what form they have.
pub(super) fn complete(operation: &mut Operation) {
    for (status, description) in expected(operation) {
        let there = &mut operation.responses.responses;
        let answer = || RefOr::T(ResponseBuilder::new().description(description).build());
        there.entry(status.to_owned()).or_insert_with(answer);
    }
    for (status, answer) in &mut operation.responses.responses {
        if let RefOr::T(answer) = answer
            && is_error(status)
            && answer.content.is_empty()
        {
            answer.content.insert(MEDIA_TYPE.to_owned(), RefOr::T(document()));
        }
    }
}

fn expected(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let takes = |place: &ParameterIn| {
        let mut parameters = operation.parameters.iter().flatten();
        parameters
            .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place))
    };
    let has_body = operation.request_body.is_some();
    let answers = [
        (
            // A signed request may have a body that is not the one signed, whatever it asks for.
            takes(&ParameterIn::Query)
                || takes(&ParameterIn::Header)
                || has_body
                || operation.security.is_some(),
            "400",
            "What was sent is not of its form",
        ),
        (
            operation.security.is_some(),
            "401",
            "Nobody is signed in, or not any more; or the signature does not do",
        ),
        (operation.security.is_some(), "403", "Not with this account"),
        (takes(&ParameterIn::Path), "404", "There is nothing here, or nothing that this account may see"),
        (has_body, "413", "The body is too large"),
        (has_body, "415", "The body is of another media type"),
        (true, "500", "Something went wrong on this side"),
        (true, "503", "Not available for the moment: try again after the seconds in Retry-After"),
    ];
    answers
        .into_iter()
        .filter(|(applies, ..)| *applies)
        .map(|(_, status, description)| (status, description))
        .collect()
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

fn document() -> Content {
    let schema = Ref::from_schema_name(<ProblemDocument as utoipa::ToSchema>::name());
    ContentBuilder::new().schema(Some(schema)).build()
}
