//! Full syncs of the workspace, in windows of start time.

use callsheet_app::Handled;
use callsheet_app::ports::{Calendars as _, OverrideStore as _, Queue as _, SyncStates as _};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    Applied, Calendar, CalendarEvent, CalendarId, EventId, IcalUid, Meeting, Operation,
    OverrideChoice, OverrideScope, PolicyRevision, SyncJob, SyncReason, SyncRequest,
    WindowedSyncState, plus,
};
use callsheet_testkit::{Call, Fault, With as _, a_calendar, an_actor, an_email, an_event, at};
use jiff::SignedDuration;

use crate::harness::{Harness, skips_all};

/// More than get a full sync each.
pub(crate) const CALENDARS: usize = 60;

pub(crate) fn id(number: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{number}")).expect("an id")
}

pub(crate) fn event_id(number: usize, hour: i64) -> EventId {
    EventId::parse(format!("event-{number}-in-{hour}")).expect("an id")
}

/// A meeting that starts so many hours after ten, two hours long.
pub(crate) fn meeting(number: usize, hour: i64) -> CalendarEvent {
    an_event().with(|event| {
        event.id = event_id(number, hour);
        event.ical_uid = IcalUid::parse(event.id.as_str()).expect("an id");
        event.calendar_id = id(number);
        event.meeting = Some(Meeting {
            url: format!("https://meet.example/{}", event.id),
        });
        event.starts_at = plus(at("10:00"), SignedDuration::from_hours(hour));
        event.ends_at = plus(event.starts_at, SignedDuration::from_hours(2));
    })
}

/// A calendar that is connected now.
pub(crate) fn new_calendar(harness: &Harness, number: usize) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(number);
        calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
        calendar.created_at = Some(harness.after(0));
        calendar.updated_at = harness.after(0);
    })
}

impl Harness {
    /// Sends a request, which is not handled yet.
    pub(crate) async fn send(&self, calendar: &CalendarId, reason: SyncReason) {
        let request = SyncRequest {
            calendar_id: calendar.clone(),
            reason,
            sent_at: self.after(0),
        };
        let sent = self.queue.send(&SyncJob::Request(request)).await;
        sent.expect("memory");
    }

    /// So many calendars, each with meetings in these hours, synced a moment ago.
    pub(crate) async fn of_calendars(calendars: usize, hours: &[i64]) -> Self {
        let harness = Self::new();
        harness.recall.delete_calendar(&a_calendar().id);
        for number in 0..calendars {
            harness.recall.put_calendar(a_calendar().with(|calendar| {
                calendar.id = id(number);
                calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
            }));
            for hour in hours {
                harness.recall.put_event(meeting(number, *hour));
            }
            let synced = harness.request(&id(number), SyncReason::FullSync).await;
            assert_eq!(synced, Handled::default());
        }
        harness.clock.advance(SignedDuration::from_secs(30));
        harness.forget_messages();
        harness
    }

    /// Resyncs as long as one follows at once. Gives how many that were.
    pub(crate) async fn resynced_to_the_end(&self) -> usize {
        self.resync(self.deadline()).await;
        for runs in 1..100 {
            let batch = self.queue.deliver(10);
            if batch.is_empty() {
                return runs;
            }
            self.sync().handle(&batch, self.deadline()).await;
        }
        panic!("it goes on for ever");
    }

    /// Loses what is on the queue, as if a run had crashed before it told the next one.
    pub(crate) fn forget_messages(&self) {
        drop(self.queue.deliver(10));
    }

    pub(crate) fn lists_since(&self, calls: usize) -> Vec<Call> {
        let calls = self.recall.calls().split_off(calls).into_iter();
        calls
            .filter(|call| call.operation == Operation::ListEvents)
            .collect()
    }

    pub(crate) async fn windowed(&self) -> WindowedSyncState {
        self.state.windowed_sync_state().await.expect("memory")
    }

    /// The numbers of calendars that are not decided in full by this policy.
    pub(crate) async fn behind(&self, calendars: usize, policy: u64) -> Vec<usize> {
        let mut behind = Vec::new();
        for number in 0..calendars {
            let record = self.state.record(&id(number)).await.expect("memory");
            let last_sync = record.and_then(|record| record.last_sync);
            if last_sync.is_none_or(|sync| sync.policy < PolicyRevision(policy)) {
                behind.push(number);
            }
        }
        behind
    }

    /// The policies by which the meetings of some hour are decided.
    pub(crate) fn policies_at(&self, calendars: usize, hour: i64) -> Vec<u64> {
        let rows = (0..calendars).map(|number| self.decision(&event_id(number, hour)));
        let mut policies: Vec<_> = rows.map(|row| row.inputs.policy.0).collect();
        policies.dedup();
        policies
    }
}

#[tokio::test]
async fn a_pushed_policy_is_applied_by_lists_of_the_workspace() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 600]).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    let lists = harness.lists_since(calls);
    assert!(lists.iter().all(|call| call.subject == "workspace"));
    assert!(
        lists.len() < 20,
        "{} lists for {CALENDARS} calendars",
        lists.len()
    );
    for hour in [1, 60, 600] {
        assert_eq!(harness.policies_at(CALENDARS, hour), [1], "at {hour}");
    }
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.lists_since(calls), [], "nothing is left to do");
}

/// Each page costs a permit; a run of a minute is too short for all of them.
#[tokio::test]
async fn meetings_that_start_next_are_decided_first_and_each_run_goes_on_where_the_last_stopped() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 600]).await;
    harness.recall.page_size(2);
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.policies_at(CALENDARS, 1), [1]);
    assert_eq!(harness.policies_at(CALENDARS, 600), [0]);
    let state = harness.windowed().await;
    let record = harness.state.record(&id(3)).await.expect("memory");
    let (until, policy) = state
        .decided_until(&record.expect("it is stored"))
        .expect("it runs");
    assert!(
        until > at("11:00") && policy == PolicyRevision(1),
        "{until}"
    );
    harness.forget_messages();
    let runs = harness.resynced_to_the_end().await;
    assert!(runs > 1);
    assert_eq!(harness.policies_at(CALENDARS, 600), [1]);
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
    // 90 pages of events, and some windows that end with a page that is not full.
    let lists = harness.lists_since(calls).len();
    assert!(lists < 110, "{lists} lists for 90 pages");
}

#[tokio::test]
async fn a_push_during_a_full_sync_begins_again_with_the_meetings_that_start_next() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 60, 600]).await;
    harness.recall.page_size(2);
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    harness.forget_messages();
    harness.push(|_| ()).await;
    harness.resync(harness.deadline()).await;
    assert_eq!(harness.policies_at(CALENDARS, 1), [2]);
    harness.forget_messages();
    harness.resynced_to_the_end().await;
    assert_eq!(harness.policies_at(CALENDARS, 600), [2]);
    assert_eq!(harness.behind(CALENDARS, 2).await, [] as [usize; 0]);
}

#[tokio::test]
async fn a_change_during_a_full_sync_is_decided_by_the_new_policy_with_one_list() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 600]).await;
    harness.recall.page_size(2);
    harness.push(skips_all).await;
    harness.resync(harness.deadline()).await;
    harness.forget_messages();
    let is_decided = |policy| harness.decision(&event_id(9, 600)).inputs.policy == policy;
    assert!(is_decided(PolicyRevision(0)), "it is the last one");
    let changed = meeting(9, 600).with(|event| event.updated_at = harness.after(0));
    let since = changed.updated_at;
    harness.recall.put_event(changed);
    let calls = harness.recall.calls().len();
    assert_eq!(
        harness.events_changed(&id(9), since).await,
        Handled::default()
    );
    assert_eq!(harness.lists_since(calls).len(), 1);
    assert!(is_decided(PolicyRevision(1)));
}

/// What arises while the windows pass is not lost: a calendar that is connected, an override
/// that is set.
#[tokio::test]
async fn what_changes_during_a_full_sync_is_synced_too() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 600]).await;
    harness.recall.page_size(2);
    harness.push(|document| document.bot.clear()).await;
    harness.resync(harness.deadline()).await;
    harness.forget_messages();
    let (new, late) = (CALENDARS, id(3));
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(new);
        calendar.email = Some(an_email("new@acme.example"));
        calendar.created_at = Some(harness.after(0));
    }));
    let meeting_of_new = meeting(new, 1).with(|event| event.updated_at = harness.after(0));
    harness.recall.put_event(meeting_of_new);
    assert_eq!(harness.calendar_changed(&id(new)).await, Handled::default());
    assert_eq!(
        harness.decision(&event_id(new, 1)).inputs.policy,
        PolicyRevision(1)
    );
    let scope = OverrideScope::Series(meeting(3, 1).ical_uid);
    let owner = harness.state.owner_of(&late);
    let (by, now) = (an_actor(), harness.after(0));
    let set = harness
        .state
        .set_override(&owner, &scope, OverrideChoice::Skip, &by, now);
    set.await.expect("memory");
    harness.resynced_to_the_end().await;
    let row = harness.decision(&event_id(3, 1));
    assert_eq!(row.verdict.reason().rule.to_string(), "series-override");
    assert_eq!(harness.behind(CALENDARS + 1, 1).await, [] as [usize; 0]);
}

/// Calendars that were connected together: none has a full sync of its own.
#[tokio::test]
async fn many_new_calendars_are_synced_in_windows() {
    let harness = Harness::new();
    for number in 0..CALENDARS {
        harness.recall.put_calendar(a_calendar().with(|calendar| {
            calendar.id = id(number);
            calendar.email = Some(an_email(&format!("sales-{number}@acme.example")));
        }));
        harness.recall.put_event(meeting(number, 30));
    }
    harness.clock.advance(SignedDuration::from_hours(25));
    harness.resynced_to_the_end().await;
    harness.clock.advance(SignedDuration::from_mins(1));
    harness.resynced_to_the_end().await;
    assert_eq!(harness.policies_at(CALENDARS, 30), [0]);
    assert_eq!(harness.behind(CALENDARS, 0).await, [] as [usize; 0]);
    assert!(harness.recall.count(Operation::ListEvents) < 30);
}

#[tokio::test]
async fn an_event_that_no_window_lists_any_more_is_read_by_its_id() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 30]).await;
    harness.drained().await.expect("memory");
    // One moved beyond the listed days, one is gone.
    harness.recall.put_event(meeting(5, 30).with(|event| {
        event.starts_at = plus(event.starts_at, SignedDuration::from_hours(24 * 60));
        event.ends_at = plus(event.ends_at, SignedDuration::from_hours(24 * 60));
        event.updated_at = harness.after(0);
    }));
    harness.recall.remove_event(&event_id(6, 30));
    harness.push(|document| document.bot.clear()).await;
    let read = harness.recall.count(Operation::GetEvent);
    harness.resynced_to_the_end().await;
    assert_eq!(harness.recall.count(Operation::GetEvent), read + 2);
    let moved = harness.recall.event(&event_id(5, 30)).expect("it exists");
    assert_eq!(
        harness.decision(&event_id(5, 30)).starts_at,
        moved.starts_at
    );
    harness.drained().await.expect("memory");
    let gone = harness.decision(&event_id(6, 30));
    assert_eq!(gone.applied, Applied::Nothing);
    harness.assert_as_wanted();
}

#[tokio::test]
async fn a_full_sync_of_the_workspace_that_fails_goes_on_with_the_next_resync() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 30]).await;
    harness.recall.page_size(7);
    harness.push(skips_all).await;
    let cut = || Fault::CutAfterEffect;
    for _ in 0..6 {
        harness.recall.fault(Operation::ListEvents, cut());
        assert_eq!(harness.resync(harness.deadline()).await, Handled::default());
        harness.clock.advance(SignedDuration::from_secs(60));
    }
    harness.resynced_to_the_end().await;
    assert_eq!(harness.policies_at(CALENDARS, 1), [1]);
    assert_eq!(harness.policies_at(CALENDARS, 30), [1]);
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
}

#[tokio::test]
async fn calendars_are_synced_one_at_a_time_if_recall_refuses_the_list_of_the_workspace() {
    let harness = Harness::of_calendars(CALENDARS, &[1]).await;
    harness.push(skips_all).await;
    let refused = PortError::Unreadable {
        service: Service::Recall,
        reason: "400: calendar_id is required".to_owned(),
    };
    harness
        .recall
        .fault(Operation::ListEvents, Fault::Fails(refused));
    harness
        .resync(plus(harness.deadline(), SignedDuration::from_mins(3)))
        .await;
    assert_eq!(harness.policies_at(CALENDARS, 1), [1]);
}

/// A worker that holds the sync is not disturbed by the resync that is scheduled meanwhile.
#[tokio::test]
async fn two_resyncs_at_once_list_each_window_once() {
    let harness = Harness::of_calendars(CALENDARS, &[1, 30]).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    let deadline = harness.after(300);
    futures_util::future::join(harness.resync(deadline), harness.resync(deadline)).await;
    let lists = harness.lists_since(calls).len();
    assert!(lists < 20, "{lists} lists");
    harness.resynced_to_the_end().await;
    assert_eq!(harness.behind(CALENDARS, 1).await, [] as [usize; 0]);
}

#[tokio::test]
async fn a_small_workspace_is_synced_one_calendar_at_a_time() {
    let harness = Harness::of_calendars(30, &[1]).await;
    harness.push(skips_all).await;
    let calls = harness.recall.calls().len();
    harness.resynced_to_the_end().await;
    let lists = harness.lists_since(calls);
    assert_eq!(lists.len(), 30);
    assert!(lists.iter().all(|call| call.subject != "workspace"));
}
