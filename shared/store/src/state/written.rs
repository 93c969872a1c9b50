//! The rows of state as they are written, for tests of what they hold and of what is kept of
//! rows that an earlier build wrote.

use callsheet_app::ports::NewPolicy;
use callsheet_domain::{
    Actor, CalendarOwner, CalendarRecord, Email, LoggedAction, MeetingOverride, OverrideChoice,
    OverrideRevision, Platform, PolicyRevision, Timestamp,
};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_aux::serde_introspection::serde_introspect;

use super::access::AccessRow;
use super::action_log::ActionRow;
use super::activity::ActivityRow;
use super::calendar_list_rows::{CalendarListRow, NewCalendarListRow};
use super::calendar_row::CalendarRow;
use super::kept_coverage::CoverageRow;
use super::leases::LeaseRow;
use super::meetings::MeetingRow;
use super::overrides::row::{EXPIRES_AT, HeadRow, IS_EXPIRING, KEPT_UNTIL, OverrideRow, PauseRow};
use super::place::{LISTED, LOGGED, PARTITION, Place, SORT};
use super::policies::{ActivePolicyRow, BuiltInPolicyRow, PolicyRow};
use super::rate_limits::RateLimitRow;
use super::spending::{CountedBotRow, SpentRow};
use super::streamed::read_calendar;
use super::sync_states::SyncStateRow;
use super::windowed_sync::WindowedSyncStateRow;
use crate::attributes::{Attributes, Unreadable, read_row, write_row};

pub(crate) fn calendar(record: &CalendarRecord) -> Attributes {
    write_row(CalendarRow::of(record))
}

/// The head of a name that was joined with that of the person of this address.
pub(crate) fn joined_head(revision: u64, email: &Email) -> Attributes {
    let person = CalendarOwner::Person {
        platform: Platform::Google,
        email: email.clone(),
    };
    write_row(HeadRow::joined(OverrideRevision(revision), &person))
}

pub(crate) fn override_by(by: &Actor, at: Timestamp) -> Attributes {
    write_row(OverrideRow {
        choice: OverrideChoice::Skip,
        revision: 1,
        by: by.clone(),
        via: by.key().map(str::to_owned),
        at,
    })
}

pub(crate) fn pause_by(by: &Actor, at: Timestamp) -> Attributes {
    write_row(PauseRow {
        until: at,
        revision: 1,
        by: by.clone(),
        via: by.key().map(str::to_owned),
        at,
    })
}

pub(crate) fn action(action: &LoggedAction, kept_until: Timestamp) -> Attributes {
    write_row(ActionRow::of(action).kept_until(kept_until))
}

pub(crate) fn meeting_override(chosen: &MeetingOverride, kept_until: Timestamp) -> Attributes {
    write_row(MeetingRow::of(chosen, kept_until))
}

pub(crate) fn policy(policy: &NewPolicy) -> Attributes {
    write_row(PolicyRow::of(policy, PolicyRevision(1)))
}

/// The record of a calendar with its key, as a stream tells it.
pub(crate) fn calendar_at_its_key(record: &CalendarRecord) -> Attributes {
    Place::calendar(&record.calendar.id).on(calendar(record))
}

/// The head of the policies with its key, as a stream tells it.
pub(crate) fn active_policy(revision: PolicyRevision) -> Attributes {
    let revision = revision.0;
    Place::active_policy().on(write_row(ActivePolicyRow { revision }))
}

/// Whether an attribute is written beside what a row holds: its key, when it is deleted, and
/// how often it was written.
pub(crate) fn is_written_apart(name: &str) -> bool {
    let of_key = [PARTITION, SORT, LISTED, LOGGED];
    let of_expiry = [EXPIRES_AT, KEPT_UNTIL, IS_EXPIRING];
    of_key.contains(&name) || of_expiry.contains(&name) || name == "version"
}

/// How this build reads a kind of row, and what it writes again.
pub(crate) struct Kind {
    /// The attributes that it reads.
    pub(crate) attributes: &'static [&'static str],
    /// The row that it writes for what it read.
    pub(crate) again: fn(Attributes) -> Result<Attributes, Unreadable>,
}

/// The attributes that entries of the log have in each kind of partition.
const ACTIVITY_OF_CALENDAR: &[&str] = &[
    "action",
    "number",
    "by",
    "via",
    "at",
    "scope",
    "id",
    "calendars",
    "until",
    "calendar_id",
    "event_id",
    "expires_at",
];
const ACTIVITY_OF_MEETING: &[&str] = &[
    "action",
    "number",
    "by",
    "via",
    "at",
    "scope",
    "id",
    "calendar_id",
    "event_id",
    "expires_at",
];
const ACTIVITY_OF_PERSON: &[&str] = &[
    "action",
    "number",
    "by",
    "via",
    "at",
    "scope",
    "id",
    "calendars",
    "until",
    "carried_from",
];

/// How rows of this kind, named by its key without ids, are read and written; none if this
/// build knows no such kind.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "calendar# calendar" => Kind {
            again: |row| read_calendar(row).map(|record| calendar(&record)),
            ..rewritten::<CalendarRow>()
        },
        "calendar# overrides" | "person# overrides" => rewritten::<HeadRow>(),
        "person# override#event#"
        | "person# override#series#"
        | "person# override#platform-series#" => rewritten::<OverrideRow>(),
        "person# override#" => rewritten::<PauseRow>(),
        "calendar# activity#" => Kind {
            attributes: ACTIVITY_OF_CALENDAR,
            ..rewritten::<ActionRow>()
        },
        "meeting# activity#" => Kind {
            attributes: ACTIVITY_OF_MEETING,
            ..rewritten::<ActionRow>()
        },
        "person# activity#" => Kind {
            attributes: ACTIVITY_OF_PERSON,
            ..rewritten::<ActionRow>()
        },
        "meeting# override" => rewritten::<MeetingRow>(),
        "policies policy" => rewritten::<ActivePolicyRow>(),
        "policies policy#" => rewritten::<PolicyRow>(),
        "policies built-in-policy" => rewritten::<BuiltInPolicyRow>(),
        "sync workspace" => rewritten::<SyncStateRow>(),
        "workspace calendar-list" => rewritten::<CalendarListRow>(),
        "workspace new-calendars" => rewritten::<NewCalendarListRow>(),
        "workspace full-sync" => rewritten::<WindowedSyncStateRow>(),
        "coverage " => rewritten::<CoverageRow>(),
        "spending#bot# all" => rewritten::<CountedBotRow>(),
        "spending# all" | "spending# policy#" => rewritten::<SpentRow>(),
        // These are changed attribute by attribute, and never written as a whole.
        "workspace access" => read::<AccessRow>(),
        "workspace activity" => read::<ActivityRow>(),
        "workspace lease#" => read::<LeaseRow>(),
        "limits rate#" => read::<RateLimitRow>(),
        _ => return None,
    })
}

fn rewritten<R: DeserializeOwned + Serialize>() -> Kind {
    Kind {
        attributes: serde_introspect::<R>(),
        again: |row| read_row::<R>(row).map(write_row),
    }
}

fn read<R: DeserializeOwned>() -> Kind {
    Kind {
        attributes: serde_introspect::<R>(),
        again: |row| read_row::<R>(row.clone()).map(|_| row),
    }
}
