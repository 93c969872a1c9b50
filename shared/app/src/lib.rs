//! Use cases, and the ports they need.
//!
//! [`accept`] takes a webhook, [`SyncHandler`] syncs calendars and writes
//! decisions, [`Scheduler`] makes the bots at Recall equal to the wanted ones.
//! Collaborators are traits that use domain types; adapters are crates of their
//! own.

pub mod accept;
mod access_gate;
mod activity;
pub mod agenda;
mod at_instant;
pub mod bot_state;
pub mod calendar_activity;
mod calendar_loader;
mod calendar_records;
mod calendar_state;
pub mod connect;
pub mod consent;
pub mod coverage;
mod day_count;
mod decision_writer;
pub mod delete_at_recall;
pub mod directory;
pub mod doctor;
pub mod drift;
mod error;
mod evaluate;
pub mod event_lister;
mod event_override;
mod event_pages;
mod event_rows;
pub mod events;
pub mod events_page;
pub mod explain;
pub mod find_calendar;
mod find_decision;
mod first_copy;
pub mod forget;
mod found_event;
mod kept_by;
pub mod list_calendars;
pub mod list_overrides;
mod meeting_counts;
pub mod meeting_override;
mod meeting_spread;
mod meetings;
mod metrics;
mod new_calendars;
pub mod notify;
pub mod override_import;
pub mod overrides;
mod owner;
mod paging;
pub mod pause;
pub mod people_activity;
mod policy_cache;
pub mod policy_preview;
mod policy_warnings;
pub mod ports;
mod preview;
pub mod publish;
mod push;
pub mod rate_limited;
mod rate_limiter;
pub mod rebuild;
mod recall_calls;
pub mod redrive;
pub mod removal_effects;
pub mod request_disconnection;
pub mod resync_now;
mod retire_calendar;
pub mod retry;
mod retry_on_conflict;
pub mod row_page;
mod row_writer;
mod rule_trace;
mod scheduler;
pub mod send;
mod set_aside;
mod spending;
pub mod status;
mod sync;
mod sync_counts;
mod sync_error;
mod sync_ports;
mod unreadable;
mod use_case_error;
mod watch;

pub use access_gate::{AccessGate, Entry};
pub use activity::ActivityNotes;
pub use calendar_loader::CalendarLoader;
pub use decision_writer::{DecisionWriter, SyncContext};
pub use error::{PortError, Service};
pub use evaluate::CalendarContext;
pub use event_pages::{EventList, EventPage, EventPages, ListPosition, PageHandler};
pub use find_decision::find_decision;
pub use metrics::{FLUSH_FIELD, METRIC_FIELD, METRICS, Metric, Unit, VALUE_FIELD};
pub use paging::{EndlessList, Paging};
pub use policy_cache::{ActivePolicy, PolicyCache, active_policy, document};
pub use policy_warnings::policy_warnings;
pub use preview::{Change, Effect, preview};
pub use push::{PushError, PushOutcome, PushedBy, push, push_over};
pub use rate_limiter::{AcquireError, CallTerms, Priority, RateLimiter};
pub use recall_calls::RecallCalls;
pub use retire_calendar::{CalendarRetirer, RetiredDecisions};
pub use retry_on_conflict::{Attempt, retry_on_conflict};
pub use rule_trace::rule_trace;
pub use scheduler::{CallPlan, PlannedCall, RunReport, Scheduler, SchedulerSettings, StopReason};
pub use sync::{
    CalendarList, CalendarSync, Delivery, Handled, ListedCalendars, PageIntake, Requeue,
    Retirement, SyncHandler, SyncSettings, WorkspaceSync, batch_activity,
};
pub use sync_counts::SyncCounts;
pub use sync_error::SyncError;
pub use sync_ports::{Ports, SyncPorts, SyncState};
pub use use_case_error::UseCaseError;
pub use watch::{Measured, Watch};
