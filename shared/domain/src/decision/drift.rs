//! Where Recall has other bots than it is known to have.
//!
//! A row that rests says which bot Recall holds for its event, because a call
//! was answered so. Since then somebody else may have scheduled or taken away
//! bots, or Recall may have lost one. What it lists with the event tells, and
//! is held against the row at every look.
//!
//! Only what is certain counts. A list that was asked for less than a minute
//! after the row's last call may not show what that call did. Whether a bot that
//! has joined stays in the list is not known, so of a meeting that has begun
//! nothing is missing. And an event that is moved on after each occurrence keeps
//! an entry for each, so entries of the past are not counted.

use jiff::SignedDuration;

use super::applied::Applied;
use super::row::Decision;
use super::wanted::Wanted;
use crate::bot::{AppliedBot, BotEntry};
use crate::event::CalendarEvent;
use crate::id::DecisionKey;
use crate::time::plus;
use jiff::Timestamp;

/// For so long after a call a list may not show yet what the call did.
const SETTLED: SignedDuration = SignedDuration::from_mins(1);

/// How Recall's bots differ from those that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DriftKind {
    /// The bot is not there.
    Missing,
    /// It is there more than once.
    Duplicate,
    /// One stands at another time than the meeting.
    Stale,
    /// One is there that nobody here scheduled.
    Foreign,
}

impl DriftKind {
    /// The name it is logged and shown under.
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

/// Why what Recall lists with an event is not held against its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unchecked {
    /// A call is to be made for it, after which things are as they are wanted.
    Due,
    /// What is wanted was given up on.
    Abandoned,
    /// A call was made so little before that the list may not show it.
    JustCalled,
}

/// Why what was listed at `asked_at` says nothing certain about `row`, if it does not.
#[must_use]
pub fn unchecked(row: &Decision, asked_at: Timestamp) -> Option<Unchecked> {
    let is_settled = row
        .applied_at()
        .is_none_or(|applied| plus(applied, SETTLED) <= asked_at);
    if row.is_abandoned() {
        Some(Unchecked::Abandoned)
    } else if row.is_due() {
        Some(Unchecked::Due)
    } else {
        (!is_settled).then_some(Unchecked::JustCalled)
    }
}

/// How the bots that Recall listed with `event` at `asked_at` differ from what
/// `row` knows, if they do and that is certain.
#[must_use]
pub fn drift(row: &Decision, event: &CalendarEvent, asked_at: Timestamp) -> Option<DriftKind> {
    let has_begun = event.starts_at <= asked_at;
    if unchecked(row, asked_at).is_some() || event.is_deleted || has_begun {
        return None;
    }
    let coming = || event.bots.iter().filter(|entry| entry.starts_at > asked_at);
    let is_stale = |entry: &&BotEntry| entry.starts_at != event.starts_at;
    let Wanted::Bot(wanted) = &row.wanted else {
        return coming().next().map(|_| DriftKind::Foreign);
    };
    let is_ours = |entry: &BotEntry| entry.deduplication_key == wanted.deduplication_key;
    let ours = coming()
        .filter(|entry| is_ours(entry) && entry.starts_at == wanted.starts_at)
        .count();
    if ours > 1 {
        Some(DriftKind::Duplicate)
    } else if coming().any(|entry| is_stale(&entry)) {
        Some(DriftKind::Stale)
    } else if coming().any(|entry| !is_ours(entry)) {
        Some(DriftKind::Foreign)
    } else if ours == 0 {
        Some(DriftKind::Missing)
    } else {
        None
    }
}

/// The row with a call to make that mends `kind`: a bot that is missing is
/// scheduled again; where there are others all are taken away first.
#[must_use]
pub fn repaired(mut row: Decision, kind: DriftKind, event: &CalendarEvent) -> Decision {
    let known = row.applied.bot().cloned().map(Box::new);
    let listed = || {
        let entry = event.bots.iter().max_by_key(|entry| entry.starts_at)?;
        Some(Box::new(AppliedBot {
            bot_id: Some(entry.bot_id.clone()),
            deduplication_key: entry.deduplication_key.clone(),
            starts_at: entry.starts_at,
            meeting_url: String::new(),
            config: crate::bot::ConfigDigest::kept(""),
        }))
    };
    let bot = known.or_else(listed);
    row.applied = match (kind, bot) {
        (_, None) => Applied::Nothing,
        (DriftKind::Missing, Some(bot)) => Applied::Uncertain(bot),
        (DriftKind::Duplicate | DriftKind::Stale | DriftKind::Foreign, Some(bot)) => {
            Applied::TooMany(bot)
        }
    };
    row
}

/// Mends what has drifted of `events`, in the rows to be `written` or, where
/// there is none of an event, in the `stored` one. Gives what was found.
pub fn repair(
    stored: &[Decision],
    written: &mut Vec<Decision>,
    events: &[CalendarEvent],
    asked_at: Timestamp,
) -> Vec<(DecisionKey, DriftKind)> {
    let mut found = Vec::new();
    for event in events {
        let key = event.key();
        let is_its = |row: &&Decision| row.key == key;
        let row = written
            .iter()
            .find(is_its)
            .or_else(|| stored.iter().find(is_its));
        let Some(row) = row.filter(|row| row.inputs.event == event.updated_at) else {
            continue;
        };
        let Some(kind) = drift(row, event, asked_at) else {
            continue;
        };
        let row = repaired(row.clone(), kind, event);
        match written.iter_mut().find(|row| row.key == key) {
            Some(other) => *other = row,
            None => written.push(row),
        }
        found.push((key, kind));
    }
    found
}
