//! Promise one, as a value: what is wanted beside what Recall holds.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarId, Decision, Timestamp, Wanted};
use recall_simulator::{BotPhase, BotView, EventView};
use serde_json::Value;

/// One event's claim on one bot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// When the bot joins.
    pub starts_at: Timestamp,
    /// The event.
    pub event: String,
    /// The key it shares the bot by.
    pub deduplication_key: String,
    /// The bot's whole configuration, names in order.
    pub config: String,
}

/// Claims that are wanted and claims that Recall holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// By what was decided.
    pub wanted: BTreeSet<Claim>,
    /// At Recall.
    pub held: BTreeSet<Claim>,
    /// Bots that Recall holds for them: shared ones count once.
    pub bots: usize,
}

impl Comparison {
    /// Holds decisions against events and bots, as far as they are about
    /// meetings of `calendars` that are not over at `now`.
    #[must_use]
    pub fn of(
        decisions: &[Decision],
        events: &[EventView],
        bots: &[BotView],
        calendars: &[CalendarId],
        now: Timestamp,
    ) -> Self {
        let to_come: BTreeMap<String, &EventView> = events
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
        for decision in decisions.iter().filter(|decision| decision.ends_at > now) {
            if let Wanted::Bot(bot) = &decision.wanted {
                comparison.wanted.insert(Claim {
                    starts_at: bot.starts_at,
                    event: decision.key.event_id.to_string(),
                    deduplication_key: bot.deduplication_key.to_string(),
                    config: in_order(Value::Object(bot.config.json().clone())),
                });
            }
        }
        for bot in bots.iter().filter(|bot| bot.phase == BotPhase::Scheduled) {
            let events = bot.events.iter().map(ToString::to_string);
            let ours: Vec<_> = events.filter(|event| to_come.contains_key(event)).collect();
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

    /// Whether Recall holds exactly what is wanted.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.wanted == self.held
    }

    /// Wanted, and not there.
    pub fn missing(&self) -> impl Iterator<Item = &Claim> {
        self.wanted.difference(&self.held)
    }

    /// There, and not wanted.
    pub fn unwanted(&self) -> impl Iterator<Item = &Claim> {
        self.held.difference(&self.wanted)
    }
}

fn in_order(mut config: Value) -> String {
    config.sort_all_objects();
    config.to_string()
}
