//! What every `EventBus` must do.
//!
//! A bus keeps no order, so neither do these tests.

use std::cell::RefCell;
use std::future::Future;

use callsheet_app::ports::{EventBus, PutResult};
use callsheet_domain::{BusEvent, BusEventId, decision_events};

use crate::{With as _, a_decision, at, id};

/// A title of which an event has room, in bytes. One of twice the length has none.
pub const LONGEST_TITLE: usize = 200_000;

/// Both ends of a bus: the port, and a consumer.
pub trait BusEnds: Send + Sync {
    /// The port.
    type Bus: EventBus;

    /// The bus, which publishes the texts of a meeting.
    fn bus(&self) -> &Self::Bus;

    /// The ids of events that arrived and were not received before; none if there is none now.
    fn receive(&self) -> impl Future<Output = Vec<BusEventId>> + Send;
}

/// The events of so many first decisions with a title.
fn events(count: usize, title: &str) -> Vec<BusEvent> {
    let rows = (0..count).map(|number| {
        a_decision().with(|row| {
            row.key.event_id = id(format!("event-{number}"));
            row.title = Some(title.to_owned());
        })
    });
    let events: Vec<_> = rows
        .flat_map(|row| decision_events(None, &row, at("09:00")))
        .collect();
    assert_eq!(events.len(), count, "a first decision is one event");
    events
}

fn ids(events: &[BusEvent]) -> Vec<BusEventId> {
    let mut ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
    ids.sort();
    ids
}

async fn put(ends: &impl BusEnds, events: &[BusEvent]) -> Vec<PutResult> {
    ends.bus().put(events).await.expect("the bus answers")
}

async fn assert_received(ends: &impl BusEnds, expected: Vec<BusEventId>) {
    let received = RefCell::new(Vec::new());
    super::eventually("the events arrive", async || {
        let new = ends.receive().await;
        let mut all = received.borrow_mut();
        all.extend(new);
        all.len() >= expected.len()
    })
    .await;
    let mut received = received.into_inner();
    received.sort();
    assert_eq!(received, expected);
}

/// Events arrive with their ids.
///
/// # Panics
/// If the implementation does something else.
pub async fn events_arrive_with_their_ids(ends: &impl BusEnds) {
    let events = events(3, "Review");
    assert_eq!(put(ends, &events).await, vec![PutResult::Taken; 3]);
    assert_received(ends, ids(&events)).await;
    assert_eq!(put(ends, &[]).await, []);
}

/// Any number of events is put by one call.
///
/// # Panics
/// If the implementation does something else.
pub async fn more_events_than_one_request_takes_are_put(ends: &impl BusEnds) {
    let events = events(25, "Review");
    assert_eq!(put(ends, &events).await, vec![PutResult::Taken; 25]);
    assert_received(ends, ids(&events)).await;
}

/// A bus does not drop repetitions: that is left to consumers.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_event_that_is_put_twice_arrives_twice(ends: &impl BusEnds) {
    let events = events(1, "Review");
    for _ in 0..2 {
        assert_eq!(put(ends, &events).await, [PutResult::Taken]);
    }
    assert_received(ends, ids(&[events.clone(), events].concat())).await;
}

/// One event that the bus cannot take does not keep the others from it.
///
/// # Panics
/// If the implementation does something else.
pub async fn an_event_that_is_too_large_is_refused_and_the_others_are_taken(ends: &impl BusEnds) {
    let mut all = events(3, "Review");
    all[1] = events(2, &"x".repeat(2 * LONGEST_TITLE)).remove(1);
    let results = put(ends, &all).await;
    let taken: Vec<_> = results.iter().map(|one| *one == PutResult::Taken).collect();
    assert_eq!(taken, [true, false, true]);
    assert!(matches!(results[1], PutResult::Refused(_)), "{results:?}");
    all.remove(1);
    assert_received(ends, ids(&all)).await;
}
