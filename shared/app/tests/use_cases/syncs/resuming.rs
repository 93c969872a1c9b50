//! A sync that was not completed is resumed at the page where it stopped.

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _};
use callsheet_domain::{IcalUid, OverrideChoice, OverrideScope, SyncReason};
use callsheet_testkit::{Faults, When, With as _, an_actor};
use jiff::SignedDuration;

use super::{event, event_id, harness, id};

const MANY: usize = 7;

/// Seven pages of one calendar, or of the workspace, and a crash at every single
/// step in turn, before and after its effect: the next run resumes it where
/// it stopped, and nothing is lost.
#[tokio::test]
async fn a_sync_is_resumed_after_a_crash_at_any_page() {
    for is_workspace in [false, true] {
        let counted = Faults::none();
        let whole = crash(is_workspace, &counted).await;
        assert_eq!(whole, MANY);
        for step in 0..counted.calls() {
            for when in [When::Before, When::After] {
                let lists = crash(is_workspace, &Faults::crash(step, when)).await;
                // A page after which the position was not saved is read twice, and
                // the page of the crash perhaps got no answer. Before the first
                // position is saved there is nothing to resume.
                assert!(
                    lists <= MANY + 2,
                    "{lists} lists after a crash {when:?} step {step}, workspace: {is_workspace}"
                );
            }
        }
    }
}

/// The number of pages that a sync of many pages lists, with faults in its first run.
async fn crash(is_workspace: bool, faults: &Faults) -> usize {
    let harness = harness(2).await;
    harness.recall.page_size(1);
    for number in 0..MANY {
        let calendar = if is_workspace { id(number % 2) } else { id(0) };
        harness
            .recall
            .put_event(event(number, harness.after(0)).with(|event| event.calendar_id = calendar));
    }
    harness.tell(&id(0)).await;
    if is_workspace {
        harness.tell(&id(1)).await;
    }
    harness.clock.advance(SignedDuration::from_secs(1));
    let before = harness.subjects_since(0).len();
    let batch = harness.queue.deliver(10);
    harness
        .faulty_sync(faults)
        .handle(&batch, harness.deadline())
        .await;
    faults.repair();
    harness.clock.advance(SignedDuration::from_secs(61));
    // Messages that a crashed function has not acknowledged are delivered again.
    for delivery in batch {
        harness.queue.send(&delivery.job).await.expect("memory");
    }
    harness.handle_all().await;
    assert_eq!(harness.decided(), MANY);
    harness.subjects_since(0).len() - before
}

#[tokio::test]
async fn a_sync_in_progress_starts_again_after_an_override() {
    let harness = harness(1).await;
    harness.recall.page_size(1);
    for number in 0..MANY {
        harness
            .recall
            .put_event(event(number, harness.after(0)).with(|event| event.calendar_id = id(0)));
    }
    harness.tell(&id(0)).await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let cut = Faults::crash(30, When::Before);
    let batch = harness.queue.deliver(1);
    harness
        .faulty_sync(&cut)
        .handle(&batch, harness.deadline())
        .await;
    let record = harness
        .state
        .record(&id(0))
        .await
        .expect("memory")
        .expect("a record");
    assert!(record.in_progress.is_some(), "a sync is in progress");
    let series = OverrideScope::Series(IcalUid::parse("meeting-0").expect("an ical_uid"));
    let (id, by, now) = (id(0), an_actor(), harness.after(0));
    let owner = harness.state.owner_of(&id);
    let override_revision =
        harness
            .state
            .set_override(&owner, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.tell(&id).await;
    harness.handle_all().await;
    assert_eq!(harness.decided(), MANY);
    let rule = harness
        .decision(&event_id(0))
        .verdict
        .reason()
        .rule
        .to_string();
    assert_eq!(rule, "series-override");
    let record = harness
        .state
        .record(&id)
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.in_progress, None);
}

#[tokio::test]
async fn a_sync_longer_than_a_run_is_resumed_by_the_next() {
    let harness = harness(1).await;
    harness.recall.page_size(1);
    for number in 0..90 {
        harness
            .recall
            .put_event(event(number, harness.after(0)).with(|event| event.calendar_id = id(0)));
    }
    let before = harness.subjects_since(0).len();
    harness.request(&id(0), SyncReason::FullSync).await;
    assert!(harness.decided() < 90, "a minute is not enough");
    assert_eq!(harness.queue.delayed().len(), 1, "the message is requeued");
    harness.handle_all().await;
    assert_eq!(harness.decided(), 90);
    assert_eq!(
        harness.subjects_since(0).len() - before,
        90,
        "no page was read twice"
    );
}
