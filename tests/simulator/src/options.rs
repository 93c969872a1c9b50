//! Options of a simulator.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// Options at the start of a simulator. The control API can change the webhook target, the limits,
/// the latency, `bots_touch_events` and `listed_days` later.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 selects any free port.
    pub port: u16,
    /// API key that `Authorization: Token <key>` must carry.
    pub api_key: String,
    /// Receiver of webhooks. Without one, webhooks are recorded but not sent.
    pub webhook: Option<WebhookTarget>,
    /// Duration of a call.
    pub latency: Latency,
    /// Rate limits that differ from the published ones.
    pub limits: Limits,
    /// Factor for the delays between attempts to deliver a webhook.
    pub retry_scale: f64,
    /// Timeout of one attempt to deliver a webhook.
    pub webhook_timeout: Duration,
    /// How long changes of one calendar are batched into one `calendar.sync_events` webhook.
    pub coalesce: Duration,
    /// Whether scheduling or unscheduling a bot changes the event's `updated_at` and sends a
    /// webhook.
    pub bots_touch_events: bool,
    /// How many days ahead events are listed.
    pub listed_days: u32,
    /// How long before its start a bot is dispatched, after which it cannot be unscheduled.
    pub dispatch_lead: Duration,
    /// Status of the refusal to unschedule a dispatched bot.
    pub dispatched_status: DispatchedStatus,
    /// Seconds that a second of a bot's life takes, if all bots live, with lives of random kinds.
    pub lives_pace: Option<f64>,
    /// Items per page of a list.
    pub page_size: usize,
    /// Seed of the random identifiers, latencies and faults.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: String::from("simulated-key"),
            webhook: None,
            latency: Latency::default(),
            limits: Limits::default(),
            retry_scale: 1.0,
            webhook_timeout: Duration::from_secs(15),
            coalesce: Duration::from_millis(200),
            bots_touch_events: false,
            listed_days: 28,
            dispatch_lead: Duration::ZERO,
            dispatched_status: DispatchedStatus::default(),
            lives_pace: None,
            page_size: 100,
            seed: 1,
        }
    }
}

/// Status with which the service refuses to unschedule a dispatched bot. Both were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DispatchedStatus {
    /// 405.
    #[default]
    MethodNotAllowed,
    /// 400, as other refusals.
    BadRequest,
}

impl FromStr for DispatchedStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "405" => Ok(Self::MethodNotAllowed),
            "400" => Ok(Self::BadRequest),
            _ => Err(format!("{text:?} is neither 405 nor 400")),
        }
    }
}

/// Receiver of webhooks and how they are signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTarget {
    /// URL, unencrypted `http`.
    pub url: String,
    /// Secrets, each base64 after `whsec_`. Each adds one signature; without any, webhooks are
    /// unsigned.
    pub secrets: Vec<String>,
    /// Names of the headers for id, timestamp and signatures.
    #[serde(default)]
    pub headers: SignatureHeaders,
}

/// Header names of a webhook's id, timestamp and signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureHeaders {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    #[default]
    Standard,
    /// `svix-id`, `svix-timestamp`, `svix-signature`, as in older workspaces.
    Svix,
}

impl FromStr for SignatureHeaders {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "standard" => Ok(Self::Standard),
            "svix" => Ok(Self::Svix),
            _ => Err(format!("{text:?} is neither `standard` nor `svix`")),
        }
    }
}

/// Range of a call's duration, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// Minimum.
    pub min_ms: u64,
    /// Maximum.
    pub max_ms: u64,
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| {
            part.trim()
                .parse::<u64>()
                .map_err(|_| format!("{part:?} is not a number of milliseconds"))
        };
        let (min, max) = text.split_once('-').unwrap_or((text, text));
        let (min_ms, max_ms) = (number(min)?, number(max)?);
        if min_ms > max_ms {
            return Err(format!(
                "the minimum {min_ms} is greater than the maximum {max_ms}"
            ));
        }
        Ok(Self { min_ms, max_ms })
    }
}

/// Rate limits of some operations, in calls per sliding minute, in place of the published ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<Operation, u32>);

impl Limits {
    /// Rate limit of an operation.
    pub(crate) fn of(&self, operation: Operation) -> u32 {
        let published = operation.published_limit();
        self.0.get(&operation).copied().unwrap_or(published)
    }
}

impl FromIterator<(Operation, u32)> for Limits {
    fn from_iter<I: IntoIterator<Item = (Operation, u32)>>(limits: I) -> Self {
        Self(limits.into_iter().collect())
    }
}

impl FromStr for Limits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, limit) = part
                    .split_once('=')
                    .ok_or_else(|| format!("{part:?} does not have the form `operation=limit`"))?;
                let limit = limit
                    .parse()
                    .map_err(|_| format!("{limit:?} is not a number of calls"))?;
                Ok((name.parse()?, limit))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("5-20", Some((5, 20)); "a range")]
    #[test_case("7", Some((7, 7)); "one number")]
    #[test_case("20-5", None; "minimum greater than maximum")]
    #[test_case("soon", None; "not a number")]
    fn parses_a_latency(text: &str, expected: Option<(u64, u64)>) {
        let latency = text.parse::<Latency>().ok();
        assert_eq!(latency.map(|l| (l.min_ms, l.max_ms)), expected);
    }

    #[test]
    fn parses_limits_by_operation_name() {
        let limits: Limits = "list_events=2, schedule_bot=9".parse().unwrap();
        assert_eq!(limits.of(Operation::ListEvents), 2);
        assert_eq!(limits.of(Operation::ScheduleBot), 9);
        assert_eq!(limits.of(Operation::UnscheduleBot), 600);
        assert!("nothing=1".parse::<Limits>().is_err());
    }
}
