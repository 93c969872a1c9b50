//! A diagnosis of a deployment: checks of what a first deployment gets wrong, each with what to do.
//!
//! The checks are pure functions of gathered evidence. Each has one name, and is in every
//! diagnosis: evidence that could not be gathered fails it, or warns where other checks tell more.

mod aws;
mod case;
mod check;
mod clock;
mod recall;
mod webhooks;
mod work;

use callsheet_app::doctor::Evidence;
use callsheet_domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use case::Case;
pub use check::{Check, CheckName, Level};

/// A diagnosis of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// When the evidence was gathered.
    pub now: Timestamp,
    /// Each check once, in the order in which its problem is to be solved.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    /// Judges the evidence.
    #[must_use]
    pub fn of(evidence: Evidence) -> Self {
        let now = evidence.now;
        let case = Case::of(evidence);
        let checks = vec![
            case.credentials(),
            case.stack(),
            case.settings(),
            case.tables(),
            case.recall_key(),
            case.clock(),
            case.calendars(),
            case.webhook_endpoint(),
            case.webhook_secret(),
            case.webhook_delivery(),
            case.event_types(),
            case.sync(),
            case.policy(),
            case.rate_limits(),
            case.alarms(),
            case.health(),
        ];
        Self { now, checks }
    }

    /// Number of checks of this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.checks
            .iter()
            .filter(|check| check.level == level)
            .count()
    }
}
