//! The rows, and the indexes by which they are found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use callsheet_app::ports::{DecisionRows, DueEntry, UnreadableRow};
use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, EventId, IcalUid, Timestamp, plus,
};
use jiff::SignedDuration;

/// Is told of each row that was written.
pub(super) type Stream = dyn Fn(&Decision) + Send + Sync;

#[derive(Default)]
pub(super) struct Rows {
    /// Boxed, since a tree moves its entries.
    pub(super) by_key: BTreeMap<DecisionKey, Box<Decision>>,
    pub(super) by_event: HashMap<EventId, Vec<IcalUid>>,
    /// In the order in which the rows own the bot.
    pub(super) by_bot: BTreeMap<String, BTreeSet<(Option<String>, DecisionKey)>>,
    pub(super) by_bot_id: BTreeMap<BotId, BTreeSet<DecisionKey>>,
    pub(super) by_calendar: BTreeMap<CalendarId, BTreeSet<(Timestamp, DecisionKey)>>,
    pub(super) by_start: BTreeSet<(Timestamp, DecisionKey)>,
    pub(super) due: BTreeMap<(Timestamp, DecisionKey), DueEntry>,
    pub(super) abandoned: BTreeSet<(Timestamp, DecisionKey)>,
    pub(super) to_check: BTreeSet<(Timestamp, DecisionKey)>,
    pub(super) followed: BTreeSet<(Timestamp, DecisionKey)>,
    /// Keys of rows that cannot be read, or not be written.
    pub(super) unreadable: BTreeSet<DecisionKey>,
    pub(super) unwritable: BTreeSet<DecisionKey>,
    pub(super) stream: Option<Arc<Stream>>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.by_key.fmt(formatter)
    }
}

/// Where the indexes have a row.
#[derive(Debug, PartialEq, Eq)]
struct Places {
    calendar: CalendarId,
    starts_at: Timestamp,
    /// The key of the meeting's first bot, with the rank.
    bot: Option<(String, Option<String>)>,
    bot_id: Option<BotId>,
    is_to_check: bool,
    silent_from: Option<Timestamp>,
    is_abandoned: bool,
    is_superseded: bool,
}

impl Places {
    fn of(row: &Decision) -> Self {
        let bot = row.wanted_key().map(|key| key.of_first().to_owned());
        Self {
            calendar: row.calendar_id.clone(),
            starts_at: row.starts_at,
            bot: bot.map(|bot| (bot, row.bot_rank())),
            bot_id: row.known_bot().cloned(),
            is_to_check: row.owner_check.is_some(),
            silent_from: row.silent_from(),
            is_abandoned: !row.is_due() && row.owner_check.is_none() && row.is_abandoned(),
            is_superseded: row.is_superseded(),
        }
    }
}

impl Rows {
    /// Stores a row, whatever is there. Most writes leave its places in the indexes.
    pub(super) fn put(&mut self, row: Decision) {
        let key = row.key.clone();
        let after = Places::of(&row);
        let due = row.is_due().then(|| DueEntry::of(&row));
        let before = self.by_key.insert(key.clone(), Box::new(row));
        if before.is_none() {
            let of_event = self.by_event.entry(key.event_id.clone()).or_default();
            of_event.reserve_exact(1);
            of_event.push(key.ical_uid.clone());
            of_event.sort_unstable();
        }
        if let Some(before) = &before
            && before.is_due()
        {
            self.due.remove(&(before.starts_at, key.clone()));
        }
        if let Some(due) = due {
            self.due.insert((after.starts_at, key.clone()), due);
        }
        let before = before.as_deref().map(Places::of);
        if before.as_ref() != Some(&after) {
            if let Some(before) = before {
                self.take_from(before, &key);
            }
            self.add_to(after, key);
        }
    }

    pub(super) fn remove(&mut self, key: &DecisionKey) {
        let Some(row) = self.by_key.remove(key) else {
            return;
        };
        if let Some(of_event) = self.by_event.get_mut(&key.event_id) {
            of_event.retain(|meeting| *meeting != key.ical_uid);
        }
        self.due.remove(&(row.starts_at, key.clone()));
        self.take_from(Places::of(&row), key);
    }

    /// Adds a row to the indexes.
    fn add_to(&mut self, places: Places, key: DecisionKey) {
        let at = (places.starts_at, key.clone());
        if let Some(bot) = places.bot_id {
            let holding = self.by_bot_id.entry(bot).or_default();
            holding.insert(key.clone());
        }
        if let Some((bot, rank)) = places.bot {
            let wanting = self.by_bot.entry(bot).or_default();
            wanting.insert((rank, key));
        }
        if places.is_to_check {
            self.to_check.insert(at.clone());
        }
        if places.silent_from.is_some() {
            self.followed.insert(at.clone());
        }
        if places.is_abandoned {
            self.abandoned.insert(at.clone());
        }
        if !places.is_superseded {
            self.by_start.insert(at.clone());
        }
        let in_calendar = self.by_calendar.entry(places.calendar);
        in_calendar.or_default().insert(at);
    }

    /// Takes a row out of the indexes.
    fn take_from(&mut self, places: Places, key: &DecisionKey) {
        let at = (places.starts_at, key.clone());
        if let Some(bot) = places.bot_id {
            take_out(&mut self.by_bot_id, &bot, key);
        }
        if let Some((bot, rank)) = places.bot {
            take_out(&mut self.by_bot, &bot, &(rank, key.clone()));
        }
        take_out(&mut self.by_calendar, &places.calendar, &at);
        self.abandoned.remove(&at);
        self.by_start.remove(&at);
        self.to_check.remove(&at);
        self.followed.remove(&at);
    }

    /// The rows under `keys`, and those of them that cannot be read.
    pub(super) fn select<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a DecisionKey>,
    ) -> DecisionRows {
        let mut selected = DecisionRows::default();
        for row in keys.into_iter().filter_map(|key| self.by_key.get(key)) {
            if self.unreadable.contains(&row.key) {
                selected.unreadable.push(unreadable(row));
            } else {
                selected.decisions.push(row.as_ref().clone());
            }
        }
        selected
    }

    /// Keys of the rows of a meeting, which are next to each other.
    pub(super) fn of_meeting(&self, meeting: &IcalUid) -> impl Iterator<Item = &DecisionKey> {
        let first = DecisionKey {
            ical_uid: meeting.clone(),
            ..before_all()
        };
        let rows = self.by_key.range(first..);
        rows.map(|(key, _)| key)
            .take_while(move |key| key.ical_uid == *meeting)
    }
}

/// A key before all others.
pub(super) fn before_all() -> DecisionKey {
    DecisionKey {
        ical_uid: IcalUid::parse("\0").expect("not empty"),
        event_id: EventId::parse("-").expect("a character that ids have"),
    }
}

/// Takes a value out of the set of `group`.
fn take_out<G: Ord, V: Ord>(index: &mut BTreeMap<G, BTreeSet<V>>, group: &G, value: &V) {
    if let Some(values) = index.get_mut(group) {
        values.remove(value);
        if values.is_empty() {
            index.remove(group);
        }
    }
}

/// The rows whose meetings start at or after an instant, in order of start.
pub(super) fn from_start(
    rows: &BTreeSet<(Timestamp, DecisionKey)>,
    from: Timestamp,
) -> impl Iterator<Item = &(Timestamp, DecisionKey)> {
    let any = DecisionKey {
        ical_uid: IcalUid::parse("-").expect("an id"),
        event_id: EventId::parse("-").expect("an id"),
    };
    let before = plus(from, -SignedDuration::from_micros(1));
    let rows = rows.range((before, any)..);
    rows.skip_while(move |(start, _)| *start < from)
}

pub(super) fn unreadable(row: &Decision) -> UnreadableRow {
    UnreadableRow {
        key: row.key.clone(),
        calendar_id: Some(row.calendar_id.clone()),
        problem: "made unreadable on purpose".to_owned(),
    }
}
