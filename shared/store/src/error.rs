//! What the table's failures mean for whoever asked.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use callsheet_app::PortError;

use crate::attributes::Unreadable;

/// Who is to blame.
const SERVICE: &str = "DynamoDB";
/// How long to leave a table alone that asks for it. The SDK has tried for a while already.
const WAIT: Duration = Duration::from_secs(1);

/// The answer; none if the write's condition did not hold.
pub(crate) fn if_held<T, E>(answer: Result<T, SdkError<E>>) -> Result<Option<T>, PortError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// A request that did not go through.
pub(crate) fn failed<E>(error: SdkError<E>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let reason = match &error {
        SdkError::ServiceError(_) => return refused(error),
        SdkError::TimeoutError(_) => "it took too long",
        SdkError::DispatchFailure(_) => "it could not be reached",
        SdkError::ResponseError(_) => "its answer makes no sense",
        _ => "the request could not be made",
    };
    PortError::Unavailable {
        service: SERVICE,
        reason: reason.to_owned(),
        source: Some(Box::new(error)),
    }
}

fn refused<E>(error: SdkError<E>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let code = error.code().unwrap_or("no code").to_owned();
    let repair = match code.as_str() {
        "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingException"
        | "Throttling" => return busy(),
        "AccessDeniedException" => "let the function's role do this on the table",
        "ResourceNotFoundException" => "name a table of this account and region, with its indexes",
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => "give it credentials that are valid",
        "ValidationException" => "compare the table's keys and indexes with the template",
        _ => {
            return PortError::Unavailable {
                service: SERVICE,
                reason: format!("it answered {code}"),
                source: Some(Box::new(error)),
            };
        }
    };
    let said = error.message().unwrap_or("no more was said");
    PortError::Denied {
        service: SERVICE,
        reason: format!("{code} ({said}): {repair}"),
    }
}

/// Too much at once, by the table's word or because too many write to one row.
pub(crate) fn busy() -> PortError {
    PortError::Throttled {
        service: SERVICE,
        wait: WAIT,
    }
}

/// A stored row that makes no sense; `row` says which, by a name that may be logged.
pub(crate) fn unreadable(row: impl Display, problem: Unreadable) -> PortError {
    PortError::Unreadable {
        service: SERVICE,
        reason: format!("in {row}, {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::put_item::PutItemError;
    use test_case::test_case;

    fn answered(code: &str) -> SdkError<PutItemError> {
        let metadata = ErrorMetadata::builder().code(code).message("said").build();
        let status = 400_u16.try_into().expect("a status");
        let raw = HttpResponse::new(status, "".into());
        SdkError::service_error(PutItemError::generic(metadata), raw)
    }

    #[test_case("ThrottlingException", "asked us to wait 1s"; "too fast")]
    #[test_case("ProvisionedThroughputExceededException", "asked us to wait 1s"; "too much")]
    #[test_case("RequestLimitExceeded", "asked us to wait 1s"; "too many")]
    #[test_case("AccessDeniedException", "let the function's role do this"; "no permission")]
    #[test_case("ResourceNotFoundException", "name a table of this account"; "no table")]
    #[test_case("UnrecognizedClientException", "credentials that are valid"; "nobody it knows")]
    #[test_case("ValidationException", "indexes with the template"; "another schema")]
    #[test_case("InternalServerError", "did not answer: it answered InternalServerError"; "its own failure")]
    fn says_what_to_do_next(code: &str, expected: &str) {
        let error = failed(answered(code)).to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_condition_that_did_not_hold_is_a_result() {
        let answer: Result<(), _> = Err(answered("ConditionalCheckFailedException"));
        assert!(matches!(if_held(answer), Ok(None)));
    }

    #[test]
    fn what_did_not_arrive_keeps_its_source() {
        let error: SdkError<PutItemError> = SdkError::timeout_error("a second went by");
        let PortError::Unavailable { source, .. } = failed(error) else {
            panic!("a timeout may be over when asked again");
        };
        assert!(source.is_some());
    }
}
