//! Takes Recall's signed webhooks and enqueues where to look.

mod handler;
mod response;

use std::sync::Arc;

use callsheet_app::ports::Clock as _;
use callsheet_queue::SqsQueue;
use callsheet_recall::WebhookSecrets;
use callsheet_runtime::{Environment, Secret, SystemClock, connect, log_to_stdout};
use handler::WebhookHandler;
use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    log_to_stdout(&environment);
    let aws = connect(&environment)?;
    let arn = environment.required("WEBHOOK_SECRETS_ARN")?;
    let parse = |text: &str| WebhookSecrets::parse(text).map_err(|error| error.to_string());
    let front = Arc::new(WebhookHandler {
        secrets: Secret::read(&aws, arn, parse, SystemClock.now()).await?,
        queue: SqsQueue::new(
            aws_sdk_sqs::Client::new(&aws),
            environment.required("QUEUE_URL")?,
        ),
        clock: SystemClock,
    });
    run(service_fn(move |request: Request| {
        let front = Arc::clone(&front);
        async move { front.answer(&request).await.response() }
    }))
    .await
}
