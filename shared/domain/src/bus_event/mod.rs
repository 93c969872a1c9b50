//! What Callsheet tells other systems: events that are put on a bus, by what was stored.
//!
//! A bus event is derived from two images of a row, as it was and as it is after one write.
//! Nothing else goes in, so a write that is told twice gives the same events with the same
//! ids, and a write that changed none of these facts gives none.
//!
//! Each event states what holds since the write, not only what changed: a consumer that
//! missed one is right again after the next.

mod bot_change;
mod content;
mod id;
mod of_calendar;
mod of_decision;
mod of_policy;

pub use content::{BusBot, BusContent, BusEvent, BusEventKind, BusMeeting, BusVerdict};
pub use id::BusEventId;
pub use of_calendar::calendar_events;
pub use of_decision::decision_events;
pub use of_policy::policy_events;
