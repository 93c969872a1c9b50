//! Ports: traits for all collaborators of the use cases, in domain types.
//!
//! "Not found", "lost the race" and "already there" are results. An error is a
//! collaborator that failed.

mod access;
mod action_log;
mod activity;
mod agenda;
mod calendar_pages;
mod calendars;
mod clock;
mod coverage;
mod decisions;
mod deployment;
mod due;
mod event_bus;
mod forgetting;
mod leases;
mod overrides;
mod overview;
mod policies;
mod queue;
mod rate_limits;
mod recall;
mod spending;
mod sync_states;

pub use access::{Access, Denial};
pub use action_log::{ActionEntry, ActionLog, ActionPage, ActionPlace, LogOf};
pub use activity::{Activity, ActivityLog, BatchActivity};
pub use agenda::{AgendaEntry, AgendaIndex, AgendaPage, PlacedEntry};
pub use calendar_pages::{CalendarPages, RecordPage};
pub use calendars::{Calendars, DueHead, DueWork, ListedCalendar, MoreDue, UnreadableRecord};
pub use clock::{Clock, Jitter};
pub use coverage::{DayPage, DayPosition, DayTotals, KeptCoverage, MeetingDays};
pub use decisions::{
    CopiesPage, DecisionRows, Decisions, FirstRows, StartEntry, UnreadableRow, WriteOutcome,
};
pub use deployment::{
    DescribedStack, EndpointReply, EndpointResult, RecallRegion, RecallReply, StackDescriptions,
    TestWebhook, WebhookEndpoint,
};
pub use due::{DueEntry, DueQuery, DueRows, DueSelection};
pub use event_bus::{EventBus, PutResult};
pub use forgetting::{ActorRows, Forgetting};
pub use leases::{Held, LeaseResult, Leases, Released};
pub use overrides::{MeetingOverrides, OverrideStore};
pub use overview::{AlertEntry, DayEntries, DayEntry, DecisionOverview, DueStart, First};
pub use policies::{NewPolicy, Policies, PolicyWrite, StoredPolicy};
pub use queue::{DeadLetter, DeadLetters, MeasuredQueue, Queue, QueueDepth, Receipt};
pub use rate_limits::{PermitResult, RateLimitUse, RateLimits, Throttling};
pub use recall::{
    BotReader, BotReply, Bots, CalendarCreation, CalendarDirectory, CalendarEvents,
    CalendarRemoval, Creation, EventQuery, IdempotencyKey, LeaveReply, NewCalendar,
    PageOfCalendars, PageOfEvents, RecallReader, Removed, ScheduleRequest, UnreadableCalendar,
    UnreadableEvent,
};
pub use spending::{Spending, Versioned};
pub use sync_states::SyncStates;
