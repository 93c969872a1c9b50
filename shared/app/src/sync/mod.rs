//! Looks at calendars that something was said about, and writes what should be recorded.
//!
//! A batch of notices is taken together by calendar, so that a storm about one
//! calendar costs one look. What fails is given back to the queue alone: other
//! calendars of the batch are not looked at again for it.
//!
//! Two syncs of one calendar may run side by side. Each write of theirs is
//! compare-and-swap, and [`revise`](callsheet_domain::revise) says which view
//! wins; the mark of a look moves only once its last page is written.
//!
//! A sweep looks at calendars that nothing was said about, see [`sweep`].

mod calendar;
mod look;
mod sweep;
mod turn;

use std::collections::BTreeMap;
use std::time::Duration;

use callsheet_domain::{Ask, CalendarId, Errand, Look, Notice, Operation, Pace, Timestamp};

use crate::PortError;
use crate::judge::KnownCalendar;
use crate::ports::{
    Budgets, CalendarEvents, Calendars, Clock, Decisions, Policies, PreferenceBook, Queue, Receipt,
};
use crate::{Enforced, InForce};
use turn::Rank;

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

/// What a sync is told once.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// How fast events are listed.
    pub list_events: Pace,
    /// How fast calendars are read.
    pub get_calendar: Pace,
}

/// An errand as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message, for the answer to the queue.
    pub message_id: String,
    /// This delivery of it.
    pub receipt: Receipt,
    /// How often the message was given, this time included.
    pub received: u32,
    /// What it asks for.
    pub errand: Errand,
}

/// A delivery of a notice, and the notice.
type Noticed<'a> = (&'a Delivery, &'a Notice);

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
    /// Events whose verdict is that an expression failed.
    failed: u32,
}

/// What a look decides by, read before it begins.
#[derive(Debug)]
struct Viewpoint {
    known: KnownCalendar,
    policy: InForce,
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

impl Attended {
    /// Tells the log, with how many notices asked for it.
    fn tell(self, calendar: &CalendarId, notices: usize) {
        tracing::info!(
            %calendar,
            notices,
            pages = self.pages,
            listed = self.listed,
            written = self.written,
            stale = self.stale,
            unreadable = self.unreadable,
            failed_rules = self.failed,
            "attended to a calendar"
        );
    }
}

impl Unattended {
    /// Whether nothing else would go through either until somebody mends it.
    fn is_denied(&self) -> bool {
        matches!(self, Self::Port(PortError::Denied { .. }))
    }

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
    /// The policy in force, as it was last read.
    pub enforced: Enforced,
    /// What it is told once.
    pub settings: SyncSettings,
}

impl<R, D, S, Q, K> Sync<R, D, S, Q, K>
where
    R: CalendarEvents,
    D: Decisions,
    S: Calendars + PreferenceBook + Policies + Budgets,
    Q: Queue,
    K: Clock,
{
    /// Runs the errands of a batch until `deadline`, notices before sweeps; what
    /// could not be done is named, to be given again soon.
    pub async fn handle(&self, batch: &[Delivery], deadline: Timestamp) -> Handled {
        let mut by_calendar: BTreeMap<&CalendarId, Vec<Noticed<'_>>> = BTreeMap::new();
        let mut sweeps = Vec::new();
        for delivery in batch {
            match &delivery.errand {
                Errand::Sweep => sweeps.push(delivery),
                Errand::Look(notice) => {
                    let noticed = by_calendar.entry(&notice.calendar_id).or_default();
                    noticed.push((delivery, notice));
                }
            }
        }
        let mut handled = Handled::default();
        let policy = match self.enforced.current(&self.state).await {
            Ok(policy) => policy,
            Err(error) => {
                tracing::warn!(%error, "could not read the policy in force");
                let error = Unattended::Port(error);
                for delivery in batch {
                    self.give_back(delivery, &error, &mut handled).await;
                }
                return handled;
            }
        };
        for (calendar, noticed) in by_calendar {
            let Some(ask) = Ask::of(noticed.iter().map(|(_, notice)| *notice)) else {
                continue;
            };
            match self.attend(calendar, &ask, &policy, deadline).await {
                Ok(attended) => attended.tell(calendar, noticed.len()),
                Err(error) => {
                    handled.is_denied |= error.is_denied();
                    let notices = noticed.len();
                    tracing::warn!(%calendar, notices, %error, "could not attend to a calendar");
                    for (delivery, _) in noticed {
                        self.give_back(delivery, &error, &mut handled).await;
                    }
                }
            }
        }
        if !sweeps.is_empty() && !handled.is_denied {
            match self.sweep(&policy, deadline).await {
                Ok(swept) => handled.is_denied = swept.is_denied,
                Err(error) => {
                    tracing::warn!(%error, "could not list the calendars");
                    let error = Unattended::Port(error);
                    handled.is_denied = error.is_denied();
                    for delivery in sweeps {
                        self.give_back(delivery, &error, &mut handled).await;
                    }
                }
            }
        }
        handled
    }

    async fn attend(
        &self,
        id: &CalendarId,
        ask: &Ask,
        policy: &InForce,
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
        let last = record.looked.as_ref();
        let since = match ask.look(last, policy.revision, preferences.revision, began_at) {
            Look::Nothing => return Ok(Attended::default()),
            Look::Since(since) => Some(since),
            Look::All => None,
        };
        let view = Viewpoint {
            known: KnownCalendar {
                record,
                preferences,
            },
            policy: policy.clone(),
            began_at,
        };
        self.turn(Operation::ListEvents, Rank::Live, deadline)
            .await?;
        self.look(view, since, Rank::Live, deadline).await
    }

    /// Has the message given again as soon as `error` allows.
    async fn give_back(&self, delivery: &Delivery, error: &Unattended, handled: &mut Handled) {
        let wait = error.wait(delivery.received, self.clock.now());
        if let Err(error) = self.queue.postpone(&delivery.receipt, wait).await {
            tracing::warn!(%error, "the message comes back only after the queue's own time");
        }
        handled.failed.push(delivery.message_id.clone());
    }
}
