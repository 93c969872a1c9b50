//! What people do is logged, each action once, whatever is done again.

use callsheet_app::calendar_activity::{CalendarActivity, calendar_activity};
use callsheet_app::events::EventName;
use callsheet_app::explain::explain_decision;
use callsheet_app::list_page::ListQuery;
use callsheet_app::meeting_override::override_meeting;
use callsheet_app::overrides::{Target, set_override};
use callsheet_app::pause::set_pause;
use callsheet_app::ports::{ActionLog as _, Calendars as _, OverrideStore as _};
use callsheet_app::request_disconnection::request_disconnection;
use callsheet_domain::{
    Actor, CalendarId, EventId, LoggedAction, LoggedActionKind, MeetingWish, OverrideChoice,
    OverrideScope, PauseEnd, Timestamp, plus,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar, a_calendar_record,
    a_decision, an_actor, an_email, at, id,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use test_case::test_case;

use OverrideChoice::{Clear, Record, Skip};

/// The usual calendar with the usual event, which is of a series.
struct OneCalendar {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Choose(Target, OverrideChoice),
    Meeting(MeetingWish),
    Pause(i64),
    Resume,
    Disconnect,
}

impl OneCalendar {
    async fn new() -> Self {
        let world = Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        };
        let written = world.state.write_record(&a_calendar_record()).await;
        written.expect("memory");
        let row = a_decision().with(|row| row.series = Some(id("k3v9")));
        world.decisions.put(row);
        world
    }

    async fn does(&self, deed: Deed, by: &Actor, now: Timestamp) {
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let writes = (&self.state, Some(&self.queue));
        let calendar = a_calendar().id;
        match deed {
            Deed::Choose(target, choice) => {
                let event = EventName::Id(a_decision().key.event_id.to_string());
                let set = set_override(ports, (target, &event), choice, by, now).await;
                set.expect("memory");
            }
            Deed::Meeting(wish) => {
                let set = override_meeting(ports, self.row().await, wish, by, now).await;
                set.expect("memory");
            }
            Deed::Pause(hours) => {
                let end = plus(at("09:00"), SignedDuration::from_hours(hours));
                let end = PauseEnd::At(end);
                let set = set_pause(writes, calendar.as_str(), Some(&end), by, now).await;
                set.expect("memory");
            }
            Deed::Resume => {
                let set = set_pause(writes, calendar.as_str(), None, by, now).await;
                set.expect("memory");
            }
            Deed::Disconnect => {
                let asked = request_disconnection(writes, &calendar, by, now).await;
                asked.expect("memory");
            }
        }
    }

    async fn row(&self) -> callsheet_domain::Decision {
        use callsheet_app::ports::Decisions as _;

        let rows = self.decisions.decisions(&[a_decision().key]).await;
        rows.expect("memory").decisions.remove(0)
    }

    /// The log of the calendar and its owner, oldest first.
    async fn log(&self) -> Vec<LoggedAction> {
        let (calendar, owner) = (a_calendar().id, a_calendar().owner());
        let page = self.state.actions_in(&calendar, &owner, None, 1_000);
        let entries = page.await.expect("memory").entries.into_iter();
        let mut log: Vec<_> = entries.map(|entry| entry.action).collect();
        log.reverse();
        log
    }

    async fn activity(&self, calendar: &str) -> CalendarActivity {
        let record = self.state.record(&id(calendar)).await.expect("memory");
        let record = record.expect("it is stored");
        let ports = (&self.state, &self.decisions);
        let read = calendar_activity(ports, &record, &ListQuery::first(50), at("12:00")).await;
        read.expect("memory")
    }
}

#[test_case(Deed::Choose(Target::Event, Skip); "a no to an event")]
#[test_case(Deed::Choose(Target::Event, Record); "a yes to an event")]
#[test_case(Deed::Choose(Target::Series, Skip); "a no to a series")]
#[test_case(Deed::Meeting(MeetingWish::Own(Skip)); "a no to a meeting")]
#[test_case(Deed::Pause(3); "a pause")]
#[test_case(Deed::Disconnect; "a disconnection")]
#[tokio::test]
async fn what_is_done_again_is_logged_once(deed: Deed) {
    let world = OneCalendar::new().await;
    for second in 0..3 {
        let now = plus(at("09:00"), SignedDuration::from_secs(second));
        world.does(deed, &an_actor(), now).await;
    }
    let log = world.log().await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!((&log[0].by, log[0].at), (&an_actor(), at("09:00")));
}

fn deeds() -> impl Strategy<Value = Deed> {
    let choice = || prop::sample::select(vec![Record, Skip, Clear]);
    let target = prop::sample::select(vec![Target::Event, Target::Series]);
    prop_oneof![
        4 => (target, choice()).prop_map(|(target, choice)| Deed::Choose(target, choice)),
        2 => choice().prop_map(|choice| Deed::Meeting(MeetingWish::Own(choice))),
        1 => Just(Deed::Meeting(MeetingWish::ClearAll)),
        1 => (2..5_i64).prop_map(Deed::Pause),
        1 => Just(Deed::Resume),
    ]
}

/// A number for each override and pause of the owner, in the order in which they were set.
fn numbers_of_owner(log: &[LoggedAction]) -> Vec<u64> {
    let of_owner = log.iter().filter(|action| {
        let what = &action.what;
        matches!(
            what,
            LoggedActionKind::Override { .. } | LoggedActionKind::Pause { .. }
        )
    });
    of_owner.map(|action| action.number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever people do, the log has no gap: its numbers are those up to the revision of the
    /// owner's overrides, and up to the count of the choices for the meeting. Every override, pause
    /// and choice that is stored is in it, as it was set. What is done again adds nothing.
    #[test]
    fn the_log_has_no_gap(
        done in prop::collection::vec((deeds(), 0..2_usize, 1..3_usize), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let world = OneCalendar::new().await;
            let people: [Actor; 2] = ["lead@acme.example", "sales@acme.example"].map(id);
            for (second, (deed, by, times)) in (0..).zip(done) {
                let now = plus(at("09:00"), SignedDuration::from_secs(second));
                world.does(deed, &people[by], now).await;
                let once = world.log().await;
                for _ in 1..times {
                    world.does(deed, &people[by], now).await;
                }
                prop_assert_eq!(world.log().await, once);
            }
            let log = world.log().await;
            let overrides = world.state.overrides(&a_calendar().owner()).await.expect("memory");
            let expected: Vec<_> = (1..=overrides.revision.0).collect();
            prop_assert_eq!(numbers_of_owner(&log), expected);
            for (scope, set) in &overrides.by_scope {
                let is_logged = log.iter().any(|action| {
                    let is_same = matches!(
                        &action.what,
                        LoggedActionKind::Override { scope: of, choice, .. }
                            if of == scope && *choice == set.choice
                    );
                    is_same && action.number == set.revision.0 && Some(&action.by) == set.by.as_ref()
                });
                prop_assert!(is_logged, "{:?} of {:?}", set, scope);
            }
            let name = a_decision().meeting_name();
            let chosen = world.state.meeting_overrides(std::slice::from_ref(&name)).await;
            let chosen = chosen.expect("memory").known.remove(&name).unwrap_or_default();
            let of_meeting = world.state.actions_for(&name, None, 1_000).await.expect("memory");
            let numbers: Vec<_> = of_meeting.entries.iter().map(|one| one.action.number).collect();
            let expected: Vec<_> = (1..=chosen.actions).rev().collect();
            prop_assert_eq!(numbers, expected);
            Ok(())
        })?;
    }
}

/// The event's own overrides, those of its series, and choices for the meeting that were made in
/// another calendar, whether or not they hold.
#[tokio::test]
async fn an_explanation_has_what_people_chose_for_the_event() {
    let world = OneCalendar::new().await;
    let (by, owner) = (an_actor(), a_calendar().owner());
    let other = OverrideScope::Event(id("another-event"));
    let of_other = world
        .state
        .set_override(&owner, &other, Skip, &by, at("08:59"));
    of_other.await.expect("memory");
    let copy = a_decision().with(|row| {
        row.key.event_id = id("event-bo");
        row.calendar_id = id("calendar-bo");
    });
    let done = [
        (Deed::Choose(Target::Series, Skip), "09:00"),
        (Deed::Choose(Target::Event, Record), "09:01"),
        (Deed::Pause(3), "09:02"),
        (Deed::Choose(Target::Event, Clear), "09:03"),
    ];
    for (deed, time) in done {
        world.does(deed, &by, at(time)).await;
    }
    let ports = (&world.state, &world.decisions, None::<&MemoryQueue>);
    let guest: Actor = id("guest@globex.example");
    let no = MeetingWish::Own(Skip);
    let chosen = override_meeting(ports, copy, no, &guest, at("09:04")).await;
    chosen.expect("memory");
    let explained = explain_decision(&world.state, &world.decisions, world.row().await).await;
    let choices = explained.expect("memory").choices;
    let words: Vec<_> = (choices.iter())
        .map(|made| match &made.what {
            LoggedActionKind::Override { scope, choice, .. } => match scope {
                OverrideScope::Event(_) => format!("event {}", choice.as_str()),
                _ => format!("series {}", choice.as_str()),
            },
            LoggedActionKind::Meeting(made) => format!("meeting {:?}", made.choice),
            other => panic!("no choice: {other:?}"),
        })
        .collect();
    assert_eq!(
        words,
        [
            "meeting Own(Skip)",
            "event clear",
            "event record",
            "series skip"
        ]
    );
    assert_eq!(choices[0].by, guest);
}

/// A mailbox that is connected again under another id, and beside a calendar of the same person.
#[tokio::test]
async fn the_activity_of_a_calendar_is_that_of_its_owner_without_other_calendars_events() {
    let world = OneCalendar::new().await;
    let second = a_calendar_record().with(|record| record.calendar.id = id("calendar-second"));
    let stranger = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-bo");
        record.calendar.email = Some(an_email("bo@acme.example"));
    });
    for record in [&second, &stranger] {
        world.state.write_record(record).await.expect("memory");
    }
    let (owner, by) = (a_calendar().owner(), an_actor());
    let (own, private) = (
        OverrideScope::Event(a_decision().platform_id.expect("an id")),
        OverrideScope::Event(id("private")),
    );
    let event =
        |calendar: &str| -> [(CalendarId, EventId); 1] { [(id(calendar), id("event-of-it"))] };
    for (scope, events, time) in [
        // The decision about it is gone, and the calendar is still there.
        (&private, event("calendar-second"), "09:00"),
        // It was in a calendar that is gone.
        (
            &OverrideScope::Event(id("former")),
            event("calendar-gone"),
            "09:01",
        ),
        (&own, event("calendar-second"), "09:02"),
    ] {
        let state = &world.state;
        let set = state.set_event_override(&owner, scope, &events, Skip, &by, at(time));
        set.await.expect("memory");
    }
    world.does(Deed::Pause(3), &by, at("09:03")).await;
    let done = async |calendar| {
        let activity = world.activity(calendar).await;
        let times = activity.actions.iter().map(|one| one.logged.at);
        times.collect::<Vec<_>>()
    };
    let times = |times: &[&str]| times.iter().map(|time| at(time)).collect::<Vec<_>>();
    assert_eq!(
        done("calendar-sales").await,
        times(&["09:03", "09:02", "09:01"])
    );
    assert_eq!(
        done("calendar-second").await,
        times(&["09:03", "09:02", "09:01", "09:00"])
    );
    assert_eq!(done("calendar-bo").await, times(&[]));
    let known = world.activity("calendar-sales").await.actions.into_iter();
    let known: Vec<_> = known.map(|one| one.decision.is_some()).collect();
    assert_eq!(known, [false, true, false]);
}
