//! What the bots of upcoming meetings would amount to under a policy.

use callsheet_app::policy_preview as read;
use schemars::JsonSchema;
use serde::Serialize;

/// What the bots of upcoming meetings would amount to, before the caps on spending.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct SpendingForecast {
    /// Number of bots, each once, however many calendars its meeting is in.
    pub bots: u64,
    /// The minutes that their meetings take.
    pub minutes: u64,
    /// What they would cost by the policy's `price_per_hour`, with two decimals; none without a
    /// price.
    pub estimate: Option<String>,
    /// The days and months for which that is more than a cap allows.
    pub exceeded: Vec<ExceededCap>,
}

/// A day or a month for which a cap allows less than would be wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceededCap {
    /// The day, such as `2026-11-27`, or the month, such as `2026-11`, in UTC.
    pub period: String,
    /// The named policy whose cap it is; none if it is that of all calendars.
    pub policy: Option<String>,
    /// Number of bots that would be wanted.
    pub bots: u64,
    /// The minutes that their meetings take.
    pub minutes: u64,
}

impl SpendingForecast {
    pub(crate) fn of(read: &read::SpendingForecast) -> Self {
        let exceeded = read.exceeded.iter().map(|one| ExceededCap {
            period: one.account.period.to_string(),
            policy: one.account.policy.clone(),
            bots: one.wanted.bots,
            minutes: one.wanted.minutes,
        });
        Self {
            bots: read.bots,
            minutes: read.minutes,
            estimate: read.estimate.map(|estimate| format!("{estimate:.2}")),
            exceeded: exceeded.collect(),
        }
    }
}
