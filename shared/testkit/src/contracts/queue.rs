//! What every implementation of `Queue` must do.

use std::time::Duration;

use callsheet_app::Delivery;
use callsheet_app::ports::Queue;
use callsheet_domain::{CalendarId, SyncJob, SyncReason, SyncRequest};

use crate::at;

/// A queue together with its other end.
pub trait BothEnds: Queue {
    /// Waits for a delivery, and does not acknowledge it; none if there is none for a while.
    fn receive(&self) -> impl Future<Output = Option<Delivery>> + Send;
}

fn request(calendar: &str, reason: SyncReason) -> SyncJob {
    let calendar_id = CalendarId::parse(calendar).expect("an id");
    SyncJob::Request(SyncRequest {
        calendar_id,
        reason,
        sent_at: at("09:00:00.000001"),
    })
}

/// An errand arrives as it was sent, whatever it says.
///
/// # Panics
/// If the law does not hold.
pub async fn errands_arrive_as_they_were_sent(queue: &impl BothEnds) {
    let kinds = [
        SyncReason::EventsChanged {
            since: at("08:59:59.999999"),
        },
        SyncReason::CalendarChanged,
        SyncReason::FullSync,
    ];
    let requests = kinds.map(|reason| request("calendar-sales", reason));
    let sent_at = at("09:00:00.000001");
    let sweeps = [SyncJob::Resync, SyncJob::ResyncNow { sent_at }];
    for sent in requests.into_iter().chain(sweeps) {
        queue.send(&sent).await.expect("the queue takes it");
        let delivery = queue.receive().await.expect("it arrives");
        assert_eq!(delivery.job, sent);
        assert!(!delivery.message_id.is_empty());
    }
}

/// A request that is requeued, any number of times, still says when it was first sent.
///
/// # Panics
/// If the law does not hold.
pub async fn requeueing_keeps_the_instant_of_first_sending(queue: &impl BothEnds) {
    let sent_at = at("09:00:00.000001");
    let requests = [
        request("calendar-sales", SyncReason::CalendarChanged),
        SyncJob::ResyncNow { sent_at },
    ];
    for sent in requests {
        queue.send(&sent).await.expect("the queue takes it");
        for _ in 0..2 {
            let delivery = queue.receive().await.expect("it arrives");
            let requeued = queue.send_later(&delivery.job, Duration::ZERO).await;
            requeued.expect("the queue takes it");
        }
        let last = queue.receive().await.expect("it arrives");
        assert_eq!(last.job.first_sent_at(), Some(sent_at));
        assert_eq!(last.received, 1, "a new message");
    }
}

/// A delivery that is postponed is given again, and soon.
///
/// # Panics
/// If the law does not hold.
pub async fn a_postponed_delivery_is_given_again(queue: &impl BothEnds) {
    let sent = request("calendar-sales", SyncReason::CalendarChanged);
    queue.send(&sent).await.expect("the queue takes it");
    let first = queue.receive().await.expect("it arrives");
    queue
        .postpone(&first.receipt, Duration::ZERO)
        .await
        .expect("the queue knows it");
    let second = queue.receive().await.expect("it arrives again");
    assert_eq!((second.message_id, second.job), (first.message_id, sent));
    assert_eq!((first.received, second.received), (1, 2));
}

/// What is being worked on is not given to anybody else.
///
/// # Panics
/// If the law does not hold.
pub async fn a_delivery_in_work_is_not_given_again(queue: &impl BothEnds) {
    let sent = request("calendar-sales", SyncReason::CalendarChanged);
    queue.send(&sent).await.expect("the queue takes it");
    queue.receive().await.expect("it arrives");
    assert_eq!(queue.receive().await, None);
}
