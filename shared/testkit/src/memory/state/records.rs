//! Records of calendars, found by their owners and by when they are due without a look at all:
//! a workspace of 100,000 calendars is simulated with them.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_domain::{CalendarId, CalendarOwner, CalendarRecord, Timestamp};

#[derive(Debug, Default)]
pub(super) struct CalendarRecords {
    records: BTreeMap<CalendarId, CalendarRecord>,
    of_owner: BTreeMap<CalendarOwner, BTreeSet<CalendarId>>,
    due: BTreeSet<(Timestamp, CalendarId)>,
    untried: BTreeSet<(Timestamp, CalendarId)>,
}

impl CalendarRecords {
    pub(super) fn by_id(&self) -> &BTreeMap<CalendarId, CalendarRecord> {
        &self.records
    }

    pub(super) fn get(&self, id: &CalendarId) -> Option<&CalendarRecord> {
        self.records.get(id)
    }

    /// The records of an owner of this name.
    pub(super) fn of_owner(&self, name: &CalendarOwner) -> impl Iterator<Item = &CalendarRecord> {
        let ids = self.of_owner.get(name).into_iter().flatten();
        ids.filter_map(|id| self.records.get(id))
    }

    /// The records that are due, each with since when, the one that has been so for the longest
    /// time first.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, &CalendarRecord)> {
        let due = self.due.iter().take_while(move |(at, _)| *at <= now);
        due.filter_map(|(at, id)| Some((*at, self.records.get(id)?)))
    }

    /// The records with events that cannot be read, those first whose events were not tried for
    /// the longest time.
    pub(super) fn untried(&self) -> impl Iterator<Item = &CalendarRecord> {
        let untried = self.untried.iter();
        untried.filter_map(|(_, id)| self.records.get(id))
    }

    pub(super) fn insert(&mut self, record: CalendarRecord) {
        let id = record.calendar.id.clone();
        self.remove(&id);
        let of_owner = self.of_owner.entry(record.calendar.owner()).or_default();
        of_owner.insert(id.clone());
        let due_at = record.due_at();
        self.due.extend(due_at.map(|at| (at, id.clone())));
        let untried_since = record.untried_since();
        self.untried
            .extend(untried_since.map(|at| (at, id.clone())));
        self.records.insert(id, record);
    }

    pub(super) fn remove(&mut self, id: &CalendarId) {
        let Some(record) = self.records.remove(id) else {
            return;
        };
        let owner = record.calendar.owner();
        if let Some(of_owner) = self.of_owner.get_mut(&owner) {
            of_owner.remove(id);
            if of_owner.is_empty() {
                self.of_owner.remove(&owner);
            }
        }
        if let Some(due_at) = record.due_at() {
            self.due.remove(&(due_at, id.clone()));
        }
        if let Some(untried_since) = record.untried_since() {
            self.untried.remove(&(untried_since, id.clone()));
        }
    }

    /// Changes each record that `change` gives anew.
    pub(super) fn change(
        &mut self,
        mut change: impl FnMut(&CalendarRecord) -> Option<CalendarRecord>,
    ) {
        let changed: Vec<_> = self.records.values().filter_map(&mut change).collect();
        for record in changed {
            self.insert(record);
        }
    }
}
