//! The webhook function: verifies Recall's signed webhooks and enqueues sync requests.

mod handler;
mod response;

use std::sync::Arc;

use callsheet_queue::SqsQueue;
use callsheet_recall::WebhookSecrets;
use callsheet_runtime::{Function, SystemClock};
use handler::WebhookHandler;
use lambda_http::{Error, Request, run, service_fn};

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
    run(service_fn(move |request: Request| {
        let handler = Arc::clone(&handler);
        async move { handler.handle(&request).await.response() }
    }))
    .await
}
