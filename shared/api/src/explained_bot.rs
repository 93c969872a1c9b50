//! The state of a meeting's bot: wanted, applied, the calls, and the copies that keep it.

use callsheet_app::explain::{Explained, KeptBy};
use callsheet_domain::{
    Alert, AlertKind, Applied, BotConfig, CallRecord, Decision, DeduplicationKey, Outcome,
    OutcomeClass, RecordedResult, Step, Timestamp, Wanted, WantedBot,
};
use schemars::JsonSchema;
use serde::Serialize;

/// The wanted bot, the applied bot, and the calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BotState {
    /// The bot that should be at Recall; none if the meeting is not recorded.
    pub wanted: Option<WantedSummary>,
    /// The bot that is known to be at Recall.
    pub applied: AppliedState,
    /// How many bots of the meeting have ended before, so that this one is sent in their place.
    pub retry: u32,
    /// The scheduler's next step.
    #[schemars(extend("enum" = ["nothing", "schedule", "unschedule", "find", "leave"]))]
    pub step: &'static str,
    /// Number of calls for what is wanted now.
    pub attempts: u32,
    /// No call is made before this instant.
    pub not_before: Option<Timestamp>,
    /// Why the last call failed.
    pub last_error: Option<String>,
    /// What became of the bot, by the statuses that Recall reported; none if there are none.
    pub outcome: Option<OutcomeSummary>,
    /// What became of the event's other bots, such as the one of before a move.
    pub earlier: Vec<OutcomeSummary>,
    /// What is wrong with the meeting while it runs, and what a person can do, oldest first.
    pub alerts: Vec<AlertSummary>,
    /// Whether the start of the bot at Recall is past and no status of it was reported.
    pub is_unfollowed: bool,
    /// Why the decision is abandoned, if it is.
    pub abandoned: Option<String>,
    /// The last calls, oldest first.
    pub calls: Vec<CallSummary>,
    /// Other copies of the meeting that keep a bot in it.
    pub kept_by: Vec<Keeper>,
}

/// What became of a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutcomeSummary {
    /// Recall's id of the bot.
    pub bot_id: String,
    /// Where the bot is in its life.
    #[schemars(extend("enum" = ["scheduled", "joining", "waiting_room", "in_call", "recording", "done", "not_recorded"]))]
    pub phase: &'static str,
    /// Since when, by Recall's clock.
    pub since: Timestamp,
    /// Class of the reason why it left, or does not record.
    #[schemars(extend("enum" = ["normal_end", "nobody_came", "never_admitted", "removed", "permission_denied", "link_or_room", "sign_in", "credentials", "platform_fault", "blocked", "unknown", null]))]
    pub class: Option<&'static str>,
    /// The class in words.
    pub because: Option<&'static str>,
    /// Recall's own code of that reason.
    pub sub_code: Option<String>,
    /// Recall's code of the newest status.
    pub code: String,
    /// When the bot was first in the call.
    pub joined_at: Option<Timestamp>,
    /// When it first recorded.
    pub recorded_at: Option<Timestamp>,
}

impl OutcomeSummary {
    fn of(outcome: &Outcome) -> Self {
        let class = outcome.class();
        Self {
            bot_id: outcome.bot_id.to_string(),
            phase: outcome.phase().as_str(),
            since: outcome.since(),
            class: class.map(OutcomeClass::as_str),
            because: class.map(OutcomeClass::because),
            sub_code: outcome.sub_code().map(str::to_owned),
            code: outcome.newest.code().to_owned(),
            joined_at: outcome.joined_at,
            recorded_at: outcome.recorded_at,
        }
    }
}

/// Why a running meeting is not recorded as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AlertSummary {
    /// Its kind.
    #[schemars(extend("enum" = ["waiting", "not_joined", "permission_denied", "removed", "second_bot"]))]
    pub kind: &'static str,
    /// The state of affairs.
    pub sentence: &'static str,
    /// What a person can do.
    pub advice: String,
    /// Recall's id of the bot that it is about.
    pub bot_id: String,
    /// When it was found.
    pub at: Timestamp,
}

impl AlertSummary {
    /// The alerts about the meeting of `decision` that can be acted on at `now`.
    pub(crate) fn all_of(decision: &Decision, now: Timestamp) -> Vec<Self> {
        let alerts = decision.alerts_at(now);
        let alerts = alerts.iter();
        alerts.map(|alert| Self::of(decision, alert)).collect()
    }

    /// An alert about the meeting of `decision`.
    pub(crate) fn of(decision: &Decision, alert: &Alert) -> Self {
        let name = match &decision.wanted {
            Wanted::Bot(bot) => bot_name(&bot.config),
            Wanted::Nothing => None,
        };
        Self {
            kind: alert.kind.as_str(),
            sentence: alert.kind.sentence(),
            advice: alert.kind.advice(name.as_deref()),
            bot_id: alert.bot_id.to_string(),
            at: alert.at,
        }
    }

    /// The same without the bot's name, which may hold the meeting's title.
    pub(crate) fn unnamed(self) -> Self {
        let advice = AlertKind::named(self.kind).map(|kind| kind.advice(None));
        Self {
            advice: advice.unwrap_or_default(),
            ..self
        }
    }
}

/// A copy of the meeting, in another calendar, that keeps a bot in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Keeper {
    /// Recall's id of the calendar; none for a reader to whom other calendars are not shown.
    pub calendar: Option<String>,
    /// The owner's address.
    pub owner: Option<String>,
    /// Recall's id of the event; none for a reader to whom other calendars are not shown.
    pub event_id: Option<String>,
    /// State of the bot.
    pub state: KeptState,
    /// Recall's id of the bot.
    pub bot_id: Option<String>,
    /// When it joins.
    pub joins_at: Timestamp,
    /// Whether it is the bot that this event wants too.
    pub is_shared: bool,
}

/// State of a bot that another copy keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptState {
    /// The bot is scheduled at Recall.
    AtRecall,
    /// The bot is on its way to the call or in it.
    Dispatched,
    /// The bot is about to be scheduled.
    ToBeScheduled,
}

/// A call to Recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallSummary {
    /// When the response arrived.
    pub at: Timestamp,
    /// The operation of Recall's API.
    pub call: &'static str,
    /// Why it was made.
    pub cause: &'static str,
    /// What became of it.
    #[schemars(extend("enum" = ["done", "again", "refused", "blocked", "dispatched"]))]
    pub outcome: &'static str,
    /// Why it failed, if it did.
    pub reason: Option<String>,
    /// Whether it was made less than ten minutes before the start.
    pub is_late: bool,
}

/// The wanted bot, without its link, which may carry a passcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WantedSummary {
    /// When it joins.
    pub joins_at: Timestamp,
    /// Its name in the meeting.
    pub name: Option<String>,
}

/// State of the applied bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AppliedState {
    /// No bot is applied.
    Nothing,
    /// The wanted bot is applied.
    AsWanted {
        /// Recall's id of the bot.
        bot_id: Option<String>,
    },
    /// A bot is applied that is not the wanted one.
    Another {
        /// Recall's id of the bot.
        bot_id: Option<String>,
        /// When it joins.
        joins_at: Timestamp,
    },
    /// The bot has ended, and another one is to be sent in its place.
    Ended {
        /// Recall's id of the bot.
        bot_id: Option<String>,
    },
    /// A bot may or may not be applied.
    Uncertain,
    /// More bots exist than are wanted.
    TooMany,
    /// The bot is on its way to the call or in it.
    Dispatched {
        /// Recall's id of the bot.
        bot_id: Option<String>,
    },
}

/// Whether the start of the bot that is at Recall is past at `now`, and nothing was reported.
fn is_unfollowed(decision: &Decision, now: Timestamp) -> bool {
    let has_started = match &decision.applied {
        Applied::Bot(bot) | Applied::Dispatched(bot) => bot.starts_at <= now,
        Applied::Nothing | Applied::Uncertain(_) | Applied::TooMany(_) => false,
    };
    has_started && decision.bot_outcome().is_none()
}

pub(crate) fn bot_state(explained: &Explained, now: Timestamp) -> BotState {
    let decision = &explained.decision;
    let wanted = match &decision.wanted {
        Wanted::Nothing => None,
        Wanted::Bot(bot) => Some(bot.as_ref()),
    };
    let applied = applied_state(&decision.applied, wanted);
    let abandoned = decision
        .abandoned
        .as_ref()
        .filter(|_| decision.is_abandoned());
    BotState {
        wanted: wanted.map(|bot| WantedSummary {
            joins_at: bot.starts_at,
            name: bot_name(&bot.config),
        }),
        applied,
        retry: decision.wanted_key().map_or(0, DeduplicationKey::retry),
        step: match decision.step() {
            Step::Nothing => "nothing",
            Step::Schedule(_) => "schedule",
            Step::Unschedule(_) => "unschedule",
            Step::Find(_) => "find",
            Step::Leave(..) => "leave",
        },
        attempts: decision.attempts.count,
        not_before: decision.attempts.not_before,
        last_error: decision.attempts.last_error.clone(),
        outcome: decision.bot_outcome().map(OutcomeSummary::of),
        earlier: decision
            .earlier_outcomes()
            .map(OutcomeSummary::of)
            .collect(),
        alerts: AlertSummary::all_of(decision, now),
        is_unfollowed: is_unfollowed(decision, now),
        abandoned: abandoned.map(|abandoned| abandoned.reason.clone()),
        calls: decision.history.calls().iter().map(call_summary).collect(),
        kept_by: Keeper::all_of(decision, &explained.kept_by),
    }
}

fn applied_state(applied: &Applied, wanted: Option<&WantedBot>) -> AppliedState {
    match applied {
        Applied::Nothing => AppliedState::Nothing,
        Applied::Uncertain(_) => AppliedState::Uncertain,
        Applied::TooMany(_) => AppliedState::TooMany,
        Applied::Dispatched(bot) => AppliedState::Dispatched {
            bot_id: bot.bot_id.as_ref().map(ToString::to_string),
        },
        Applied::Bot(bot) => {
            let bot_id = bot.bot_id.as_ref().map(ToString::to_string);
            if wanted.is_some_and(|wanted| bot.is(wanted)) {
                AppliedState::AsWanted { bot_id }
            } else if wanted.is_some_and(|wanted| wanted.is_retry_of(bot)) {
                AppliedState::Ended { bot_id }
            } else {
                let joins_at = bot.starts_at;
                AppliedState::Another { bot_id, joins_at }
            }
        }
    }
}

fn call_summary(call: &CallRecord) -> CallSummary {
    let (outcome, reason) = match &call.outcome {
        RecordedResult::Done => ("done", None),
        RecordedResult::Again(reason) => ("again", Some(reason.clone())),
        RecordedResult::Refused(reason) => ("refused", Some(reason.clone())),
        RecordedResult::Blocked(reason) => ("blocked", Some(reason.clone())),
        RecordedResult::Dispatched => ("dispatched", None),
    };
    CallSummary {
        at: call.at,
        call: call.operation.as_str(),
        cause: call.cause.as_str(),
        outcome,
        reason,
        is_late: call.is_late,
    }
}

fn bot_name(config: &BotConfig) -> Option<String> {
    let name = config.json().get("bot_name")?.as_str()?;
    Some(name.to_owned())
}

impl Keeper {
    /// Represents the copies that keep a bot in the meeting of `decision`.
    #[must_use]
    pub fn all_of(decision: &Decision, kept_by: &[KeptBy]) -> Vec<Self> {
        let kept_by = kept_by.iter();
        kept_by.filter_map(|one| Self::of(decision, one)).collect()
    }

    fn of(decision: &Decision, kept_by: &KeptBy) -> Option<Self> {
        let KeptBy { row, owner } = kept_by;
        let Wanted::Bot(wanted) = &row.wanted else {
            return None;
        };
        let (state, bot) = match &row.applied {
            Applied::Bot(bot) if bot.deduplication_key == wanted.deduplication_key => {
                (KeptState::AtRecall, Some(bot))
            }
            Applied::Dispatched(bot) => (KeptState::Dispatched, Some(bot)),
            _ => (KeptState::ToBeScheduled, None),
        };
        let bot_id = bot.and_then(|bot| bot.bot_id.as_ref());
        Some(Self {
            calendar: Some(row.calendar_id.to_string()),
            owner: owner.as_ref().map(|owner| owner.as_str().to_owned()),
            event_id: Some(row.key.event_id.to_string()),
            state,
            bot_id: bot_id.map(ToString::to_string),
            joins_at: wanted.starts_at,
            is_shared: decision.wanted_key() == row.wanted_key(),
        })
    }

    /// The same without what names the other calendar, its owner and its event.
    pub(crate) fn unnamed(self) -> Self {
        Self {
            calendar: None,
            owner: None,
            event_id: None,
            ..self
        }
    }
}
