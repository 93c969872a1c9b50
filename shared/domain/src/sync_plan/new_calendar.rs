//! The first sync of a new calendar by a list of the workspace.
//!
//! No event of a calendar changed before the calendar was created. So a sync that lists what
//! changed since then lists all that there is: it is a full sync of the calendar.
//!
//! That holds whenever the calendar's record is stored, as long as nothing of the calendar has
//! changed since it was created. When thousands of calendars are connected, many of their
//! requests are on the queue while the workspace is listed, and no record says yet that these
//! calendars exist: the sync stores the records of those whose events it lists. It answers the
//! requests of all of them.

use jiff::Timestamp;

use super::calendar_record::CalendarRecord;
use super::coverage::OWN_CLOCKS;
use super::state::{CompletedSync, OVERLAP, WorkspaceCoverage};
use super::windowed_sync::are_known;
use crate::overrides::Overrides;
use crate::revision::CalendarRevision;
use crate::time::plus;

impl WorkspaceCoverage {
    /// The first sync of a calendar that was never synced, if this sync, once it is completed,
    /// lists all its events; `overrides` are those of its owner.
    ///
    /// No event of a calendar changed before the calendar was created. So a sync that lists
    /// what changed since then lists all that there is.
    #[must_use]
    pub fn first_sync(
        &self,
        record: &CalendarRecord,
        overrides: &Overrides,
    ) -> Option<CompletedSync> {
        let lists_all = self.since? <= listed_whole_since(record, overrides, self.began_at)?;
        let is_of =
            record.known_from() < self.began_at && !self.skipped.contains(&record.calendar.id);
        let pause = overrides.pause.as_ref().map(|pause| pause.until);
        (lists_all && is_of).then_some(CompletedSync {
            began_at: self.began_at,
            since: None,
            full_sync_at: Some(self.began_at),
            policy: self.policy,
            overrides: overrides.revision,
            holds_until: pause.filter(|until| *until > self.began_at),
        })
    }
}

impl CalendarRecord {
    /// A sync of the workspace that begins later decides about the calendar as it is.
    ///
    /// That is when its latest change was stored; if it has not changed since it was created,
    /// already when it was created.
    #[must_use]
    pub fn known_from(&self) -> Timestamp {
        let stored_at = plus(self.changed_at, OWN_CLOCKS);
        let is_unchanged = self.revision == CalendarRevision(1);
        let created_at = self.calendar.created_at.filter(|_| is_unchanged);
        created_at.map_or(stored_at, |created_at| created_at.min(stored_at))
    }
}

/// The instant since which a list of changes has every event of a calendar that was never
/// synced; none if its creation is not known, or if an override may have been set after a
/// sync that began at `began_at`.
#[must_use]
pub fn listed_whole_since(
    record: &CalendarRecord,
    overrides: &Overrides,
    began_at: Timestamp,
) -> Option<Timestamp> {
    let created_at = record.calendar.created_at?;
    let is_new = record.last_sync.is_none() && are_known(overrides, began_at);
    is_new.then(|| plus(created_at, -OVERLAP))
}

#[cfg(test)]
mod tests;
