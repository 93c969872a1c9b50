//! Windows with more pages than a list may have, of more calendars than are credited in a run.

use callsheet_app::Handled;
use callsheet_app::ports::Queue as _;
use callsheet_domain::SyncJob;
use jiff::SignedDuration;

use crate::harness::{Failing, Harness, skips_all};
use crate::windows::CALENDARS;

/// More meetings in the first window than a list has pages, with one on each page.
#[tokio::test]
async fn a_window_with_too_many_pages_is_listed_in_halves() {
    let hours: Vec<_> = (1..40).step_by(2).collect();
    let harness = Harness::of_calendars(CALENDARS, &hours).await;
    harness.recall.page_size(1);
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    for hour in hours {
        assert_eq!(harness.policies_at(CALENDARS, hour), [1], "at {hour}");
    }
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
    let lists = harness.lists_since(calls).len();
    assert!(
        (2_000..2_400).contains(&lists),
        "{lists} lists for 1,200 pages, of which 1,000 are listed twice"
    );
}

/// A workspace of 100,000 calendars takes a minute of writes, and a run has less.
#[tokio::test]
async fn calendars_that_there_was_no_time_to_credit_are_credited_by_the_next_resync() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 600]).await;
    harness.push(skips_all).await;
    let (clock, calls) = (harness.clock.clone(), harness.recall.calls().len());
    let slow = Failing::with(move |call| {
        if call == "Calendars::write_record" {
            clock.advance(SignedDuration::from_secs(2));
        }
        None
    });
    harness.queue.send(&SyncJob::Resync).await.expect("memory");
    let mut left = vec![CALENDARS];
    for _ in 0..20 {
        let batch = harness.queue.deliver(10);
        if batch.is_empty() {
            break;
        }
        let sync = harness.failing_sync(&slow);
        assert_eq!(
            sync.handle(&batch, harness.deadline()).await,
            Handled::default()
        );
        left.push(harness.behind(CALENDARS, 1).await.len());
    }
    let is_in_between = |left: &usize| (1..CALENDARS).contains(left);
    assert!(left.iter().any(is_in_between), "{left:?}");
    assert_eq!(left.last(), Some(&0), "{left:?}");
    let lists = harness.lists_since(calls).len();
    assert!(lists < 20, "{lists} lists: the windows are listed once");
}
