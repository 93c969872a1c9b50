//! State of the simulator: bots, calls, statistics, violations.

use reqwest::Method;

use super::{ControlClient, NO_BODY, Result, check_status};
use crate::model::{BotView, CallFilter, CallRecord, Stats, Violations};

#[expect(
    clippy::missing_errors_doc,
    reason = "all methods fail in the same way, which the type documents"
)]
impl ControlClient {
    /// Lists all bots with their events, finished ones included.
    pub async fn bots(&self) -> Result<Vec<BotView>> {
        self.call(Method::GET, "bots", NO_BODY).await
    }

    /// Lists the calls to the API that match the filter, in order of arrival.
    pub async fn calls(&self, filter: &CallFilter) -> Result<Vec<CallRecord>> {
        let request = self.request(Method::GET, "calls").query(filter);
        Ok(check_status(request.send().await?).await?.json().await?)
    }

    /// Clears the logs of calls and violations. The windows of the rate limits are kept.
    pub async fn clear_calls(&self) -> Result<()> {
        self.done(Method::DELETE, "calls", NO_BODY).await
    }

    /// Gets the statistics of calls and webhooks.
    pub async fn stats(&self) -> Result<Stats> {
        self.call(Method::GET, "stats", NO_BODY).await
    }

    /// Lists the violations of the specification, by clients and by the simulator.
    pub async fn violations(&self) -> Result<Violations> {
        self.call(Method::GET, "violations", NO_BODY).await
    }
}
