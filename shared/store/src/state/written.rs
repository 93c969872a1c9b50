//! The rows of state as they are written, for tests of what they hold.

use callsheet_app::ports::NewPolicy;
use callsheet_domain::{
    Actor, CalendarOwner, CalendarRecord, Email, OverrideChoice, OverrideRevision, Platform,
    PolicyRevision, Timestamp,
};

use super::calendar_row::CalendarRow;
use super::overrides::row::{HeadRow, OverrideRow, PauseRow};
use super::policies::PolicyRow;
use crate::attributes::{Attributes, write_row};

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
        at,
    })
}

pub(crate) fn pause_by(by: &Actor, at: Timestamp) -> Attributes {
    write_row(PauseRow {
        until: at,
        revision: 1,
        by: by.clone(),
        at,
    })
}

pub(crate) fn policy(policy: &NewPolicy) -> Attributes {
    write_row(PolicyRow::of(policy, PolicyRevision(1)))
}
