//! The decisions about the events of calendars, in order of start, page by page.
//!
//! A page reads the keys of the period from an index and loads the rows of the page. The next page
//! begins behind the start and the key of the last event of this one. So pages neither lose nor
//! repeat an event that does not move, whatever is written in between: how far a calendar was read
//! is told by the starts of the index, since a row that is loaded may have moved since. What a
//! filter leaves out is read as well, up to a bound, so a page may be short and still have a next
//! one.
//!
//! Of several calendars those are read on first that were read least far.

use std::collections::BTreeSet;

use callsheet_domain::{
    CalendarId, Decision, DecisionKey, EventId, ListedIds, Phase, RuleName, Timestamp,
};

use crate::PortError;
use crate::attention::event_needs_attention;
use crate::bot_state::BotState;
use crate::ports::{AgendaEntry, Decisions, StartEntry, UnreadableRow};

/// The most rows loaded together.
const ROWS: usize = 100;
/// The fewest rows loaded together of each of several calendars.
const FEWEST_ROWS: usize = 10;
/// The most rows that a page reads: one to two kilobytes each.
const MOST_READ: usize = 1_000;

/// A page of events that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// Events that start at or after this instant.
    pub from: Timestamp,
    /// Events that start before this instant.
    pub until: Timestamp,
    /// Events behind this one.
    pub after: Option<Place>,
    /// The most events.
    pub most: usize,
    /// Which of them.
    pub filter: RowFilter,
}

/// Which events are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowFilter {
    /// Whether the meetings are to be recorded.
    pub is_recorded: Option<bool>,
    /// Only those that need attention.
    pub needs_attention: bool,
    /// What became of their bots.
    pub bot: Option<BotState>,
    /// The rule that decided about them.
    pub rule: Option<RuleName>,
    /// Where their bots are in their lives, by the statuses that Recall reported.
    pub outcome: Option<Phase>,
    /// A part of their titles, in any case.
    pub title: Option<String>,
}

/// The place of an event among others, by start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it starts.
    pub starts_at: Timestamp,
    /// Its key.
    pub key: DecisionKey,
}

/// A page of decisions.
#[derive(Debug, Clone)]
pub(crate) struct RowPage {
    /// The decisions, by start.
    pub(crate) events: Vec<Decision>,
    /// Decisions that cannot be read.
    pub(crate) unreadable: Vec<UnreadableRow>,
    /// Ids of all events of the rest of the period.
    pub(crate) ids: BTreeSet<EventId>,
    /// The last event before the next page; none on the last page.
    pub(crate) next: Option<Place>,
}

/// Whose events are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// Those of these calendars.
    Calendars(&'a [CalendarId]),
    /// Those of all calendars, whose keys are read at once: of a short period.
    All,
}

/// Reads a page of the decisions of calendars at `now`.
pub(crate) async fn read_page<D: Decisions>(
    decisions: &D,
    whose: Whose<'_>,
    query: &PageQuery,
    now: Timestamp,
) -> Result<RowPage, PortError> {
    let from = query.after.as_ref().map_or(query.from, |place| {
        // A cursor reaches nothing that the period does not have.
        place.starts_at.max(query.from)
    });
    let mut read = Read::default();
    match whose {
        Whose::Calendars(calendars) => {
            for calendar in calendars {
                let entries = decisions.starting(calendar, from, query.until).await?;
                read.sources.push(Source::of(entries));
            }
        }
        Whose::All => {
            let nothing = ListedIds::default();
            let entries = decisions.unlisted(from, query.until, &nothing).await?;
            read.sources.push(Source::of(entries));
        }
    }
    // Some more than the page has, since the last ones are settled by those behind them.
    let rows = ROWS.min(query.most + FEWEST_ROWS);
    let rows = (rows / read.sources.len().max(1)).max(FEWEST_ROWS);
    while read.next(decisions, rows).await? {
        let is_full = read.selected(query, now).count() >= query.most;
        let is_further = read.last_settled() > query.after;
        if is_full || (read.count() >= MOST_READ && is_further) {
            break;
        }
    }
    let mut events: Vec<_> = read.selected(query, now).cloned().collect();
    let next = if events.len() > query.most {
        events.truncate(query.most);
        events.last().map(place)
    } else if read.border().is_some() {
        read.last_settled()
    } else {
        None
    };
    let entries = read.sources.iter().flat_map(|source| &source.entries);
    Ok(RowPage {
        events,
        ids: entries.map(|entry| entry.key.event_id.clone()).collect(),
        unreadable: read.unreadable,
        next,
    })
}

/// The rows that were read so far.
///
/// The index has events of one start in any order. So while a calendar has more entries, only the
/// rows are settled that start before the last entry that was read: no other row that has not
/// moved can come between them.
#[derive(Default)]
struct Read {
    sources: Vec<Source>,
    /// The rows, by place.
    rows: Vec<Decision>,
    unreadable: Vec<UnreadableRow>,
}

/// The events of one calendar, or of all.
struct Source {
    /// Their entries, by start.
    entries: Vec<StartEntry>,
    /// Number of the entries whose rows were read.
    count: usize,
    /// Start of the first of its entries that are not settled; none if all are.
    border: Option<Timestamp>,
}

impl Source {
    fn of(entries: Vec<StartEntry>) -> Self {
        Self {
            border: (!entries.is_empty()).then_some(Timestamp::MIN),
            entries,
            count: 0,
        }
    }
}

impl Read {
    /// Reads on in the calendar that was read least far. False if all are read.
    async fn next<D: Decisions>(&mut self, decisions: &D, rows: usize) -> Result<bool, PortError> {
        let sources = self.sources.iter_mut();
        let unread = sources.filter(|source| source.border.is_some());
        let Some(source) = unread.min_by_key(|source| source.border) else {
            return Ok(false);
        };
        let end = source.entries.len().min(source.count + rows);
        let entries = &source.entries[source.count..end];
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
        let read = decisions.decisions(&keys).await?;
        source.count = end;
        let last = entries.last().map(|entry| entry.starts_at);
        source.border = last.filter(|_| end < source.entries.len());
        self.unreadable.extend(read.unreadable);
        self.rows.extend(read.decisions);
        self.rows.sort_by_cached_key(place);
        Ok(true)
    }

    /// Number of the rows that were read.
    fn count(&self) -> usize {
        self.sources.iter().map(|source| source.count).sum()
    }

    /// Start of the first rows that are not settled; none if all are.
    fn border(&self) -> Option<Timestamp> {
        self.sources.iter().filter_map(|source| source.border).min()
    }

    fn settled(&self) -> impl Iterator<Item = &Decision> {
        let border = self.border();
        let is_settled = move |row: &&Decision| border.is_none_or(|border| row.starts_at < border);
        self.rows.iter().filter(is_settled)
    }

    fn selected(&self, query: &PageQuery, now: Timestamp) -> impl Iterator<Item = &Decision> {
        self.settled().filter(move |row| query.selects(row, now))
    }

    fn last_settled(&self) -> Option<Place> {
        self.settled().last().map(place)
    }
}

fn place(row: &Decision) -> Place {
    Place {
        starts_at: row.starts_at,
        key: row.key.clone(),
    }
}

impl PageQuery {
    /// The query of what is counted beside a page: of both verdicts, whether attention is needed or
    /// not.
    pub(crate) fn of_counts(&self) -> Self {
        Self {
            filter: RowFilter {
                is_recorded: None,
                needs_attention: false,
                ..self.filter.clone()
            },
            ..self.clone()
        }
    }

    fn selects(&self, row: &Decision, now: Timestamp) -> bool {
        let is_in_period = row.starts_at >= self.from && row.starts_at < self.until;
        let is_behind = self.is_behind(&place(row));
        // An event that was given another `ical_uid` has a row that another one supersedes.
        is_in_period && is_behind && !row.is_superseded() && self.filter.selects(row, now)
    }

    /// Whether a place is behind the page before.
    pub(crate) fn is_behind(&self, place: &Place) -> bool {
        self.after.as_ref().is_none_or(|after| place > after)
    }
}

impl RowFilter {
    /// Whether the event of a row is shown.
    pub(crate) fn selects(&self, row: &Decision, now: Timestamp) -> bool {
        *self == Self::default() || self.selects_entry(&AgendaEntry::of(row), now)
    }

    /// Whether an event is shown.
    pub(crate) fn selects_entry(&self, entry: &AgendaEntry, now: Timestamp) -> bool {
        let title = entry.title.as_deref();
        self.is_recorded
            .is_none_or(|wanted| wanted == entry.is_recorded)
            && (!self.needs_attention || event_needs_attention(entry, now))
            && self.rule.as_ref().is_none_or(|rule| *rule == entry.rule)
            && (self.outcome.is_none() || self.outcome == entry.phase)
            && self.bot.is_none_or(|bot| bot == entry.bot_at(now))
            && self
                .title
                .as_ref()
                .is_none_or(|part| is_part_of(part, title))
    }
}

/// Whether the title of an event contains a text, in any case.
pub(crate) fn has_title(row: &Decision, part: &str) -> bool {
    is_part_of(part, row.title.as_deref())
}

fn is_part_of(part: &str, title: Option<&str>) -> bool {
    title.is_some_and(|title| title.to_lowercase().contains(&part.to_lowercase()))
}
