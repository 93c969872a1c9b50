//! Simulator of Recall.ai's calendar API, for tests, demonstrations and manual use.
//!
//! It behaves as the published specification and documentation say, validates every request
//! against the specification, and injects faults on request. Callsheet has no code for it: like
//! the real service it is reached by base URL and API key.
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use recall_simulator::{EventDraft, Options, Platform, Simulator};
//!
//! let simulator = Simulator::start(Options::default()).await?;
//! let control = simulator.control();
//! let calendar = control
//!     .create_calendar(Platform::GoogleCalendar, Some("sales-1@acme.example"))
//!     .await?;
//! let (start, end) = ("2030-01-07T09:00:00Z".parse()?, "2030-01-07T10:00:00Z".parse()?);
//! let draft = EventDraft::new("Quarterly review", start, end)
//!     .meeting_url("https://meet.google.com/abc-defg-hij")
//!     .attendee("buyer@example.org");
//! control.create_event(calendar.id, draft).await?;
//! # Ok(())
//! # }
//! ```

mod api;
mod call;
mod call_log;
mod change;
pub mod client;
mod clock;
mod control;
mod delivery;
mod draft;
mod faults;
mod http_client;
mod ids;
mod life;
mod life_plans;
mod model;
mod oauth;
mod operation;
mod options;
mod outbox;
mod rate_limit;
mod raw;
mod response;
mod server;
mod sign;
mod specification;
mod state;
mod status_page;
mod workspace;

pub use change::{Change, EventChange};
pub use draft::{Attendee, EventDraft, EventType, Privacy, ResponseStatus, ShowAs};
pub use ids::{BotId, CalendarId, EventId};
pub use model::{
    BotPhase, BotView, CalendarStatus, CalendarView, CallFilter, CallRecord, DeliveryAttempt,
    EventBot, EventView, Fault, FaultEffect, FaultView, LifeKind, LifePlan, LifeReports,
    OperationStats, Platform, Stats, StatusChange, Violation, Violations, WebhookFaults,
    WebhookRecord, WebhookState, WebhookStats,
};
pub use operation::Operation;
pub use options::{DispatchedStatus, Latency, Limits, Options, SignatureHeaders, WebhookTarget};
pub use server::{Simulator, StartError};
pub use sign::{InvalidSecret, sign};
