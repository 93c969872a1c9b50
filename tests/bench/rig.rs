//! The stack that is measured, and the screws that a benchmark turns on it.

use std::error::Error;
use std::time::Duration;

use callsheet_tests::{Stack, variable};
use recall_simulator::{CallFilter, CallRecord, Latency, Limits, Operation};
use serde_json::Value;
use tokio::process::Command;

/// What a benchmark may fail with: it only ever ends it.
pub(crate) type Done<T> = Result<T, Box<dyn Error>>;

/// How long a call to Recall takes, unless a benchmark says otherwise.
pub(crate) const USUAL: Latency = Latency {
    min_ms: 150,
    max_ms: 450,
};

/// Calls a minute, at Recall and in what the stack is told alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) list_events: u32,
    pub(crate) get_calendar: u32,
    pub(crate) bots: u32,
}

impl Rates {
    /// Recall's own.
    pub(crate) const PUBLISHED: Self = Self {
        list_events: 60,
        get_calendar: 300,
        bots: 600,
    };

    /// To get ready by: ten times as fast.
    pub(crate) const RAISED: Self = Self {
        list_events: 600,
        get_calendar: 3_000,
        bots: 6_000,
    };
}

/// The deployed stack, and who can deploy it anew.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) stack: Stack,
    /// The key of Recall's API.
    pub(crate) api_key: String,
    /// Whether a benchmark runs at its smallest size.
    smallest: bool,
}

impl Rig {
    /// The one that the environment names.
    pub(crate) fn of_environment(smallest: bool) -> Self {
        Self {
            stack: Stack::of_environment(),
            api_key: variable("CALLSHEET_RECALL_API_KEY"),
            smallest,
        }
    }

    /// The usual size of something, or its smallest.
    pub(crate) fn sized<T>(&self, usual: T, smallest: T) -> T {
        if self.smallest { smallest } else { usual }
    }

    /// Has Recall keep to `rates` and deploys the stack again with them, and
    /// with `besides`; the parameters that the template does not know are returned.
    pub(crate) async fn tune(&self, rates: Rates, besides: &[(&str, &str)]) -> Done<Vec<String>> {
        let parameters = [
            ("ListEventsPerMinute", rates.list_events),
            ("GetCalendarPerMinute", rates.get_calendar),
            ("ScheduleBotPerMinute", rates.bots),
            ("UnscheduleBotPerMinute", rates.bots),
        ];
        let rates_told = parameters.map(|(name, rate)| format!("{name}={rate}"));
        let told = besides
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let retuned = Command::new(variable("CALLSHEET_PYTHON"))
            .args(["-B", "infra/local", "redeploy"])
            .arg(variable("CALLSHEET_STATE"))
            .args(rates_told.into_iter().chain(told))
            .output()
            .await?;
        if !retuned.status.success() {
            let reason = String::from_utf8_lossy(&retuned.stderr);
            return Err(format!("the stack could not be tuned: {reason}").into());
        }
        let limits = [
            (Operation::ListEvents, rates.list_events),
            (Operation::GetCalendar, rates.get_calendar),
            (Operation::ScheduleBot, rates.bots),
            (Operation::UnscheduleBot, rates.bots),
        ];
        self.stack
            .recall
            .set_limits(Limits::from_iter(limits))
            .await?;
        let said: Value = serde_json::from_slice(&retuned.stdout)?;
        let unknown = said["unknown"].as_array().cloned().unwrap_or_default();
        let text = |name: Value| name.as_str().map(str::to_owned);
        Ok(unknown.into_iter().filter_map(text).collect())
    }

    /// Waits until no call of the last minute is in anybody's window, and has
    /// the simulator forget what was counted.
    pub(crate) async fn start_afresh(&self) -> Done<()> {
        let window = self.sized(60, 1);
        let calm = async || {
            let calls = self.calls(None).await.unwrap_or_default();
            let last = calls.iter().map(|call| call.received_at).max();
            last.is_none_or(|last| self.stack.now().duration_since(last).as_secs() >= window)
        };
        if !self.until(Duration::from_mins(5), calm).await {
            return Err("calls go on though nothing happens".into());
        }
        Ok(self.stack.recall.clear_calls().await?)
    }

    /// The calls of an operation, or all.
    pub(crate) async fn calls(&self, operation: Option<Operation>) -> Done<Vec<CallRecord>> {
        let filter = CallFilter {
            operation,
            ..CallFilter::default()
        };
        Ok(self.stack.recall.calls(&filter).await?)
    }

    /// Waits until `condition` holds, asking once a second so as not to be the
    /// load that is measured; false if `patience` runs out first.
    pub(crate) async fn until(
        &self,
        patience: Duration,
        condition: impl AsyncFn() -> bool,
    ) -> bool {
        let wait = async {
            while !condition().await {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::time::timeout(patience, wait).await.is_ok()
    }
}

/// Says how far a benchmark is, to whoever waits for it.
pub(crate) fn progress(what: impl AsRef<str>) {
    eprintln!("· {}", what.as_ref());
}
