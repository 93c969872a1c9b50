//! Bodies of the control API: the state of the workspace, calls, statistics, webhooks, faults.
//!
//! The server serializes these types and [`crate::client::ControlClient`] deserializes them, or the
//! other way round.

mod calls;
pub(crate) mod control;
mod faults;
mod lives;
mod webhooks;
mod workspace;

pub use self::calls::{CallFilter, CallRecord, OperationStats, Stats, Violation, Violations};
pub use self::faults::{Fault, FaultEffect, FaultView, WebhookFaults};
pub use self::lives::{LifeKind, LifePlan, LifeReports, StatusChange};
pub use self::webhooks::{DeliveryAttempt, WebhookRecord, WebhookState, WebhookStats};
pub use self::workspace::{
    BotPhase, BotView, CalendarStatus, CalendarView, EventBot, EventView, Platform,
};
