//! Failures of DynamoDB as failures of a port.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use callsheet_app::{Metric, PortError, Service};

use crate::attributes::Unreadable;

const SERVICE: Service = Service::DynamoDb;
/// How long to make no request of a throttled table. The SDK has retried for a while already.
const WAIT: Duration = Duration::from_secs(1);

/// The response; none if the write's condition did not hold.
pub(crate) fn if_condition_held<T, E>(
    response: Result<T, SdkError<E>>,
) -> Result<Option<T>, PortError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match response {
        Ok(response) => Ok(Some(response)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(write_failed(error)),
    }
}

/// The failure of a write, whose content DynamoDB may not accept.
pub(crate) fn write_failed<E>(error: SdkError<E>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if error.code() != Some("ValidationException") {
        return failed(error);
    }
    let message = error.message().unwrap_or("no message");
    PortError::Unwritable {
        service: SERVICE,
        reason: message.to_owned(),
    }
}

/// The failure of a request.
pub(crate) fn failed<E>(error: SdkError<E>) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let reason = match &error {
        SdkError::ServiceError(_) => return refused(error),
        SdkError::TimeoutError(_) => "the request timed out",
        SdkError::DispatchFailure(_) => "the connection failed",
        SdkError::ResponseError(_) => "the response is malformed",
        _ => "the request could not be built",
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
        "AccessDeniedException" => "allow the caller's role this action on the table",
        "ResourceNotFoundException" => {
            "check that the table and its indexes exist in this account and region"
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => "provide valid credentials",
        "ValidationException" => "compare the table's keys and indexes with the template",
        _ => {
            return PortError::Unavailable {
                service: SERVICE,
                reason: format!("it responded with {code}"),
                source: Some(Box::new(error)),
            };
        }
    };
    let message = error.message().unwrap_or("no message");
    PortError::Denied {
        service: SERVICE,
        reason: format!("{code} ({message}): {repair}"),
    }
}

/// The table is throttled, or too many writers change one row.
pub(crate) fn busy() -> PortError {
    PortError::Throttled {
        service: SERVICE,
        wait: WAIT,
    }
}

/// A stored row that cannot be read; `row` names it by a name that may be logged.
pub(crate) fn unreadable(row: impl Display, problem: Unreadable) -> PortError {
    Metric::UnreadableRows.count(1_u32);
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

    fn service_error(code: &str) -> SdkError<PutItemError> {
        let metadata = ErrorMetadata::builder()
            .code(code)
            .message("details")
            .build();
        let status = 400_u16.try_into().expect("a status");
        let raw = HttpResponse::new(status, "".into());
        SdkError::service_error(PutItemError::generic(metadata), raw)
    }

    #[test_case("ThrottlingException", "asked us to wait 1s"; "too fast")]
    #[test_case("ProvisionedThroughputExceededException", "asked us to wait 1s"; "too much")]
    #[test_case("RequestLimitExceeded", "asked us to wait 1s"; "too many")]
    #[test_case("AccessDeniedException", "allow the caller's role this action"; "no permission")]
    #[test_case("ResourceNotFoundException", "check that the table and its indexes exist"; "no table")]
    #[test_case("UnrecognizedClientException", "provide valid credentials"; "unknown caller")]
    #[test_case("ValidationException", "indexes with the template"; "another schema")]
    #[test_case("InternalServerError", "did not answer: it responded with InternalServerError"; "internal error")]
    fn an_error_says_what_to_do_next(code: &str, expected: &str) {
        let error = failed(service_error(code)).to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_condition_that_did_not_hold_is_a_result() {
        let response: Result<(), _> = Err(service_error("ConditionalCheckFailedException"));
        assert!(matches!(if_condition_held(response), Ok(None)));
    }

    #[test]
    fn a_timeout_keeps_its_source() {
        let error: SdkError<PutItemError> = SdkError::timeout_error("a second went by");
        let PortError::Unavailable { source, .. } = failed(error) else {
            panic!("a timed-out request may be retried");
        };
        assert!(source.is_some());
    }
}
