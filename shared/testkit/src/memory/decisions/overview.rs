//! The overview of all calendars, in memory.

use callsheet_app::PortError;
use callsheet_app::ports::{AlertEntry, DayEntries, DayEntry, DecisionOverview, DueStart, First};
use callsheet_domain::{DecisionKey, Timestamp};

use super::MemoryDecisions;
use super::rows::{from_start, unreadable};

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
