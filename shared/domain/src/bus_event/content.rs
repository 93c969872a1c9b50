//! The kinds of bus events, and the facts that each has.

use std::fmt;

use jiff::Timestamp;

use crate::bot::AppliedBot;
use crate::bus_event::id::BusEventId;
use crate::decision::{CallRecord, Decision, Wanted};
use crate::event::{Calendar, CalendarStatus};
use crate::id::{BotId, CalendarId, DecisionKey, SeriesId};
use crate::outcome::{Alert, Outcome};
use crate::revision::{PolicyRevision, Version};
use crate::verdict::RuleName;

/// An event that is put on a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// The same for each repetition of the event.
    pub id: BusEventId,
    /// When the row was written, by the table's clock, mostly to the second.
    pub at: Timestamp,
    /// The version of the row: of two events about one row, the later one has the higher
    /// version. For a policy it is the revision.
    pub row_version: Version,
    /// What it is about.
    pub content: BusContent,
}

/// What a bus event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusContent {
    /// A meeting was decided on for the first time, or its verdict, its rule or its times
    /// changed.
    DecisionChanged {
        /// The meeting as it is now.
        meeting: BusMeeting,
        /// The verdict now.
        verdict: BusVerdict,
        /// The verdict and the times before; none for the first decision.
        before: Option<BusVerdict>,
    },
    /// Recall has a bot for the event: a first one, or another one than before.
    BotScheduled {
        /// The meeting.
        meeting: BusMeeting,
        /// The bot.
        bot: BusBot,
        /// The bot that it replaces, if that is known to be another one.
        replaces: Option<BotId>,
    },
    /// The bot of the event joins at another time.
    BotMoved {
        /// The meeting.
        meeting: BusMeeting,
        /// The bot as it is now.
        bot: BusBot,
        /// The bot before.
        before: BusBot,
    },
    /// Recall has no bot for the event any more.
    BotRemoved {
        /// The meeting.
        meeting: BusMeeting,
        /// The verdict, which says why.
        verdict: BusVerdict,
        /// The bot that there was.
        bot: BusBot,
    },
    /// No more calls are made for the wanted bot.
    BotAbandoned {
        /// The meeting.
        meeting: BusMeeting,
        /// The last call; none if the row was abandoned before any.
        last_call: Option<CallRecord>,
        /// Why, in words, which may be Recall's.
        reason: String,
    },
    /// The bot is in another phase of its life, or another reason is known why it did not record.
    OutcomeChanged {
        /// The meeting.
        meeting: BusMeeting,
        /// What became of the bot so far.
        outcome: Box<Outcome>,
    },
    /// A running meeting is not recorded as it should be, and a person can put that right.
    MeetingAtRisk {
        /// The meeting.
        meeting: BusMeeting,
        /// What is wrong.
        alert: Alert,
    },
    /// A calendar was disconnected or deleted: its meetings get no bots.
    CalendarLost {
        /// The calendar, whose status is the reason.
        calendar: Box<Calendar>,
        /// Its status before.
        before: CalendarStatus,
    },
    /// A lost calendar is connected again.
    CalendarBack {
        /// The calendar.
        calendar: Box<Calendar>,
        /// Its status before.
        before: CalendarStatus,
    },
    /// Another policy is active.
    PolicyPushed {
        /// Its revision.
        revision: PolicyRevision,
        /// The revision that was active before; none if that was the built-in policy.
        before: Option<PolicyRevision>,
    },
}

/// The kind of a bus event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BusEventKind {
    /// [`BusContent::DecisionChanged`]
    DecisionChanged,
    /// [`BusContent::BotScheduled`]
    BotScheduled,
    /// [`BusContent::BotMoved`]
    BotMoved,
    /// [`BusContent::BotRemoved`]
    BotRemoved,
    /// [`BusContent::BotAbandoned`]
    BotAbandoned,
    /// [`BusContent::OutcomeChanged`]
    OutcomeChanged,
    /// [`BusContent::MeetingAtRisk`]
    MeetingAtRisk,
    /// [`BusContent::CalendarLost`]
    CalendarLost,
    /// [`BusContent::CalendarBack`]
    CalendarBack,
    /// [`BusContent::PolicyPushed`]
    PolicyPushed,
}

impl BusEventKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::DecisionChanged,
        Self::BotScheduled,
        Self::BotMoved,
        Self::BotRemoved,
        Self::BotAbandoned,
        Self::OutcomeChanged,
        Self::MeetingAtRisk,
        Self::CalendarLost,
        Self::CalendarBack,
        Self::PolicyPushed,
    ];

    /// The name on the bus.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DecisionChanged => "decision.changed",
            Self::BotScheduled => "bot.scheduled",
            Self::BotMoved => "bot.moved",
            Self::BotRemoved => "bot.removed",
            Self::BotAbandoned => "bot.abandoned",
            Self::OutcomeChanged => "outcome.changed",
            Self::MeetingAtRisk => "meeting.at_risk",
            Self::CalendarLost => "calendar.lost",
            Self::CalendarBack => "calendar.back",
            Self::PolicyPushed => "policy.pushed",
        }
    }
}

impl BusContent {
    /// The kind of event.
    #[must_use]
    pub fn kind(&self) -> BusEventKind {
        match self {
            Self::DecisionChanged { .. } => BusEventKind::DecisionChanged,
            Self::BotScheduled { .. } => BusEventKind::BotScheduled,
            Self::BotMoved { .. } => BusEventKind::BotMoved,
            Self::BotRemoved { .. } => BusEventKind::BotRemoved,
            Self::BotAbandoned { .. } => BusEventKind::BotAbandoned,
            Self::OutcomeChanged { .. } => BusEventKind::OutcomeChanged,
            Self::MeetingAtRisk { .. } => BusEventKind::MeetingAtRisk,
            Self::CalendarLost { .. } => BusEventKind::CalendarLost,
            Self::CalendarBack { .. } => BusEventKind::CalendarBack,
            Self::PolicyPushed { .. } => BusEventKind::PolicyPushed,
        }
    }

    /// The event that tells this of the row under `key`, as a write left it `at` that instant.
    pub(super) fn told(self, key: &[&str], row_version: Version, at: Timestamp) -> BusEvent {
        BusEvent {
            id: BusEventId::of(self.kind().as_str(), key, row_version.0, at),
            at,
            row_version,
            content: self,
        }
    }
}

/// A meeting, as an event of one calendar. Its `Debug` hides title and link.
#[derive(Clone, PartialEq, Eq)]
pub struct BusMeeting {
    /// The key of its decision.
    pub key: DecisionKey,
    /// The calendar.
    pub calendar_id: CalendarId,
    /// The platform's id of the series.
    pub series: Option<SeriesId>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The title.
    pub title: Option<String>,
    /// The link of the wanted bot, or else of the applied one.
    pub meeting_url: Option<String>,
}

impl BusMeeting {
    pub(super) fn of(row: &Decision) -> Self {
        let wanted = match &row.wanted {
            Wanted::Bot(bot) => Some(&bot.meeting_url),
            Wanted::Nothing => None,
        };
        let applied = || row.applied.bot().map(|bot| &bot.meeting_url);
        let meeting_url = wanted.or_else(applied).filter(|url| !url.is_empty());
        Self {
            key: row.key.clone(),
            calendar_id: row.calendar_id.clone(),
            series: row.series.clone(),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            title: row.title.clone(),
            meeting_url: meeting_url.cloned(),
        }
    }
}

impl fmt::Debug for BusMeeting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = &self.key.event_id;
        write!(formatter, "BusMeeting({event}, {})", self.starts_at)
    }
}

/// A verdict, with the times of the meeting that it was made about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusVerdict {
    /// Whether the meeting is recorded.
    pub is_record: bool,
    /// The rule that decided.
    pub rule: RuleName,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A bot at Recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusBot {
    /// Its id; none if no response has contained it.
    pub bot_id: Option<BotId>,
    /// When it joins.
    pub joins_at: Timestamp,
}

impl From<&AppliedBot> for BusBot {
    fn from(bot: &AppliedBot) -> Self {
        Self {
            bot_id: bot.bot_id.clone(),
            joins_at: bot.starts_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = BusEventKind::ALL.map(BusEventKind::as_str).into();
        assert_eq!(names.len(), BusEventKind::ALL.len());
    }
}
