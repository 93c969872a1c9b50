//! What every implementation of `DeadLetters` must do.

use std::collections::BTreeSet;

use callsheet_app::ports::{DeadLetter, DeadLetters};
use callsheet_domain::{SyncJob, SyncReason, SyncRequest};

use super::eventually;
use crate::{at, id};

/// Both ends of a dead-letter queue: the port under test, which receives, and
/// the sending end.
pub trait DeadLetterEnds: Sync {
    /// The port under test.
    type DeadLetters: DeadLetters;

    /// The port under test, on this queue.
    fn dead_letters(&self) -> &Self::DeadLetters;

    /// Adds a message; without a job, a text that no version of Callsheet wrote.
    fn add(&self, job: Option<&SyncJob>) -> impl Future<Output = ()> + Send;
}

fn request(reason: SyncReason) -> SyncJob {
    SyncJob::Request(SyncRequest {
        calendar_id: id("calendar-sales"),
        reason,
        sent_at: at("09:00:00.000001"),
    })
}

async fn receive(ends: &impl DeadLetterEnds) -> Option<DeadLetter> {
    let mut received = ends
        .dead_letters()
        .take(1)
        .await
        .expect("the queue answers");
    assert!(received.len() <= 1, "one was asked for");
    received.pop()
}

/// A dead letter has the job that was sent, and an id of its own.
///
/// # Panics
/// If the implementation does something else.
pub async fn dead_letters_are_received_as_they_were_sent(ends: &impl DeadLetterEnds) {
    let since = at("08:59:59.999999");
    for job in [
        request(SyncReason::EventsChanged { since }),
        request(SyncReason::CalendarChanged),
        SyncJob::Resync,
    ] {
        ends.add(Some(&job)).await;
        let letter = receive(ends).await.expect("it is there");
        assert_eq!(letter.job, Some(job));
        assert!(letter.sent_at.is_some());
        assert!(!letter.message_id.is_empty());
    }
}

/// A text that no version of Callsheet wrote is received without a job, and so
/// are the messages behind it.
///
/// # Panics
/// If the implementation does something else.
pub async fn unreadable_messages_are_received_too(ends: &impl DeadLetterEnds) {
    ends.add(None).await;
    ends.add(Some(&SyncJob::Resync)).await;
    let (mut readable, mut unreadable) = (0, 0);
    while let Some(letter) = receive(ends).await {
        *(if letter.job.is_some() {
            &mut readable
        } else {
            &mut unreadable
        }) += 1;
    }
    assert_eq!((readable, unreadable), (1, 1));
}

/// A dead letter in flight is not received by another caller.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_received_dead_letter_is_not_received_again(ends: &impl DeadLetterEnds) {
    ends.add(Some(&SyncJob::Resync)).await;
    receive(ends).await.expect("it is there");
    assert_eq!(receive(ends).await, None);
}

/// A dead letter that is put back can be received at once, the same as before.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_dead_letter_put_back_is_received_again(ends: &impl DeadLetterEnds) {
    ends.add(Some(&request(SyncReason::FullSync))).await;
    let first = receive(ends).await.expect("it is there");
    ends.dead_letters()
        .put_back(&first.receipt)
        .await
        .expect("the queue answers");
    let second = receive(ends).await.expect("it is there again");
    assert_eq!(
        (second.message_id, second.sent_at, second.job),
        (first.message_id, first.sent_at, first.job)
    );
}

/// A removed dead letter is gone, and may be removed again.
///
/// # Panics
/// If the implementation does something else.
pub async fn a_removed_dead_letter_is_gone(ends: &impl DeadLetterEnds) {
    ends.add(Some(&SyncJob::Resync)).await;
    let letter = receive(ends).await.expect("it is there");
    for _ in 0..2 {
        ends.dead_letters()
            .remove(&letter.receipt)
            .await
            .expect("the queue answers");
    }
    assert_eq!(receive(ends).await, None);
    eventually("none is counted", async || {
        ends.dead_letters()
            .count()
            .await
            .expect("the queue answers")
            == 0
    })
    .await;
}

/// Dead letters are counted, and received in batches until there are none, each once.
///
/// # Panics
/// If the implementation does something else.
pub async fn many_dead_letters_are_received_to_the_end(ends: &impl DeadLetterEnds) {
    for _ in 0..25 {
        ends.add(Some(&request(SyncReason::CalendarChanged))).await;
    }
    eventually("all are counted", async || {
        ends.dead_letters()
            .count()
            .await
            .expect("the queue answers")
            == 25
    })
    .await;
    let (mut ids, mut taken) = (BTreeSet::new(), 0);
    loop {
        let some = ends
            .dead_letters()
            .take(10)
            .await
            .expect("the queue answers");
        assert!(some.len() <= 10, "ten were asked for");
        if some.is_empty() {
            break;
        }
        taken += some.len();
        ids.extend(some.into_iter().map(|letter| letter.message_id));
    }
    assert_eq!((ids.len(), taken), (25, 25));
}
