//! Settings, and faults of calls.

use reqwest::Method;

use super::{ControlClient, NO_BODY, Result};
use crate::model::control::{FaultAdded, Settings};
use crate::model::{Fault, FaultView, LifePlan};
use crate::options::{Latency, Limits};

#[expect(
    clippy::missing_errors_doc,
    reason = "all methods fail in the same way, which the type documents"
)]
impl ControlClient {
    /// Replaces the rate limits. Operations without a limit here get the published one.
    pub async fn set_limits(&self, limits: Limits) -> Result<()> {
        self.settings(Settings {
            limits: Some(limits),
            ..Settings::default()
        })
        .await
    }

    /// Replaces the range of a call's duration.
    pub async fn set_latency(&self, latency: Latency) -> Result<()> {
        self.settings(Settings {
            latency: Some(latency),
            ..Settings::default()
        })
        .await
    }

    /// Sets whether scheduling a bot changes its event's `updated_at`.
    pub async fn set_bots_touch_events(&self, touch: bool) -> Result<()> {
        self.settings(Settings {
            bots_touch_events: Some(touch),
            ..Settings::default()
        })
        .await
    }

    /// Sets how many days ahead events are listed.
    pub async fn set_listed_days(&self, days: u32) -> Result<()> {
        self.settings(Settings {
            listed_days: Some(days),
            ..Settings::default()
        })
        .await
    }

    /// Has the bots of some events, or all, live from their start on. A later plan for an event goes
    /// before an earlier one, and a plan for it before one for all.
    pub async fn add_lives(&self, plan: &LifePlan) -> Result<()> {
        self.done(Method::POST, "lives", Some(plan)).await
    }

    /// Adds a fault and returns its identifier.
    pub async fn add_fault(&self, fault: Fault) -> Result<u64> {
        let added: FaultAdded = self.call(Method::POST, "faults", Some(&fault)).await?;
        Ok(added.id)
    }

    /// Lists the active faults.
    pub async fn faults(&self) -> Result<Vec<FaultView>> {
        self.call(Method::GET, "faults", NO_BODY).await
    }

    /// Clears a fault.
    pub async fn clear_fault(&self, id: u64) -> Result<()> {
        self.done(Method::DELETE, &format!("faults/{id}"), NO_BODY)
            .await
    }

    /// Clears all faults of calls, but not those of webhooks.
    pub async fn clear_faults(&self) -> Result<()> {
        self.done(Method::DELETE, "faults", NO_BODY).await
    }

    async fn settings(&self, settings: Settings) -> Result<()> {
        self.done(Method::PUT, "settings", Some(&settings)).await
    }
}
