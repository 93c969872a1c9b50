//! Deployed stacks, as CloudFormation describes them.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksError;
use aws_sdk_cloudformation::types::Stack;
use callsheet_app::ports::{DescribedStack, StackDescriptions};
use callsheet_app::{PortError, Service};

const SERVICE: Service = Service::CloudFormation;

/// Stacks of one account and region.
#[derive(Debug, Clone)]
pub(crate) struct Stacks(pub(crate) Client);

impl StackDescriptions for Stacks {
    async fn stack(&self, name: &str) -> Result<Option<DescribedStack>, PortError> {
        let described = self.0.describe_stacks().stack_name(name).send().await;
        match described {
            Ok(described) => Ok(described.stacks().first().map(read)),
            // CloudFormation has no code of its own for a stack that does not exist.
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

fn read(stack: &Stack) -> DescribedStack {
    let pair = |key: Option<&str>, value: Option<&str>| Some((key?.to_owned(), value?.to_owned()));
    let outputs = stack.outputs().iter();
    let parameters = stack.parameters().iter();
    DescribedStack {
        status: stack
            .stack_status()
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        outputs: outputs
            .filter_map(|one| pair(one.output_key(), one.output_value()))
            .collect(),
        parameters: parameters
            .filter_map(|one| pair(one.parameter_key(), one.parameter_value()))
            .collect(),
    }
}

fn is_absent(error: &SdkError<DescribeStacksError>) -> bool {
    let message = error.message().unwrap_or_default();
    error.code() == Some("ValidationError") && message.contains("does not exist")
}

fn failed(error: SdkError<DescribeStacksError>) -> PortError {
    let code = error.code().unwrap_or("no code").to_owned();
    let reason = match &error {
        SdkError::ServiceError(_) => match code.as_str() {
            "Throttling" | "ThrottlingException" => "it is throttled: try again".to_owned(),
            _ => {
                return PortError::Denied {
                    service: SERVICE,
                    reason: format!(
                        "{code}: check the credentials, and allow the caller `cloudformation:DescribeStacks`"
                    ),
                };
            }
        },
        SdkError::TimeoutError(_) => "the request timed out".to_owned(),
        SdkError::DispatchFailure(_) => {
            "the connection failed, or there are no credentials".to_owned()
        }
        _ => "the response cannot be read".to_owned(),
    };
    PortError::Unavailable {
        service: SERVICE,
        reason,
        source: Some(Box::new(error)),
    }
}
