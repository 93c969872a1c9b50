//! Bodies and queries of the control API that only the server and its client use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::workspace::Platform;
use crate::options::{Latency, Limits};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreateCalendar {
    pub(crate) platform: Platform,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) webhooks_disabled: bool,
    #[serde(default)]
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Why a calendar is disconnected: the code of the platform's error.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Disconnect {
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetEmail {
    pub(crate) email: String,
}

/// New settings. Absent ones are unchanged.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) limits: Option<Limits>,
    pub(crate) latency: Option<Latency>,
    pub(crate) bots_touch_events: Option<bool>,
    pub(crate) listed_days: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FaultAdded {
    pub(crate) id: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WebhookSent {
    pub(crate) id: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReleaseWebhooks {
    pub(crate) newest_first: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WaitQuery {
    pub(crate) timeout_ms: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WaitResult {
    pub(crate) is_idle: bool,
}
