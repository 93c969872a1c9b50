//! Who asked for a calendar to be disconnected.

use callsheet_domain::{Actor, RequestedDisconnection, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// Who asked for a calendar to be disconnected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Requested {
    /// Since when it is wanted.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The signing key that vouched for the name.
    pub via: Option<String>,
}

impl Requested {
    /// Represents who asked.
    #[must_use]
    pub fn of(wanted: &RequestedDisconnection) -> Self {
        Self {
            at: wanted.at,
            by: wanted.by.as_str().to_owned(),
            via: Actor::key(&wanted.by).map(str::to_owned),
        }
    }
}
