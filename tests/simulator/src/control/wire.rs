//! Bodies of the control API that its client writes and nobody else needs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Platform;
use crate::options::{Latency, Limits};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreateCalendar {
    pub(crate) platform: Platform,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) is_silent: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetEmail {
    pub(crate) email: String,
}

/// What is absent stays as it is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) limits: Option<Limits>,
    pub(crate) latency: Option<Latency>,
    pub(crate) bots_touch_events: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) id: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) id: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Release {
    pub(crate) last_first: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Patience {
    pub(crate) timeout_ms: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Quiet {
    pub(crate) quiet: bool,
    pub(crate) at: Timestamp,
}
