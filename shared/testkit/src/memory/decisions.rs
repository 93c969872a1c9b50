//! Decisions in memory.

mod agenda;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use callsheet_app::ports::{
    AlertEntry, CopiesPage, DayEntries, DayEntry, DayPage, DayPosition, DecisionOverview,
    DecisionRows, Decisions, DueEntry, DueQuery, DueRows, DueSelection, DueStart, First, FirstRows,
    MeetingDays, StartEntry, UnreadableRow, WriteOutcome,
};
use callsheet_app::{PortError, Service};
use callsheet_domain::{
    BotId, CalendarId, Decision, DecisionKey, DeduplicationKey, EventId, IcalUid, ListedIds,
    MeetingCopy, Timestamp, Version, plus,
};
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Shared;

/// Decisions in memory, with indexes that never lag.
#[derive(Debug, Clone, Default)]
pub struct MemoryDecisions(Shared<Rows>);

/// Is told of each row that was written.
type Stream = dyn Fn(&Decision) + Send + Sync;

#[derive(Default)]
struct Rows {
    /// Boxed, since a tree moves its entries.
    by_key: BTreeMap<DecisionKey, Box<Decision>>,
    by_event: HashMap<EventId, Vec<IcalUid>>,
    /// In the order in which the rows own the bot.
    by_bot: BTreeMap<String, BTreeSet<(Option<String>, DecisionKey)>>,
    by_bot_id: BTreeMap<BotId, BTreeSet<DecisionKey>>,
    by_calendar: BTreeMap<CalendarId, BTreeSet<(Timestamp, DecisionKey)>>,
    by_start: BTreeSet<(Timestamp, DecisionKey)>,
    due: BTreeMap<(Timestamp, DecisionKey), DueEntry>,
    abandoned: BTreeSet<(Timestamp, DecisionKey)>,
    to_check: BTreeSet<(Timestamp, DecisionKey)>,
    followed: BTreeSet<(Timestamp, DecisionKey)>,
    /// Keys of rows that cannot be read, or not be written.
    unreadable: BTreeSet<DecisionKey>,
    unwritable: BTreeSet<DecisionKey>,
    stream: Option<Arc<Stream>>,
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
    fn put(&mut self, row: Decision) {
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

    fn remove(&mut self, key: &DecisionKey) {
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
    fn select<'a>(&self, keys: impl IntoIterator<Item = &'a DecisionKey>) -> DecisionRows {
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
    fn of_meeting(&self, meeting: &IcalUid) -> impl Iterator<Item = &DecisionKey> {
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
fn before_all() -> DecisionKey {
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

impl MemoryDecisions {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every row, in order of key.
    #[must_use]
    pub fn all(&self) -> Vec<Decision> {
        self.0.with(|rows| {
            rows.by_key
                .values()
                .map(|row| row.as_ref().clone())
                .collect()
        })
    }

    /// Whether a row is as `is_sought` says.
    #[must_use]
    pub fn any(&self, is_sought: impl Fn(&Decision) -> bool) -> bool {
        self.0
            .with(|rows| rows.by_key.values().any(|row| is_sought(row)))
    }

    /// The row under `key`.
    #[must_use]
    pub fn get(&self, key: &DecisionKey) -> Option<Decision> {
        self.0
            .with(|rows| rows.by_key.get(key).map(|row| row.as_ref().clone()))
    }

    /// Puts a row there as it is, whatever version is stored.
    pub fn put(&self, decision: Decision) {
        self.0.with(|rows| rows.put(decision));
    }

    /// Tells `stream` of each row that is written from now on, after the write.
    pub fn stream_to(&self, stream: impl Fn(&Decision) + Send + Sync + 'static) {
        self.0.with(|rows| rows.stream = Some(Arc::new(stream)));
    }

    /// Makes the row under `key` unreadable, as a row of a later build is.
    pub fn make_unreadable(&self, key: &DecisionKey) {
        self.0.with(|rows| rows.unreadable.insert(key.clone()));
    }

    /// Has each write under `key` refused, as that of a row that is too large.
    pub fn make_unwritable(&self, key: &DecisionKey) {
        self.0.with(|rows| rows.unwritable.insert(key.clone()));
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> T {
        self.0.with(|rows| read(rows))
    }
}

/// Rows of a page of copies: fewer than the table's, so that tests have several pages.
const COPIES_OF_A_PAGE: usize = 20;

impl Decisions for MemoryDecisions {
    async fn decisions(&self, keys: &[DecisionKey]) -> Result<DecisionRows, PortError> {
        let keys: BTreeSet<_> = keys.iter().collect();
        Ok(self.read(|rows| rows.select(keys)))
    }

    async fn copies_at(
        &self,
        meeting: &IcalUid,
        starts_at: Timestamp,
    ) -> Result<DecisionRows, PortError> {
        Ok(self.read(|rows| {
            let copies = rows.of_meeting(meeting);
            rows.select(copies.filter(|key| rows.by_key[*key].starts_at == starts_at))
        }))
    }

    async fn copies_page(
        &self,
        meeting: &IcalUid,
        after: Option<&EventId>,
    ) -> Result<CopiesPage, PortError> {
        Ok(self.read(|rows| {
            let copies = rows.of_meeting(meeting);
            let is_next = |key: &&DecisionKey| after.is_none_or(|after| key.event_id > *after);
            let mut keys: Vec<_> = copies.filter(is_next).collect();
            keys.sort();
            let has_more = keys.len() > COPIES_OF_A_PAGE;
            keys.truncate(COPIES_OF_A_PAGE);
            let last = keys.last().map(|key| key.event_id.clone());
            CopiesPage {
                next: last.filter(|_| has_more),
                rows: rows.select(keys),
            }
        }))
    }

    async fn of_event(&self, event: &EventId) -> Result<DecisionRows, PortError> {
        let mut found = self.read(|rows| {
            let meetings = rows.by_event.get(event).into_iter().flatten();
            let keys = meetings.map(|meeting| DecisionKey {
                ical_uid: meeting.clone(),
                event_id: event.clone(),
            });
            rows.select(&keys.collect::<Vec<_>>())
        });
        found
            .decisions
            .sort_by_key(|row| (!row.is_superseded(), row.ends_at));
        Ok(found)
    }

    async fn wanting(&self, key: &DeduplicationKey, most: usize) -> Result<FirstRows, PortError> {
        Ok(self.read(|rows| {
            let mut wanting = rows.by_bot.get(key.of_first()).into_iter().flatten();
            let first: Vec<_> = wanting.by_ref().take(most).map(|(_, key)| key).collect();
            FirstRows {
                rows: rows.select(first),
                has_more: wanting.next().is_some(),
            }
        }))
    }

    async fn keys_wanting(&self, key: &DeduplicationKey) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let wanting = rows.by_bot.get(key.of_first()).into_iter().flatten();
            wanting.map(|(_, key)| key.clone()).collect()
        }))
    }

    async fn keys_holding(&self, bot: &BotId, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let holding = rows.by_bot_id.get(bot).into_iter().flatten();
            holding.take(most).cloned().collect()
        }))
    }

    async fn silent(&self, since: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let started = rows
                .followed
                .iter()
                .take_while(|(start, _)| *start <= since);
            let is_silent = |key: &&DecisionKey| {
                let row = &rows.by_key[*key];
                row.owner_check.is_none() && row.silent_from().is_some_and(|from| from <= since)
            };
            let silent = started.map(|(_, key)| key).filter(is_silent);
            silent.take(most).cloned().collect()
        }))
    }

    async fn to_check(&self, now: Timestamp, most: usize) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let to_check = rows.to_check.iter().map(|(_, key)| key);
            let is_due = |key: &&DecisionKey| rows.by_key[*key].is_to_be_checked(now);
            to_check.filter(is_due).take(most).cloned().collect()
        }))
    }

    async fn discard(&self, key: &DecisionKey) -> Result<bool, PortError> {
        Ok(self.0.with(|rows| {
            let is_unreadable = rows.unreadable.remove(key);
            if is_unreadable {
                rows.remove(key);
            }
            is_unreadable
        }))
    }

    async fn write(&self, decision: &Decision) -> Result<WriteOutcome, PortError> {
        let stream = self.0.with(|rows| {
            if rows.unwritable.contains(&decision.key) {
                return Err(PortError::Unwritable {
                    service: Service::DynamoDb,
                    reason: "made unwritable on purpose".to_owned(),
                });
            }
            let stored = rows.by_key.get(&decision.key);
            if stored.map_or(Version::NEW, |row| row.version) != decision.version {
                return Ok(None);
            }
            let mut written = decision.clone();
            written.version = written.version.next();
            rows.put(written);
            Ok(Some(rows.stream.clone()))
        })?;
        let Some(stream) = stream else {
            return Ok(WriteOutcome::Conflict);
        };
        // Once the table is free again, so that the stream may read it.
        if let Some(stream) = stream {
            stream(decision);
        }
        Ok(WriteOutcome::Written)
    }

    async fn due(&self, query: &DueQuery) -> Result<DueRows, PortError> {
        Ok(self.read(|rows| {
            let mut selection = DueSelection::new(query);
            for entry in rows.due.values() {
                if selection.is_full() {
                    break;
                }
                selection.add(entry.clone());
            }
            selection.rows()
        }))
    }

    async fn of_calendar(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let keys = rows.by_calendar.get(calendar).into_iter().flatten();
            let keys = keys.map(|(_, key)| key);
            let to_come = keys.filter(|key| rows.by_key[key].ends_at > after);
            to_come.cloned().collect()
        }))
    }

    async fn starting(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<StartEntry>, PortError> {
        Ok(self.read(|rows| {
            let keys = rows.by_calendar.get(calendar).into_iter();
            let later = keys.flat_map(|keys| keys.range((from, before_all())..));
            let starting = later.take_while(|(start, _)| *start <= until);
            starting.map(start_entry).collect()
        }))
    }

    async fn unlisted(
        &self,
        from: Timestamp,
        until: Timestamp,
        listed: &ListedIds,
    ) -> Result<Vec<StartEntry>, PortError> {
        Ok(self.read(|rows| {
            let later = rows.by_start.range((from, before_all())..);
            let starting = later.take_while(|(start, _)| *start <= until);
            let unlisted = starting.filter(|(_, key)| !listed.contains(&key.event_id));
            unlisted.map(start_entry).collect()
        }))
    }

    async fn next_start(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
    ) -> Result<Option<Timestamp>, PortError> {
        Ok(self.read(|rows| {
            let keys = rows.by_calendar.get(calendar).into_iter().flatten();
            keys.map(|(start, _)| *start).find(|start| *start >= from)
        }))
    }
}

fn start_entry((start, key): &(Timestamp, DecisionKey)) -> StartEntry {
    StartEntry {
        starts_at: *start,
        key: key.clone(),
    }
}

impl DecisionOverview for MemoryDecisions {
    async fn starting_between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<DayEntries, PortError> {
        Ok(self.read(|rows| {
            let mut read = DayEntries::default();
            let starting = from_start(&rows.by_start, from);
            for (_, key) in starting.take_while(|(start, _)| *start < until) {
                let row = &rows.by_key[key];
                if rows.unreadable.contains(key) {
                    read.unreadable.push(unreadable(row));
                } else {
                    read.entries.extend(DayEntry::of(row));
                    read.alerts.extend(AlertEntry::all_of(row));
                }
            }
            read
        }))
    }

    async fn first_due(&self, most: usize) -> Result<First<DueStart>, PortError> {
        Ok(self.read(|rows| {
            let due = rows.due.keys().take(most);
            let due = due.map(|(start, key)| DueStart {
                key: key.clone(),
                starts_at: *start,
                not_before: rows.by_key[key].attempts.not_before,
            });
            First {
                first: due.collect(),
                has_more: rows.due.len() > most,
            }
        }))
    }

    async fn abandoned(
        &self,
        from: Timestamp,
        most: usize,
    ) -> Result<First<DecisionKey>, PortError> {
        Ok(self.read(|rows| {
            let mut abandoned = from_start(&rows.abandoned, from);
            let first = abandoned.by_ref().take(most);
            First {
                first: first.map(|(_, key)| key.clone()).collect(),
                has_more: abandoned.next().is_some(),
            }
        }))
    }
}

impl MeetingDays for MemoryDecisions {
    async fn page_of_day(
        &self,
        day: Date,
        after: Option<&DayPosition>,
        most: usize,
    ) -> Result<DayPage, PortError> {
        let begin = |day: Date| day.to_zoned(TimeZone::UTC).expect("a date").timestamp();
        let end = day.tomorrow().map_or(Timestamp::MAX, begin);
        Ok(self.read(|rows| {
            let mut page = DayPage::default();
            let is_read = |(start, key): &&(Timestamp, DecisionKey)| {
                after.is_some_and(|last| (*start, key) <= (last.starts_at, &last.key))
            };
            let starting = from_start(&rows.by_start, begin(day));
            let of_day = starting.take_while(|(start, _)| *start < end);
            let mut left = of_day.skip_while(is_read).peekable();
            for (starts_at, key) in left.by_ref().take(most.max(1)) {
                let row = &rows.by_key[key];
                if rows.unreadable.contains(key) {
                    page.unreadable.push(unreadable(row));
                } else {
                    page.copies.extend(MeetingCopy::of(row));
                }
                page.next = Some(DayPosition {
                    starts_at: *starts_at,
                    key: key.clone(),
                });
            }
            page.next = page.next.filter(|_| left.peek().is_some());
            page
        }))
    }
}

/// The rows whose meetings start at or after an instant, in order of start.
fn from_start(
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

fn unreadable(row: &Decision) -> UnreadableRow {
    UnreadableRow {
        key: row.key.clone(),
        calendar_id: Some(row.calendar_id.clone()),
        problem: "made unreadable on purpose".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::decisions_contract!(async || MemoryDecisions::new());
}
