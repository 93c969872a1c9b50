//! Faults to inject: which calls or webhooks they affect, how, and how often.

use serde::{Deserialize, Serialize};

use crate::ids::{CalendarId, EventId};
use crate::operation::Operation;

/// Fault: which calls it affects, and its effect on them. All criteria must match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Operation of the calls. Default: every operation.
    pub operation: Option<Operation>,
    /// Event that the calls concern. Default: every event.
    pub event: Option<EventId>,
    /// Calendar that the calls concern, directly or through an event. Default: every calendar.
    pub calendar: Option<CalendarId>,
    /// Number of calls, after which the fault is cleared. Default: no limit.
    pub times: Option<u32>,
    /// Probability for each matching call, from 0 to 1.
    pub probability: f64,
    /// Effect.
    pub effect: FaultEffect,
}

impl Fault {
    /// Creates a fault that affects every call until it is cleared.
    #[must_use]
    pub fn new(effect: FaultEffect) -> Self {
        Self {
            operation: None,
            event: None,
            calendar: None,
            times: None,
            probability: 1.0,
            effect,
        }
    }

    /// Whether the fault is active for a call with these properties.
    pub(crate) fn matches(
        &self,
        operation: Operation,
        event: Option<EventId>,
        calendar: Option<CalendarId>,
    ) -> bool {
        self.operation.is_none_or(|only| only == operation)
            && self.event.is_none_or(|only| Some(only) == event)
            && self.calendar.is_none_or(|only| Some(only) == calendar)
            && self.times != Some(0)
    }

    /// Restricts the fault to calls of `operation`.
    #[must_use]
    pub fn operation(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Restricts the fault to calls that concern `event`.
    #[must_use]
    pub fn event(mut self, event: EventId) -> Self {
        self.event = Some(event);
        self
    }

    /// Restricts the fault to calls that concern `calendar`, directly or through an event.
    #[must_use]
    pub fn calendar(mut self, calendar: CalendarId) -> Self {
        self.calendar = Some(calendar);
        self
    }

    /// Restricts the fault to the next `times` matching calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Sets the probability for each matching call, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }
}

/// Effect of a fault on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultEffect {
    /// The call gets an error response.
    Status {
        /// Status, such as 409, 429, 502 or 507.
        status: u16,
        /// Value of the `Retry-After` header, in seconds.
        retry_after: Option<u64>,
        /// Whether the call takes effect nevertheless, as if a gateway had lost the response.
        after_effect: bool,
    },
    /// The call takes longer. Other faults can affect it as well.
    Slow {
        /// Delay in milliseconds.
        ms: u64,
        /// Whether the call takes effect before the delay rather than after it.
        after_effect: bool,
    },
    /// The call does not take effect and gets a response with this status and body.
    Body {
        /// Status, such as 400.
        status: u16,
        /// Body, of JSON or not.
        body: String,
    },
    /// The connection is cut and the call does not take effect.
    CutBefore,
    /// The connection is cut after the call has taken effect.
    CutAfter,
    /// The call takes effect and gets a response with status 200 and a page of HTML.
    NotJson,
    /// Texts in the body of the response are replaced, for example by text that is not valid
    /// Unicode or by values that a parser rejects. Other faults can affect the call as well.
    Rewrite {
        /// Pairs of a text and its replacement.
        texts: Vec<(String, String)>,
    },
}

impl FaultEffect {
    /// Error response with `status`; the call does not take effect.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
            after_effect: false,
        }
    }

    /// Response with `status` and `body`; the call does not take effect.
    #[must_use]
    pub fn body(status: u16, body: impl Into<String>) -> Self {
        Self::Body {
            status,
            body: body.into(),
        }
    }

    /// Error response with `status` and `Retry-After: <seconds>`; the call does not take effect.
    #[must_use]
    pub const fn retry_after(status: u16, seconds: u64) -> Self {
        Self::Status {
            status,
            retry_after: Some(seconds),
            after_effect: false,
        }
    }
}

/// Active fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultView {
    /// Identifier, by which the fault can be cleared.
    pub id: u64,
    /// Number of calls affected so far.
    pub calls_affected: u64,
    /// Fault; its `times` is the number of calls left.
    pub fault: Fault,
}

/// Faults of webhook deliveries. `drop`, `duplicate` and `delay` are probabilities from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookFaults {
    /// Probability that a webhook is never sent.
    pub drop: f64,
    /// Probability that a webhook is delivered twice, with the same id.
    pub duplicate: f64,
    /// Probability that a delivery is delayed, and therefore out of order.
    pub delay: f64,
    /// Maximum delay in milliseconds.
    pub delay_ms: u64,
}
