//! The events of one calendar in order of start, page by page, as the index by calendar shows
//! them: no row is loaded.
//!
//! The next page begins behind the start and the key of the last event of this one. The index has
//! events of one start in any order. So while it has more entries, only those are settled that
//! start before the last one that was read: no other entry that has not moved can come between
//! them. What a filter leaves out is read as well, up to a bound, so a page may be short and still
//! have a next one. The first page reads on to the end of the period, up to another bound, so that
//! it has counts.

use std::collections::BTreeMap;

use callsheet_domain::{CalendarId, Timestamp};

use crate::PortError;
use crate::attention::EventCounts;
use crate::ports::{AgendaEntry, AgendaIndex, UnreadableRow};
use crate::row_page::{PageQuery, Place, RowFilter};

/// Entries that are read beyond those of a page, since the last ones are settled by those behind
/// them.
const BEYOND: usize = 10;
/// The fewest entries that are read together if a filter leaves some out, or to count them.
const FILTERED: usize = 200;
/// The most entries that a page reads: about half a kilobyte each.
const MOST_READ: usize = 2_000;
/// The most entries that the first page reads for the sake of its counts.
const MOST_COUNTED: usize = 500;

/// A page of entries.
#[derive(Debug, Clone)]
pub(crate) struct EntryPage {
    /// The entries, by start.
    pub(crate) events: Vec<AgendaEntry>,
    /// Counts of the period, if all of it was read; see [`PageQuery::of_counts`].
    pub(crate) counts: Option<EventCounts>,
    /// Decisions of the page whose entries cannot be read.
    pub(crate) unreadable: Vec<UnreadableRow>,
    /// The last event before the next page; none on the last page.
    pub(crate) next: Option<Place>,
}

/// Reads a page of the entries of a calendar at `now`.
pub(crate) async fn read_entries<D: AgendaIndex>(
    decisions: &D,
    calendar: &CalendarId,
    query: &PageQuery,
    now: Timestamp,
) -> Result<EntryPage, PortError> {
    let from = query.after.as_ref().map_or(query.from, |place| {
        // A cursor reaches nothing that the period does not have.
        place.starts_at.max(query.from)
    });
    let mut at_once = query.most + BEYOND;
    if query.filter != RowFilter::default() {
        at_once = at_once.max(FILTERED);
    }
    let (mut read, mut count, mut after) = (Read::default(), 0, None);
    loop {
        let span = (from, query.until);
        let page = decisions.agenda_page(calendar, span, after.as_ref(), at_once);
        let page = page.await?;
        count += page.entries.len();
        read.border = page.next.as_ref().map(|last| last.starts_at);
        for placed in page.entries {
            let place = Place {
                starts_at: placed.place.starts_at,
                key: placed.place.key,
            };
            read.entries.insert(place, placed.entry);
        }
        after = page.next;
        at_once = at_once.max(FILTERED);
        let is_full = read.selected(query, now).count() >= query.most;
        let is_further = read.last_settled() > query.after.as_ref();
        let is_enough = is_full || (count >= MOST_READ && is_further);
        let is_counted = query.after.is_some() || count >= MOST_COUNTED;
        if after.is_none() || (is_enough && is_counted) {
            return Ok(read.page(query, now));
        }
    }
}

/// The entries that were read so far.
#[derive(Default)]
struct Read {
    entries: BTreeMap<Place, Result<AgendaEntry, UnreadableRow>>,
    /// Start of the first entries that are not settled; none if all are.
    border: Option<Timestamp>,
}

impl Read {
    fn settled(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&Place, &Result<AgendaEntry, UnreadableRow>)> {
        let is_settled = |place: &Place| self.border.is_none_or(|border| place.starts_at < border);
        self.entries
            .iter()
            .filter(move |(place, _)| is_settled(place))
    }

    fn last_settled(&self) -> Option<&Place> {
        self.settled().next_back().map(|(place, _)| place)
    }

    /// The entries of the page and of those behind it.
    fn selected(
        &self,
        query: &PageQuery,
        now: Timestamp,
    ) -> impl Iterator<Item = (&Place, &AgendaEntry)> {
        let readable = self
            .settled()
            .filter_map(|(place, entry)| Some((place, entry.as_ref().ok()?)));
        readable.filter(move |(place, entry)| {
            query.is_behind(place)
                // An event that was given another `ical_uid` has a row that another one supersedes.
                && !entry.is_superseded()
                && query.filter.selects_entry(entry, now)
        })
    }

    fn page(self, query: &PageQuery, now: Timestamp) -> EntryPage {
        let selected: Vec<_> = self.selected(query, now).collect();
        let next = if selected.len() > query.most {
            let last = selected.get(query.most.saturating_sub(1));
            last.map(|(place, _)| *place)
        } else if self.border.is_some() {
            self.last_settled()
        } else {
            None
        };
        let is_whole = query.after.is_none() && self.border.is_none();
        let counts = is_whole.then(|| {
            let counted = query.of_counts();
            let events = self.selected(&counted, now);
            events.fold(EventCounts::default(), |counts, (_, event)| {
                counts.count(event, now)
            })
        });
        let is_shown = |place: &Place| next.is_none_or(|next| place <= next);
        let events = selected.iter().take(query.most);
        let unreadable = self
            .settled()
            .filter(|(place, _)| query.is_behind(place) && is_shown(place));
        EntryPage {
            events: events.map(|(_, entry)| (*entry).clone()).collect(),
            counts,
            unreadable: unreadable
                .filter_map(|(_, entry)| entry.clone().err())
                .collect(),
            next: next.cloned(),
        }
    }
}
