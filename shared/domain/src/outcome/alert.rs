//! Alerts: what is wrong with a running meeting that a person can still put right.

use jiff::Timestamp;

use crate::id::BotId;

/// Why a running meeting is not recorded, or not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// The bot waits to be admitted, and has done so for too long.
    Waiting,
    /// The bot has not come into the call, long after its start.
    NotJoined,
    /// The bot is in the call and may not record.
    PermissionDenied,
    /// Somebody removed the bot.
    Removed,
    /// Another bot of ours is in the call beside the meeting's own.
    SecondBot,
}

impl AlertKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::NotJoined,
        Self::PermissionDenied,
        Self::Removed,
        Self::SecondBot,
    ];

    /// The name in stored rows, in events and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::NotJoined => "not_joined",
            Self::PermissionDenied => "permission_denied",
            Self::Removed => "removed",
            Self::SecondBot => "second_bot",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The state of affairs, as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Waiting => "The bot still waits to be admitted to the call.",
            Self::NotJoined => "The bot has not joined the call, though its start is past.",
            Self::PermissionDenied => "The bot is in the call, but may not record.",
            Self::Removed => "Somebody removed the bot from the call.",
            Self::SecondBot => "A second bot of ours is in the call.",
        }
    }

    /// What a person can do, as a sentence about the bot of this name in the meeting.
    #[must_use]
    pub fn advice(self, bot_name: Option<&str>) -> String {
        let bot = bot_name.map_or_else(
            || "the bot".to_owned(),
            |name| format!("the bot named \"{name}\""),
        );
        match self {
            Self::Waiting => format!("Admit {bot} in the lobby of the meeting."),
            Self::NotJoined => format!(
                "Open the meeting, check that its link is right and that others can join, and \
                 admit {bot} when it knocks."
            ),
            Self::PermissionDenied => {
                format!("As the host, allow {bot} to record in the settings of the meeting.")
            }
            Self::Removed => {
                "Nothing, if it was meant to go. Otherwise tell the people in the call that the \
                 meeting is to be recorded; the bot does not come back by itself."
                    .to_owned()
            }
            Self::SecondBot => format!(
                "Remove one of the two from the call, and keep {bot} of the present invitation."
            ),
        }
    }
}

/// An alert about the running meeting of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Why.
    pub kind: AlertKind,
    /// The bot that it is about.
    pub bot_id: BotId,
    /// When it was found, by our clock.
    pub at: Timestamp,
}

/// The alerts about the meeting of a row, oldest first: one of each kind at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alerts(Vec<Alert>);

impl Alerts {
    /// The stored alerts.
    #[must_use]
    pub fn kept(alerts: impl IntoIterator<Item = Alert>) -> Self {
        let mut kept = Self::default();
        for alert in alerts {
            kept.add(alert);
        }
        kept
    }

    /// The alerts, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Alert] {
        &self.0
    }

    /// Whether there is an alert of this kind.
    #[must_use]
    pub fn has(&self, kind: AlertKind) -> bool {
        self.0.iter().any(|alert| alert.kind == kind)
    }

    /// Adds an alert, unless there is one of its kind.
    pub(crate) fn add(&mut self, alert: Alert) {
        if !self.has(alert.kind) {
            self.0.push(alert);
        }
    }
}
