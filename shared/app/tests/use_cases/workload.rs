//! The calendars that a resync works on: mostly few, and all of them seldom.

mod many;

use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _, SyncStates as _};
use callsheet_app::{Handled, Ports, SyncHandler};
use callsheet_domain::{
    AllCalendarsRead, CalendarId, CalendarRecord, CalendarStatus, CompletedSync, OverrideChoice,
    OverrideRevision, OverrideScope, PolicyRevision, SyncInProgress, SyncJob, plus,
};
use callsheet_testkit::{
    Counts, Intercepted, With as _, a_calendar, an_actor, an_email, an_event, at, id,
};
use jiff::SignedDuration;
use test_case::test_case;

use crate::harness::{Harness, skips_all};

fn calendar(number: usize) -> CalendarId {
    id(format!("calendar-{number}"))
}

/// A record of a calendar that was synced in full at half past nine.
fn synced(number: usize) -> CalendarRecord {
    let calendar = a_calendar().with(|calendar| {
        calendar.id = self::calendar(number);
        calendar.email = Some(an_email(&format!("owner-{number}@acme.example")));
    });
    CalendarRecord::first(calendar, at("09:00")).with(|record| {
        record.last_sync = Some(CompletedSync {
            began_at: at("09:30"),
            since: None,
            full_sync_at: Some(at("09:30")),
            policy: PolicyRevision(0),
            overrides: OverrideRevision(0),
            holds_until: None,
        });
    })
}

impl Harness {
    /// With so many calendars that were synced just now, and all of them read just now, in a
    /// workspace that counts as one of a million.
    async fn of_synced(calendars: usize) -> Self {
        let harness = Self::new();
        for number in 0..calendars {
            let record = synced(number);
            harness.recall.put_calendar(record.calendar.clone());
            harness.keep(&record).await;
            harness.recall.put_event(an_event().with(|event| {
                event.id = id(format!("event-{number}"));
                event.calendar_id = calendar(number);
                event.ends_at = at("18:00");
            }));
        }
        harness.resync(harness.deadline()).await;
        harness.count_as(1_000_000).await;
        harness
    }

    /// Has the workspace count as one of so many connected calendars.
    async fn count_as(&self, connected: u32) {
        let mut state = self.state.windowed_sync_state().await.expect("memory");
        state.connected = connected;
        state.all_read = Some(AllCalendarsRead {
            at: self.after(0),
            policy: PolicyRevision(0),
        });
        let written = self.state.write_windowed_sync_state(&state);
        written.await.expect("memory");
    }

    async fn keep(&self, record: &CalendarRecord) {
        self.state.write_record(record).await.expect("memory");
    }

    async fn synced_record(&self, number: usize) -> CalendarRecord {
        let record = self.state.record(&calendar(number)).await.expect("memory");
        record.expect("it is stored")
    }

    async fn change_record(&self, number: usize, change: impl FnOnce(&mut CalendarRecord)) {
        self.keep(&self.synced_record(number).await.with(change))
            .await;
    }

    async fn last_sync(&self, number: usize) -> CompletedSync {
        self.synced_record(number).await.last_sync.expect("a sync")
    }

    /// Runs a resync, and gives how often each call of the store was made.
    async fn counted_resync(&self) -> impl Fn(&str) -> u64 + use<> {
        let counts = Counts::default();
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        let sync = self.sync();
        let sync = SyncHandler {
            ports: Ports {
                recall: sync.ports.recall,
                decisions: sync.ports.decisions,
                state: Intercepted::new(sync.ports.state, &counts),
                queue: sync.ports.queue,
                clock: sync.ports.clock,
            },
            policy_cache: sync.policy_cache,
            settings: sync.settings,
        };
        let batch = self.queue.deliver(10);
        let handled = sync.handle(&batch, self.deadline()).await;
        assert_eq!(handled, Handled::default());
        move |call| counts.by_name().get(call).copied().unwrap_or_default()
    }

    /// Runs resyncs, none of which reads all calendars, until nothing is due.
    async fn work_until_idle(&self) {
        for _ in 0..10 {
            let calls = self.counted_resync().await;
            assert_eq!(calls("Calendars::listed"), 0);
            self.clock.advance(SignedDuration::from_mins(1));
            let due = self.state.due(self.after(0), 10).await.expect("memory");
            if due.calendars.is_empty() && due.heads.is_empty() {
                return;
            }
        }
        panic!("something stays due");
    }

    /// The rules of the decisions about the first events.
    fn rule_of_record(&self, number: usize) -> String {
        let decision = self.decision(&id(format!("event-{number}")));
        decision.verdict.reason().rule.to_string()
    }
}

/// The rows that resyncs read in an hour, a minute.
async fn read_a_minute(calendars: usize) -> u64 {
    let harness = Harness::new();
    for number in 0..calendars {
        harness.keep(&synced(number)).await;
    }
    // The first one also asks whether any calendar is known, to decide on the built-in policy.
    harness.resync(harness.deadline()).await;
    let (mut all, mut single) = (0, 0);
    for _ in 0..60 {
        harness.clock.advance(SignedDuration::from_mins(1));
        let calls = harness.counted_resync().await;
        all += calls("Calendars::listed");
        single += calls("Calendars::record") + calls("Calendars::of_owner");
        assert_eq!(calls("Calendars::due"), 1);
    }
    assert_eq!(single, 0, "an idle workspace has nothing to read by key");
    all * calendars as u64 / 60
}

#[test_case(100; "one hundred calendars")]
#[test_case(1_000; "one thousand calendars")]
#[test_case(10_000; "ten thousand calendars")]
#[tokio::test]
async fn an_idle_resync_reads_no_more_rows_in_a_larger_workspace(calendars: usize) {
    let rows = read_a_minute(calendars).await;
    assert!(
        rows <= 1_000,
        "{rows} rows a minute for {calendars} calendars"
    );
}

#[tokio::test]
async fn a_calendar_that_was_never_synced_is_due() {
    let harness = Harness::of_synced(2).await;
    harness
        .change_record(1, |record| record.last_sync = None)
        .await;
    harness.work_until_idle().await;
    assert_eq!(harness.rule_of_record(1), "external");
}

#[tokio::test]
async fn a_lost_calendar_is_due_until_it_is_retired() {
    let harness = Harness::of_synced(2).await;
    harness
        .see(an_event().with(|event| event.calendar_id = calendar(1)))
        .await;
    let lost = |record: &mut CalendarRecord| {
        record.calendar.status = CalendarStatus::Disconnected;
    };
    harness.change_record(1, lost).await;
    harness.work_until_idle().await;
    let decision = harness.decision(&an_event().id);
    assert_eq!(decision.verdict.reason().rule.as_str(), "disconnected");
}

#[tokio::test]
async fn the_calendars_of_a_person_are_due_from_an_override_until_they_have_applied_it() {
    let harness = Harness::of_synced(3).await;
    let theirs = |record: &mut CalendarRecord| {
        record.calendar.email = Some(an_email("owner-1@acme.example"));
    };
    harness.change_record(2, theirs).await;
    let (owner, by) = (harness.state.owner_of(&calendar(1)), an_actor());
    let series = OverrideScope::Series(an_event().ical_uid);
    let choice = OverrideChoice::Skip;
    let set = harness
        .state
        .set_override(&owner, &series, choice, &by, harness.after(0));
    let revision = set.await.expect("memory");
    harness.work_until_idle().await;
    for number in [1, 2] {
        assert_eq!(harness.last_sync(number).await.overrides, revision);
        assert_eq!(harness.rule_of_record(number), "series-override");
    }
    assert_eq!(harness.last_sync(0).await.overrides, OverrideRevision(0));
}

#[tokio::test]
async fn the_override_of_an_event_is_due_until_a_sync_has_applied_it() {
    let harness = Harness::of_synced(2).await;
    let (owner, by) = (harness.state.owner_of(&calendar(1)), an_actor());
    let scope = OverrideScope::Event(an_event().platform_id.expect("a known event"));
    let events = [(calendar(1), id("event-1"))];
    let choice = OverrideChoice::Skip;
    let now = harness.after(0);
    let set = harness
        .state
        .set_event_override(&owner, &scope, &events, choice, &by, now);
    set.await.expect("memory");
    harness.work_until_idle().await;
    assert_eq!(harness.rule_of_record(1), "event-override");
}

#[tokio::test]
async fn the_calendars_of_names_that_are_joined_are_due() {
    let harness = Harness::of_synced(3).await;
    let [one, other] = [1, 2].map(|number| harness.state.owner_of(&calendar(number)));
    let (series, by) = (OverrideScope::Series(an_event().ical_uid), an_actor());
    let now = harness.after(0);
    let set = harness
        .state
        .set_override(&one, &series, OverrideChoice::Skip, &by, now);
    set.await.expect("memory");
    harness.work_until_idle().await;
    let joined = harness.state.join_names(&other, &one, now);
    joined.await.expect("memory");
    harness.work_until_idle().await;
    assert_eq!(harness.rule_of_record(2), "series-override");
}

#[tokio::test]
async fn a_calendar_is_due_when_its_pause_ends() {
    let harness = Harness::of_synced(2).await;
    let ends_at = harness.after(600);
    harness
        .change_record(1, |record| {
            let last_sync = record.last_sync.as_mut().expect("it was synced");
            last_sync.holds_until = Some(ends_at);
        })
        .await;
    let before = harness.last_sync(1).await;
    harness.work_until_idle().await;
    assert_eq!(harness.last_sync(1).await, before, "it is not over yet");
    harness.clock.advance_to(ends_at);
    harness.work_until_idle().await;
    assert!(harness.last_sync(1).await.full_sync_at >= Some(ends_at));
}

/// It can be resumed for an hour.
#[test_case(0, true; "a moment ago")]
#[test_case(90, false; "long ago")]
#[tokio::test]
async fn a_sync_that_was_left_is_due(minutes: i64, is_resumed: bool) {
    let harness = Harness::of_synced(2).await;
    harness.clock.advance(SignedDuration::from_mins(1));
    let mark = CompletedSync {
        began_at: harness.after(0),
        full_sync_at: Some(harness.after(0)),
        ..harness.last_sync(1).await
    };
    let left = SyncInProgress {
        mark: mark.clone(),
        next: None,
        pages: 0,
        listed: 0,
        held_until: harness.after(30),
    };
    harness
        .change_record(1, |record| record.in_progress = Some(left))
        .await;
    harness.clock.advance(SignedDuration::from_secs(31));
    harness.clock.advance(SignedDuration::from_mins(minutes));
    harness.work_until_idle().await;
    let last = harness.last_sync(1).await;
    assert_eq!(last.began_at == mark.began_at, is_resumed);
}

/// A full sync lists them again, an hour after the last one.
#[tokio::test]
async fn a_calendar_is_due_for_events_that_only_a_full_sync_lists() {
    let harness = Harness::of_synced(2).await;
    harness
        .change_record(1, |record| record.unreadable_events.more = 1)
        .await;
    let before = harness.last_sync(1).await;
    harness.count_as(1_000_000).await;
    let calls = harness.counted_resync().await;
    assert_eq!(calls("Calendars::listed"), 0);
    assert_eq!(harness.last_sync(1).await, before, "not within the hour");
    harness.clock.advance(SignedDuration::from_mins(61));
    harness.count_as(1_000_000).await;
    harness.work_until_idle().await;
    assert!(harness.last_sync(1).await.full_sync_at > before.full_sync_at);
    assert!(harness.synced_record(1).await.unreadable_events.is_empty());
}

#[tokio::test]
async fn all_calendars_are_read_for_a_new_policy_until_none_is_behind() {
    let harness = Harness::of_synced(40).await;
    harness.push(skips_all).await;
    let mut reads = Vec::new();
    for _ in 0..5 {
        reads.push(harness.counted_resync().await("Calendars::listed") > 0);
        harness.clock.advance(SignedDuration::from_mins(1));
    }
    assert!(reads[0], "a policy concerns all calendars");
    assert!(!reads[4], "{reads:?}");
    for number in 0..40 {
        let policy = harness.last_sync(number).await.policy;
        assert_eq!(policy, PolicyRevision(1), "calendar {number}");
    }
}

#[tokio::test]
async fn all_calendars_are_read_for_a_request_of_full_syncs() {
    let harness = Harness::of_synced(3).await;
    harness.clock.advance(SignedDuration::from_mins(10));
    let mut workspace = harness.state.workspace().await.expect("memory");
    workspace.full_sync_requested_at = Some(harness.after(0));
    let written = harness.state.write_workspace_state(&workspace);
    written.await.expect("memory");
    harness.clock.advance(SignedDuration::from_secs(1));
    harness.resync(harness.deadline()).await;
    for number in 0..3 {
        let last = harness.last_sync(number).await;
        assert!(last.full_sync_at >= workspace.full_sync_requested_at);
    }
}

/// The full sync of each day is found among all calendars.
#[tokio::test]
async fn a_routine_full_sync_is_late_by_no_more_than_all_calendars_are_read_seldom() {
    let harness = Harness::of_synced(2).await;
    harness
        .clock
        .advance_to(plus(at("09:30"), SignedDuration::from_hours(24)));
    harness.count_as(20_000).await;
    let day = harness.after(0);
    let mut workspace = harness.state.workspace().await.expect("memory");
    workspace.synced_until = Some(day);
    workspace.listed_calendars_at = Some(day);
    let written = harness.state.write_workspace_state(&workspace);
    written.await.expect("memory");
    for minute in 0..20 {
        assert!(
            harness.last_sync(1).await.full_sync_at < Some(day),
            "{minute}"
        );
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.resync(harness.deadline()).await;
    }
    assert!(harness.last_sync(1).await.full_sync_at >= Some(day));
}
