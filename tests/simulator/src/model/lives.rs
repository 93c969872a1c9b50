//! Lives of bots, as the control API sets and shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::faults::WebhookFaults;
use crate::ids::EventId;

/// Kind of a bot's life: how it ends, and how it gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeKind {
    /// It records until the call ends.
    Recorded,
    /// It waits to be admitted for some minutes, then records until the call ends.
    RecordedAfterLobby,
    /// It records, and is removed then.
    RemovedAfterRecording,
    /// Nobody else joins.
    NobodyCame,
    /// Nobody admits it.
    NeverAdmitted,
    /// It is removed before it records.
    Removed,
    /// It is not allowed to record.
    PermissionDenied,
    /// The link is wrong, or the room is full.
    LinkOrRoom,
    /// The meeting asks for a sign-in.
    SignIn,
    /// The credentials do not suffice.
    Credentials,
    /// The platform or the bot fails.
    PlatformFault,
    /// The platform blocks it.
    Blocked,
    /// It ends for a reason that is in no documentation.
    Unknown,
}

impl LifeKind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Recorded,
        Self::RecordedAfterLobby,
        Self::RemovedAfterRecording,
        Self::NobodyCame,
        Self::NeverAdmitted,
        Self::Removed,
        Self::PermissionDenied,
        Self::LinkOrRoom,
        Self::SignIn,
        Self::Credentials,
        Self::PlatformFault,
        Self::Blocked,
        Self::Unknown,
    ];
}

/// Status of a bot, as `status_changes` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// Code.
    pub code: String,
    /// Sub code, if there is one.
    pub sub_code: Option<String>,
    /// Time of the status.
    pub created_at: Timestamp,
}

/// How the statuses of a life are reported by webhook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LifeReports {
    /// Faults of the webhooks about the bot, in place of those of all webhooks.
    pub faults: WebhookFaults,
    /// Webhooks have the older form `bot.status_change`, without metadata.
    pub is_older_form: bool,
}

/// The lives of the bots of some events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LifePlan {
    /// The events; none for all.
    #[serde(default)]
    pub events: Vec<EventId>,
    /// The kinds, which bots have in turn; none for a random one each.
    #[serde(default)]
    pub kinds: Vec<LifeKind>,
    /// Seconds that a second of a life takes.
    pub pace: f64,
    /// How the statuses are reported.
    #[serde(default)]
    pub reports: LifeReports,
}

impl LifePlan {
    /// Lives of all bots, of random kinds and at their own pace.
    #[must_use]
    pub fn random() -> Self {
        Self {
            events: Vec::new(),
            kinds: Vec::new(),
            pace: 1.0,
            reports: LifeReports::default(),
        }
    }

    /// The kind of the bot that is the next one after `begun` others; none for a random one.
    pub(crate) fn kind(&self, begun: usize) -> Option<LifeKind> {
        let turn = begun.checked_rem(self.kinds.len())?;
        self.kinds.get(turn).copied()
    }

    /// Lives of one kind for the bots of an event, at this pace.
    #[must_use]
    pub fn of_event(event: EventId, kind: LifeKind, pace: f64) -> Self {
        Self {
            events: vec![event],
            kinds: vec![kind],
            pace,
            ..Self::random()
        }
    }
}
