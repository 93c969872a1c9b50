//! The events function: publishes what the tables' streams tell on a bus of EventBridge.

mod handler;
mod settings;

use callsheet_events::EventBridgeBus;
use callsheet_runtime::{Function, SystemClock, in_request};
use handler::{StreamBatch, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start()?;
    let settings = Settings::read(&function.environment)?;
    let client = aws_sdk_eventbridge::Client::new(&function.aws);
    let bus = EventBridgeBus::new(client, settings.bus, settings.stack, settings.texts);
    run(service_fn(move |event: LambdaEvent<StreamBatch>| {
        let bus = bus.clone();
        in_request(event.context.request_id, async move {
            Ok::<_, Error>(handle(&bus, &SystemClock, event.payload).await)
        })
    }))
    .await
}
