//! A look that was left is gone on with, at the page where it stopped.

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _};
use callsheet_domain::{IcalUid, OverrideChoice, OverrideScope, SyncReason};
use callsheet_testkit::{But as _, Faults, When, a_speaker};
use jiff::SignedDuration;

use super::{event, event_id, house, id};

const MANY: usize = 7;

/// Seven pages of one calendar, or of the workspace, and a crash at every single
/// step in turn, before and after its effect: the next run goes on where it
/// stopped, and nothing is lost.
#[tokio::test]
async fn a_crash_at_any_page_is_gone_on_with() {
    for is_workspace in [false, true] {
        let counted = Faults::none();
        let whole = crash(is_workspace, &counted).await;
        assert_eq!(whole, MANY);
        for step in 0..counted.calls() {
            for when in [When::Before, When::After] {
                let lists = crash(is_workspace, &Faults::crash(step, when)).await;
                // A page whose writing was not noted is read twice, and the page
                // that the crash hit was perhaps not answered. Before the first
                // note there is nothing to go on with.
                assert!(
                    lists <= MANY + 2,
                    "{lists} lists after a crash {when:?} step {step}, workspace: {is_workspace}"
                );
            }
        }
    }
}

/// How many lists a look at many pages takes, with faults in its first run.
async fn crash(is_workspace: bool, faults: &Faults) -> usize {
    let house = house(2).await;
    house.recall.page_size(1);
    for number in 0..MANY {
        let calendar = if is_workspace { id(number % 2) } else { id(0) };
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = calendar));
    }
    house.tell(&id(0)).await;
    if is_workspace {
        house.tell(&id(1)).await;
    }
    house.clock.advance(SignedDuration::from_secs(1));
    let before = house.subjects_since(0).len();
    let batch = house.queue.deliver(10);
    house
        .flaky_sync(faults)
        .handle(&batch, house.deadline())
        .await;
    faults.repair();
    house.clock.advance(SignedDuration::from_secs(61));
    // What a crashed function has not acknowledged comes again.
    for delivery in batch {
        house.queue.send(&delivery.job).await.expect("memory");
    }
    house.handle_all().await;
    assert_eq!(house.decided(), MANY);
    house.subjects_since(0).len() - before
}

#[tokio::test]
async fn a_look_that_a_word_overtook_is_begun_again() {
    let house = house(1).await;
    house.recall.page_size(1);
    for number in 0..MANY {
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = id(0)));
    }
    house.tell(&id(0)).await;
    house.clock.advance(SignedDuration::from_secs(1));
    let cut = Faults::crash(30, When::Before);
    let batch = house.queue.deliver(1);
    house
        .flaky_sync(&cut)
        .handle(&batch, house.deadline())
        .await;
    let record = house
        .state
        .record(&id(0))
        .await
        .expect("memory")
        .expect("a record");
    assert!(record.in_progress.is_some(), "a look was left behind");
    let series = OverrideScope::Series(IcalUid::parse("meeting-0").expect("an ical_uid"));
    let (id, by, now) = (id(0), a_speaker(), house.after(0));
    let override_revision = house
        .state
        .set_override(&id, &series, OverrideChoice::Skip, &by, now);
    override_revision.await.expect("memory");
    house.clock.advance(SignedDuration::from_secs(60));
    house.tell(&id).await;
    house.handle_all().await;
    assert_eq!(house.decided(), MANY);
    let rule = house
        .decision(&event_id(0))
        .verdict
        .reason()
        .rule
        .to_string();
    assert_eq!(rule, "series");
    let record = house
        .state
        .record(&id)
        .await
        .expect("memory")
        .expect("a record");
    assert_eq!(record.in_progress, None);
}

#[tokio::test]
async fn a_look_longer_than_a_run_is_gone_on_with_by_the_next() {
    let house = house(1).await;
    house.recall.page_size(1);
    for number in 0..90 {
        house
            .recall
            .put_event(event(number, house.after(0)).but(|event| event.calendar_id = id(0)));
    }
    let before = house.subjects_since(0).len();
    house.request(&id(0), SyncReason::FullSync).await;
    assert!(house.decided() < 90, "a minute is not enough");
    assert_eq!(
        house.queue.delayed().len(),
        1,
        "the message waits for its turn"
    );
    house.handle_all().await;
    assert_eq!(house.decided(), 90);
    assert_eq!(
        house.subjects_since(0).len() - before,
        90,
        "no page was read twice"
    );
}
