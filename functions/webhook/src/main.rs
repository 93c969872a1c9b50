//! The webhook function: verifies Recall's signed webhooks and enqueues sync requests.

mod handler;
mod response;

use std::sync::Arc;

use callsheet_queue::SqsQueue;
use callsheet_recall::WebhookSecrets;
use callsheet_runtime::{Function, SystemClock, in_request};
use handler::WebhookHandler;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::lambda_runtime::run;
use lambda_http::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start()?;
    let secrets = function
        .secret("WEBHOOK_SECRETS_ARN", WebhookSecrets::parse)
        .await?;
    let queue_url = function.environment.required("QUEUE_URL")?;
    let handler = Arc::new(WebhookHandler {
        secrets,
        queue: SqsQueue::new(aws_sdk_sqs::Client::new(&function.aws), queue_url),
        clock: SystemClock,
    });
    // As text: the runtime would answer an event that it cannot parse with an error.
    run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let handler = Arc::clone(&handler);
        in_request(event.context.request_id.clone(), async move {
            let response = handler.handle(event.payload.get()).await.response();
            Ok::<ApiGatewayV2httpResponse, Error>(response)
        })
    }))
    .await
}
