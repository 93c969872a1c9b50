//! What every implementation of `DeadLetters` must do.

use std::collections::BTreeSet;

use callsheet_app::ports::{DeadLetter, DeadLetters};
use callsheet_domain::{CalendarId, SyncJob, SyncReason, SyncRequest};

use super::eventually;
use crate::at;

/// Dead letters, and a way to put more of them there.
pub trait Burial: DeadLetters {
    /// Puts a message there; none is a text that no version of ours wrote.
    fn bury(&self, job: Option<&SyncJob>) -> impl Future<Output = ()> + Send;
}

fn request(reason: SyncReason) -> SyncJob {
    SyncJob::Request(SyncRequest {
        calendar_id: CalendarId::parse("calendar-sales").expect("an id"),
        reason,
        sent_at: at("09:00:00.000001"),
    })
}

async fn take(letters: &impl DeadLetters) -> Option<DeadLetter> {
    let mut taken = letters.take(1).await.expect("it answers");
    assert!(taken.len() <= 1, "one was asked for");
    taken.pop()
}

/// A letter says what it said when it was sent, under a name of its own.
///
/// # Panics
/// If the law does not hold.
pub async fn letters_are_taken_as_they_were_sent(letters: &impl Burial) {
    let since = at("08:59:59.999999");
    for job in [
        request(SyncReason::EventsChanged { since }),
        request(SyncReason::CalendarChanged),
        SyncJob::Resync,
    ] {
        letters.bury(Some(&job)).await;
        let letter = take(letters).await.expect("it lies there");
        assert_eq!(letter.job, Some(job));
        assert!(letter.sent_at.is_some());
        assert!(!letter.message_id.is_empty());
    }
}

/// A text that no version of ours wrote costs no other letter.
///
/// # Panics
/// If the law does not hold.
pub async fn what_is_not_ours_is_taken_too(letters: &impl Burial) {
    letters.bury(None).await;
    letters.bury(Some(&SyncJob::Resync)).await;
    let (mut ours, mut others) = (0, 0);
    while let Some(letter) = take(letters).await {
        *(if letter.job.is_some() {
            &mut ours
        } else {
            &mut others
        }) += 1;
    }
    assert_eq!((ours, others), (1, 1));
}

/// What somebody has in hand is not given to anybody else.
///
/// # Panics
/// If the law does not hold.
pub async fn what_is_in_hand_is_given_to_nobody(letters: &impl Burial) {
    letters.bury(Some(&SyncJob::Resync)).await;
    take(letters).await.expect("it lies there");
    assert_eq!(take(letters).await, None);
}

/// A letter that is put back is there at once, the same as before.
///
/// # Panics
/// If the law does not hold.
pub async fn a_letter_put_back_is_taken_again(letters: &impl Burial) {
    letters.bury(Some(&request(SyncReason::FullSync))).await;
    let first = take(letters).await.expect("it lies there");
    letters.put_back(&first.receipt).await.expect("it answers");
    let second = take(letters).await.expect("it lies there again");
    assert_eq!(
        (second.message_id, second.sent_at, second.job),
        (first.message_id, first.sent_at, first.job)
    );
}

/// A removed letter is not there any more, and may be removed again.
///
/// # Panics
/// If the law does not hold.
pub async fn a_removed_letter_is_gone(letters: &impl Burial) {
    letters.bury(Some(&SyncJob::Resync)).await;
    let letter = take(letters).await.expect("it lies there");
    for _ in 0..2 {
        letters.remove(&letter.receipt).await.expect("it answers");
    }
    assert_eq!(take(letters).await, None);
    eventually("none is counted", async || {
        letters.count().await.expect("it answers") == 0
    })
    .await;
}

/// Letters are counted, and taken some at a time until there are none, each once.
///
/// # Panics
/// If the law does not hold.
pub async fn many_letters_are_taken_to_the_end(letters: &impl Burial) {
    for _ in 0..25 {
        letters
            .bury(Some(&request(SyncReason::CalendarChanged)))
            .await;
    }
    eventually("all are counted", async || {
        letters.count().await.expect("it answers") == 25
    })
    .await;
    let (mut ids, mut taken) = (BTreeSet::new(), 0);
    loop {
        let some = letters.take(10).await.expect("it answers");
        assert!(some.len() <= 10, "ten were asked for");
        if some.is_empty() {
            break;
        }
        taken += some.len();
        ids.extend(some.into_iter().map(|letter| letter.message_id));
    }
    assert_eq!((ids.len(), taken), (25, 25));
}
