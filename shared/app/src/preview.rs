//! Preview of a policy: the decisions that it would change, without writing any.
//!
//! A preview takes the same steps as a sync, from the facts to the row, and stops
//! before the write. So it shows exactly the rows that a sync would write.

use std::collections::{BTreeMap, HashMap};

use callsheet_domain::{
    CalendarEvent, CalendarId, Decision, DecisionKey, Policy, PolicyRevision, Timestamp, Wanted,
    revise_copies,
};

use crate::evaluate::{CalendarContext, evaluate};

/// The effect on a meeting's bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The meeting has no bot, and would get one.
    Gains,
    /// The meeting has a bot, and would lose it.
    Loses,
    /// The bot would get another configuration or name.
    Changes,
    /// At most the reason would change.
    Keeps,
}

impl Effect {
    /// The name it is shown under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Changes => "changes",
            Self::Keeps => "keeps",
        }
    }
}

/// A row that would be written.
#[derive(Debug, Clone)]
pub struct Change {
    /// The effect on the meeting's bot.
    pub effect: Effect,
    /// The row as it is; none if there is no decision yet.
    pub before: Option<Decision>,
    /// The row as it would be.
    pub after: Decision,
}

/// Evaluates `events` with `policy` over the `stored` rows. Events of calendars
/// that are not given are left out.
///
/// Gives exactly the rows that a sync would write.
#[must_use]
pub fn preview(
    calendars: &BTreeMap<CalendarId, CalendarContext>,
    events: &[CalendarEvent],
    stored: Vec<Decision>,
    (policy, revision): (&Policy, PolicyRevision),
    now: Timestamp,
) -> Vec<Change> {
    let evaluated = events.iter().filter_map(|event| {
        let calendar = calendars.get(&event.calendar_id)?;
        Some(evaluate(calendar, event, (policy, revision), now))
    });
    let evaluated: Vec<_> = evaluated.collect();
    let writes = revise_copies(&stored, &evaluated, now).writes;
    let mut before: HashMap<DecisionKey, Decision> = stored
        .into_iter()
        .map(|row| (row.key.clone(), row))
        .collect();
    let changes = writes.into_iter().map(|after| {
        let before = before.remove(&after.key);
        Change {
            effect: effect(before.as_ref(), &after),
            before,
            after,
        }
    });
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by(|one, other| {
        let place = |change: &Change| (change.after.calendar_id.clone(), change.after.starts_at);
        place(one)
            .cmp(&place(other))
            .then_with(|| one.after.key.cmp(&other.after.key))
    });
    changes
}

fn effect(before: Option<&Decision>, after: &Decision) -> Effect {
    match (before.map(|row| &row.wanted), &after.wanted) {
        (None | Some(Wanted::Nothing), Wanted::Bot(_)) => Effect::Gains,
        (Some(Wanted::Bot(_)), Wanted::Nothing) => Effect::Loses,
        (Some(Wanted::Bot(before)), Wanted::Bot(after)) if before != after => Effect::Changes,
        _ => Effect::Keeps,
    }
}
