//! The scheduler function: makes the bots at Recall equal to those that are
//! wanted.
//!
//! The table's stream and a timer wake it. Their events are not read, since a
//! wake-up only means that decisions may be due.

mod handler;
mod recall;
mod settings;

use std::sync::Arc;

use callsheet_app::{ActivityNotes, Scheduler};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Function, RandomJitter, SystemClock, in_request};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use recall::KeyedRecall;
use serde_json::Value;
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start()?;
    let environment = &function.environment;
    let settings = Settings::read(environment)?;
    let key = Arc::new(function.secret("RECALL_API_KEY_ARN", ApiKey::parse).await?);
    let tables = aws_sdk_dynamodb::Client::new(&function.aws);
    let scheduler = Scheduler {
        recall: KeyedRecall {
            client: RecallClient::new(settings.base_url, key.current().await),
            key,
        },
        decisions: DecisionTable::new(tables.clone(), environment.required("DECISIONS_TABLE")?),
        state: StateTable::new(tables, environment.required("STATE_TABLE")?),
        clock: SystemClock,
        jitter: RandomJitter,
        settings: settings.scheduler,
    };
    let notes = ActivityNotes::default();
    run(service_fn(move |event: LambdaEvent<Value>| {
        let (scheduler, notes) = (scheduler.clone(), notes.clone());
        let LambdaEvent { context, .. } = event;
        in_request(context.request_id, async move {
            handler::wake(scheduler, &notes, context.deadline).await
        })
    }))
    .await
}
