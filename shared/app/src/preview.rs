//! Preview of a policy: the decisions that it would change, without writing any.
//!
//! A preview takes the same steps as a sync, from the facts to the row, and stops
//! before the write. So it shows exactly the rows that a sync would write. What they do to a
//! bot that several events share is told from the row that owns it: the rows of the others
//! keep what was sent for them last.

use std::collections::{BTreeMap, HashMap, HashSet};

use callsheet_domain::{
    BotConfig, CalendarEvent, CalendarId, Decision, DecisionKey, DeduplicationKey, Policy,
    PolicyRevision, Timestamp, Wanted, WantedBot, owners_configs, revise_copies,
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
    /// The bot that the meeting has, configured by the event that owns it; none if it has none.
    pub bot_before: Option<WantedBot>,
    /// The bot that it would have.
    pub bot_after: Option<WantedBot>,
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
        Some(evaluate(calendar, event, (policy, revision), None, now))
    });
    let evaluated: Vec<_> = evaluated.collect();
    let writes = revise_copies(&stored, &evaluated, now).writes;
    let configs_before = owners_configs(&stored, now);
    let written: HashSet<_> = writes.iter().map(|row| &row.key).collect();
    let kept = stored.iter().filter(|row| !written.contains(&row.key));
    let configs_after = owners_configs(kept.chain(&writes), now);
    let mut before: HashMap<DecisionKey, Decision> = stored
        .into_iter()
        .map(|row| (row.key.clone(), row))
        .collect();
    let changes = writes.into_iter().map(|after| {
        let before = before.remove(&after.key);
        let bot_before = before
            .as_ref()
            .and_then(|row| shared_bot(row, &configs_before));
        let bot_after = shared_bot(&after, &configs_after);
        Change {
            effect: effect(bot_before.as_ref(), bot_after.as_ref()),
            before,
            after,
            bot_before,
            bot_after,
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

fn effect(before: Option<&WantedBot>, after: Option<&WantedBot>) -> Effect {
    match (before, after) {
        (None, Some(_)) => Effect::Gains,
        (Some(_), None) => Effect::Loses,
        (before, after) if before != after => Effect::Changes,
        _ => Effect::Keeps,
    }
}

/// The bot that a row wants, with the configuration of its owner.
fn shared_bot(
    row: &Decision,
    configs: &BTreeMap<DeduplicationKey, BotConfig>,
) -> Option<WantedBot> {
    let Wanted::Bot(bot) = &row.wanted else {
        return None;
    };
    let config = configs.get(&bot.deduplication_key).unwrap_or(&bot.config);
    let config = config.clone();
    Some(WantedBot {
        config,
        ..WantedBot::clone(bot)
    })
}
