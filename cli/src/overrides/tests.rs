//! Under which id an override is stored, and that a sync is requested.

use callsheet_api::activity::Activity;
use callsheet_api::delivery::Delivery;
use callsheet_api::overrides::Scope;
use callsheet_app::meeting_override::override_meeting;
use callsheet_app::people_activity::people_activity;
use callsheet_app::ports::{Calendars as _, Decisions as _, OverrideStore as _};
use callsheet_domain::{
    CalendarRecord, CalendarStatus, Decision, MeetingWish, OverrideChoice, OverrideScope, RuleName,
    SeriesId, SyncJob, SyncReason, SyncRequest, Verdict,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryQueue, MemoryState, With as _, a_calendar_record, a_decision, an_actor,
    an_email, an_event, at, id,
};
use test_case::test_case;

use super::*;
use crate::render::{Render as _, assert_published};

struct Harness {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: MemoryQueue,
}

impl Harness {
    async fn with_decision(row: Decision) -> Self {
        let harness = Self {
            state: MemoryState::new(),
            decisions: MemoryDecisions::new(),
            queue: MemoryQueue::new(),
        };
        harness
            .state
            .write_record(&a_calendar_record())
            .await
            .expect("memory");
        harness.decisions.write(&row).await.expect("memory");
        harness
    }

    async fn set_override(&self, target: Target, choice: Choice) -> Result<OverrideSet, CliError> {
        let ports = (&self.state, &self.decisions, Some(&self.queue));
        let event = EventName::Id(an_event().id.to_string());
        set_override(ports, (target, &event), choice, &an_actor(), at("09:30")).await
    }

    async fn stored_overrides(&self) -> Vec<(OverrideScope, OverrideChoice)> {
        let owner = a_calendar_record().calendar.owner();
        let overrides = self.state.overrides(&owner).await.expect("memory");
        let overrides = overrides.by_scope.into_iter();
        overrides
            .map(|(scope, stored)| (scope, stored.choice))
            .collect()
    }
}

fn event_scope() -> OverrideScope {
    OverrideScope::Event(an_event().platform_id.expect("it has one"))
}

fn a_series() -> SeriesId {
    SeriesId::parse("series-1").expect("an id")
}

#[test_case(Target::Event, None, event_scope(); "an event")]
#[test_case(Target::Event, Some(a_series()), event_scope(); "an event of a series")]
#[test_case(Target::Series, Some(a_series()), OverrideScope::PlatformSeries(a_series()); "a series")]
#[test_case(Target::Series, None, OverrideScope::Series(an_event().ical_uid); "a series without an id")]
#[tokio::test]
async fn an_override_is_stored_under_the_platforms_id(
    target: Target,
    series: Option<SeriesId>,
    expected: OverrideScope,
) {
    let harness = Harness::with_decision(a_decision().with(|row| row.series = series)).await;
    let set = harness.set_override(target, Choice::Skip).await;
    let set = set.expect("it is stored");
    let stored = harness.stored_overrides().await;
    assert_eq!(stored, [(expected, OverrideChoice::Skip)]);
    let delivery = match target {
        Target::Event => Delivery::NotNeeded,
        Target::Series => Delivery::Sent,
    };
    assert_eq!((set.revision, set.sync_request), (1, delivery));
    let full_sync = SyncJob::Request(SyncRequest {
        calendar_id: an_event().calendar_id,
        reason: SyncReason::FullSync,
        sent_at: at("09:30"),
    });
    let expected = match target {
        Target::Event => vec![],
        Target::Series => vec![full_sync],
    };
    assert_eq!(harness.queue.sent(), expected);
}

#[test_case(Choice::Record, "\"Kick-off\" will be recorded: lead@acme.example set an override for this event."; "record")]
#[test_case(Choice::Skip, "\"Kick-off\" will not be recorded: lead@acme.example set an override for this event."; "skip")]
#[test_case(Choice::Clear, "The policy decides about \"Kick-off\" again: lead@acme.example cleared the override for this event."; "clear")]
#[tokio::test]
async fn the_text_says_what_the_override_changes(choice: Choice, expected: &str) {
    let harness = Harness::with_decision(a_decision()).await;
    let set = harness.set_override(Target::Event, choice).await;
    let text = set.expect("it is stored").text();
    let effect = match choice {
        Choice::Skip => "The decision about it was changed at once.",
        Choice::Record | Choice::Clear => {
            "A sync of the event was requested, so it takes effect at once."
        }
    };
    let expected = format!("{expected}\n{effect}");
    assert_eq!(text, expected);
}

fn locked_by(rule: RuleName) -> impl FnOnce(&mut Decision) {
    |row| {
        row.verdict = Verdict::skip(rule, "why");
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = true;
        }
    }
}

#[test_case(RuleName::named("legal-hold"), Choice::Record, "\"Kick-off\" is not recorded: the policy locks its rule \"legal-hold\", and no override goes before that. The override of lead@acme.example for this event (record) is stored, and counts once the lock does not apply any more."; "a yes")]
#[test_case(RuleName::DENIED_DOMAIN, Choice::Skip, "\"Kick-off\" is not recorded: the policy locks its denied domains, and no override goes before that. The override of lead@acme.example for this event (skip) is stored, and counts once the lock does not apply any more."; "a no")]
#[test_case(RuleName::named("legal-hold"), Choice::Clear, "\"Kick-off\" is not recorded: the policy locks its rule \"legal-hold\", and no override goes before that. lead@acme.example cleared the override for this event."; "the way back")]
#[tokio::test]
async fn the_text_says_that_a_lock_decides(rule: RuleName, choice: Choice, expected: &str) {
    let name = rule.to_string();
    let harness = Harness::with_decision(a_decision().with(locked_by(rule))).await;
    let set = harness
        .set_override(Target::Event, choice)
        .await
        .expect("it is stored");
    assert_eq!(set.text(), expected);
    assert_published("override", &set);
    let json = serde_json::to_value(&set).expect("JSON");
    assert_eq!(json["takes_effect"], "locked");
    assert_eq!(json["rule"], name);
}

#[test_case(Target::Event; "an event")]
#[test_case(Target::Series; "a series")]
#[tokio::test]
async fn a_decision_of_an_earlier_version_is_synced_first(target: Target) {
    let harness = Harness::with_decision(a_decision().with(|row| row.platform_id = None)).await;
    let set = harness.set_override(target, Choice::Skip).await;
    let error = set.expect_err("the platform's id is missing");
    assert_eq!(error.exit_code(), 1);
    let report = error.report();
    assert!(report.contains("run this again in a minute"), "{report}");
    assert_eq!(harness.queue.sent().len(), 1);
    assert!(harness.stored_overrides().await.is_empty());
}

#[tokio::test]
async fn an_override_is_stored_even_if_no_sync_can_be_requested() {
    let harness = Harness::with_decision(a_decision()).await;
    let ports = (&harness.state, &harness.decisions, None::<&MemoryQueue>);
    let event = EventName::Id(an_event().id.to_string());
    let set = set_override(
        ports,
        (Target::Event, &event),
        Choice::Record,
        &an_actor(),
        at("09:30"),
    )
    .await;
    let text = set.expect("it is stored").text();
    assert!(text.contains("with the next resync"), "{text}");
    assert_eq!(harness.stored_overrides().await.len(), 1);
}

/// A series goes on, and an event ends.
#[test_case(Target::Event, Some("2091-03-06T11:00:00Z"); "an event")]
#[test_case(Target::Series, None; "a series")]
#[tokio::test]
async fn an_override_of_an_event_expires_a_year_after_the_event(
    target: Target,
    expected: Option<&str>,
) {
    let harness = Harness::with_decision(a_decision()).await;
    let set = harness.set_override(target, Choice::Skip).await;
    set.expect("it is stored");
    let (scope, _) = harness.stored_overrides().await.remove(0);
    let owner = a_calendar_record().calendar.owner();
    let expires_at = harness.state.override_expires_at(&owner, &scope);
    assert_eq!(expires_at, expected.map(at));
}

/// A copy in the calendar of a colleague, who wants the same bot.
async fn with_a_colleagues_copy(harness: &Harness) {
    let colleague = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-colleague");
        record.calendar.email = Some(an_email("colleague@acme.example"));
    });
    harness
        .state
        .write_record(&colleague)
        .await
        .expect("memory");
    let copy = a_decision().with(|row| {
        row.key.event_id = id("event-2");
        row.calendar_id = id("calendar-colleague");
    });
    harness.decisions.write(&copy).await.expect("memory");
}

#[test_case(Choice::Skip, true; "a no")]
#[test_case(Choice::Record, false; "a yes")]
#[tokio::test]
async fn a_no_says_at_once_for_which_calendar_the_bot_stays(choice: Choice, expected: bool) {
    let harness = Harness::with_decision(a_decision()).await;
    with_a_colleagues_copy(&harness).await;
    let set = harness.set_override(Target::Event, choice).await;
    let set = set.expect("it is stored");
    assert_published("override", &set);
    assert_eq!(set.kept_by.len(), 1);
    let text = set.text();
    let said = "The bot stays in this meeting, since other calendars want it:\n  colleague@acme.example (calendar-colleague), event event-2";
    assert_eq!(text.contains(said), expected, "{text}");
}

#[test_case(|row, _| row.ends_at = at("09:00"), "the meeting is over"; "a meeting that is over")]
#[test_case(|row, _| row.link = None, "has no meeting link"; "an event without a link")]
#[test_case(|row, _| row.verdict = Verdict::skip(RuleName::CANCELLED, "it is cancelled"), "the meeting is cancelled"; "a cancelled meeting")]
#[test_case(|_, record| record.calendar.status = CalendarStatus::Deleted, "the calendar is not connected"; "a deleted calendar")]
#[test_case(|_, record| record.calendar.id = id("calendar-other"), "the calendar is not connected"; "a calendar that is not stored")]
#[tokio::test]
async fn an_override_that_has_no_effect_says_why(
    change: impl FnOnce(&mut Decision, &mut CalendarRecord),
    expected: &str,
) {
    let (mut row, mut record) = (a_decision(), a_calendar_record());
    change(&mut row, &mut record);
    let harness = Harness {
        state: MemoryState::new(),
        decisions: MemoryDecisions::new(),
        queue: MemoryQueue::new(),
    };
    harness.state.write_record(&record).await.expect("memory");
    harness.decisions.write(&row).await.expect("memory");
    let set = harness.set_override(Target::Event, Choice::Record).await;
    let set = set.expect("it is stored");
    assert_published("override", &set);
    let text = set.text();
    assert!(text.contains("It has no effect"), "{text}");
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("takes effect at once"), "{text}");
}

#[tokio::test]
async fn overrides_and_pauses_that_are_in_force_are_listed() {
    let harness = Harness::with_decision(a_decision()).await;
    let list = async || {
        let ports = (&harness.state, &harness.decisions);
        let found = list_overrides(ports, &[], at("09:40")).await;
        OverrideList::of(&found.expect("memory"))
    };
    let none = "No override is set, and no calendar is paused.";
    assert_eq!(list().await.text(), none);
    let set = harness.set_override(Target::Event, Choice::Skip).await;
    set.expect("it is stored");
    let (owner, by) = (a_calendar_record().calendar.owner(), an_actor());
    let pause = harness.state.pause(&owner, at("12:00"), &by, at("09:35"));
    pause.await.expect("memory");
    let listed = list().await;
    assert_published("override-list", &listed);
    let text = listed.text();
    for expected in [
        "event  skip  Kick-off  sales@acme.example  2090-03-06 09:30 UTC by lead@acme.example  event-1",
        "sales@acme.example is paused until 2090-03-06 12:00 UTC, set by lead@acme.example.",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let cleared = harness.set_override(Target::Event, Choice::Clear).await;
    cleared.expect("it is stored");
    assert_eq!(list().await.overrides, []);
}

/// Two calendars have a copy of the meeting.
#[tokio::test]
async fn a_choice_for_a_whole_meeting_is_listed_once_for_each_person() {
    let harness = Harness::with_decision(a_decision()).await;
    with_a_colleagues_copy(&harness).await;
    let choose = async |name: &str, choice, time: &str| {
        let ports = (&harness.state, &harness.decisions, Some(&harness.queue));
        let stored = harness.decisions.decisions(&[a_decision().key]).await;
        let decision = stored.expect("memory").decisions.remove(0);
        let by = Actor::parse(name).expect("a name");
        let wish = MeetingWish::Own(choice);
        let set = override_meeting(ports, decision, wish, &by, at(time)).await;
        set.expect("it is stored");
    };
    choose("guest@globex.example", OverrideChoice::Skip, "09:30").await;
    choose("lead@acme.example", OverrideChoice::Skip, "09:31").await;
    choose("lead@acme.example", OverrideChoice::Clear, "09:32").await;
    let ports = (&harness.state, &harness.decisions);
    for selection in [&[][..], &["colleague@acme.example".to_owned()]] {
        let listed = list_overrides(ports, selection, at("09:40")).await;
        let listed = OverrideList::of(&listed.expect("memory"));
        assert_published("override-list", &listed);
        let said: Vec<_> = listed
            .overrides
            .iter()
            .map(|one| (one.choice, &*one.by))
            .collect();
        assert_eq!(said, [("skip", "guest@globex.example")]);
        let text = listed.text();
        assert!(text.contains("meeting  skip  Kick-off"), "{text}");
        assert!(
            text.contains("callsheet override meeting EVENT clear"),
            "{text}"
        );
        let csv = list_csv::table(&listed);
        assert!(csv.contains("\nmeeting,skip,,"), "{csv}");
    }
    let activity = people_activity(&harness.state, 50).await;
    let activity = Activity::of(&activity.expect("memory"));
    assert_published("activity", &activity);
    let did: Vec<_> = activity
        .actions
        .iter()
        .map(|one| (one.action.as_str(), one.scope))
        .collect();
    let did_for_meeting = ["clear", "skip", "skip"].map(|word| (word, Some(Scope::Meeting)));
    assert_eq!(did, did_for_meeting);
}

#[test_case(&[], 1; "among all calendars")]
#[test_case(&["calendar-sales"], 1; "that is asked for")]
#[test_case(&["calendar-other"], 0; "that is not asked for")]
#[tokio::test]
async fn a_calendar_that_cannot_be_read_is_named(selection: &[&str], expected: usize) {
    let harness = Harness::with_decision(a_decision()).await;
    harness.state.make_record_unreadable(&id("calendar-sales"));
    let selection: Vec<_> = selection.iter().map(ToString::to_string).collect();
    let ports = (&harness.state, &harness.decisions);
    let listed = list_overrides(ports, &selection, at("09:40")).await;
    let unreadable = listed.expect("memory").unreadable;
    let is_named = |problem: &&String| problem.contains("calendar-sales");
    assert_eq!(unreadable.iter().filter(is_named).count(), expected);
}

/// The mailbox is connected twice, and the only event left is one of a split-off.
#[tokio::test]
async fn what_a_person_said_is_listed_once_whatever_the_connections() {
    let split_off = a_decision().with(|row| {
        row.calendar_id = id("calendar-again");
        row.series = Some(id("k3v9_R20900306T100000"));
        row.key.ical_uid = id("k3v9_R20900306T100000@google.com");
    });
    let harness = Harness::with_decision(split_off).await;
    let again = a_calendar_record().with(|record| record.calendar.id = id("calendar-again"));
    harness.state.write_record(&again).await.expect("memory");
    let (owner, by) = (again.calendar.owner(), an_actor());
    let series = OverrideScope::PlatformSeries(id("k3v9"));
    let no = OverrideChoice::Skip;
    let set = harness
        .state
        .set_override(&owner, &series, no, &by, at("09:30"));
    set.await.expect("memory");
    let pause = harness.state.pause(&owner, at("12:00"), &by, at("09:35"));
    pause.await.expect("memory");
    for selection in [&[][..], &["calendar-sales".to_owned()]] {
        let ports = (&harness.state, &harness.decisions);
        let listed = list_overrides(ports, selection, at("09:40")).await;
        let listed = OverrideList::of(&listed.expect("memory"));
        assert_eq!(listed.pauses.len(), 1);
        let events: Vec<_> = listed.overrides.iter().map(|one| &one.event_id).collect();
        assert_eq!(events, [&Some("event-1".to_owned())]);
        assert_eq!(listed.overrides[0].calendar, "calendar-again");
    }
}
