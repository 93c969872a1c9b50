//! What became of a bot, as a map of the row.

use callsheet_domain::{BotId, BotStatus, Outcome, Timestamp};
use jiff::fmt::serde::timestamp::microsecond;
use serde::{Deserialize, Serialize};

use crate::stored_text;

/// An outcome.
#[derive(Serialize, Deserialize)]
pub(super) struct OutcomeRow {
    #[serde(with = "stored_text")]
    bot_id: BotId,
    /// For readers of the table; it follows from the statuses.
    #[serde(skip_deserializing)]
    phase: &'static str,
    /// For readers of the table; it follows from the statuses.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    newest: StatusRow,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<StatusRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<StatusRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permission: Option<StatusRow>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    joined_at: Option<Timestamp>,
    #[serde(
        with = "microsecond::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    recorded_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct StatusRow {
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub_code: Option<String>,
    #[serde(with = "microsecond::required")]
    at: Timestamp,
}

impl OutcomeRow {
    pub(super) fn of(outcome: &Outcome) -> Self {
        Self {
            bot_id: outcome.bot_id.clone(),
            phase: outcome.phase().as_str(),
            class: outcome.class().map(callsheet_domain::OutcomeClass::as_str),
            newest: StatusRow::of(&outcome.newest),
            step: outcome.step.as_ref().map(StatusRow::of),
            ended: outcome.ended.as_ref().map(StatusRow::of),
            permission: outcome.permission.as_ref().map(StatusRow::of),
            joined_at: outcome.joined_at,
            recorded_at: outcome.recorded_at,
        }
    }

    /// The outcome; none if its newest status has no code.
    pub(super) fn outcome(self) -> Option<Outcome> {
        Some(Outcome {
            bot_id: self.bot_id,
            newest: self.newest.status()?,
            step: self.step.and_then(StatusRow::status),
            ended: self.ended.and_then(StatusRow::status),
            permission: self.permission.and_then(StatusRow::status),
            joined_at: self.joined_at,
            recorded_at: self.recorded_at,
        })
    }
}

impl StatusRow {
    fn of(status: &BotStatus) -> Self {
        Self {
            code: status.code().to_owned(),
            sub_code: status.sub_code().map(str::to_owned),
            at: status.at(),
        }
    }

    fn status(self) -> Option<BotStatus> {
        BotStatus::new(&self.code, self.sub_code.as_deref(), self.at)
    }
}
