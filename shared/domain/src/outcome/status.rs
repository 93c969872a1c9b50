//! A status of a bot as Recall reports it, and the phase of its life that it names.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::id::{BotId, EventId, IcalUid};
use crate::time::whole_microseconds;

/// The longest code that is kept, in characters. Recall's own have fewer than half of that.
const LONGEST_CODE: usize = 100;

/// A status of a bot. Codes are open sets: those that this build does not know are kept as
/// they are.
///
/// The order is that of time. Of two statuses of one instant, the one further on in the life
/// of a bot is the later one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BotStatus {
    code: String,
    sub_code: Option<String>,
    at: Timestamp,
}

impl BotStatus {
    /// The status of these codes, of which the first characters are kept. None without a code.
    #[must_use]
    pub fn new(code: &str, sub_code: Option<&str>, at: Timestamp) -> Option<Self> {
        let cut = |text: &str| text.chars().take(LONGEST_CODE).collect::<String>();
        let sub_code = sub_code.filter(|text| !text.is_empty());
        (!code.is_empty()).then(|| Self {
            code: cut(code),
            sub_code: sub_code.map(cut),
            at: whole_microseconds(at),
        })
    }

    /// Recall's code, such as `in_waiting_room`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Recall's sub code: why a bot left or could not join.
    #[must_use]
    pub fn sub_code(&self) -> Option<&str> {
        self.sub_code.as_deref()
    }

    /// When the bot got this status, by Recall's clock.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The step of a bot's life that the code names; none for a code that this build does not
    /// know.
    pub(super) fn step(&self) -> Option<Step> {
        Some(match self.code.as_str() {
            "ready" | "scheduled" => Step::Scheduled,
            "joining_call" => Step::Joining,
            "in_waiting_room" => Step::WaitingRoom,
            "in_call_not_recording" => Step::InCall,
            "recording_permission_allowed" | "recording_permission_denied" => Step::Permission,
            "in_call_recording" => Step::Recording,
            "call_ended" => Step::Left,
            "done" => Step::Done,
            "fatal" => Step::Fatal,
            _ => return None,
        })
    }

    /// Whether recording was denied.
    pub(super) fn is_denial(&self) -> bool {
        self.code == "recording_permission_denied"
    }
}

impl Ord for BotStatus {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |status: &Self| (status.at, status.step());
        let codes = (&self.code, &self.sub_code).cmp(&(&other.code, &other.sub_code));
        place(self).cmp(&place(other)).then(codes)
    }
}

impl PartialOrd for BotStatus {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A step of a bot's life, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Scheduled,
    Joining,
    WaitingRoom,
    InCall,
    Permission,
    Recording,
    Left,
    Done,
    Fatal,
}

impl Step {
    /// Whether the bot does not come back after it.
    pub(super) fn is_end(self) -> bool {
        self >= Self::Left
    }
}

/// A status of a bot, as a webhook brings it: where to look for the rows that it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BotStatusReport {
    /// The bot.
    pub bot_id: BotId,
    /// The event that the bot's metadata names: the one whose call configured the bot last.
    pub event_id: Option<EventId>,
    /// The `ical_uid` of that event. Metadata omits one that is too long.
    pub ical_uid: Option<IcalUid>,
    /// The status.
    pub status: BotStatus,
    /// When the webhook was accepted, by our clock.
    pub sent_at: Timestamp,
}
