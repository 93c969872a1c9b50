//! What every implementation of `Queue` must do.

use std::time::Duration;

use callsheet_app::Delivery;
use callsheet_app::ports::{MeasuredQueue, Queue};
use callsheet_domain::{SyncJob, SyncReason, SyncRequest};

use crate::{at, id};

/// Both ends of a queue: the port under test, which sends, and the receiving end.
pub trait QueueEnds: Sync {
    /// The port under test.
    type Queue: Queue + MeasuredQueue;

    /// The port under test, on this queue.
    fn queue(&self) -> &Self::Queue;

    /// Waits for a delivery, and does not acknowledge it; none if none comes for a while.
    fn receive(&self) -> impl Future<Output = Option<Delivery>> + Send;
}

fn request(calendar: &str, reason: SyncReason) -> SyncJob {
    let calendar_id = id(calendar);
    SyncJob::Request(SyncRequest {
        calendar_id,
        reason,
        sent_at: at("09:00:00.000001"),
    })
}

/// A job arrives as it was sent, of whatever kind.
///
/// # Panics
/// If the implementation does something else.
pub async fn jobs_arrive_as_they_were_sent(ends: &impl QueueEnds) {
    let kinds = [
        SyncReason::EventsChanged {
            since: at("08:59:59.999999"),
        },
        SyncReason::CalendarChanged,
        SyncReason::FullSync,
    ];
    let requests = kinds.map(|reason| request("calendar-sales", reason));
    let sent_at = at("09:00:00.000001");
    let resyncs = [SyncJob::Resync, SyncJob::ResyncNow { sent_at }];
    for sent in requests.into_iter().chain(resyncs) {
        ends.queue().send(&sent).await.expect("the queue takes it");
        let delivery = ends.receive().await.expect("it arrives");
        assert_eq!(delivery.job, sent);
        assert!(!delivery.message_id.is_empty());
    }
}

/// A request that is requeued, any number of times, still says when it was first sent.
///
/// # Panics
/// If the implementation does something else.
pub async fn requeueing_keeps_the_instant_of_first_sending(ends: &impl QueueEnds) {
    let sent_at = at("09:00:00.000001");
    let requests = [
        request("calendar-sales", SyncReason::CalendarChanged),
        SyncJob::ResyncNow { sent_at },
    ];
    for sent in requests {
        ends.queue().send(&sent).await.expect("the queue takes it");
        for _ in 0..2 {
            let delivery = ends.receive().await.expect("it arrives");
            let requeued = ends.queue().send_later(&delivery.job, Duration::ZERO).await;
            requeued.expect("the queue takes it");
        }
        let last = ends.receive().await.expect("it arrives");
        assert_eq!(last.job.first_sent_at(), Some(sent_at));
        assert_eq!(last.received, 1, "a new message");
    }
}

/// A delivery that is postponed is delivered again.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_postponed_delivery_is_delivered_again(ends: &impl QueueEnds) {
    let sent = request("calendar-sales", SyncReason::CalendarChanged);
    ends.queue().send(&sent).await.expect("the queue takes it");
    let first = ends.receive().await.expect("it arrives");
    ends.queue()
        .postpone(&first.receipt, Duration::ZERO)
        .await
        .expect("the queue knows it");
    let second = ends.receive().await.expect("it arrives again");
    assert_eq!((second.message_id, second.job), (first.message_id, sent));
    assert_eq!((first.received, second.received), (1, 2));
}

/// A delivery in flight is not delivered to another receiver.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_delivery_in_flight_is_not_delivered_again(ends: &impl QueueEnds) {
    let sent = request("calendar-sales", SyncReason::CalendarChanged);
    ends.queue().send(&sent).await.expect("the queue takes it");
    ends.receive().await.expect("it arrives");
    assert_eq!(ends.receive().await, None);
}

/// Messages that were received are counted apart from those that were not.
///
/// # Panics
/// If the implementation does something else.
pub async fn messages_are_counted_by_their_state(ends: &impl QueueEnds) {
    let counts = async || {
        let depth = ends.queue().depth().await.expect("the queue answers");
        (depth.ready, depth.in_flight)
    };
    assert_eq!(counts().await, (0, 0));
    for calendar in ["a", "b", "c"] {
        let job = request(calendar, SyncReason::FullSync);
        ends.queue().send(&job).await.expect("the queue takes it");
    }
    super::eventually("three are ready", async || counts().await == (3, 0)).await;
    ends.receive().await.expect("it arrives");
    super::eventually("one is in flight", async || counts().await == (2, 1)).await;
}
