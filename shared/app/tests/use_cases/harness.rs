//! A whole Callsheet in memory: Recall, the queue, the tables, a clock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use callsheet_app::ports::WriteOutcome;
use callsheet_app::{
    Handled, PolicyCache, PortError, Ports, PushError, PushOutcome, PushedBy, RunReport, Scheduler,
    SchedulerSettings, SyncHandler, SyncSettings, push,
};
use callsheet_domain::{
    Calendar, CalendarEvent, CalendarId, Decision, EventId, PolicyDocument, RateLimit, SyncJob,
    SyncReason, SyncRequest, Timestamp, Wanted, WantedBot, WorkspaceSyncState, plus,
};
use callsheet_testkit::{
    CallName, EvenJitter, Intercepted, Interceptor, ManualClock, MemoryDecisions, MemoryQueue,
    MemoryRecall, MemoryState, With as _, a_calendar, an_actor, at,
};
use futures_util::FutureExt as _;
use jiff::SignedDuration;

/// A state in which a resync has just caught up.
fn caught_up(clock: &ManualClock) -> MemoryState {
    use callsheet_app::ports::{Clock as _, SyncStates as _};
    let mark = WorkspaceSyncState {
        synced_until: Some(clock.now()),
        listed_calendars_at: Some(clock.now()),
        ..WorkspaceSyncState::default()
    };
    let state = MemoryState::new();
    let kept = state.write_workspace_state(&mark).now_or_never();
    assert!(matches!(kept, Some(Ok(WriteOutcome::Written))));
    state
}

pub(crate) fn sync_settings() -> SyncSettings {
    SyncSettings {
        list_events: RateLimit::per_minute(60, 3),
        get_event: RateLimit::per_minute(300, 3),
        get_bot: RateLimit::per_minute(300, 3),
        read_silent_bots_after: None,
        get_calendar: RateLimit::per_minute(300, 3),
        list_calendars: RateLimit::per_minute(60, 3),
        is_workspace_listed: true,
        catch_up_every: Duration::from_mins(5),
        most_receives: 10,
    }
}

/// A policy without rules: only overrides record.
pub(crate) fn skips_all(document: &mut PolicyDocument) {
    document.rules.clear();
}

pub(crate) type Recall = MemoryRecall<ManualClock>;
pub(crate) type HarnessPorts =
    Ports<Recall, MemoryDecisions, MemoryState, MemoryQueue, ManualClock>;
pub(crate) type HarnessSync = SyncHandler<HarnessPorts>;
pub(crate) type HarnessScheduler =
    Scheduler<Recall, MemoryDecisions, MemoryState, ManualClock, EvenJitter>;

/// Gives the error of a call, by its name, if it fails.
type FailureOf = dyn Fn(&str) -> Option<PortError> + Send + Sync;

/// Fails the calls for which a test gives an error, without their effect.
#[derive(Clone)]
pub(crate) struct Failing(Arc<FailureOf>);

impl Failing {
    /// Gives each call's name, such as `Decisions::write`, to `error`.
    pub(crate) fn with(error: impl Fn(&str) -> Option<PortError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Debug for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Failing")
    }
}

impl Interceptor for Failing {
    async fn around<T: Send>(
        &self,
        call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        match (self.0)(&call.to_string()) {
            Some(error) => Err(error),
            None => effect.await,
        }
    }
}

/// A handler whose collaborators fail as a test says.
pub(crate) type FailingSync = SyncHandler<
    Ports<
        Intercepted<Recall, Failing>,
        Intercepted<MemoryDecisions, Failing>,
        Intercepted<MemoryState, Failing>,
        Intercepted<MemoryQueue, Failing>,
        ManualClock,
    >,
>;

/// Everything in memory, at half past nine, with one connected calendar.
pub(crate) struct Harness {
    pub(crate) clock: ManualClock,
    pub(crate) recall: Recall,
    pub(crate) decisions: MemoryDecisions,
    pub(crate) state: MemoryState,
    pub(crate) queue: MemoryQueue,
    pub(crate) policy_cache: PolicyCache,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::at(at("09:30"));
        let recall = MemoryRecall::new(clock.clone());
        recall.put_calendar(a_calendar());
        Self {
            recall,
            decisions: MemoryDecisions::new(),
            state: caught_up(&clock),
            clock,
            queue: MemoryQueue::new(),
            policy_cache: PolicyCache::default(),
        }
    }

    pub(crate) fn sync(&self) -> HarnessSync {
        SyncHandler {
            ports: Ports {
                recall: self.recall.clone(),
                decisions: self.decisions.clone(),
                state: self.state.clone(),
                queue: self.queue.clone(),
                clock: self.clock.clone(),
            },
            policy_cache: self.policy_cache.clone(),
            settings: sync_settings(),
        }
    }

    /// The handler, with collaborators that fail as `failing` says.
    pub(crate) fn failing_sync(&self, failing: &Failing) -> FailingSync {
        let HarnessSync {
            ports,
            policy_cache,
            settings,
        } = self.sync();
        SyncHandler {
            ports: Ports {
                recall: Intercepted::new(ports.recall, failing),
                decisions: Intercepted::new(ports.decisions, failing),
                state: Intercepted::new(ports.state, failing),
                queue: Intercepted::new(ports.queue, failing),
                clock: ports.clock,
            },
            policy_cache,
            settings,
        }
    }

    /// Puts a policy into force, made of the built-in one.
    pub(crate) async fn push(&self, change: impl FnOnce(&mut PolicyDocument)) -> PushOutcome {
        self.try_push(change).await.expect("it can be")
    }

    pub(crate) async fn try_push(
        &self,
        change: impl FnOnce(&mut PolicyDocument),
    ) -> Result<PushOutcome, PushError> {
        let document = PolicyDocument::built_in().with(change);
        let pusher = PushedBy {
            by: an_actor(),
            note: None,
            at: self.after(0),
        };
        push(&self.state, &self.decisions, &document, pusher).await
    }

    pub(crate) fn drain(&self) -> HarnessScheduler {
        Scheduler {
            recall: self.recall.clone(),
            decisions: self.decisions.clone(),
            state: self.state.clone(),
            clock: self.clock.clone(),
            jitter: EvenJitter(0.5),
            settings: drain_settings(),
        }
    }

    /// A minute from now: as long as a sync may take.
    pub(crate) fn deadline(&self) -> Timestamp {
        self.after(60)
    }

    pub(crate) fn after(&self, seconds: i64) -> Timestamp {
        use callsheet_app::ports::Clock as _;
        plus(self.clock.now(), SignedDuration::from_secs(seconds))
    }

    /// Requests a sync of a calendar, as a webhook about `since` would.
    pub(crate) async fn events_changed(&self, calendar: &CalendarId, since: Timestamp) -> Handled {
        self.request(calendar, SyncReason::EventsChanged { since })
            .await
    }

    pub(crate) async fn calendar_changed(&self, calendar: &CalendarId) -> Handled {
        self.request(calendar, SyncReason::CalendarChanged).await
    }

    pub(crate) async fn request(&self, calendar: &CalendarId, reason: SyncReason) -> Handled {
        use callsheet_app::ports::Queue as _;
        let request = SyncRequest {
            calendar_id: calendar.clone(),
            reason,
            sent_at: self.after(0),
        };
        self.queue
            .send(&SyncJob::Request(request))
            .await
            .expect("memory");
        // A sync starts a little later than its request is sent.
        self.clock.advance(SignedDuration::from_secs(1));
        self.sync()
            .handle(&self.queue.deliver(10), self.deadline())
            .await
    }

    /// Runs a resync until `deadline`.
    pub(crate) async fn resync(&self, deadline: Timestamp) -> Handled {
        use callsheet_app::ports::Queue as _;
        self.queue.send(&SyncJob::Resync).await.expect("memory");
        self.sync().handle(&self.queue.deliver(10), deadline).await
    }

    /// Puts an event into Recall and has it seen.
    pub(crate) async fn see(&self, event: CalendarEvent) {
        let (calendar, since) = (event.calendar_id.clone(), event.updated_at);
        self.recall.put_event(event);
        let handled = self.events_changed(&calendar, since).await;
        assert_eq!(handled, Handled::default());
    }

    /// Puts a calendar into Recall and has it seen.
    pub(crate) async fn see_calendar(&self, calendar: Calendar) {
        let id = calendar.id.clone();
        self.recall.put_calendar(calendar);
        assert_eq!(self.calendar_changed(&id).await, Handled::default());
    }

    pub(crate) async fn drained(&self) -> Result<RunReport, PortError> {
        self.drain().run(self.after(300)).await
    }

    pub(crate) fn decision(&self, event: &EventId) -> Decision {
        let rows = self.decisions.all();
        rows.into_iter()
            .find(|row| row.key.event_id == *event)
            .expect("a decision on the event")
    }

    /// What is wanted for meetings to come, and what Recall holds, each as
    /// lines that should be equal; nothing of rows that are left out, and of a
    /// meeting that has ended only bots that would still join.
    fn wanted_and_held(
        &self,
        is_left_out: impl Fn(&Decision) -> bool,
    ) -> (Vec<String>, Vec<String>) {
        let now = self.after(0);
        // After the start a bot keeps its configuration, whatever is wanted.
        let line = |start: Timestamp, key: &str, config: &str, event: &EventId| {
            let config = if start > now { config } else { "any" };
            format!("{start} {key} {config} {event}")
        };
        let rows = self.decisions.all();
        let mut wanted: Vec<_> = rows
            .iter()
            .filter(|row| row.ends_at > now && !is_left_out(row))
            .filter_map(|row| match &row.wanted {
                Wanted::Bot(bot) => Some(line(
                    bot.starts_at,
                    bot.deduplication_key.as_str(),
                    &config_of_owner(bot, &rows, now),
                    &row.key.event_id,
                )),
                Wanted::Nothing => None,
            })
            .collect();
        wanted.sort();
        let events_of = |rows: Vec<Decision>, filter: &dyn Fn(&Decision) -> bool| -> Vec<_> {
            let rows = rows.into_iter().filter(filter);
            rows.map(|row| row.key.event_id).collect()
        };
        let skipped = events_of(self.decisions.all(), &is_left_out);
        let ended = events_of(self.decisions.all(), &|row| {
            row.ends_at <= now && !row.is_superseded()
        });
        let all = events_of(self.decisions.all(), &|_| true);
        let mut held = Vec::new();
        for bot in self.recall.bots().into_values() {
            let key = bot.entry.deduplication_key.as_str();
            let would_join = bot.entry.starts_at > now;
            let is_shown = |event: &&EventId| {
                // Nothing tells whether a bot without a row is still in its call.
                let has_row = all.contains(*event);
                let is_over = ended.contains(*event) || bot.ends_at <= now || !has_row;
                !skipped.contains(*event) && (would_join || !is_over)
            };
            for event in bot.events.iter().filter(is_shown) {
                held.push(line(bot.entry.starts_at, key, &bot.config, event));
            }
        }
        held.sort();
        (wanted, held)
    }

    pub(crate) fn assert_as_wanted(&self) {
        self.assert_as_wanted_but(|_| false);
    }

    /// The same for bots that have not started, if a restored table may have forgotten
    /// those in their calls.
    pub(crate) fn assert_upcoming_as_wanted_but(&self, is_left_out: impl Fn(&Decision) -> bool) {
        let (wanted, held) = self.wanted_and_held(is_left_out);
        let now = self.after(0).to_string();
        let upcoming = |lines: Vec<String>| -> Vec<String> {
            lines.into_iter().filter(|line| **line > *now).collect()
        };
        assert_eq!(
            upcoming(wanted),
            upcoming(held),
            "wanted on the left, held by Recall on the right"
        );
    }

    /// The same for all events but those of the rows that are left out.
    pub(crate) fn assert_as_wanted_but(&self, is_left_out: impl Fn(&Decision) -> bool) {
        let (wanted, held) = self.wanted_and_held(is_left_out);
        assert_eq!(
            wanted, held,
            "wanted on the left, held by Recall on the right"
        );
    }
}

/// The configuration that the owner of `bot` offers.
fn config_of_owner(bot: &WantedBot, rows: &[Decision], now: Timestamp) -> String {
    let may_own = |row: &&Decision| {
        let wants = row.wanted_key() == Some(&bot.deduplication_key);
        wants && row.ends_at > now && !row.is_abandoned()
    };
    let owner = rows.iter().filter(may_own).min_by_key(|row| row.bot_rank());
    let offer = owner.and_then(|owner| owner.offer.as_ref());
    let config = offer.map_or(&bot.config, |offer| &offer.config);
    serde_json::Value::Object(config.json().clone()).to_string()
}

pub(crate) fn drain_settings() -> SchedulerSettings {
    SchedulerSettings {
        schedule: RateLimit::per_minute(600, 1),
        unschedule: RateLimit::per_minute(600, 1),
        find: RateLimit::per_minute(300, 1),
        leave: RateLimit::per_minute(300, 1),
        most_in_flight: 4,
        lease: Duration::from_secs(30),
        patience: Duration::from_secs(35),
    }
}
