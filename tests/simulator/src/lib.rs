//! A stand-in for Recall.ai's calendar API, for tests, demonstrations and people.
//!
//! It behaves as the published specification and the documentation say, holds every request
//! against that specification, and does on request what the real service does only on bad days.
//! Callsheet does not know it: it is reached like the real one, by address and key.
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
//!     .link("https://meet.google.com/abc-defg-hij")
//!     .guest("buyer@example.org");
//! control.create_event(calendar.id, draft).await?;
//! # Ok(())
//! # }
//! ```

mod api;
mod calls;
pub mod client;
mod clock;
mod control;
mod draft;
mod faults;
mod ids;
mod model;
mod operation;
mod options;
mod page;
mod raw;
mod server;
mod state;
mod webhooks;
mod world;

pub use draft::{Answer, Attendee, Change, EventChange, EventDraft, EventKind, Privacy, ShowAs};
pub use faults::{Fault, FaultEffect, FaultView, WebhookFaults};
pub use ids::{BotId, CalendarId, EventId};
pub use model::{
    Attempt, BotPhase, BotView, CalendarStatus, CalendarView, CallFilter, CallRecord, EventBot,
    EventView, OperationStats, Platform, Stats, Violation, Violations, WebhookRecord, WebhookState,
    WebhookStats,
};
pub use operation::Operation;
pub use options::{Latency, Limits, Options, SignatureHeaders, WebhookTarget};
pub use server::{Simulator, StartError};
pub use webhooks::{BadSecret, sign};
