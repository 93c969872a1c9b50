//! Recall's JSON shapes, and their conversion into the domain.
//!
//! Unknown fields are ignored. A calendar also contains its OAuth client secret
//! and refresh token in clear: they are never deserialized.

mod calendar;
mod event;
mod missing;
mod payload;

pub(crate) use calendar::{calendar_of_text, calendar_of_value, id_of_calendar};
pub(crate) use event::EventText;
