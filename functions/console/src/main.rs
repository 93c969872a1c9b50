//! The console function: answers the HTTP API.

mod keyed_recall;

use std::sync::Arc;

use callsheet_api::status::Periods;
use callsheet_app::rate_limited::BURST;
use callsheet_app::status::Queues;
use callsheet_auth::SigningKeys;
use callsheet_console::{Adapters, Console, Listed, Settings};
use callsheet_domain::RateLimit;
use callsheet_queue::{SqsDeadLetters, SqsQueue};
use callsheet_runtime::{Function, SystemClock, in_request};
use callsheet_store::{DecisionTable, StateTable};
use keyed_recall::KeyedRecall;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::lambda_runtime::run;
use lambda_http::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start()?;
    let environment = &function.environment;
    let keys = function
        .secret("SIGNING_KEYS_ARN", SigningKeys::parse)
        .await?;
    let tables = aws_sdk_dynamodb::Client::new(&function.aws);
    let queues = aws_sdk_sqs::Client::new(&function.aws);
    let queue_url = environment.required("QUEUE_URL")?;
    let embedders = environment.optional("CONSOLE_EMBEDDERS");
    let sign_in = environment.optional("CONSOLE_SIGN_IN");
    let settings = Settings {
        periods: Periods {
            resync_every_minutes: environment.parsed("RESYNC_EVERY_MINUTES")?,
            catch_up_every_minutes: environment.parsed("CATCH_UP_EVERY_MINUTES")?,
        },
        embedders: embedders.unwrap_or_default().parse()?,
        titles: environment.parsed("CONSOLE_TITLES")?,
        sign_in: sign_in.map(str::parse).transpose()?,
    };
    let dead_letters_url = environment.required("DEAD_LETTER_QUEUE_URL")?;
    let console = Arc::new(Console::new(
        Adapters {
            state: StateTable::new(tables.clone(), environment.required("STATE_TABLE")?),
            decisions: DecisionTable::new(tables, environment.required("DECISIONS_TABLE")?),
            queues: Queues {
                sync: Some(SqsQueue::new(queues.clone(), queue_url)),
                dead_letters: Some(SqsDeadLetters::new(queues, dead_letters_url)),
            },
            clock: SystemClock,
            listed: listed(&function).await?,
        },
        keys,
        &settings,
    ));
    // As text: the runtime would answer an event that it cannot parse with an error.
    run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let console = Arc::clone(&console);
        in_request(event.context.request_id.clone(), async move {
            let response = console.answer(event.payload.get()).await;
            Ok::<ApiGatewayV2httpResponse, Error>(response)
        })
    }))
    .await
}

/// Recall, whose events previews list; none if the stack allows no preview.
async fn listed(function: &Function) -> Result<Option<Listed<KeyedRecall>>, Error> {
    let environment = &function.environment;
    if !environment.parsed::<bool>("CONSOLE_PREVIEW")? {
        return Ok(None);
    }
    let per_minute = environment.parsed("LIST_EVENTS_PER_MINUTE")?;
    Ok(Some(Listed {
        recall: KeyedRecall::new(function).await?,
        rate_limit: RateLimit::per_minute(per_minute, BURST),
    }))
}
