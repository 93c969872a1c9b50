//! The scheduler function: makes the bots at Recall equal to those that are
//! wanted.
//!
//! The table's stream and a timer wake it. Their events are not read, since a
//! wake-up only means that decisions may be due.

mod handler;
mod settings;

use std::sync::Arc;

use callsheet_app::Scheduler;
use callsheet_app::ports::Clock as _;
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Environment, RandomJitter, Secret, SystemClock, connect, log_to_stdout};
use callsheet_store::{DecisionTable, StateTable};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
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
    let scheduler = Scheduler {
        recall: RecallClient::new(settings.base_url, key.current().await),
        decisions: DecisionTable::new(tables.clone(), environment.required("DECISIONS_TABLE")?),
        state: StateTable::new(tables, environment.required("STATE_TABLE")?),
        clock: SystemClock,
        jitter: RandomJitter,
        settings: settings.scheduler,
    };
    run(service_fn(move |event: LambdaEvent<Value>| {
        let (scheduler, key) = (scheduler.clone(), Arc::clone(&key));
        async move { handler::wake(scheduler, &key, event.context.deadline).await }
    }))
    .await
}
