//! The deployed stack that is measured, its rate limits, and the simulator's log of its calls.

use std::time::Duration;

use callsheet_domain::Timestamp;
use callsheet_tests::{Stack, variable};
use recall_simulator::{CallFilter, CallRecord, Latency, Limits, Operation};
use serde_json::Value;
use tokio::process::Command;

use crate::result::BenchResult;
use crate::wait;

/// Usual duration of a call to Recall.
pub(crate) const USUAL_LATENCY: Latency = Latency {
    min_ms: 150,
    max_ms: 450,
};

/// Parameter that turns the periodic resync off for the duration of a benchmark.
pub(crate) const NO_RESYNC: (&str, &str) = ("ResyncEveryMinutes", "1440");

/// Rate limits in calls per minute, at the simulator and in the stack's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) list_events: u32,
    pub(crate) get_calendar: u32,
    pub(crate) bots: u32,
}

impl Rates {
    /// Recall's published rate limits.
    pub(crate) const PUBLISHED: Self = Self {
        list_events: 60,
        get_calendar: 300,
        bots: 600,
    };

    /// Ten times the published rate limits, for preparation.
    pub(crate) const RAISED: Self = Self {
        list_events: 600,
        get_calendar: 3_000,
        bots: 6_000,
    };
}

/// The deployed stack and the size of the benchmark.
#[derive(Debug)]
pub(crate) struct Testbed {
    pub(crate) stack: Stack,
    /// Key of Recall's API.
    pub(crate) api_key: String,
    smallest: bool,
}

impl Testbed {
    /// The stack that the environment names.
    pub(crate) fn from_environment(smallest: bool) -> Self {
        Self {
            stack: Stack::of_environment(),
            api_key: variable("CALLSHEET_RECALL_API_KEY"),
            smallest,
        }
    }

    /// The usual value of a size, or the one of `--smallest`.
    pub(crate) fn sized<T>(&self, usual: T, smallest: T) -> T {
        if self.smallest { smallest } else { usual }
    }

    /// Sets the rate limits of the simulator, and deploys the stack again with the same limits and
    /// with these parameters.
    pub(crate) async fn redeploy(
        &self,
        rates: Rates,
        parameters: &[(&str, &str)],
    ) -> BenchResult<()> {
        let limits = [
            ("ListEventsPerMinute", rates.list_events),
            ("GetCalendarPerMinute", rates.get_calendar),
            ("ScheduleBotPerMinute", rates.bots),
            ("UnscheduleBotPerMinute", rates.bots),
        ];
        let limits = limits.map(|(name, rate)| format!("{name}={rate}"));
        let parameters = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let output = Command::new(variable("CALLSHEET_PYTHON"))
            .args(["-B", "infra/local", "redeploy"])
            .arg(variable("CALLSHEET_STATE"))
            .args(limits.into_iter().chain(parameters))
            .output()
            .await?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the stack could not be deployed again: {reason}").into());
        }
        let result: Value = serde_json::from_slice(&output.stdout)?;
        let unknown = &result["unknown"];
        if unknown.as_array().is_none_or(|names| !names.is_empty()) {
            return Err(format!("template.yaml has no parameters {unknown}").into());
        }
        let limits = [
            (Operation::ListEvents, rates.list_events),
            (Operation::GetCalendar, rates.get_calendar),
            (Operation::ScheduleBot, rates.bots),
            (Operation::UnscheduleBot, rates.bots),
        ];
        let limits = Limits::from_iter(limits);
        Ok(self.stack.recall.set_limits(limits).await?)
    }

    /// Waits until the last call is more than a minute ago, so that it is in no rate limit's
    /// window, and clears the simulator's log of calls.
    pub(crate) async fn reset_calls(&self) -> BenchResult<()> {
        let window = self.sized(60, 1);
        let is_idle = async || {
            let calls = self.calls(None).await?;
            let last = calls.iter().map(|call| call.received_at).max();
            Ok(last.is_none_or(|last| self.stack.now().duration_since(last).as_secs() >= window))
        };
        wait::require("the stack is idle", Duration::from_mins(5), is_idle).await?;
        Ok(self.stack.recall.clear_calls().await?)
    }

    /// Calls of an operation, or of every operation, since the log was cleared.
    pub(crate) async fn calls(&self, operation: Option<Operation>) -> BenchResult<Vec<CallRecord>> {
        let filter = CallFilter {
            operation,
            ..CallFilter::default()
        };
        Ok(self.stack.recall.calls(&filter).await?)
    }

    /// Most calls of an operation that arrived in any sliding minute since the log was cleared.
    pub(crate) async fn peak(&self, operation: Operation) -> BenchResult<u64> {
        let stats = self.stack.recall.stats().await?;
        let counted = stats.operations.get(&operation);
        Ok(counted.map_or(0, |counted| counted.peak_received))
    }

    /// Requests since the log was cleared that violate the published specification.
    pub(crate) async fn violations(&self) -> BenchResult<u64> {
        Ok(self.stack.recall.stats().await?.violations)
    }

    /// Polls once a second until `condition` holds. Returns the time at which it was seen to hold,
    /// or `None` at the timeout.
    pub(crate) async fn time_when(
        &self,
        timeout: Duration,
        condition: impl AsyncFn() -> BenchResult<bool>,
    ) -> BenchResult<Option<Timestamp>> {
        let holds = wait::until(timeout, condition).await?;
        Ok(holds.then(|| self.stack.now()))
    }
}

/// Prints how far a benchmark is.
pub(crate) fn progress(message: impl AsRef<str>) {
    eprintln!("· {}", message.as_ref());
}
