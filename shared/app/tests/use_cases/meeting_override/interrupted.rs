//! A no is interrupted, meets a sync, or is more than one request can carry out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callsheet_app::meeting_override::override_meeting;
use callsheet_app::notify::Notification;
use callsheet_app::ports::OverrideStore as _;
use callsheet_app::{Handled, PortError, Service};
use callsheet_domain::MeetingWish::Own;
use callsheet_domain::OverrideChoice::Skip;
use callsheet_domain::{MeetingOverride, Operation, SyncReason, Verdict, Wanted};
use callsheet_testkit::{Intercepted, With as _, a_calendar, an_event, at, id};
use futures_util::FutureExt as _;
use jiff::SignedDuration;

use super::{person, with_copies};
use crate::harness::{Failing, Harness};

/// The table fails, or the function is stopped, between the choice and the copies.
#[tokio::test]
async fn a_no_that_was_interrupted_is_carried_out_by_the_sync_of_its_event() {
    let (harness, events) = with_copies().await;
    let failing = Failing::with(|call| {
        (call == "Decisions::write").then(|| PortError::Unavailable {
            service: Service::DynamoDb,
            reason: "no answer".to_owned(),
            source: None,
        })
    });
    let decisions = Intercepted::new(harness.decisions.clone(), &failing);
    let ports = (&harness.state, &decisions, Some(&harness.queue));
    let decision = harness.decision(&events[0]);
    let (guest, now) = (person("guest"), harness.after(0));
    let set = override_meeting(ports, decision, Own(Skip), &guest, now);
    let set = set.await.expect("the choice is stored");
    assert!(!set.is_applied);
    assert_eq!(harness.verdict_of(&events[1]), "record external");
    let lists = harness.recall.count(Operation::ListEvents);
    harness.settled().await;
    for event in &events {
        assert_eq!(harness.verdict_of(event), "skip meeting-override");
    }
    assert!(harness.recall.bots().is_empty());
    assert_eq!(harness.recall.count(Operation::ListEvents), lists);
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
    assert_eq!(harness.chosen().await.spreads_from, None);
}

/// Somebody says no while the first sync of a calendar decides on its copy: after it has read what
/// people chose, and before it writes the row that the no would have to change.
#[tokio::test]
async fn a_no_that_meets_the_first_sync_of_a_copy_is_not_lost() {
    let harness = Harness::new();
    harness.recall.put_event(an_event());
    let (state, is_said) = (harness.state.clone(), Arc::new(AtomicBool::new(false)));
    let failing = Failing::with(move |call| {
        if call == "Decisions::write" && !is_said.swap(true, Ordering::SeqCst) {
            let event = (a_calendar().id, an_event().id);
            let none = MeetingOverride::default();
            let no = none.with_choice(Skip, &person("guest"), at("09:30"), &event);
            let no = no.expect("few people").expect("a choice");
            let name = an_event().meeting_name();
            let written = state.write_meeting_override(&name, &no, None, at("20:00"));
            written.now_or_never().expect("memory").expect("memory");
        }
        None
    });
    harness
        .queue_request(&a_calendar().id, SyncReason::FullSync)
        .await;
    let batch = harness.queue.deliver(10);
    let sync = harness.failing_sync(&failing);
    let handled = sync.handle(&batch, harness.deadline()).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.verdict_of(&an_event().id), "skip meeting-override");
    assert_eq!(harness.decision(&an_event().id).wanted, Wanted::Nothing);
}

impl Harness {
    async fn queue_request(&self, calendar: &callsheet_domain::CalendarId, reason: SyncReason) {
        use callsheet_app::ports::Queue as _;
        let request = callsheet_domain::SyncRequest {
            calendar_id: calendar.clone(),
            reason,
            sent_at: self.after(0),
        };
        let job = callsheet_domain::SyncJob::Request(request);
        self.queue.send(&job).await.expect("memory");
        self.clock.advance(SignedDuration::from_secs(1));
    }
}

/// In the request itself a bounded part of them is changed. The sync does the rest.
#[tokio::test]
async fn a_no_to_an_all_hands_is_bounded_and_reaches_everybody() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    for number in 0..700 {
        let row = harness.decision(&an_event().id);
        harness.decisions.put(row.with(|row| {
            row.key.event_id = id(format!("event-of-{number:03}"));
            row.calendar_id = id(format!("calendar-of-{number:03}"));
        }));
    }
    let set = harness.wish(&an_event().id, Own(Skip), "guest").await;
    assert!(!set.is_applied && set.has_more_copies);
    let is_skipped = |row: &callsheet_domain::Decision| matches!(row.verdict, Verdict::Skip(_));
    let skipped = harness
        .decisions
        .all()
        .iter()
        .filter(|row| is_skipped(row))
        .count();
    assert!((500..700).contains(&skipped), "{skipped} of 701");
    harness.settled().await;
    assert!(harness.decisions.all().iter().all(is_skipped));
    assert_eq!(harness.recall.count(Operation::GetEvent), 1);
    let again = harness.wish(&an_event().id, Own(Skip), "another").await;
    assert!(matches!(again.notification, Notification::NotNeeded));
}

/// A no may be among them, so the event keeps its decision.
#[tokio::test]
async fn an_event_of_which_the_choices_cannot_be_read_is_set_aside() {
    let harness = Harness::new();
    harness.see(an_event()).await;
    let before = harness.decision(&an_event().id);
    harness
        .state
        .make_meeting_unreadable(&an_event().meeting_name());
    let another = an_event().with(|event| {
        event.id = id("event-2");
        event.ical_uid = id("meeting-2@acme.example");
        event.updated_at = harness.after(0);
    });
    harness.recall.put_event(another.clone());
    harness
        .see(an_event().with(|event| {
            event.facts.title = Some("Another title".to_owned());
            event.updated_at = harness.after(0);
        }))
        .await;
    assert_eq!(harness.decision(&an_event().id), before);
    assert_eq!(harness.verdict_of(&another.id), "record external");
}
