//! Publishes what the tables' streams tell: changed rows become events on a bus.
//!
//! An event is put at least once. Events of one batch that the bus does not take are put
//! again for some seconds; then the stream delivers from the first such record again, so
//! that later events of the batch are put twice. Each repetition has the same id.
//!
//! One record that cannot be read, or one event that the bus never takes, costs only itself:
//! a stream is in order, so that waiting for it would hold up all that follow.

use std::time::Duration;

use callsheet_domain::{
    BusEvent, CalendarRecord, Decision, PolicyRevision, Timestamp, calendar_events,
    decision_events, plus, policy_events,
};
use jiff::SignedDuration;

use crate::metrics::Metric;
use crate::ports::{Clock, EventBus, PutResult};

/// The pauses before events are put again in the same invocation. What the bus does not take
/// by then is delivered again by the stream.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A row of a table as it was and as it is, after one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowImages {
    /// A decision.
    Decision {
        /// The row before; none if it is new.
        before: Option<Box<Decision>>,
        /// The row after.
        after: Box<Decision>,
    },
    /// The record of a calendar.
    Calendar {
        /// The record before; none if it is new.
        before: Option<Box<CalendarRecord>>,
        /// The record after.
        after: Box<CalendarRecord>,
    },
    /// The head of the policies.
    Policy {
        /// The active revision before; none if none was pushed.
        before: Option<PolicyRevision>,
        /// The active revision after.
        after: PolicyRevision,
    },
    /// A row of which nothing is told, or one that was deleted.
    Other,
}

/// A record of a table's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// Its sequence number, from which the stream delivers again.
    pub sequence: String,
    /// When the row was written.
    pub at: Timestamp,
    /// The row.
    pub images: RowImages,
}

impl StreamRecord {
    /// The events of the write.
    #[must_use]
    pub fn events(&self) -> Vec<BusEvent> {
        match &self.images {
            RowImages::Decision { before, after } => {
                decision_events(before.as_deref(), after, self.at)
            }
            RowImages::Calendar { before, after } => {
                calendar_events(before.as_deref(), after, self.at)
            }
            RowImages::Policy { before, after } => policy_events(*before, *after, self.at),
            RowImages::Other => Vec::new(),
        }
    }
}

/// What became of a batch of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Published {
    /// How many events the bus took.
    pub taken: usize,
    /// How many it never takes.
    pub refused: usize,
    /// How many it did not take now.
    pub left: usize,
    /// The sequence number of the first record with such an event: the stream delivers it and
    /// all that follow again.
    pub again_from: Option<String>,
}

/// Puts the events of `records` on the bus.
pub async fn publish(
    bus: &impl EventBus,
    clock: &impl Clock,
    records: &[StreamRecord],
) -> Published {
    let mut published = Published::default();
    let of_each = records.iter().map(StreamRecord::events).enumerate();
    let mut open: Vec<(usize, BusEvent)> = of_each
        .flat_map(|(record, events)| events.into_iter().map(move |event| (record, event)))
        .collect();
    let mut pauses = PAUSES.into_iter();
    while !open.is_empty() {
        open = put_once(bus, open, &mut published).await;
        let Some(pause) = pauses.next().filter(|_| !open.is_empty()) else {
            break;
        };
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
        clock.sleep_until(plus(clock.now(), pause)).await;
    }
    published.left = open.len();
    let first = open.first().map(|(record, _)| &records[*record]);
    published.again_from = first.map(|record| record.sequence.clone());
    Metric::PublishedEvents.count(published.taken);
    Metric::UnpublishedEvents.count(published.left);
    Metric::RefusedEvents.count(published.refused);
    published
}

/// Puts events once, and returns those to put again, in their order.
async fn put_once(
    bus: &impl EventBus,
    open: Vec<(usize, BusEvent)>,
    published: &mut Published,
) -> Vec<(usize, BusEvent)> {
    let events: Vec<_> = open.iter().map(|(_, event)| event.clone()).collect();
    let results = match bus.put(&events).await {
        Ok(results) => results,
        Err(error) => {
            tracing::warn!(%error, "could not put {} events on the bus: {error}", events.len());
            return open;
        }
    };
    let mut again = Vec::new();
    for ((record, event), result) in open.into_iter().zip(results) {
        let (id, kind) = (&event.id, event.content.kind().as_str());
        match result {
            PutResult::Taken => published.taken += 1,
            PutResult::Again(reason) => {
                tracing::warn!(%id, kind, reason, "the bus did not take event {id} ({kind}): {reason}");
                again.push((record, event));
            }
            PutResult::Refused(reason) => {
                tracing::error!(%id, kind, reason, "the bus never takes event {id} ({kind}), which is left out: {reason}");
                published.refused += 1;
            }
        }
    }
    again
}
