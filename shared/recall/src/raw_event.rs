//! An event as the text in which Recall lists it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An event as text, which [`read_event`](crate::read_event) parses.
#[derive(Clone, Serialize, Deserialize)]
pub struct RawEvent(Box<RawValue>);

impl RawEvent {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        self.0.get()
    }
}

/// Hides the event: it holds titles and links.
impl fmt::Debug for RawEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawEvent({} bytes)", self.text().len())
    }
}
