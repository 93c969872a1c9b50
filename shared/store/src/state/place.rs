//! Keys of the rows of state: one partition for each calendar, and one for the
//! rest of the workspace.

use callsheet_domain::{CalendarId, Operation, OverrideScope, PolicyRevision};

use crate::attributes::{Attributes, text};

pub(super) const PARTITION: &str = "partition";
pub(super) const SORT: &str = "sort";

/// Prefix of the partitions of calendars.
const CALENDAR: &str = "calendar#";
/// Sort key of a calendar's record.
pub(super) const RECORD: &str = "calendar";
/// Sort key of the head of a calendar's overrides. It sorts after the rows that it counts.
pub(super) const OVERRIDES_HEAD: &str = "overrides";
/// Prefix of the sort keys of a calendar's overrides, its pause and their head.
pub(super) const OVERRIDES: &str = "override";
/// Sort key of a calendar's pause.
pub(super) const PAUSE: &str = "override#pause";
/// Prefix of the sort keys of overrides, by scope.
pub(super) const EVENT: &str = "override#event#";
pub(super) const SERIES: &str = "override#series#";
pub(super) const PLATFORM_SERIES: &str = "override#platform-series#";
/// Prefix of the sort keys of policies.
pub(super) const POLICIES: &str = "policy#";

/// The key of a row.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) partition: String,
    sort: String,
}

/// The calendar whose rows a partition holds.
pub(super) fn calendar_of(partition: &str) -> Option<CalendarId> {
    CalendarId::parse(partition.strip_prefix(CALENDAR)?).ok()
}

/// The revision whose policy a sort key names.
pub(super) fn policy_of(sort: &str) -> Option<PolicyRevision> {
    let revision = sort.strip_prefix(POLICIES)?.parse().ok()?;
    Some(PolicyRevision(revision))
}

impl Place {
    fn of_calendar(id: &CalendarId, sort: impl Into<String>) -> Self {
        Self {
            partition: format!("{CALENDAR}{id}"),
            sort: sort.into(),
        }
    }

    fn of_workspace(sort: impl Into<String>) -> Self {
        Self {
            partition: "workspace".to_owned(),
            sort: sort.into(),
        }
    }

    pub(super) fn calendar(id: &CalendarId) -> Self {
        Self::of_calendar(id, RECORD)
    }

    pub(super) fn overrides_head(id: &CalendarId) -> Self {
        Self::of_calendar(id, OVERRIDES_HEAD)
    }

    pub(super) fn pause(id: &CalendarId) -> Self {
        Self::of_calendar(id, PAUSE)
    }

    pub(super) fn override_of(id: &CalendarId, scope: &OverrideScope) -> Self {
        let sort = match scope {
            OverrideScope::Event(id) => format!("{EVENT}{id}"),
            OverrideScope::Series(ical_uid) => format!("{SERIES}{ical_uid}"),
            OverrideScope::PlatformSeries(id) => format!("{PLATFORM_SERIES}{id}"),
        };
        Self::of_calendar(id, sort)
    }

    pub(super) fn active_policy() -> Self {
        Self::of_workspace("policy")
    }

    /// Padded, so that revisions sort by number.
    pub(super) fn policy(revision: PolicyRevision) -> Self {
        Self::of_workspace(format!("{POLICIES}{:010}", revision.0))
    }

    pub(super) fn rate_limit(operation: Operation) -> Self {
        Self::of_workspace(format!("rate#{}", operation.as_str()))
    }

    pub(super) fn workspace_sync_state() -> Self {
        Self::of_workspace("sync")
    }

    pub(super) fn access() -> Self {
        Self::of_workspace("access")
    }

    pub(super) fn activity() -> Self {
        Self::of_workspace("activity")
    }

    pub(super) fn scheduler_lease() -> Self {
        Self::of_workspace("lease#scheduler")
    }

    pub(super) fn key(self) -> Attributes {
        self.on(Attributes::new())
    }

    /// The attributes of a row, with this key.
    pub(super) fn on(self, mut row: Attributes) -> Attributes {
        row.insert(PARTITION.to_owned(), text(self.partition));
        row.insert(SORT.to_owned(), text(self.sort));
        row
    }
}
