//! Decisions of calendars that were disconnected or deleted.

use std::sync::{Arc, Mutex};

use callsheet_app::ports::{
    Calendars as _, CopiesPage, DayPage, DayPosition, DecisionRows, Decisions, DueQuery, DueRows,
    FirstRows, MeetingDays, Queue as _, StartEntry, WriteOutcome,
};
use callsheet_app::{Handled, PortError, Ports, SyncHandler};
use callsheet_domain::{
    BotId, CalendarId, CalendarStatus, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid,
    ListedIds, SyncJob, SyncReason, SyncRequest, Timestamp,
};
use callsheet_testkit::{MemoryDecisions, With as _, a_calendar, a_decision};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::{event, event_id, harness, id};
use crate::harness::{Harness, HarnessSync};

/// Decisions whose index of calendars shows a row only some reads after it was written.
#[derive(Debug, Clone)]
struct LaggingIndex {
    decisions: MemoryDecisions,
    /// For each read of the index, the most keys that it shows.
    shown: Arc<Mutex<Vec<usize>>>,
}

impl MeetingDays for LaggingIndex {
    async fn page_of_day(
        &self,
        day: Date,
        after: Option<&DayPosition>,
        most: usize,
    ) -> Result<DayPage, PortError> {
        self.decisions.page_of_day(day, after, most).await
    }
}

impl Decisions for LaggingIndex {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        self.decisions.decisions(keys).await
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        after: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        self.decisions.copies_page(meeting, after).await
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        self.decisions.copies_at(meeting, starts_at).await
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        self.decisions.of_event(event).await
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        self.decisions.wanting(key, most).await
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.keys_wanting(key).await
    }

    async fn keys_holding(&self, bot: &BotId, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.keys_holding(bot, most).await
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.silent(since, most).await
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        self.decisions.to_check(now, most).await
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        self.decisions.write(decision).await
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        self.decisions.discard(key).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        self.decisions.due(query).await
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        self.decisions.starting(calendar, from, until).await
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        self.decisions.unlisted(from, until, listed).await
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        self.decisions.next_start(calendar, from).await
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        let mut keys = self.decisions.of_calendar(calendar, after).await?;
        let mut shown = self.shown.lock().expect("no holder panics");
        if !shown.is_empty() {
            keys.truncate(shown.remove(0));
        }
        Ok(keys)
    }
}

impl Harness {
    /// Handles what is queued, with an index that shows so many keys at each read.
    async fn handle_with_lag(&self, shown: &[usize]) -> Handled {
        let HarnessSync {
            ports,
            policy_cache,
            settings,
        } = self.sync();
        let sync = SyncHandler {
            ports: Ports {
                recall: ports.recall,
                decisions: LaggingIndex {
                    decisions: ports.decisions,
                    shown: Arc::new(Mutex::new(shown.to_vec())),
                },
                state: ports.state,
                queue: ports.queue,
                clock: ports.clock,
            },
            policy_cache,
            settings,
        };
        sync.handle(&self.queue.deliver(10), self.deadline()).await
    }

    pub(super) fn retired(&self) -> usize {
        let rows = self.decisions.all().into_iter();
        rows.filter(|row| row.verdict.reason().rule.as_str() == "disconnected")
            .count()
    }

    async fn enqueue(&self, job: SyncJob) {
        self.queue.send(&job).await.expect("memory");
    }

    async fn enqueue_calendar_changed(&self, calendar: &CalendarId) {
        let request = SyncRequest {
            calendar_id: calendar.clone(),
            reason: SyncReason::CalendarChanged,
            sent_at: self.after(0),
        };
        self.enqueue(SyncJob::Request(request)).await;
    }
}

/// A calendar with more decisions than a run has time to retire is retired by several.
#[tokio::test]
async fn retiring_a_large_calendar_goes_on_where_the_last_run_stopped() {
    let harness = harness(2).await;
    for number in 0..350 {
        let row = a_decision().with(|row| {
            row.key.event_id = EventId::parse(format!("many-{number}")).expect("an id");
            row.calendar_id = id(1);
            row.starts_at = harness.after(3_600);
            row.ends_at = harness.after(7_200);
        });
        harness.decisions.put(row);
    }
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(1);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = harness.after(0);
    }));
    harness.enqueue_calendar_changed(&id(1)).await;
    // The index shows nothing yet.
    harness.handle_with_lag(&[0; 9]).await;
    let mut retired = vec![harness.retired()];
    for _ in 0..5 {
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.resync(harness.after(-1)).await;
        retired.push(harness.retired());
    }
    assert_eq!(retired, [0, 100, 200, 300, 350, 350]);
    let is_over = async || {
        let record = harness.state.record(&id(1)).await.expect("memory");
        !record.expect("it is stored").needs_retiring()
    };
    assert!(!is_over().await);
    for _ in 0..4 {
        harness.clock.advance(SignedDuration::from_mins(1));
        harness.resync(harness.deadline()).await;
    }
    assert!(is_over().await);
}

/// A calendar with five decisions that was disconnected a moment ago.
async fn disconnected() -> Harness {
    let harness = harness(1).await;
    for number in 0..5 {
        harness
            .recall
            .put_event(event(number, harness.after(0)).with(|event| event.calendar_id = id(0)));
    }
    harness.events_changed(&id(0), harness.after(-60)).await;
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = id(0);
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = harness.after(0);
    }));
    harness.clock.advance(SignedDuration::from_secs(1));
    harness.enqueue_calendar_changed(&id(0)).await;
    harness
}

#[tokio::test]
async fn a_calendar_is_retired_until_the_index_has_shown_no_decision_for_a_while() {
    let harness = disconnected().await;
    let handled = harness.handle_with_lag(&[0, 2, 4]).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.retired(), 5);
}

#[tokio::test]
async fn decisions_that_the_index_shows_only_later_are_retired_by_a_resync() {
    let harness = disconnected().await;
    let handled = harness.handle_with_lag(&[3; 20]).await;
    assert_eq!(handled, Handled::default());
    assert_eq!(harness.retired(), 3);
    for _ in 0..2 {
        harness.clock.advance(SignedDuration::from_secs(60));
        harness.enqueue(SyncJob::Resync).await;
        assert_eq!(harness.handle_with_lag(&[]).await, Handled::default());
    }
    assert_eq!(harness.retired(), 5);
}

/// A sync that another worker had in progress writes one more decision.
#[tokio::test]
async fn a_decision_written_while_its_calendar_is_retired_is_retired_too() {
    let harness = disconnected().await;
    harness.handle_with_lag(&[]).await;
    let late = harness.decision(&event_id(0)).with(|row| {
        row.key.event_id = event_id(9);
        row.verdict = a_decision().verdict;
        row.inputs.calendar.0 -= 1;
    });
    harness.decisions.put(late);
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.enqueue(SyncJob::Resync).await;
    assert_eq!(harness.handle_with_lag(&[]).await, Handled::default());
    assert_eq!(harness.retired(), 6);
}

#[tokio::test]
async fn a_calendar_that_is_retired_for_good_costs_a_resync_nothing() {
    let harness = disconnected().await;
    harness.handle_with_lag(&[]).await;
    for _ in 0..4 {
        harness.clock.advance(SignedDuration::from_secs(60));
        harness.enqueue(SyncJob::Resync).await;
        harness.handle_with_lag(&[]).await;
    }
    let record = harness.state.record(&id(0)).await.expect("memory");
    let version = record.expect("a record").version;
    harness.clock.advance(SignedDuration::from_secs(60));
    harness.enqueue(SyncJob::Resync).await;
    harness.handle_with_lag(&[]).await;
    let record = harness.state.record(&id(0)).await.expect("memory");
    assert_eq!(record.expect("a record").version, version);
}
