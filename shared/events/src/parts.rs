//! The parts that events are made of: a meeting, a verdict, a bot and what became of it, a calendar.

use callsheet_domain::{
    BusBot, BusMeeting, BusVerdict, Calendar, CalendarStatus, CallRecord, Outcome, RecordedResult,
    Timestamp,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::texts::Texts;

/// A meeting, as an event of one calendar. Its copies in other calendars have events of their own.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Meeting {
    /// Recall's id of the event.
    event_id: String,
    /// Id that the copies of the meeting share.
    ical_uid: String,
    /// Recall's id of the calendar.
    calendar_id: String,
    /// The platform's id of the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    series_id: Option<String>,
    /// When it starts.
    starts_at: Timestamp,
    /// When it ends.
    ends_at: Timestamp,
    /// The title. Only if the stack publishes texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The meeting link, which may hold a passcode. Only if the stack publishes texts, and if
    /// there is or was a bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// A verdict.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Decision {
    verdict: Verdict,
    /// Name of the rule that decided.
    rule: String,
    /// When the meeting started, by the event that was decided on.
    starts_at: Timestamp,
    /// When it ended, by the same.
    ends_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Record,
    Skip,
}

/// A bot at Recall.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Bot {
    /// Its id. Absent if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_id: Option<String>,
    /// When it joins.
    joins_at: Timestamp,
}

/// The last call about a bot.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LastCall {
    /// When it was answered.
    at: Timestamp,
    /// The call: `schedule-bot`, `unschedule-bot`, `get-event` or `leave-call`.
    call: String,
    result: CallResult,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallResult {
    Done,
    Again,
    Refused,
    Blocked,
    Dispatched,
}

/// What became of a bot so far.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BotOutcome {
    /// The bot.
    bot_id: String,
    /// Where it is in its life: `scheduled`, `joining`, `waiting_room`, `in_call`, `recording`,
    /// `done` or `not_recorded`.
    phase: String,
    /// Since when, by Recall's clock.
    since: Timestamp,
    /// Whether the bot has shut down.
    is_final: bool,
    /// Class of the reason why it left or does not record. Absent while nothing is in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// Recall's own code of that reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_code: Option<String>,
    /// When it was first in the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    joined_at: Option<Timestamp>,
    /// When it first recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at: Option<Timestamp>,
}

/// What is wrong with a running meeting.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Alert {
    /// Its kind: `waiting`, `not_joined`, `permission_denied`, `removed` or `second_bot`. A
    /// meeting has one alert of each kind at most.
    kind: String,
    /// The bot.
    bot_id: String,
    /// When it was found.
    found_at: Timestamp,
    /// The state of affairs.
    sentence: String,
    /// What a person can do.
    advice: String,
}

/// A calendar.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CalendarState {
    /// Recall's id of the calendar.
    calendar_id: String,
    /// Its platform, as Recall names it.
    platform: String,
    /// Its status at Recall, which is the reason: `disconnected` if access was lost or revoked,
    /// `deleted` if it does not exist any more.
    status: String,
    /// Its status before.
    status_before: String,
}

impl Meeting {
    pub(crate) fn of(meeting: &BusMeeting, texts: Texts) -> Self {
        Self {
            event_id: meeting.key.event_id.to_string(),
            ical_uid: meeting.key.ical_uid.to_string(),
            calendar_id: meeting.calendar_id.to_string(),
            series_id: meeting.series.as_ref().map(ToString::to_string),
            starts_at: meeting.starts_at,
            ends_at: meeting.ends_at,
            title: texts.kept(meeting.title.as_ref()),
            link: texts.kept(meeting.meeting_url.as_ref()),
        }
    }
}

impl From<&BusVerdict> for Decision {
    fn from(verdict: &BusVerdict) -> Self {
        Self {
            verdict: if verdict.is_record {
                Verdict::Record
            } else {
                Verdict::Skip
            },
            rule: verdict.rule.to_string(),
            starts_at: verdict.starts_at,
            ends_at: verdict.ends_at,
        }
    }
}

impl From<&BusBot> for Bot {
    fn from(bot: &BusBot) -> Self {
        Self {
            bot_id: bot.bot_id.as_ref().map(ToString::to_string),
            joins_at: bot.joins_at,
        }
    }
}

impl From<&CallRecord> for LastCall {
    fn from(call: &CallRecord) -> Self {
        Self {
            at: call.at,
            call: call.operation.as_str().to_owned(),
            result: match call.outcome {
                RecordedResult::Done => CallResult::Done,
                RecordedResult::Again(_) => CallResult::Again,
                RecordedResult::Refused(_) => CallResult::Refused,
                RecordedResult::Blocked(_) => CallResult::Blocked,
                RecordedResult::Dispatched => CallResult::Dispatched,
            },
        }
    }
}

impl From<&Outcome> for BotOutcome {
    fn from(outcome: &Outcome) -> Self {
        Self {
            bot_id: outcome.bot_id.to_string(),
            phase: outcome.phase().as_str().to_owned(),
            since: outcome.since(),
            is_final: outcome.is_final(),
            class: outcome.class().map(|class| class.as_str().to_owned()),
            sub_code: outcome.sub_code().map(str::to_owned),
            joined_at: outcome.joined_at,
            recorded_at: outcome.recorded_at,
        }
    }
}

impl From<&callsheet_domain::Alert> for Alert {
    fn from(alert: &callsheet_domain::Alert) -> Self {
        Self {
            kind: alert.kind.as_str().to_owned(),
            bot_id: alert.bot_id.to_string(),
            found_at: alert.at,
            sentence: alert.kind.sentence().to_owned(),
            // The name of the bot may have been made from the meeting's title.
            advice: alert.kind.advice(None),
        }
    }
}

impl CalendarState {
    pub(crate) fn of(calendar: &Calendar, before: CalendarStatus) -> Self {
        Self {
            calendar_id: calendar.id.to_string(),
            platform: calendar.platform.as_str().to_owned(),
            status: calendar.status.to_string(),
            status_before: before.to_string(),
        }
    }
}
