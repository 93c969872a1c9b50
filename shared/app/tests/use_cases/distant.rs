//! More changes than can be listed at once: those to near events come first.

use callsheet_app::Handled;
use callsheet_app::ports::{Queue as _, SyncStates as _};
use callsheet_domain::{
    CalendarEvent, CalendarId, Decision, EventId, IcalUid, Meeting, Operation, SyncJob, SyncReason,
    SyncRequest, Timestamp, WorkspaceSyncState, plus,
};
use callsheet_testkit::{Call, Fault, With as _, a_calendar, an_email, an_event, at};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::Harness;

const CALENDARS: usize = 3;
/// Meetings of each calendar, one each six hours: a month of them.
const MEETINGS: i64 = 100;
const EVERY: SignedDuration = SignedDuration::from_hours(6);

fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

fn event_id(number: usize, place: i64) -> EventId {
    EventId::parse(format!("event-{number}-at-{place}")).expect("an id")
}

/// The meeting of a calendar at this place in the order of start.
fn meeting(number: usize, place: i64, changed_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.id = event_id(number, place);
        event.ical_uid = IcalUid::parse(event.id.as_str()).expect("an id");
        event.calendar_id = id(number);
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", event.id),
        });
        event.starts_at = plus(at("11:00"), EVERY * i32::try_from(place).expect("small"));
        event.ends_at = plus(event.starts_at, SignedDuration::from_mins(30));
        event.updated_at = changed_at;
    })
}

impl Harness {
    /// Calendars without an event, synced a moment ago. A page has one event, so that the
    /// meetings of all of them take five minutes.
    async fn of_empty_calendars() -> Self {
        let harness = Self::new();
        harness.recall.delete_calendar(&a_calendar().id);
        harness.recall.page_size(1);
        for number in 0..CALENDARS {
            harness.recall.put_calendar(a_calendar().with(|calendar| {
                calendar.id = id(number);
                calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
            }));
            let handled = harness.calendar_changed(&id(number)).await;
            assert_eq!(handled, Handled::default());
        }
        harness.resync(harness.deadline()).await;
        harness.clock.advance(SignedDuration::from_mins(5));
        harness
    }

    /// Everything changes at once, without a webhook.
    fn change_all(&self) {
        for number in 0..CALENDARS {
            for place in 0..MEETINGS {
                let changed = meeting(number, place, self.after(0));
                self.recall.put_event(changed);
            }
        }
    }

    pub(crate) async fn workspace_state(&self) -> WorkspaceSyncState {
        self.state.workspace().await.expect("memory")
    }

    /// How many of the first meetings of each calendar are decided as they were last changed.
    fn decided_up_to(&self, changed_at: Timestamp) -> usize {
        let rows = self.decisions.all();
        let is_decided = |place: i64| {
            (0..CALENDARS).all(|number| {
                let event = event_id(number, place);
                let about = |row: &&Decision| row.key.event_id == event;
                let row = rows.iter().find(about);
                row.is_some_and(|row| row.inputs.event >= changed_at)
            })
        };
        (0..MEETINGS).take_while(|place| is_decided(*place)).count()
    }

    fn lists_from(&self, calls: usize) -> Vec<Call> {
        let calls = self.recall.calls().split_off(calls).into_iter();
        calls
            .filter(|call| call.operation == Operation::ListEvents)
            .collect()
    }

    /// Resyncs each minute until nothing is left to windows.
    async fn caught_up(&self) {
        for _ in 0..60 {
            self.resync(self.deadline()).await;
            self.clock.advance(SignedDuration::from_mins(1));
            if self.workspace_state().await.distant.is_none() {
                return;
            }
        }
        panic!("it never catches up");
    }
}

#[tokio::test]
async fn a_change_to_a_near_event_does_not_wait_for_a_long_list() {
    let harness = Harness::of_empty_calendars().await;
    harness.change_all();
    // Lists overlap the catch-up by half a minute.
    harness.clock.advance(SignedDuration::from_secs(30));
    harness.resync(harness.deadline()).await;
    let distant = harness.workspace_state().await.distant;
    assert!(distant.is_some(), "the rest is left to windows");
    harness.clock.advance(SignedDuration::from_mins(1));
    let changed_at = harness.after(0);
    let calls = harness.recall.calls().len();
    drop(harness.queue.deliver(10)); // the resync that would go on with the windows
    for number in 0..2 {
        harness.recall.put_event(meeting(number, 0, changed_at));
        let request = SyncRequest {
            calendar_id: id(number),
            reason: SyncReason::EventsChanged { since: changed_at },
            sent_at: changed_at,
        };
        let sent = harness.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
    }
    let sync = harness.sync();
    sync.handle(&harness.queue.deliver(2), harness.deadline())
        .await;
    for number in 0..2 {
        let row = harness.decision(&event_id(number, 0));
        assert_eq!(row.inputs.event, changed_at, "it is decided at once");
    }
    let lists = harness.lists_from(calls).len();
    assert!(lists <= 4, "by a short list, not by {lists} pages");
}

#[tokio::test]
async fn what_was_left_to_windows_is_decided_the_nearest_first() {
    let harness = Harness::of_empty_calendars().await;
    let changed_at = harness.after(0);
    harness.change_all();
    harness.resync(harness.deadline()).await;
    let first = harness.decided_up_to(changed_at);
    assert!((5..99).contains(&first), "{first} so far");
    harness.caught_up().await;
    assert_eq!(harness.decided_up_to(changed_at), 100);
    let calls = harness.recall.calls().len();
    harness.clock.advance(SignedDuration::from_mins(5));
    harness.resync(harness.deadline()).await;
    harness.clock.advance(SignedDuration::from_mins(5));
    harness.resync(harness.deadline()).await;
    let lists = harness.lists_from(calls).len();
    assert!(
        lists <= 2,
        "{lists} lists of a workspace in which nothing changes"
    );
}

/// A distant event that changes again after its window was listed is found by the next
/// catch-up.
#[tokio::test]
async fn a_change_to_a_distant_event_meanwhile_is_not_lost() {
    let harness = Harness::of_empty_calendars().await;
    harness.change_all();
    harness.resync(harness.deadline()).await;
    harness.clock.advance(SignedDuration::from_mins(1));
    let changed_at = harness.after(0);
    for place in [7, 50, 99] {
        harness.recall.put_event(meeting(2, place, changed_at));
        harness.events_changed(&id(2), changed_at).await;
    }
    harness.caught_up().await;
    harness.clock.advance(SignedDuration::from_mins(5));
    harness.resync(harness.deadline()).await;
    for place in [7, 50, 99] {
        let row = harness.decision(&event_id(2, place));
        assert_eq!(row.inputs.event, changed_at, "at {place}");
    }
}

/// A stack whose workspace is not listed any more lists each calendar in full.
#[tokio::test]
async fn nothing_is_lost_if_the_workspace_is_not_listed_any_more() {
    let harness = Harness::of_empty_calendars().await;
    let changed_at = harness.after(0);
    harness.change_all();
    harness.resync(harness.deadline()).await;
    assert!(harness.decided_up_to(changed_at) < 100);
    let mut sync = harness.sync();
    sync.settings.is_workspace_listed = false;
    for _ in 0..12 {
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.queue.send(&SyncJob::Resync).await.expect("memory");
        sync.handle(&harness.queue.deliver(10), harness.deadline())
            .await;
    }
    assert_eq!(harness.workspace_state().await.distant, None);
    assert_eq!(harness.decided_up_to(changed_at), 100);
}

/// What happens to the workspace.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// So many meetings of each calendar change, from this place on; a webhook says so, or none
    /// does.
    Change {
        from: i64,
        events: i64,
        is_told: bool,
    },
    /// A policy is pushed.
    Push,
    /// A page cannot be read.
    Fault,
    /// Minutes pass, with a resync each.
    Minutes(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..MEETINGS, 1..MEETINGS, any::<bool>()).prop_map(|(from, events, is_told)| {
        Step::Change {
            from,
            events,
            is_told,
        }
    });
    prop_oneof![
        4 => change,
        1 => Just(Step::Push),
        1 => Just(Step::Fault),
        4 => (0..8_u8).prop_map(Step::Minutes),
    ]
}

impl Harness {
    async fn take(&self, step: Step) {
        match step {
            Step::Change {
                from,
                events,
                is_told,
            } => {
                // All are there at once: the sync of a webhook takes time, and Recall shows no
                // event only then that has changed before.
                let changed_at = self.after(0);
                for number in 0..CALENDARS {
                    for place in from..(from + events).min(MEETINGS) {
                        self.recall.put_event(meeting(number, place, changed_at));
                    }
                }
                for number in (0..CALENDARS).filter(|_| is_told) {
                    self.events_changed(&id(number), changed_at).await;
                }
            }
            Step::Push => {
                self.push(|document| document.bot.clear()).await;
            }
            Step::Fault => self
                .recall
                .fault(Operation::ListEvents, Fault::CutAfterEffect),
            Step::Minutes(minutes) => {
                for _ in 0..minutes {
                    self.resync(self.deadline()).await;
                    self.clock.advance(SignedDuration::from_mins(1));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever changes when, and whatever lists are left or fail: at last every event is
    /// decided as it was last changed.
    #[test]
    fn every_change_is_decided_at_last(steps in prop::collection::vec(step(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let harness = Harness::of_empty_calendars().await;
            for step in &steps {
                harness.take(*step).await;
            }
            harness.take(Step::Minutes(40)).await;
            prop_assert_eq!(harness.workspace_state().await.distant, None);
            for row in harness.decisions.all() {
                let event = harness.recall.event(&row.key.event_id).expect("it exists");
                prop_assert_eq!(row.inputs.event, event.updated_at, "{}", row.key.event_id);
            }
            Ok(())
        })?;
    }
}
