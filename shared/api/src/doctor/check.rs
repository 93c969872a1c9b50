//! One check of a diagnosis.

use schemars::JsonSchema;
use serde::Serialize;

/// One check of a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// The check.
    pub name: CheckName,
    /// Whether it passed.
    pub level: Level,
    /// What was found, in a sentence.
    pub finding: String,
    /// What to do; none if it passed.
    pub advice: Option<String>,
}

/// Result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It passed.
    Ok,
    /// It works, but something is missing or could not be seen.
    Warn,
    /// It does not work.
    Fail,
}

impl Level {
    /// The level as texts name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// The name of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// Credentials and region of AWS.
    Credentials,
    /// The stack is deployed and complete.
    Stack,
    /// The settings in use are those of the stack.
    Settings,
    /// The tables can be read.
    Tables,
    /// Recall accepts the API key, in this region.
    RecallKey,
    /// The clock of this machine agrees with those of AWS and Recall.
    Clock,
    /// Calendars are connected, here and at Recall.
    Calendars,
    /// The webhook address is that of the webhook function, which refuses unsigned webhooks.
    WebhookEndpoint,
    /// A signed webhook is accepted.
    WebhookSecret,
    /// Recall's webhooks arrive, so that its endpoint is enabled and signs with the right secret.
    WebhookDelivery,
    /// The types of events that Recall sends.
    EventTypes,
    /// Syncs, resyncs and scheduler runs finish.
    Sync,
    /// A policy is active.
    Policy,
    /// Recall's limits are not lower than the configured ones.
    RateLimits,
    /// Alarms notify a topic.
    Alarms,
    /// Nothing else needs a person.
    Health,
}

impl CheckName {
    /// The name as texts and programs have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Stack => "stack",
            Self::Settings => "settings",
            Self::Tables => "tables",
            Self::RecallKey => "recall-key",
            Self::Clock => "clock",
            Self::Calendars => "calendars",
            Self::WebhookEndpoint => "webhook-endpoint",
            Self::WebhookSecret => "webhook-secret",
            Self::WebhookDelivery => "webhook-delivery",
            Self::EventTypes => "event-types",
            Self::Sync => "sync",
            Self::Policy => "policy",
            Self::RateLimits => "rate-limits",
            Self::Alarms => "alarms",
            Self::Health => "health",
        }
    }
}

impl CheckName {
    pub(super) fn ok(self, finding: impl Into<String>) -> Check {
        Check {
            name: self,
            level: Level::Ok,
            finding: finding.into(),
            advice: None,
        }
    }

    pub(super) fn warn(self, finding: impl Into<String>, advice: impl Into<String>) -> Check {
        self.problem(Level::Warn, finding, advice)
    }

    pub(super) fn fail(self, finding: impl Into<String>, advice: impl Into<String>) -> Check {
        self.problem(Level::Fail, finding, advice)
    }

    fn problem(self, level: Level, finding: impl Into<String>, advice: impl Into<String>) -> Check {
        Check {
            name: self,
            level,
            finding: finding.into(),
            advice: Some(advice.into()),
        }
    }

    /// The check could not be made, for a reason that another check tells.
    pub(super) fn not_seen(self, what: &str, other: Self) -> Check {
        self.warn(
            format!("{what} could not be seen"),
            format!("Solve the problem of `{}` first", other.as_str()),
        )
    }
}
