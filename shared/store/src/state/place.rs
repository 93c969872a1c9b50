//! Keys of the rows of state: one partition for each calendar, one for the overrides of each
//! person, one for each meeting that people chose anything for, one for the policies, one for
//! the workspace's sync state, one for the rate limits, and one for the rest of the workspace.
//!
//! Permissions are by partition. The console writes to all but the last, and to that of the rate
//! limits only where the stack allows previews, which acquire permits. So it can never take the
//! scheduler's lease.

use callsheet_app::ports::ActionPlace;
use callsheet_domain::{
    Account, CalendarId, CalendarOwner, DeduplicationKey, MeetingName, Operation, OverrideScope,
    PolicyRevision, Timestamp,
};
use jiff::civil::Date;

use crate::attributes::{Attributes, text};

pub(super) const PARTITION: &str = "partition";
pub(super) const SORT: &str = "sort";

/// The part of the list of all calendars that a row is in.
pub(super) const LISTED: &str = "listed";
/// The list of calendars with events that cannot be read.
pub(super) const EVENTS: &str = "events";
/// Prefix of the partitions of calendars.
pub(super) const CALENDAR: &str = "calendar#";
/// Prefix of the partitions of persons.
const PERSON: &str = "person#";
/// Sort key of a calendar's record.
pub(super) const RECORD: &str = "calendar";
/// Sort key of the head of an owner's overrides. It sorts after the rows that it counts.
pub(super) const OVERRIDES_HEAD: &str = "overrides";
/// Prefix of the sort keys of an owner's overrides, their pause and the head.
pub(super) const OVERRIDES: &str = "override";
/// Sort key of an owner's pause.
pub(super) const PAUSE: &str = "override#pause";
/// Prefix of the sort keys of overrides, by scope.
pub(super) const EVENT: &str = "override#event#";
pub(super) const SERIES: &str = "override#series#";
pub(super) const PLATFORM_SERIES: &str = "override#platform-series#";
/// The part of the list of what people did that a row is in.
pub(super) const LOGGED: &str = "logged";
/// Prefix of the sort keys of what people did.
pub(super) const ACTIVITY: &str = "activity#";
/// Partition of the totals of past days, which sort by date.
pub(super) const COVERAGE: &str = "coverage";
/// Partition of the rate limits, one row for each operation.
pub(super) const LIMITS: &str = "limits";
pub(super) const RATE: &str = "rate#";
/// Prefix of the partitions of what people chose for whole meetings.
const MEETING: &str = "meeting#";
/// Sort key of what people chose for a whole meeting.
pub(super) const OF_MEETING: &str = "override";
/// Prefix of the partitions of counted bots and of what is counted of a period.
const SPENDING: &str = "spending#";
/// Sort key of a counted bot, and of what is counted in all calendars.
const ALL_SPENDING: &str = "all";
/// Prefix of the sort keys of what is counted under a named policy.
const SPENDING_OF_POLICY: &str = "policy#";
/// Sort key of the head of the policies, which names the active revision.
pub(super) const ACTIVE_POLICY: &str = "policy";
/// Prefix of the sort keys of policies.
pub(super) const POLICIES: &str = "policy#";

/// Number of the parts of the list of all calendars, and of that of what people did: a power of
/// two, and no more than a hexadecimal digit tells apart.
const LISTS: u64 = 16;

/// The key of a row.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) partition: String,
    pub(super) sort: String,
}

/// The calendar whose rows a partition holds.
pub(super) fn calendar_of(partition: &str) -> Option<CalendarId> {
    CalendarId::parse(partition.strip_prefix(CALENDAR)?).ok()
}

/// The partition of the overrides of an owner: of a person, by a digest, since names of
/// partitions are logged; else of the calendar.
pub(super) fn partition_of(owner: &CalendarOwner) -> String {
    match (owner, owner.digest()) {
        (_, Some(digest)) => format!("{PERSON}{digest}"),
        (CalendarOwner::Unknown(calendar), None) => format!("{CALENDAR}{calendar}"),
        (CalendarOwner::Person { .. }, None) => unreachable!("a person has a digest"),
    }
}

/// The parts of the list of all calendars. One key of an index takes a thousand writes a
/// second, and the list has to take more when all calendars are written.
pub(super) fn lists() -> impl Iterator<Item = String> {
    (0..LISTS).map(list)
}

/// The parts of the list of what people did. A person writes to one of them.
pub(super) fn activity_lists() -> impl Iterator<Item = String> {
    (0..LISTS).map(activity_list)
}

/// The part of the list of what people did that the rows of a partition are in.
pub(super) fn activity_list_of(partition: &str) -> String {
    activity_list(part_of(partition))
}

fn activity_list(number: u64) -> String {
    format!("activity-{number:x}")
}

/// The part of the list that the rows of a partition are in.
fn list_of(partition: &str) -> String {
    list(part_of(partition))
}

fn list(number: u64) -> String {
    format!("calendar-{number:x}")
}

fn part_of(partition: &str) -> u64 {
    stable_hash(partition.as_bytes()) >> (u64::BITS - LISTS.ilog2())
}

/// A hash that is the same in every build: FNV-1a, and a last step that mixes all bits into the
/// upper ones.
fn stable_hash(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// The revision whose policy a sort key names.
pub(super) fn policy_of(sort: &str) -> Option<PolicyRevision> {
    let revision = sort.strip_prefix(POLICIES)?.parse().ok()?;
    Some(PolicyRevision(revision))
}

/// The digest of the person whose partition this is.
pub(super) fn person_of(partition: &str) -> Option<&str> {
    partition.strip_prefix(PERSON)
}

/// The place in the log that a sort key names.
pub(super) fn place_of(sort: &str) -> Option<ActionPlace> {
    let (at, name) = sort.strip_prefix(ACTIVITY)?.split_once('-')?;
    Some(ActionPlace {
        at: Timestamp::from_microsecond(at.parse().ok()?).ok()?,
        name: name.to_owned(),
    })
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

    fn of_policies(sort: impl Into<String>) -> Self {
        Self {
            partition: "policies".to_owned(),
            sort: sort.into(),
        }
    }

    pub(super) fn calendar(id: &CalendarId) -> Self {
        Self::of_calendar(id, RECORD)
    }

    pub(super) fn of_owner(owner: &CalendarOwner, sort: impl Into<String>) -> Self {
        Self {
            partition: partition_of(owner),
            sort: sort.into(),
        }
    }

    pub(super) fn overrides_head(owner: &CalendarOwner) -> Self {
        Self::of_owner(owner, OVERRIDES_HEAD)
    }

    /// The head of the overrides of a name, by its partition.
    pub(super) fn head_at(partition: &str) -> Self {
        Self {
            partition: partition.to_owned(),
            sort: OVERRIDES_HEAD.to_owned(),
        }
    }

    pub(super) fn pause(owner: &CalendarOwner) -> Self {
        Self::of_owner(owner, PAUSE)
    }

    pub(super) fn override_of(owner: &CalendarOwner, scope: &OverrideScope) -> Self {
        let sort = match scope.before_splits() {
            OverrideScope::Event(id) => format!("{EVENT}{id}"),
            OverrideScope::Series(ical_uid) => format!("{SERIES}{ical_uid}"),
            OverrideScope::PlatformSeries(id) => format!("{PLATFORM_SERIES}{id}"),
        };
        Self::of_owner(owner, sort)
    }

    pub(super) fn meeting(name: &MeetingName) -> Self {
        Self {
            partition: format!("{MEETING}{}", name.digest()),
            sort: OF_MEETING.to_owned(),
        }
    }

    /// The place in the log of a partition, by when something was done, and by its number among
    /// what is counted in a partition.
    pub(super) fn action(
        partition: &str,
        (at, number, counted_in): (Timestamp, u64, &str),
    ) -> Self {
        let counted_in = stable_hash(counted_in.as_bytes()) >> 32;
        let name = format!("{number:010}-{counted_in:08x}");
        Self {
            partition: partition.to_owned(),
            sort: Self::sort_of_action(&ActionPlace { at, name }),
        }
    }

    /// Padded, so that instants sort by time.
    pub(super) fn sort_of_action(place: &ActionPlace) -> String {
        let at = place.at.as_microsecond().max(0);
        format!("{ACTIVITY}{at:016}-{}", place.name)
    }

    pub(super) fn active_policy() -> Self {
        Self::of_policies(ACTIVE_POLICY)
    }

    pub(super) fn built_in_policy() -> Self {
        Self::of_policies("built-in-policy")
    }

    /// Padded, so that revisions sort by number.
    pub(super) fn policy(revision: PolicyRevision) -> Self {
        Self::of_policies(format!("{POLICIES}{:010}", revision.0))
    }

    pub(super) fn rate_limit(operation: Operation) -> Self {
        Self {
            partition: LIMITS.to_owned(),
            sort: format!("{RATE}{}", operation.as_str()),
        }
    }

    pub(super) fn workspace_sync_state() -> Self {
        Self {
            partition: "sync".to_owned(),
            sort: "workspace".to_owned(),
        }
    }

    pub(super) fn calendar_list() -> Self {
        Self::of_workspace("calendar-list")
    }

    pub(super) fn new_calendar_list() -> Self {
        Self::of_workspace("new-calendars")
    }

    pub(super) fn windowed_sync_state() -> Self {
        Self::of_workspace("full-sync")
    }

    pub(super) fn access() -> Self {
        Self::of_workspace("access")
    }

    pub(super) fn activity() -> Self {
        Self::of_workspace("activity")
    }

    pub(super) fn coverage_of(day: Date) -> Self {
        Self {
            partition: COVERAGE.to_owned(),
            sort: day.to_string(),
        }
    }

    /// By a digest of the bot's key: a link may carry a passcode, and names of partitions are
    /// logged.
    pub(super) fn counted_bot(bot: &DeduplicationKey) -> Self {
        Self {
            partition: format!("{SPENDING}bot#{}", bot.digest()),
            sort: ALL_SPENDING.to_owned(),
        }
    }

    pub(super) fn spent(account: &Account) -> Self {
        Self {
            partition: format!("{SPENDING}{}", account.period),
            sort: match &account.policy {
                None => ALL_SPENDING.to_owned(),
                Some(policy) => format!("{SPENDING_OF_POLICY}{policy}"),
            },
        }
    }

    pub(super) fn scheduler_lease() -> Self {
        Self::of_workspace("lease#scheduler")
    }

    /// The key of a row that was read.
    pub(super) fn of_row(row: &Attributes) -> Option<Self> {
        let text = |name| row.get(name)?.as_s().ok().cloned();
        Some(Self {
            partition: text(PARTITION)?,
            sort: text(SORT)?,
        })
    }

    pub(super) fn key(self) -> Attributes {
        self.key_on(Attributes::new())
    }

    /// The attributes of a row, with this key. A calendar's record and a head of overrides are
    /// listed too.
    pub(super) fn on(self, mut row: Attributes) -> Attributes {
        if [RECORD, OVERRIDES_HEAD].contains(&self.sort.as_str()) {
            row.insert(LISTED.to_owned(), text(list_of(&self.partition)));
        }
        self.key_on(row)
    }

    fn key_on(self, mut row: Attributes) -> Attributes {
        row.insert(PARTITION.to_owned(), text(self.partition));
        row.insert(SORT.to_owned(), text(self.sort));
        row
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Stored rows are in these parts.
    #[test]
    fn a_row_stays_in_its_part_of_the_list() {
        let lists = ["calendar#calendar-sales", "person#8oBZ_pzm86sgqrOBnSN3gA"].map(list_of);
        assert_eq!(lists, ["calendar-e", "calendar-9"]);
    }

    #[test]
    fn the_parts_of_the_list_are_about_equal() {
        let mut sizes = BTreeMap::new();
        for number in 0..16_000 {
            *sizes
                .entry(list_of(&format!("calendar#{number}")))
                .or_insert(0) += 1;
        }
        assert!(sizes.keys().cloned().eq(lists()), "{sizes:?}");
        assert!(
            sizes.values().all(|size| (800..1_200).contains(size)),
            "{sizes:?}"
        );
    }
}
