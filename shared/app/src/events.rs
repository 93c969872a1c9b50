//! Lists events, and finds the one that a person means: by its id, by the beginning of
//! the id, or by a part of the title.
//!
//! The ids of a calendar's events are in an index, so a beginning costs one query for
//! each calendar, and a title also the rows. A whole id costs one query in all.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarId, Decision, DecisionKey, Email, EventId, Timestamp, Verdict};

use crate::PortError;
use crate::bot_state::BotState;
use crate::find_calendar::is_selected;
use crate::find_decision::find_decision;
pub use crate::found_event::{EventName, FoundEvent};
use crate::ports::{Calendars, Decisions, UnreadableRow};
use crate::row_page::{Place, has_title};
use crate::use_case_error::UseCaseError;

/// Rows loaded together.
const ROWS: usize = 100;
/// Length of the shortest beginning of an id that is shown.
const SHORTEST_SHOWN: usize = 8;
/// Length of the shortest beginning of an id that is looked for.
const SHORTEST_GIVEN: usize = 4;

/// Which events are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter {
    /// Calendars, by id or owner's address; all if there are none.
    pub calendars: Vec<String>,
    /// Events that end after this instant.
    pub from: Timestamp,
    /// Events that start before this instant.
    pub until: Option<Timestamp>,
    /// Whether the meetings are to be recorded.
    pub is_recorded: Option<bool>,
    /// What became of their bots.
    pub bot: Option<BotState>,
    /// A part of their titles, in any case.
    pub title: Option<String>,
}

/// Events by start.
#[derive(Debug, Clone, Default)]
pub struct FoundEvents {
    /// The events.
    pub events: Vec<FoundEvent>,
    /// Decisions that cannot be read.
    pub unreadable: Vec<UnreadableRow>,
    /// The last event before the next page; none if these are all.
    pub next: Option<Place>,
}

/// Lists the events that `filter` selects.
///
/// # Errors
/// If a collaborator fails.
pub async fn list_events<S, D>(
    state: &S,
    decisions: &D,
    filter: &EventFilter,
    now: Timestamp,
) -> Result<FoundEvents, PortError>
where
    S: Calendars,
    D: Decisions,
{
    let calendars = owners(state).await?.into_iter().filter(|(id, owner)| {
        is_selected(&filter.calendars, id, owner.as_ref().map(Email::as_str))
    });
    let calendars: Owners = calendars.collect();
    let keys = keys_of(decisions, &calendars, filter.from).await?;
    let mut found = load(decisions, &calendars, &keys).await?;
    found
        .events
        .retain(|event| filter.selects(&event.decision, now));
    Ok(found)
}

/// The event that a person means.
///
/// # Errors
/// If no event or several have this name, its decision cannot be read, or a collaborator
/// fails.
pub async fn find_event<S, D>(
    state: &S,
    decisions: &D,
    name: &EventName,
    now: Timestamp,
) -> Result<Decision, UseCaseError>
where
    S: Calendars,
    D: Decisions,
{
    if let EventName::Id(text) = name
        && let Ok(id) = EventId::parse(text)
    {
        match find_decision(decisions, &id).await {
            Err(UseCaseError::UnknownEvent(_)) => {}
            found => return found,
        }
    }
    let calendars = owners(state).await?;
    // Of several, the coming one is meant rather than a past one.
    for from in [now, Timestamp::MIN] {
        let mut found = find_named((decisions, &calendars), name, from).await?;
        match found.events.len() {
            0 => {}
            1 => return Ok(found.events.remove(0).decision),
            _ => {
                return Err(UseCaseError::SeveralEvents {
                    name: name.clone(),
                    events: found.events,
                });
            }
        }
        if let Some(row) = found.unreadable.pop() {
            return Err(UseCaseError::UnreadableDecision(row));
        }
    }
    Err(UseCaseError::NoSuchEvent(name.clone()))
}

/// The events with a name that end after an instant. A row that cannot be read counts only
/// for its id, since its title is unknown.
async fn find_named<D: Decisions>(
    (decisions, calendars): (&D, &Owners),
    name: &EventName,
    from: Timestamp,
) -> Result<FoundEvents, PortError> {
    let mut keys = keys_of(decisions, calendars, from).await?;
    let title = match name {
        EventName::Title(title) => Some(title),
        EventName::Id(text) => {
            let is_long = text.chars().count() >= SHORTEST_GIVEN;
            let begins = |key: &DecisionKey| key.event_id.as_str().starts_with(text.as_str());
            keys.wanted.retain(|key| is_long && begins(key));
            None
        }
    };
    let mut found = load(decisions, calendars, &keys).await?;
    if let Some(title) = title {
        found.unreadable.clear();
        found
            .events
            .retain(|event| has_title(&event.decision, title));
    }
    Ok(found)
}

impl EventFilter {
    fn selects(&self, row: &Decision, now: Timestamp) -> bool {
        let is_recorded = matches!(row.verdict, Verdict::Record(_));
        self.until.is_none_or(|until| row.starts_at < until)
            && self.is_recorded.is_none_or(|wanted| wanted == is_recorded)
            && self.bot.is_none_or(|bot| bot == BotState::of(row, now))
            && self
                .title
                .as_ref()
                .is_none_or(|title| has_title(row, title))
    }
}

pub(crate) type Owners = BTreeMap<CalendarId, Option<Email>>;

/// All known calendars with their owners, whether or not their records can be read.
pub(crate) async fn owners<S: Calendars>(state: &S) -> Result<Owners, PortError> {
    let listed = state.listed().await?.into_iter();
    let listed = listed.map(|listed| (listed.record.calendar.id, listed.record.calendar.email));
    let unreadable = state.unreadable().await?.into_iter();
    let unreadable = unreadable.map(|record| (record.calendar_id, None));
    Ok(unreadable.chain(listed).collect())
}

/// Keys of events, and the ids that a short one must differ from.
struct Keys {
    wanted: Vec<DecisionKey>,
    ids: BTreeSet<EventId>,
}

async fn keys_of<D: Decisions>(
    decisions: &D,
    calendars: &Owners,
    from: Timestamp,
) -> Result<Keys, PortError> {
    let mut wanted = Vec::new();
    for calendar in calendars.keys() {
        wanted.extend(decisions.of_calendar(calendar, from).await?);
    }
    let ids = wanted.iter().map(|key| key.event_id.clone()).collect();
    Ok(Keys { wanted, ids })
}

/// The events of the wanted keys, each once, by start.
async fn load<D: Decisions>(
    decisions: &D,
    calendars: &Owners,
    keys: &Keys,
) -> Result<FoundEvents, PortError> {
    let mut found = FoundEvents::default();
    for keys in keys.wanted.chunks(ROWS) {
        let rows = decisions.decisions(keys).await?;
        found.unreadable.extend(rows.unreadable);
        // An event that was given another `ical_uid` has a row that another one supersedes.
        let rows = rows.decisions.into_iter();
        let rows = rows.filter(|row| !row.is_superseded());
        found.events.extend(rows.map(|decision| FoundEvent {
            owner: calendars.get(&decision.calendar_id).cloned().flatten(),
            short_id: String::new(),
            decision,
        }));
    }
    for event in &mut found.events {
        event.short_id = short_id(&event.decision.key.event_id, &keys.ids);
    }
    found.events.sort_by(|one, other| {
        let place = |event: &FoundEvent| event.decision.starts_at;
        place(one)
            .cmp(&place(other))
            .then_with(|| one.owner.cmp(&other.owner))
            .then_with(|| one.decision.key.cmp(&other.decision.key))
    });
    Ok(found)
}

/// The shortest beginning of `id` that no other of `ids` has, and that ends with a letter
/// or a digit.
pub(crate) fn short_id(id: &EventId, ids: &BTreeSet<EventId>) -> String {
    let before = ids.range(..id).next_back();
    let after = ids.range(id..).find(|other| *other != id);
    let shared = |other: &EventId| {
        let same = id.as_str().chars().zip(other.as_str().chars());
        same.take_while(|(one, other)| one == other).count()
    };
    let shared = before.into_iter().chain(after).map(shared).max();
    let length = shared.map_or(0, |shared| shared + 1).max(SHORTEST_SHOWN);
    let text = id.as_str();
    let mut short: String = text.chars().take(length).collect();
    let rest = text.chars().skip(length);
    if short.ends_with(|letter: char| !letter.is_alphanumeric()) {
        short.extend(rest.take(1));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(texts: &[String]) -> BTreeSet<EventId> {
        let ids = texts.iter().map(EventId::parse);
        ids.collect::<Result<_, _>>().expect("ids")
    }

    proptest! {
        #[test]
        fn a_short_id_names_one_event(texts in prop::collection::vec("[ab]{1,4}-[ab]{1,12}", 1..20)) {
            let ids = ids(&texts);
            for id in &ids {
                let short = short_id(id, &ids);
                let named = ids.iter().filter(|other| other.as_str().starts_with(&short));
                let named: Vec<_> = named.collect();
                prop_assert!(named.contains(&id), "{short} for {id}");
                // The beginning of a longer id is a whole id, which goes before.
                prop_assert!(named.len() == 1 || short == id.as_str(), "{short}: {named:?}");
            }
        }
    }
}
