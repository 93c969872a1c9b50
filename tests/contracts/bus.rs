//! A bus of the local cloud's EventBridge, with a rule that sends its events to a queue.

use callsheet_domain::BusEventId;
use callsheet_events::{EventBridgeBus, Texts};
use callsheet_testkit::contracts::event_bus::BusEnds;
use callsheet_tests::{BusConsumer, bus_client};
use serde_json::json;

/// A bus of the test's own, with its consumer.
struct OwnBus {
    bus: EventBridgeBus,
    consumer: BusConsumer,
    received: std::sync::Mutex<usize>,
}

impl OwnBus {
    async fn new() -> Self {
        let name = format!("contracts-{:016x}", fastrand::u64(..));
        let created = bus_client().create_event_bus().name(&name).send().await;
        created.expect("the server creates a bus");
        let pattern = json!({"source": ["callsheet"], "detail": {"stack": [name]}});
        let consumer = BusConsumer::of(&name, &name, &pattern).await;
        Self {
            bus: EventBridgeBus::new(bus_client(), &name, &name, Texts::Kept),
            consumer,
            received: std::sync::Mutex::default(),
        }
    }
}

impl BusEnds for OwnBus {
    type Bus = EventBridgeBus;

    fn bus(&self) -> &EventBridgeBus {
        &self.bus
    }

    async fn receive(&self) -> Vec<BusEventId> {
        let events = self.consumer.events().await;
        let mut received = self.received.lock().expect("no test panicked");
        let new = &events[*received..];
        *received = events.len();
        let ids = new.iter().map(|event| {
            let id = event["detail"]["id"].as_str();
            BusEventId::kept(id.expect("an event has an id"))
        });
        ids.collect()
    }
}

callsheet_testkit::event_bus_contract!(async || OwnBus::new().await);

/// A bus that cannot be reached gives an error, and not a result for each event.
#[tokio::test]
async fn a_bus_that_does_not_answer_is_an_error() {
    use callsheet_app::ports::EventBus as _;
    use callsheet_domain::{PolicyRevision, policy_events};

    let nowhere = bus_client().config().to_builder();
    let nowhere = nowhere.endpoint_url("http://127.0.0.1:9").build();
    let client = aws_sdk_eventbridge::Client::from_conf(nowhere);
    let bus = EventBridgeBus::new(client, "nowhere", "stack", Texts::LeftOut);
    let at = callsheet_testkit::at("09:00");
    let events = policy_events(None, PolicyRevision(1), at);
    let result = bus.put(&events).await;
    assert!(result.is_err(), "{result:?}");
}
