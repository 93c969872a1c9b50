//! What a simulator is started with.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// How a simulator behaves from the start. The control API can change most of it later.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The key that `Authorization: Token <key>` must carry.
    pub api_key: String,
    /// Where webhooks go. Without one they are noted and not sent.
    pub webhook: Option<WebhookTarget>,
    /// How long a call takes.
    pub latency: Latency,
    /// Calls a sliding minute, where they differ from the published limits.
    pub limits: Limits,
    /// What the delays between tries of a webhook are multiplied with.
    pub retry_scale: f64,
    /// How long one try of a webhook may take.
    pub webhook_timeout: Duration,
    /// How long changes of one calendar are gathered into one `calendar.sync_events`.
    pub coalesce: Duration,
    /// Whether scheduling or unscheduling changes the event's `updated_at`, and so is announced.
    pub bots_touch_events: bool,
    /// How long before its start a bot is on its way, and so can no longer be unscheduled.
    pub dispatch_lead: Duration,
    /// Items on a page.
    pub page_size: usize,
    /// What chance is drawn from: identifiers, latencies, faults.
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
            dispatch_lead: Duration::ZERO,
            page_size: 100,
            seed: 1,
        }
    }
}

/// Where webhooks go and how they are signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTarget {
    /// The address, plain http.
    pub url: String,
    /// Secrets, each base64 after `whsec_`. Each gives one signature; none sends unsigned.
    pub secrets: Vec<String>,
    /// Under which names the id, the time and the signatures are sent.
    #[serde(default)]
    pub headers: SignatureHeaders,
}

/// The two families of header names in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureHeaders {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    #[default]
    Standard,
    /// `svix-id`, `svix-timestamp`, `svix-signature`, as older workspaces have it.
    Svix,
}

impl FromStr for SignatureHeaders {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "standard" => Ok(Self::Standard),
            "svix" => Ok(Self::Svix),
            _ => Err(String::from("`standard` or `svix`")),
        }
    }
}

/// The shortest and the longest time a call takes, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// At least.
    pub min_ms: u64,
    /// At most.
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
            return Err(format!("{min_ms} is more than {max_ms}"));
        }
        Ok(Self { min_ms, max_ms })
    }
}

/// Calls a sliding minute for some operations, in place of the published limits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<Operation, u32>);

impl Limits {
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
                    .ok_or_else(|| format!("{part:?} is not operation=limit"))?;
                let limit = limit
                    .parse()
                    .map_err(|_| format!("{limit:?} is no limit"))?;
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
    #[test_case("20-5", None; "the wrong way round")]
    #[test_case("soon", None; "no number")]
    fn reads_a_latency(text: &str, expected: Option<(u64, u64)>) {
        let latency = text.parse::<Latency>().ok();
        assert_eq!(latency.map(|l| (l.min_ms, l.max_ms)), expected);
    }

    #[test]
    fn limits_name_their_operation() {
        let limits: Limits = "list_events=2, schedule_bot=9".parse().unwrap();
        assert_eq!(limits.of(Operation::ListEvents), 2);
        assert_eq!(limits.of(Operation::ScheduleBot), 9);
        assert_eq!(limits.of(Operation::UnscheduleBot), 600);
        assert!("nothing=1".parse::<Limits>().is_err());
    }
}
