//! The form in which events are put on the bus.

use callsheet_domain::{BusContent, BusEvent, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::parts::{Alert, Bot, BotOutcome, CalendarState, Decision, LastCall, Meeting};
use crate::texts::Texts;

/// The source that all events name.
pub const SOURCE: &str = "callsheet";
/// The version of the form.
pub const VERSION: u32 = 1;

/// The part of an event that Callsheet writes: EventBridge's `detail`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{B}")]
pub(crate) struct Detail<B> {
    /// Version of this form.
    schema_version: u32,
    /// The same for each repetition of the event.
    id: String,
    /// Kind of the event: the same as `detail-type`.
    kind: String,
    /// Name of the stack that published it.
    stack: String,
    /// When the row that it tells of was written, to the second.
    at: Timestamp,
    /// Number of writes of that row: of two events about one meeting or calendar, the later
    /// one has the higher number. For a policy it is the revision.
    row_version: u64,
    #[serde(flatten)]
    body: B,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DecisionChanged {
    meeting: Meeting,
    /// The verdict.
    decision: Decision,
    /// The verdict before, about the times before. Absent for the first decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Decision>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BotScheduled {
    meeting: Meeting,
    bot: Bot,
    /// Id of the bot that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BotMoved {
    meeting: Meeting,
    bot: Bot,
    /// The bot before, with its start.
    before: Bot,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BotRemoved {
    meeting: Meeting,
    /// The verdict, which says why.
    decision: Decision,
    /// The bot that there was.
    bot: Bot,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BotAbandoned {
    meeting: Meeting,
    /// The last call. Absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_call: Option<LastCall>,
    /// Why, in words that may be Recall's. Only if the stack publishes texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OutcomeChanged {
    meeting: Meeting,
    outcome: BotOutcome,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MeetingAtRisk {
    meeting: Meeting,
    alert: Alert,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CalendarLost {
    calendar: CalendarState,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CalendarBack {
    calendar: CalendarState,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicyPushed {
    policy: ActivePolicy,
}

/// The active policy.
#[derive(Debug, Serialize, JsonSchema)]
struct ActivePolicy {
    /// Its revision.
    revision: u64,
    /// The revision that was active before. Absent if that was the built-in policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_before: Option<u64>,
}

/// The detail of `event`, as `stack` publishes it.
///
/// # Panics
/// Never: it consists of texts, numbers and flags.
#[must_use]
pub fn detail(event: &BusEvent, stack: &str, texts: Texts) -> Value {
    let meeting = |meeting| Meeting::of(meeting, texts);
    let value = match &event.content {
        BusContent::DecisionChanged {
            meeting: about,
            verdict,
            before,
        } => {
            let body = DecisionChanged {
                meeting: meeting(about),
                decision: verdict.into(),
                before: before.as_ref().map(Decision::from),
            };
            of_body(event, stack, body)
        }
        BusContent::BotScheduled {
            meeting: about,
            bot,
            replaces,
        } => {
            let body = BotScheduled {
                meeting: meeting(about),
                bot: bot.into(),
                replaces: replaces.as_ref().map(ToString::to_string),
            };
            of_body(event, stack, body)
        }
        BusContent::BotMoved {
            meeting: about,
            bot,
            before,
        } => {
            let body = BotMoved {
                meeting: meeting(about),
                bot: bot.into(),
                before: before.into(),
            };
            of_body(event, stack, body)
        }
        BusContent::BotRemoved {
            meeting: about,
            verdict,
            bot,
        } => {
            let body = BotRemoved {
                meeting: meeting(about),
                decision: verdict.into(),
                bot: bot.into(),
            };
            of_body(event, stack, body)
        }
        BusContent::BotAbandoned {
            meeting: about,
            last_call,
            reason,
        } => {
            let body = BotAbandoned {
                meeting: meeting(about),
                last_call: last_call.as_ref().map(LastCall::from),
                reason: texts.kept(Some(reason)),
            };
            of_body(event, stack, body)
        }
        BusContent::OutcomeChanged {
            meeting: about,
            outcome,
        } => {
            let body = OutcomeChanged {
                meeting: meeting(about),
                outcome: outcome.as_ref().into(),
            };
            of_body(event, stack, body)
        }
        BusContent::MeetingAtRisk {
            meeting: about,
            alert,
        } => {
            let body = MeetingAtRisk {
                meeting: meeting(about),
                alert: alert.into(),
            };
            of_body(event, stack, body)
        }
        BusContent::CalendarLost { calendar, before } => {
            let calendar = CalendarState::of(calendar, *before);
            of_body(event, stack, CalendarLost { calendar })
        }
        BusContent::CalendarBack { calendar, before } => {
            let calendar = CalendarState::of(calendar, *before);
            of_body(event, stack, CalendarBack { calendar })
        }
        BusContent::PolicyPushed { revision, before } => {
            let policy = ActivePolicy {
                revision: revision.0,
                revision_before: before.map(|before| before.0),
            };
            of_body(event, stack, PolicyPushed { policy })
        }
    };
    value.expect("texts, numbers and flags can be serialized")
}

fn of_body<B: Serialize>(
    event: &BusEvent,
    stack: &str,
    body: B,
) -> Result<Value, serde_json::Error> {
    serde_json::to_value(Detail {
        schema_version: VERSION,
        id: event.id.to_string(),
        kind: event.content.kind().as_str().to_owned(),
        stack: stack.to_owned(),
        at: event.at,
        row_version: event.row_version.0,
        body,
    })
}
