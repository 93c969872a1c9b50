//! Lambda function: handles batches of sync jobs from the queue.

mod batch;
mod settings;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use callsheet_app::{ActivityNotes, PolicyCache, Ports, SyncHandler};
use callsheet_queue::SqsQueue;
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Function, SystemClock, in_request};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start()?;
    let environment = &function.environment;
    let settings = Settings::read(environment)?;
    let key = Arc::new(function.secret("RECALL_API_KEY_ARN", ApiKey::parse).await?);
    let tables = aws_sdk_dynamodb::Client::new(&function.aws);
    let state = StateTable::new(tables.clone(), environment.required("STATE_TABLE")?);
    let handler = SyncHandler {
        ports: Ports {
            recall: RecallClient::new(settings.base_url, key.current().await),
            decisions: DecisionTable::new(tables, environment.required("DECISIONS_TABLE")?),
            state,
            queue: SqsQueue::new(
                aws_sdk_sqs::Client::new(&function.aws),
                environment.required("QUEUE_URL")?,
            ),
            clock: SystemClock,
        },
        policy_cache: PolicyCache::default(),
        settings: settings.sync,
    };
    let notes = ActivityNotes::default();
    run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let (handler, key, notes) = (handler.clone(), Arc::clone(&key), notes.clone());
        let id = event.context.request_id.clone();
        in_request(id, async move {
            batch::handle(handler, &key, &notes, event).await
        })
    }))
    .await
}
