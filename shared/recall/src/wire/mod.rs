//! The service's shapes, and the way from them into the domain.
//!
//! Unknown fields are normal and left alone. A calendar also carries its OAuth
//! client secret and refresh token in clear: they are not even deserialized.

mod calendar;
mod event;
mod payload;

pub(crate) use calendar::CalendarJson;
pub(crate) use event::{EventBotsJson, EventIdsJson, EventJson, PageJson};
