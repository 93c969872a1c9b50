//! One bot for events of different `ical_uid`s, which have one link and one start: a Google
//! series and an Outlook occurrence, or an imported copy.

use callsheet_domain::{CalendarStatus, DeduplicationScheme, IcalUid, Operation, plus};
use test_case::test_case;

use super::*;

/// The copy in the `number`th calendar, under an `ical_uid` of its own.
fn apart(number: usize) -> CalendarEvent {
    copy(number).with(|event| {
        event.ical_uid = IcalUid::parse(format!("meeting-{number}")).expect("an ical_uid");
    })
}

/// All three have the bot.
async fn shared() -> Harness {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in 0..3 {
        harness.see(apart(number)).await;
    }
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
    harness
}

async fn changed(harness: &Harness, number: usize, change: impl FnOnce(&mut CalendarEvent)) {
    let changed = apart(number).with(|event| {
        event.updated_at = harness.after(0);
        change(event);
    });
    harness.see(changed).await;
    harness.drained().await.expect("memory");
    harness.assert_as_wanted();
}

fn versions(harness: &Harness) -> Vec<u64> {
    let rows = harness.decisions.all();
    rows.iter().map(|row| row.version.0).collect()
}

#[test_case([0, 1, 2]; "the organizer's in between")]
#[test_case([1, 2, 0]; "the organizer's first")]
#[test_case([2, 0, 1]; "the organizer's last")]
#[tokio::test]
async fn the_bot_is_the_organizers_whichever_event_comes_last(order: [usize; 3]) {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in order {
        harness.see(apart(number)).await;
        harness.drained().await.expect("memory");
    }
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_new_title_of_the_owner_is_the_bots_and_one_of_another_is_not() {
    let harness = shared().await;
    let title = |title: &str| Some(title.to_owned());
    changed(&harness, 1, |event| event.facts.title = title("Renamed")).await;
    assert_eq!(harness.bot_names(), ["Renamed"]);
    changed(&harness, 0, |event| {
        event.facts.title = title("As sales likes it");
    })
    .await;
    assert_eq!(harness.bot_names(), ["Renamed"]);
}

#[tokio::test]
async fn an_owner_that_leaves_gives_the_bot_to_another_meeting() {
    let declined = |event: &mut CalendarEvent| {
        event.facts.own_response = Some(ResponseStatus::Declined);
    };
    let moved = |event: &mut CalendarEvent| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(1));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(1));
    };
    let renumbered = |event: &mut CalendarEvent| {
        event.ical_uid = IcalUid::parse("another").expect("an ical_uid");
        event.facts.own_response = Some(ResponseStatus::Declined);
    };
    let changes: [fn(&mut CalendarEvent); 3] = [declined, moved, renumbered];
    for change in changes {
        let harness = shared().await;
        changed(&harness, 1, change).await;
        assert!(harness.bot_names().contains(&"As sales has it".to_owned()));
    }
    let harness = shared().await;
    let disconnected = a_calendar().with(|lost| {
        lost.id = calendar(1);
        lost.status = CalendarStatus::Disconnected;
        lost.email = Some(an_email("lead@acme.example"));
        lost.updated_at = harness.after(0);
    });
    harness.see_calendar(disconnected).await;
    harness.clock.advance(LAG);
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As sales has it"]);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn an_owner_that_is_given_another_ical_uid_keeps_the_bot() {
    let harness = shared().await;
    changed(&harness, 1, |event| {
        event.ical_uid = IcalUid::parse("another").expect("an ical_uid");
    })
    .await;
    assert_eq!(harness.bot_names(), ["As lead has it"]);
}

#[tokio::test]
async fn events_that_did_not_change_are_neither_written_nor_called_about() {
    let harness = shared().await;
    let (versions_before, calls) = (
        versions(&harness),
        harness.recall.count(Operation::ScheduleBot),
    );
    for number in 0..3 {
        harness.see(apart(number)).await;
        harness.drained().await.expect("memory");
    }
    assert_eq!(versions(&harness), versions_before);
    assert_eq!(harness.recall.count(Operation::ScheduleBot), calls);
}

/// Two syncs, neither of which has read the other's event before it writes its own.
#[tokio::test(start_paused = true)]
async fn events_that_two_syncs_write_at_once_get_the_owners_configuration() {
    let harness = harness(DeduplicationScheme::Meeting).await;
    for number in [0, 1] {
        harness.recall.put_event(apart(number));
    }
    let delay = Delay::millis(20, 20);
    let syncs = [0, 1].map(|number| harness.delayed_sync(number, &delay));
    let handled = futures_util::future::join_all(syncs).await;
    assert_eq!(handled, [Handled::default(), Handled::default()]);
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
}

/// As if the worker that wrote one of them had ended before it read the other one.
#[test_case(0; "of the one that is wrong")]
#[test_case(1; "of the owner")]
#[tokio::test]
async fn what_a_writer_left_unsettled_is_settled_by_the_next_sync(number: usize) {
    let harness = harness(DeduplicationScheme::Meeting).await;
    harness.see(apart(0)).await;
    harness.drained().await.expect("memory");
    let own = harness.decision(&apart(0).id);
    harness.see(apart(1)).await;
    harness.drained().await.expect("memory");
    let unsettled = own.with(|row| row.version = harness.decision(&row.key.event_id).version);
    harness.decisions.put(unsettled);
    harness.see(apart(number)).await;
    harness.drained().await.expect("memory");
    assert_eq!(harness.bot_names(), ["As lead has it"]);
    harness.assert_as_wanted();
}
