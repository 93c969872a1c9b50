//! Dead letters, and what became of each.

use callsheet_app::ports::DeadLetter;
use callsheet_app::redrive::{HandledLetters, LetterOutcome};
use callsheet_domain::{SyncJob, SyncReason, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// The dead letters, and the outcome of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Redriven {
    /// When this was read.
    pub now: Timestamp,
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// Those that were sent first come first.
    pub messages: Vec<RedrivenMessage>,
    /// Whether these are all messages in the queue.
    pub is_all: bool,
    /// Approximate number of further messages, if these are not all and the number is known.
    pub more: Option<u64>,
}

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RedrivenMessage {
    /// SQS's id of the message.
    pub message_id: String,
    /// Kind of job; none if this version cannot read the message.
    pub kind: Option<&'static str>,
    /// Recall's id of the calendar, if the message names one.
    pub calendar: Option<String>,
    /// When it was first sent.
    pub sent_at: Option<Timestamp>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was sent to the sync queue.
    SentBack,
    /// It would be sent to the sync queue without `--dry-run`.
    WouldBeSentBack,
    /// It stays in the dead-letter queue.
    Stays,
    /// It was deleted.
    Deleted,
}

impl Redriven {
    /// Represents the dead letters that were handled at `now`.
    #[must_use]
    pub fn of(handled: &HandledLetters, is_dry_run: bool, now: Timestamp) -> Self {
        let letters = handled.letters.iter();
        let messages = letters.map(|(letter, outcome)| RedrivenMessage::of(letter, *outcome));
        Self {
            now,
            is_dry_run,
            messages: messages.collect(),
            is_all: handled.is_all,
            more: handled.more,
        }
    }
}

impl Outcome {
    fn of(outcome: LetterOutcome) -> Self {
        match outcome {
            LetterOutcome::SentBack => Self::SentBack,
            LetterOutcome::WouldBeSentBack => Self::WouldBeSentBack,
            LetterOutcome::Stays => Self::Stays,
            LetterOutcome::Deleted => Self::Deleted,
        }
    }
}

impl RedrivenMessage {
    fn of(letter: &DeadLetter, outcome: LetterOutcome) -> Self {
        let (kind, calendar) = match &letter.job {
            None => (None, None),
            Some(SyncJob::Resync) => (Some("resync"), None),
            Some(SyncJob::ResyncNow { .. }) => (Some("resync_now"), None),
            Some(SyncJob::Event(request)) => {
                let calendar = Some(request.calendar_id.to_string());
                (Some("event_overridden"), calendar)
            }
            Some(SyncJob::BotStatus(_)) => (Some("bot_status"), None),
            Some(SyncJob::KeepCoverage) => (Some("keep_coverage"), None),
            Some(SyncJob::Request(request)) => {
                let kind = match request.reason {
                    SyncReason::EventsChanged { .. } => "events_changed",
                    SyncReason::CalendarChanged => "calendar_changed",
                    SyncReason::FullSync => "full_sync",
                };
                (Some(kind), Some(request.calendar_id.to_string()))
            }
        };
        Self {
            message_id: letter.message_id.clone(),
            kind,
            calendar,
            sent_at: letter.sent_at,
            outcome: Outcome::of(outcome),
        }
    }
}
