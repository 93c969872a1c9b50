//! Looks at calendars that something was said about, and writes what should be recorded.
//!
//! A batch of notices is taken together by calendar, so that a storm about one
//! calendar costs one look. What fails is given back to the queue alone: other
//! calendars of the batch are not looked at again for it.
//!
//! Two syncs of one calendar may run side by side. Each write of theirs is
//! compare-and-swap, and [`revise`](callsheet_domain::revise) says which view
//! wins; the mark of a look moves only once its last page is written.

mod calendar;
mod look;

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_domain::{
    Ask, CalendarId, CalendarRecord, Look, Notice, Operation, Pace, Policy, PolicyRevision,
    Preferences, Timestamp, plus,
};
use jiff::SignedDuration;

use crate::PortError;
use crate::ports::{
    Allowed, Budgets, CalendarEvents, Calendars, Clock, Decisions, PreferenceBook, Queue, Receipt,
};

/// How often a lost race is run again before the message is given back.
const ROUNDS: usize = 5;
/// How soon a message whose calendar others are writing to is given again.
const CONTENDED: Duration = Duration::from_secs(1);
/// How soon a message is given again when a collaborator did not answer; twice
/// as late each time, so that an outage of most of an hour costs no message.
const UNANSWERED: Duration = Duration::from_secs(10);
/// No message waits longer than this.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// How soon when we are denied: nothing changes until somebody mends it.
const DENIED: Duration = Duration::from_mins(5);
/// A page and its writes fit into this; with less time left none is begun.
const PAGE_TIME: SignedDuration = SignedDuration::from_secs(8);

/// What a sync is told once.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// What is recorded.
    pub policy: Policy,
    /// Which revision of the policy that is.
    pub policy_revision: PolicyRevision,
    /// How fast events are listed.
    pub list_events: Pace,
    /// How fast calendars are read.
    pub get_calendar: Pace,
}

/// A notice as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message, for the answer to the queue.
    pub message_id: String,
    /// This delivery of it.
    pub receipt: Receipt,
    /// How often the message was given, this time included.
    pub received: u32,
    /// What it says.
    pub notice: Notice,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handled {
    /// Messages that must be given again.
    pub failed: Vec<String>,
    /// Recall denied us: the key may have been changed.
    pub is_denied: bool,
}

/// What was done about one calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Attended {
    pages: u32,
    listed: u32,
    written: u32,
    stale: u32,
    unreadable: u32,
}

/// What a look decides by, read before it begins.
#[derive(Debug)]
struct Viewpoint {
    record: CalendarRecord,
    preferences: Preferences,
    began_at: Timestamp,
}

/// Why a calendar could not be attended to now.
#[derive(Debug, thiserror::Error)]
enum Unattended {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("the budget allows no call before {0}")]
    NotBefore(Timestamp),
    #[error("the function's time is nearly up")]
    OutOfTime,
    #[error("others keep writing to the same rows")]
    Contended,
    #[error("the list of events came back to a page it had shown")]
    Endless,
}

impl Unattended {
    /// How long a message waits that was given `received` times.
    fn wait(&self, received: u32, now: Timestamp) -> Duration {
        let doubled = UNANSWERED.saturating_mul(2_u32.saturating_pow(received.saturating_sub(1)));
        let unanswered = doubled.min(LONGEST_WAIT);
        match self {
            Self::Port(PortError::Denied { .. }) => DENIED.max(unanswered),
            Self::Port(error) => error.wait().unwrap_or(unanswered),
            Self::NotBefore(instant) => {
                Duration::try_from(instant.duration_since(now)).unwrap_or_default()
            }
            Self::Contended | Self::OutOfTime => CONTENDED,
            Self::Endless => unanswered,
        }
    }
}

/// Looks and decides. `R` reads Recall, `D` and `S` remember, `Q` carries
/// notices, `K` tells the time.
#[derive(Debug, Clone)]
pub struct Sync<R, D, S, Q, K> {
    /// Recall, to be read.
    pub recall: R,
    /// Where decisions are kept.
    pub decisions: D,
    /// Where calendars, preferences and budgets are kept.
    pub state: S,
    /// Where notices come from.
    pub queue: Q,
    /// The time.
    pub clock: K,
    /// What it is told once.
    pub settings: SyncSettings,
}

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: CalendarEvents,
    D: Decisions,
    S: Calendars + PreferenceBook + Budgets,
    Q: Queue,
    K: Clock,
{
    /// Attends to a batch of notices until `deadline`; what could not be done
    /// is named, to be given again soon.
    pub async fn handle(&self, batch: &[Delivery], deadline: Timestamp) -> Handled {
        let mut by_calendar: BTreeMap<&CalendarId, Vec<&Delivery>> = BTreeMap::new();
        for delivery in batch {
            by_calendar
                .entry(&delivery.notice.calendar_id)
                .or_default()
                .push(delivery);
        }
        let mut handled = Handled::default();
        for (calendar, deliveries) in by_calendar {
            let Some(ask) = Ask::of(deliveries.iter().map(|delivery| &delivery.notice)) else {
                continue;
            };
            match self.attend(calendar, &ask, deadline).await {
                Ok(attended) => tracing::info!(
                    %calendar,
                    notices = deliveries.len(),
                    pages = attended.pages,
                    listed = attended.listed,
                    written = attended.written,
                    stale = attended.stale,
                    unreadable = attended.unreadable,
                    "attended to a calendar"
                ),
                Err(error) => {
                    handled.is_denied |=
                        matches!(error, Unattended::Port(PortError::Denied { .. }));
                    self.give_back(calendar, &deliveries, &error).await;
                    handled
                        .failed
                        .extend(deliveries.iter().map(|d| d.message_id.clone()));
                }
            }
        }
        handled
    }

    async fn attend(
        &self,
        id: &CalendarId,
        ask: &Ask,
        deadline: Timestamp,
    ) -> Result<Attended, Unattended> {
        let Some(record) = self.calendar(id, ask.is_calendar_changed, deadline).await? else {
            return Ok(Attended::default());
        };
        if !record.calendar.status.holds_bots() {
            return self.retire(&record).await;
        }
        let preferences = self.state.preferences(id).await?;
        // One instant for what is owed and for what the look will say of itself:
        // a pause that ends between two would be seen by neither.
        let began_at = self.clock.now();
        let (last, policy) = (record.looked.as_ref(), self.settings.policy_revision);
        let since = match ask.look(last, policy, preferences.revision, began_at) {
            Look::Nothing => return Ok(Attended::default()),
            Look::Since(since) => Some(since),
            Look::All => None,
        };
        let view = Viewpoint {
            record,
            preferences,
            began_at,
        };
        self.look(view, since, deadline).await
    }

    /// Waits for its turn to make one call of `operation`.
    async fn turn(&self, operation: Operation, deadline: Timestamp) -> Result<(), Unattended> {
        let pace = match operation {
            Operation::GetCalendar => self.settings.get_calendar,
            _ => self.settings.list_events,
        };
        let now = self.clock.now();
        let latest = plus(deadline, -PAGE_TIME);
        if now > latest {
            return Err(Unattended::OutOfTime);
        }
        match self.state.draw(operation, pace, 1, now, latest).await? {
            Allowed::Calls(draw) => {
                self.clock.sleep_until(draw.first_at).await;
                Ok(())
            }
            Allowed::NotBefore(instant) => Err(Unattended::NotBefore(instant)),
        }
    }

    /// Tells everybody to wait if that is what the service asked for.
    async fn heed<T>(
        &self,
        operation: Operation,
        answer: Result<T, PortError>,
    ) -> Result<T, Unattended> {
        if let Err(PortError::Throttled { wait, .. }) = &answer {
            let wait = SignedDuration::try_from(*wait).unwrap_or(SignedDuration::MAX);
            self.state
                .hold(operation, plus(self.clock.now(), wait))
                .await?;
        }
        Ok(answer?)
    }

    async fn give_back(&self, calendar: &CalendarId, deliveries: &[&Delivery], error: &Unattended) {
        let notices = deliveries.len();
        tracing::warn!(%calendar, notices, %error, "could not attend to a calendar");
        let now = self.clock.now();
        for delivery in deliveries {
            let wait = error.wait(delivery.received, now);
            if let Err(error) = self.queue.postpone(&delivery.receipt, wait).await {
                tracing::warn!(%error, "the message comes back only after the queue's own time");
            }
        }
    }
}
