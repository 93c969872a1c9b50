//! Drift: Recall has other bots than we know of.
//!
//! A row that is not due says which bot Recall holds for its event, by the result of its
//! last call. Since then another client may have scheduled or removed bots, or Recall may
//! have lost one. Every sync compares the bots that Recall lists with the event to the
//! row.
//!
//! Only certain differences count. A list that was requested less than a minute after the
//! row's last call may not show the call's effect. It is not documented whether a bot
//! that has joined stays in the list, so once a meeting has begun no bot is missing. But
//! a bot that would join later is stale then, even if the row is abandoned, or due for a
//! call that is not made any more: the meeting was moved, maybe into the past, and maybe
//! just before a call that gave the bot the new start. There a list that is out of date
//! costs one call more, and a bot that is not removed walks into a call. A recurring event
//! that Recall moves to the next occurrence keeps an entry for each, so entries of the
//! past are not counted. A bot whose entry cannot be read may be ours, so none is missing beside
//! it.

use jiff::SignedDuration;

use crate::bot::{AppliedBot, BotEntry};
use crate::decision::applied::Applied;
use crate::decision::row::Decision;
use crate::decision::wanted::Wanted;
use crate::event::CalendarEvent;
use crate::id::DecisionKey;
use crate::time::plus;
use jiff::Timestamp;

/// For this long after a call, a list may not show the call's effect.
const SETTLED: SignedDuration = SignedDuration::from_mins(1);

/// How the bots at Recall differ from the known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DriftKind {
    /// The bot does not exist.
    Missing,
    /// The bot exists more than once.
    Duplicate,
    /// A bot is scheduled for another time than the meeting.
    Stale,
    /// A bot exists that Callsheet did not schedule.
    Foreign,
}

impl DriftKind {
    /// The name in logs and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::Stale => "stale",
            Self::Foreign => "foreign",
        }
    }
}

/// Why the listed bots are not compared to the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unchecked {
    /// The row is due: its call makes applied equal to wanted anyway.
    Due,
    /// The row is abandoned.
    Abandoned,
    /// A call was made so recently that the list may not show its effect.
    JustCalled,
}

/// Why a list requested at `asked_at` says nothing certain about `row`, if so.
#[must_use]
pub fn unchecked(row: &Decision, asked_at: Timestamp) -> Option<Unchecked> {
    if row.is_abandoned() {
        Some(Unchecked::Abandoned)
    } else if row.is_due() {
        Some(Unchecked::Due)
    } else {
        (!is_settled(row, asked_at)).then_some(Unchecked::JustCalled)
    }
}

fn is_settled(row: &Decision, asked_at: Timestamp) -> bool {
    let applied = row.applied_at();
    applied.is_none_or(|applied| plus(applied, SETTLED) <= asked_at)
}

/// How the bots that Recall listed with `event` differ from those that `row` knows, if
/// they do for certain. The list was requested at `asked_at`.
#[must_use]
pub fn drift(row: &Decision, event: &CalendarEvent, asked_at: Timestamp) -> Option<DriftKind> {
    let has_begun = event.starts_at <= asked_at;
    let is_checked = match unchecked(row, asked_at) {
        None => true,
        Some(Unchecked::Abandoned | Unchecked::JustCalled) => has_begun,
        // Its call is not made any more.
        Some(Unchecked::Due) => has_begun && row.is_over(asked_at),
    };
    if !is_checked || event.is_deleted {
        return None;
    }
    let upcoming = || event.bots.iter().filter(|entry| entry.starts_at > asked_at);
    if has_begun {
        return upcoming().next().map(|_| DriftKind::Stale);
    }
    let is_stale = |entry: &&BotEntry| entry.starts_at != event.starts_at;
    let Wanted::Bot(wanted) = &row.wanted else {
        return upcoming().next().map(|_| DriftKind::Foreign);
    };
    let is_ours = |entry: &BotEntry| entry.deduplication_key == wanted.deduplication_key;
    // A bot that failed before the start may stay in the list.
    let is_before_retry = |entry: &BotEntry| {
        let (key, wanted) = (&entry.deduplication_key, &wanted.deduplication_key);
        key.is_of_same_meeting(wanted) && key.retry() < wanted.retry()
    };
    let ours = upcoming()
        .filter(|entry| is_ours(entry) && entry.starts_at == wanted.starts_at)
        .count();
    if ours > 1 {
        Some(DriftKind::Duplicate)
    } else if upcoming().any(|entry| is_stale(&entry)) {
        Some(DriftKind::Stale)
    } else if upcoming().any(|entry| !is_ours(entry) && !is_before_retry(entry)) {
        Some(DriftKind::Foreign)
    } else if ours == 0 && !event.has_unreadable_bots {
        Some(DriftKind::Missing)
    } else {
        None
    }
}

/// The row with a call to make that repairs `kind`: a missing bot is scheduled again; if
/// there are others, all are unscheduled first.
#[must_use]
pub fn repaired(mut row: Decision, kind: DriftKind, event: &CalendarEvent) -> Decision {
    let known = row.applied.bot().cloned().map(Box::new);
    let bot = known.or_else(|| latest_listed(event));
    row.abandoned = None;
    row.applied = match (kind, bot) {
        (_, None) => Applied::Nothing,
        (DriftKind::Missing, Some(bot)) => Applied::Uncertain(bot),
        (DriftKind::Duplicate | DriftKind::Stale | DriftKind::Foreign, Some(bot)) => {
            Applied::TooMany(bot)
        }
    };
    row
}

/// The bot with the latest start that Recall lists with `event`.
fn latest_listed(event: &CalendarEvent) -> Option<Box<AppliedBot>> {
    let latest = event.bots.iter().max_by_key(|entry| entry.starts_at)?;
    Some(Box::new(AppliedBot::listed(latest)))
}

/// The row with a call that removes a bot that would join after `event` has begun. The row
/// names that bot, which says until when the call is of use.
fn repaired_after_start(row: Decision, event: &CalendarEvent) -> Decision {
    let mut row = repaired(row, DriftKind::Stale, event);
    if let Some(bot) = latest_listed(event) {
        row.applied = Applied::TooMany(bot);
    }
    row
}

/// Repairs the drift of `events`: in the rows to be `written`, or in the `stored` row if
/// none is written. Returns the drift that was found.
pub fn repair(
    stored: &[Decision],
    written: &mut Vec<Decision>,
    events: &[CalendarEvent],
    asked_at: Timestamp,
) -> Vec<(DecisionKey, DriftKind)> {
    let mut found = Vec::new();
    for event in events {
        let key = event.key();
        let is_of_event = |row: &&Decision| row.key == key;
        let row = written
            .iter()
            .find(is_of_event)
            .or_else(|| stored.iter().find(is_of_event));
        let Some(row) = row.filter(|row| row.inputs.event == event.updated_at) else {
            continue;
        };
        let Some(kind) = drift(row, event, asked_at) else {
            continue;
        };
        let row = if event.starts_at <= asked_at {
            repaired_after_start(row.clone(), event)
        } else {
            repaired(row.clone(), kind, event)
        };
        match written.iter_mut().find(|row| row.key == key) {
            Some(other) => *other = row,
            None => written.push(row),
        }
        found.push((key, kind));
    }
    found
}
