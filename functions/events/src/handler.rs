//! Reads a batch of a table's stream, publishes it, and answers from where on it failed.

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use callsheet_app::ports::{Clock, EventBus};
use callsheet_app::publish::{Published, publish};
use callsheet_store::read_stream_record;
use serde::Deserialize;
use serde_json::Value;

/// A batch of a table's stream.
#[derive(Debug, Deserialize)]
pub(crate) struct StreamBatch {
    /// Each is read by itself, so that one of another form costs only itself.
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// Publishes a batch.
///
/// The answer names the first record with an event that the bus did not take: the stream
/// delivers it and all that follow again, until the record is too old.
pub(crate) async fn handle(
    bus: &impl EventBus,
    clock: &impl Clock,
    batch: StreamBatch,
) -> DynamoDbEventResponse {
    let count = batch.records.len();
    let records = batch.records.into_iter();
    let records: Vec<_> = records.filter_map(read_stream_record).collect();
    let published = publish(bus, clock, &records).await;
    log(count, &published);
    response(published.again_from)
}

fn log(records: usize, published: &Published) {
    let Published {
        taken,
        refused,
        left,
        again_from: _,
    } = published;
    if *left > 0 {
        tracing::error!(
            left,
            "the bus did not take {left} events, which the stream delivers again"
        );
    }
    if taken + refused + left == 0 {
        return; // most writes tell nothing
    }
    tracing::info!(
        records,
        taken,
        refused,
        left,
        "published {taken} events of {records} records: {refused} refused, {left} left"
    );
}

fn response(again_from: Option<String>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = again_from
        .map(|sequence| {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence);
            failure
        })
        .into_iter()
        .collect();
    response
}

#[cfg(test)]
mod tests {
    use callsheet_domain::{BusEventKind, PolicyRevision};
    use callsheet_testkit::{ManualClock, MemoryBus, at};
    use serde_json::json;
    use test_case::test_case;

    use super::*;

    /// A push of this revision, as the stream tells it.
    fn pushed(revision: u64) -> Value {
        json!({"dynamodb": {
            "ApproximateCreationDateTime": 1_767_603_600.0,
            "SequenceNumber": format!("sequence-{revision}"),
            "NewImage": {
                "partition": {"S": "policies"}, "sort": {"S": "policy"},
                "v": {"N": "1"}, "revision": {"N": revision.to_string()},
            },
        }})
    }

    async fn handled(bus: &MemoryBus, records: Vec<Value>) -> Value {
        let clock = ManualClock::at(at("09:00"));
        let response = handle(bus, &clock, StreamBatch { records }).await;
        serde_json::to_value(response).expect("an answer")
    }

    #[tokio::test]
    async fn a_batch_is_published_in_order() {
        let bus = MemoryBus::new();
        let answer = handled(&bus, vec![pushed(1), pushed(2)]).await;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        let taken = bus.taken();
        let versions: Vec<_> = taken.iter().map(|event| event.row_version.0).collect();
        assert_eq!(versions, [1, 2]);
        assert_eq!(taken[0].content.kind(), BusEventKind::PolicyPushed);
    }

    #[test_case(include_str!("../events/policy-pushed.json"), BusEventKind::PolicyPushed; "a policy")]
    #[test_case(include_str!("../events/calendar-lost.json"), BusEventKind::CalendarLost; "a calendar")]
    #[tokio::test]
    async fn a_sample_is_published(sample: &str, kind: BusEventKind) {
        let bus = MemoryBus::new();
        let batch = serde_json::from_str(sample).expect("a batch");
        let response = handle(&bus, &ManualClock::at(at("09:00")), batch).await;
        assert_eq!(response.batch_item_failures, []);
        let taken = bus.taken();
        let kinds: Vec<_> = taken.iter().map(|event| event.content.kind()).collect();
        assert_eq!(kinds, [kind]);
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_costs_only_itself() {
        let bus = MemoryBus::new();
        let answer = handled(&bus, vec![json!("hello"), pushed(2)]).await;
        assert_eq!(answer, json!({"batchItemFailures": []}));
        assert_eq!(bus.taken().len(), 1);
    }

    #[test_case(&[true, false, false], "sequence-1"; "the first")]
    #[test_case(&[false, true, true], "sequence-2"; "the second and the third")]
    #[test_case(&[false, false, true], "sequence-3"; "the last")]
    #[tokio::test]
    async fn the_stream_delivers_again_from_the_first_record_that_was_not_published(
        not_taken: &[bool],
        from: &str,
    ) {
        let bus = MemoryBus::new();
        // Each time that it is put in the same invocation.
        let left = not_taken.iter().filter(|mark| **mark).count();
        bus.take_not_now(not_taken.iter().copied().chain(vec![true; 2 * left]));
        let answer = handled(&bus, vec![pushed(1), pushed(2), pushed(3)]).await;
        assert_eq!(
            answer,
            json!({"batchItemFailures": [{"itemIdentifier": from}]})
        );
        let first = PolicyRevision(1 + not_taken.iter().position(|mark| *mark).unwrap_or(0) as u64);
        // What the stream delivers again is published, and nothing is lost.
        let again = (first.0..=3).map(pushed).collect();
        assert_eq!(handled(&bus, again).await, json!({"batchItemFailures": []}));
        let mut ids: Vec<_> = bus.taken().into_iter().map(|event| event.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }
}
