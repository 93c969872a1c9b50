//! An event of a calendar, as Recall listed it at one moment, and the facts that its payload states.

mod appearance;
mod attendee;
mod calendar;
mod calendar_event;
mod disconnection;
mod facts;
mod metadata;
mod owner;
mod payload;
mod platform;
mod whole_days;

pub use appearance::{EventType, ShowsAs, Visibility};
pub use attendee::{Attendee, Attendees, LONGEST_ATTENDEE_LIST, ResponseStatus};
pub use calendar::{Calendar, CalendarStatus, StatusName};
pub use calendar_event::{CalendarEvent, Meeting};
pub use disconnection::DisconnectReason;
pub use facts::Facts;
pub(crate) use facts::{LONGEST_SHOWN_TITLE, short_title};
pub use metadata::CalendarMetadata;
pub use owner::CalendarOwner;
#[cfg(test)]
pub(crate) use payload::any_payload;
pub use payload::is_payload_field;
pub use platform::{Platform, UnknownPlatform};
pub use whole_days::WholeDays;
