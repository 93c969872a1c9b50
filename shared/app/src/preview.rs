//! Preview of a policy: the decisions that it would change, without writing any.
//!
//! A preview takes the same steps as a sync, from the facts to the row, and stops
//! before the write. So it shows exactly the rows that a sync would write.

use std::collections::{BTreeMap, HashMap};

use callsheet_domain::{
    CalendarEvent, CalendarId, Decision, DecisionKey, Evaluation, IcalUid, Policy, PolicyRevision,
    Timestamp, Wanted, revise_copies,
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
    let by_meeting = by_meeting(calendars, events, stored, (policy, revision), now);
    let mut changes = Vec::new();
    for (stored, evaluated) in by_meeting.into_values() {
        let mut before: HashMap<DecisionKey, Decision> = stored
            .iter()
            .map(|row| (row.key.clone(), row.clone()))
            .collect();
        for after in revise_copies(&stored, &evaluated, now).writes {
            let before = before.remove(&after.key);
            let effect = effect(before.as_ref(), &after);
            changes.push(Change {
                effect,
                before,
                after,
            });
        }
    }
    changes.sort_by(|one, other| {
        let place = |change: &Change| (change.after.calendar_id.clone(), change.after.starts_at);
        place(one)
            .cmp(&place(other))
            .then_with(|| one.after.key.cmp(&other.after.key))
    });
    changes
}

/// The stored rows and the evaluations of each meeting.
type Meetings<'a> = BTreeMap<IcalUid, (Vec<Decision>, Vec<Evaluation<'a>>)>;

fn by_meeting<'a>(
    calendars: &BTreeMap<CalendarId, CalendarContext>,
    events: &'a [CalendarEvent],
    stored: Vec<Decision>,
    policy: (&Policy, PolicyRevision),
    now: Timestamp,
) -> Meetings<'a> {
    let mut by_meeting = Meetings::new();
    for row in stored {
        by_meeting
            .entry(row.key.ical_uid.clone())
            .or_default()
            .0
            .push(row);
    }
    for event in events {
        let Some(calendar) = calendars.get(&event.calendar_id) else {
            continue;
        };
        let evaluated = evaluate(calendar, event, policy, now);
        by_meeting
            .entry(event.ical_uid.clone())
            .or_default()
            .1
            .push(evaluated);
    }
    by_meeting
}

fn effect(before: Option<&Decision>, after: &Decision) -> Effect {
    match (before.map(|row| &row.wanted), &after.wanted) {
        (None | Some(Wanted::Nothing), Wanted::Bot(_)) => Effect::Gains,
        (Some(Wanted::Bot(_)), Wanted::Nothing) => Effect::Loses,
        (Some(Wanted::Bot(before)), Wanted::Bot(after)) if before != after => Effect::Changes,
        _ => Effect::Keeps,
    }
}
