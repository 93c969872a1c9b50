//! The events of a write of the head of the policies, which names the active revision.

use jiff::Timestamp;

use crate::bus_event::content::{BusContent, BusEvent};
use crate::revision::{PolicyRevision, Version};

/// The events of the write that made `after` the active revision in place of `before`, `at`
/// that instant.
#[must_use]
pub fn policy_events(
    before: Option<PolicyRevision>,
    after: PolicyRevision,
    at: Timestamp,
) -> Vec<BusEvent> {
    if before == Some(after) {
        return Vec::new();
    }
    let content = BusContent::PolicyPushed {
        revision: after,
        before,
    };
    vec![content.told(&["policy"], Version(after.0), at)]
}
