//! The first promise as a value: the wanted bots compared with the bots at Recall.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarId, Decision, Timestamp, Wanted, WantedBot};
use recall_simulator::{BotPhase, BotView, EventView};
use serde_json::Value;

/// A bot of one event; events that share a bot have a claim each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// Start of the bot.
    pub starts_at: Timestamp,
    /// The event's id.
    pub event: String,
    /// The deduplication key, by which events share the bot.
    pub deduplication_key: String,
    /// The bot's whole configuration as JSON, keys in order.
    pub config: String,
}

/// The claims that decisions want, and those at Recall.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Wanted by the decisions.
    pub wanted: BTreeSet<Claim>,
    /// At Recall.
    pub held: BTreeSet<Claim>,
    /// Number of bots at Recall; a shared bot counts once.
    pub bots: usize,
}

impl Comparison {
    /// Compares decisions with bots, for the meetings of `calendars` that are not
    /// over at `now`.
    #[must_use]
    pub fn of(
        decisions: &[Decision],
        events: &[EventView],
        bots: &[BotView],
        calendars: &[CalendarId],
        now: Timestamp,
    ) -> Self {
        let upcoming: BTreeMap<String, &EventView> = events
            .iter()
            .filter(|event| event.end_time > now)
            .filter(|event| {
                calendars
                    .iter()
                    .any(|id| id.as_str() == event.calendar_id.to_string())
            })
            .map(|event| (event.id.to_string(), event))
            .collect();
        let mut comparison = Self::default();
        let coming: Vec<_> = decisions.iter().filter(|row| row.ends_at > now).collect();
        for decision in &coming {
            if let Wanted::Bot(bot) = &decision.wanted {
                comparison.wanted.insert(Claim {
                    starts_at: bot.starts_at,
                    event: decision.key.event_id.to_string(),
                    deduplication_key: bot.deduplication_key.to_string(),
                    config: in_order(config_of_owner(bot, &coming)),
                });
            }
        }
        for bot in bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled) {
            let events = bot.events.iter().map(ToString::to_string);
            let ours: Vec<_> = events
                .filter(|event| upcoming.contains_key(event))
                .collect();
            comparison.bots += usize::from(!ours.is_empty());
            comparison.held.extend(ours.into_iter().map(|event| Claim {
                starts_at: bot.start_time,
                event,
                deduplication_key: bot.deduplication_key.clone(),
                config: in_order(bot.config.clone()),
            }));
        }
        comparison
    }

    /// Whether the bots at Recall are exactly the wanted ones.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.wanted == self.held
    }

    /// Claims that are wanted, and missing at Recall.
    pub fn missing(&self) -> impl Iterator<Item = &Claim> {
        self.wanted.difference(&self.held)
    }

    /// Claims at Recall that are not wanted.
    pub fn unwanted(&self) -> impl Iterator<Item = &Claim> {
        self.held.difference(&self.wanted)
    }
}

/// The configuration that the owner of a bot offers: the rows of other copies keep the one
/// that was sent for them last.
fn config_of_owner(bot: &WantedBot, rows: &[&Decision]) -> Value {
    let may_own =
        |row: &&&Decision| row.wanted_key() == Some(&bot.deduplication_key) && !row.is_abandoned();
    let owner = rows.iter().filter(may_own).min_by_key(|row| row.bot_rank());
    let offer = owner.and_then(|owner| owner.offer.as_ref());
    let config = offer.map_or(&bot.config, |offer| &offer.config);
    Value::Object(config.json().clone())
}

fn in_order(mut config: Value) -> String {
    config.sort_all_objects();
    config.to_string()
}
