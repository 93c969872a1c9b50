//! A resync that was requested.

use callsheet_app::resync_now::RequestedResync;
use schemars::JsonSchema;
use serde::Serialize;

/// A resync that was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResyncRequested {
    /// Whether a full sync of every calendar was requested.
    pub full: bool,
    /// Number of calendars that need a full sync; none without a state table.
    pub calendars: Option<usize>,
}

impl ResyncRequested {
    /// Represents a resync that was requested.
    #[must_use]
    pub fn of(requested: &RequestedResync) -> Self {
        Self {
            full: requested.is_full,
            calendars: requested.calendars,
        }
    }
}
