//! The index by calendar, in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{AgendaEntry, AgendaIndex, AgendaPage, PlacedEntry, StartEntry};
use callsheet_domain::{CalendarId, DecisionKey, Timestamp};

use super::MemoryDecisions;
use super::rows::{Rows, unreadable};

impl AgendaIndex for MemoryDecisions {
    async fn agenda_page(
        &self,
        calendar: &CalendarId,
        (from, until): (Timestamp, Timestamp),
        after: Option<&StartEntry>,
        most: usize,
    ) -> Result<AgendaPage, PortError> {
        Ok(self.read(|rows| {
            let of_calendar = rows.by_calendar.get(calendar).into_iter().flatten();
            let mut left = of_calendar
                .skip_while(|(start, _)| *start < from)
                .take_while(|(start, _)| *start < until)
                .skip_while(|(start, key)| {
                    after.is_some_and(|last| (*start, key) <= (last.starts_at, &last.key))
                })
                .peekable();
            let page = left.by_ref().take(most.max(1));
            let entries: Vec<_> = page.map(|place| entry(rows, place)).collect();
            let last = entries.last().map(|entry| entry.place.clone());
            AgendaPage {
                next: last.filter(|_| left.peek().is_some()),
                entries,
            }
        }))
    }

    async fn agenda_from(
        &self,
        calendar: &CalendarId,
        after: Timestamp,
    ) -> Result<Vec<PlacedEntry>, PortError> {
        Ok(self.read(|rows| {
            let of_calendar = rows.by_calendar.get(calendar).into_iter().flatten();
            let is_coming = |(_, key): &&(Timestamp, DecisionKey)| rows.by_key[key].ends_at > after;
            let coming = of_calendar.filter(is_coming);
            coming.map(|place| entry(rows, place)).collect()
        }))
    }
}

fn entry(rows: &Rows, (starts_at, key): &(Timestamp, DecisionKey)) -> PlacedEntry {
    let row = &rows.by_key[key];
    PlacedEntry {
        place: StartEntry {
            starts_at: *starts_at,
            key: key.clone(),
        },
        entry: if rows.unreadable.contains(key) {
            Err(unreadable(row))
        } else {
            Ok(AgendaEntry::of(row))
        },
    }
}
