//! A pause that was set or ended.

use callsheet_app::pause::SetPause;
use callsheet_domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::{Delivery, RequestsSync};

/// A pause that was set or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PauseSet {
    /// Recall's id of the calendar.
    pub calendar: String,
    /// End of the pause; none if it was ended.
    pub paused_until: Option<Timestamp>,
    /// Who set or ended it.
    pub by: String,
    /// Sequence number of this pause among the owner's overrides and pauses.
    pub revision: u64,
    /// Whether it holds for the person; else for this connection, until the owner's
    /// address is known.
    pub is_of_person: bool,
    /// Whether a sync of the calendar was requested.
    pub sync_request: Delivery,
}

impl RequestsSync for PauseSet {
    fn sync_request(&mut self) -> &mut Delivery {
        &mut self.sync_request
    }
}

impl PauseSet {
    /// Represents a pause that was set or ended.
    #[must_use]
    pub fn of(set: &SetPause) -> Self {
        Self {
            calendar: set.calendar.to_string(),
            paused_until: set.until,
            by: set.by.as_str().to_owned(),
            revision: set.revision.0,
            is_of_person: set.is_of_person,
            sync_request: Delivery::of(&set.notification),
        }
    }
}
