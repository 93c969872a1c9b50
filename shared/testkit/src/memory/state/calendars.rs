//! Calendars, and what lists show of them.

use std::collections::BTreeMap;

use callsheet_app::PortError;
use callsheet_app::ports::{
    CalendarPages, Calendars, DueHead, DueWork, ListedCalendar, MoreDue, RecordPage,
    UnreadableRecord, WriteOutcome,
};
use callsheet_domain::{
    CalendarId, CalendarOwner, CalendarRecord, DUE_AT_ONCE, Timestamp, Version,
};

use super::logs::LogName;
use super::names::key_of;
use super::{MemoryState, PROBLEM, State, unreadable};

/// What is due.
enum DueRow<'a> {
    Head(&'a CalendarOwner),
    Record(&'a CalendarRecord),
}

impl State {
    /// The calendars with records that can be read.
    pub(super) fn listed(&self) -> impl Iterator<Item = ListedCalendar> {
        let records = self.calendars.by_id().values();
        records.filter_map(|record| self.readable(record))
    }

    fn readable(&self, record: &CalendarRecord) -> Option<ListedCalendar> {
        let is_unreadable = self.unreadable.contains(&record.calendar.id);
        (!is_unreadable).then(|| self.as_listed(record))
    }

    pub(super) fn as_listed(&self, record: &CalendarRecord) -> ListedCalendar {
        let person = self.person(&record.calendar.owner());
        let overrides = self.overrides.get(&person);
        ListedCalendar {
            record: record.clone(),
            override_revision: overrides
                .map(|overrides| overrides.full_sync_revision)
                .unwrap_or_default(),
            unapplied: (self.unapplied.get(&person).into_iter().flatten())
                .filter(|one| one.calendar_id == record.calendar.id)
                .cloned()
                .collect(),
            person,
        }
    }

    /// The head of the overrides under a name, and the calendars of the person.
    pub(super) fn due_head(&self, name: &CalendarOwner) -> (Option<DueHead>, Vec<ListedCalendar>) {
        let person = self.person(name);
        let records = self.of_person(&person);
        let ids = records.iter().map(|record| record.calendar.id.clone());
        let ids: Vec<_> = ids.collect();
        let are_all = ids.iter().all(|id| !self.unreadable.contains(id));
        let head = are_all.then(|| DueHead {
            key: key_of(name),
            revision: self.head_revision(name),
            calendars: ids,
        });
        let listed = records.into_iter().filter_map(|one| self.readable(one));
        (head, listed.collect())
    }
}

impl Calendars for MemoryState {
    async fn record(&self, id: &CalendarId) -> Result<Option<CalendarRecord>, PortError> {
        self.read(|state| {
            if state.unreadable.contains(id) {
                return Err(unreadable(&format!("the record of calendar {id}")));
            }
            Ok(state.calendars.get(id).cloned())
        })
    }

    async fn write_record(&self, record: &CalendarRecord) -> Result<WriteOutcome, PortError> {
        Ok(self.write(|state| {
            let stored = state.calendars.get(&record.calendar.id);
            if stored.map_or(Version::NEW, |stored| stored.version) != record.version {
                return WriteOutcome::Conflict;
            }
            let mut written = record.clone();
            written.version = written.version.next();
            state.calendars.insert(written);
            WriteOutcome::Written
        }))
    }

    async fn write_disconnection(
        &self,
        record: &CalendarRecord,
    ) -> Result<WriteOutcome, PortError> {
        let written = self.write_record(record).await?;
        let action = record.disconnection_action();
        if let (WriteOutcome::Written, Some(action)) = (written, action) {
            let log = LogName::of_calendar(&record.calendar.id);
            self.write(|state| state.logs.add(&log, action));
        }
        Ok(written)
    }

    async fn listed(&self) -> Result<Vec<ListedCalendar>, PortError> {
        Ok(self.read(|state| state.listed().collect()))
    }

    async fn of_owner(&self, owner: &CalendarOwner) -> Result<Vec<ListedCalendar>, PortError> {
        Ok(self.read(|state| {
            let theirs = state.of_person(&state.person(owner)).into_iter();
            theirs.filter_map(|record| state.readable(record)).collect()
        }))
    }

    async fn due(&self, now: Timestamp, most: usize) -> Result<DueWork, PortError> {
        Ok(self.read(|state| {
            let heads = state.due_heads.iter();
            let heads = heads.map(|name| (DUE_AT_ONCE, DueRow::Head(name)));
            let records = state.calendars.due(now);
            let records = records.map(|(at, record)| (at, DueRow::Record(record)));
            let mut rows = heads.chain(records);
            let mut work = DueWork::default();
            let mut calendars = BTreeMap::new();
            for (_, row) in rows.by_ref().take(most) {
                let found = match row {
                    DueRow::Record(record) => state.readable(record).into_iter().collect(),
                    DueRow::Head(name) => {
                        let (head, theirs) = state.due_head(name);
                        work.heads.extend(head);
                        theirs
                    }
                };
                let found = found.into_iter();
                calendars.extend(found.map(|one| (one.record.calendar.id.clone(), one)));
            }
            work.more = MoreDue::of(rows.map(|(at, _)| at));
            work.calendars = calendars.into_values().collect();
            work
        }))
    }

    async fn note_applied_by_all(&self, head: &DueHead) -> Result<(), PortError> {
        self.write(|state| {
            let is_same = |name: &CalendarOwner| {
                key_of(name) == head.key && state.head_revision(name) == head.revision
            };
            let same: Vec<_> = (state.due_heads.iter().filter(|name| is_same(name)))
                .cloned()
                .collect();
            state.due_heads.retain(|name| !same.contains(name));
        });
        Ok(())
    }

    async fn untried(&self, most: usize) -> Result<Vec<CalendarRecord>, PortError> {
        Ok(self.read(|state| {
            let untried = state.calendars.untried().take(most);
            let readable = untried.filter_map(|record| state.readable(record));
            readable.map(|listed| listed.record).collect()
        }))
    }

    async fn expire(&self, id: &CalendarId, at: Timestamp) -> Result<(), PortError> {
        self.write(|state| state.expiries.insert(id.clone(), at));
        Ok(())
    }

    async fn unreadable(&self) -> Result<Vec<UnreadableRecord>, PortError> {
        Ok(self.read(|state| state.unreadable.iter().map(unreadable_record).collect()))
    }
}

impl CalendarPages for MemoryState {
    async fn records_after(
        &self,
        after: Option<&CalendarId>,
        most: usize,
    ) -> Result<RecordPage, PortError> {
        use std::ops::Bound;
        Ok(self.read(|state| {
            let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
            let bounds = (begin, Bound::Unbounded);
            let mut calendars = state.calendars.by_id().range::<CalendarId, _>(bounds);
            let (mut page, mut last) = (RecordPage::default(), None);
            for (id, record) in calendars.by_ref().take(most) {
                last = Some(id.clone());
                if state.unreadable.contains(id) {
                    page.unreadable.push(unreadable_record(id));
                } else {
                    page.records.push(record.clone());
                }
            }
            page.next = last.filter(|_| calendars.next().is_some());
            page
        }))
    }
}

fn unreadable_record(id: &CalendarId) -> UnreadableRecord {
    UnreadableRecord {
        calendar_id: id.clone(),
        problem: PROBLEM.to_owned(),
    }
}
