//! Lambda function: handles batches of sync jobs from the queue.

mod batch;
mod settings;

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use callsheet_app::ports::Clock as _;
use callsheet_app::{PolicyCache, Ports, SyncHandler};
use callsheet_queue::SqsQueue;
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Environment, Secret, SystemClock, connect, log_to_stdout};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    log_to_stdout(&environment);
    let settings = Settings::read(&environment)?;
    let aws = connect(&environment)?;
    let arn = environment.required("RECALL_API_KEY_ARN")?;
    let parse = |text: &str| ApiKey::parse(text).map_err(|error| error.to_string());
    let key = Arc::new(Secret::read(&aws, arn, parse, SystemClock.now()).await?);
    let tables = aws_sdk_dynamodb::Client::new(&aws);
    let state = StateTable::new(tables.clone(), environment.required("STATE_TABLE")?);
    let handler = SyncHandler {
        ports: Ports {
            recall: RecallClient::new(settings.base_url, key.current().await),
            decisions: DecisionTable::new(tables, environment.required("DECISIONS_TABLE")?),
            state,
            queue: SqsQueue::new(
                aws_sdk_sqs::Client::new(&aws),
                environment.required("QUEUE_URL")?,
            ),
            clock: SystemClock,
        },
        policy_cache: PolicyCache::default(),
        settings: settings.sync,
    };
    run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let (handler, key) = (handler.clone(), Arc::clone(&key));
        async move { Ok::<SqsBatchResponse, Error>(batch::handle(handler, &key, event).await) }
    }))
    .await
}
