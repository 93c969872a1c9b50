//! Ports: traits for all collaborators of the use cases, in domain types.
//!
//! "Not found", "lost the race" and "already there" are results. An error is a
//! collaborator that failed.

mod access;
mod activity;
mod calendar_pages;
mod calendars;
mod clock;
mod decisions;
mod due;
mod forgetting;
mod leases;
mod overrides;
mod overview;
mod policies;
mod queue;
mod rate_limits;
mod recall;
mod sync_states;

pub use access::{Access, Denial};
pub use activity::{Activity, ActivityLog, BatchActivity};
pub use calendar_pages::{CalendarPages, RecordPage};
pub use calendars::{Calendars, DueHead, DueWork, ListedCalendar, UnreadableRecord};
pub use clock::{Clock, Jitter};
pub use decisions::{DecisionRows, Decisions, FirstRows, UnreadableRow, WriteOutcome};
pub use due::{DueEntry, DueQuery, DueRows, DueSelection};
pub use forgetting::{ActorRows, Forgetting};
pub use leases::{Held, LeaseResult, Leases, Released};
pub use overrides::OverrideStore;
pub use overview::{DayEntries, DayEntry, DecisionOverview, DueStart, First};
pub use policies::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
pub use queue::{DeadLetter, DeadLetters, MeasuredQueue, Queue, QueueDepth, Receipt};
pub use rate_limits::{PermitResult, RateLimits};
pub use recall::{
    BotReply, Bots, CalendarDirectory, CalendarEvents, CalendarRemoval, EventQuery, IdempotencyKey,
    LeaveReply, PageOfCalendars, PageOfEvents, RecallReader, Removed, ScheduleRequest,
    UnreadableCalendar, UnreadableEvent,
};
pub use sync_states::SyncStates;
