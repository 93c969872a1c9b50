//! Syncs calendars: brings decisions up to date with Recall's events.
//!
//! A batch of sync requests is handled together. Requests that a completed sync
//! covers are dropped. For the others as few syncs are made as possible (see
//! [`plan_syncs`](callsheet_domain::plan_syncs)), so that a burst of webhooks
//! costs a few pages. A message that fails is delivered again alone: the other
//! calendars of its batch are not synced again for it. A message that only has to
//! wait is enqueued as a new one, because the queue takes a message that returns
//! too often for one that cannot be handled.
//!
//! Any number of batches may be handled side by side. Each write is a
//! compare-and-swap, and [`revise`](callsheet_domain::revise) says which inputs
//! win. A sync state moves on only once the last page of a sync is written.
//!
//! A resync, periodic or on request, finds what no webhook asked for.

mod activity;
mod alerting;
mod all_calendars;
mod bot_status;
mod calendar_list;
mod calendar_sync;
mod catch_up;
mod deliveries;
mod due_order;
mod event_sync;
mod first_syncs;
mod handler;
mod keep_coverage;
mod listed_window;
mod outcome_counts;
mod own_addresses;
mod page_intake;
mod pending;
mod reconnection;
mod requested_calendars;
mod requests;
mod requeue;
mod resync;
mod resync_plan;
mod retirement;
mod retries;
mod rows_of_bot;
mod settings;
mod silent_bots;
mod single_syncs;
mod stored_progress;
mod unlisted;
mod unreadable_again;
mod window_run;
mod windows;
mod windows_need;
mod workload;
mod workspace_credit;
mod workspace_state;
mod workspace_sync;

pub use activity::batch_activity;
pub use calendar_list::CalendarList;
pub use calendar_sync::CalendarSync;
pub use handler::SyncHandler;
pub use page_intake::{ListedCalendars, PageIntake};
pub use requeue::{Delivery, Handled, Requeue};
pub use retirement::Retirement;
pub use settings::SyncSettings;
pub use workspace_sync::WorkspaceSync;
