//! An override or a pause that a person sets: its row, and its entry in the log.

use callsheet_domain::{
    Actor, CalendarId, CalendarOwner, LoggedAction, LoggedActionKind, OverrideChoice,
    OverrideRevision, OverrideScope, Timestamp,
};

use super::row::{OverrideRow, PauseRow, scope_of};
use crate::attributes::{Attributes, read_row, write_row};
use crate::state::action_log::ActionRow;
use crate::state::place::{PARTITION, PAUSE, Place, SORT};

/// An override or a pause that a person sets.
pub(super) struct Change<'a> {
    pub(super) by: &'a Actor,
    pub(super) at: Timestamp,
    pub(super) what: Changed<'a>,
}

/// What is set.
pub(super) enum Changed<'a> {
    /// An override, of an event in these calendars.
    Override(&'a OverrideScope, OverrideChoice, Vec<CalendarId>),
    /// A pause until an instant.
    Pause(Timestamp),
}

impl Change<'_> {
    pub(super) fn place(&self, owner: &CalendarOwner) -> Place {
        match &self.what {
            Changed::Override(scope, ..) => Place::override_of(owner, scope),
            Changed::Pause(_) => Place::pause(owner),
        }
    }

    pub(super) fn row(&self, revision: OverrideRevision) -> Attributes {
        let via = self.by.key().map(str::to_owned);
        match &self.what {
            Changed::Override(_, choice, _) => write_row(OverrideRow {
                choice: *choice,
                revision: revision.0,
                by: self.by.clone(),
                via,
                at: self.at,
            }),
            Changed::Pause(until) => write_row(PauseRow {
                until: *until,
                revision: revision.0,
                by: self.by.clone(),
                via,
                at: self.at,
            }),
        }
    }

    pub(super) fn action(&self, revision: OverrideRevision) -> LoggedAction {
        LoggedAction {
            number: revision.0,
            at: self.at,
            by: self.by.clone(),
            what: match &self.what {
                Changed::Override(scope, choice, calendars) => LoggedActionKind::Override {
                    scope: scope.before_splits(),
                    choice: *choice,
                    calendars: calendars.clone(),
                },
                Changed::Pause(until) => LoggedActionKind::Pause { until: *until },
            },
        }
    }
}

/// The entry of a row that is carried over, with the revision that it gets: as it was set. None of
/// a row that cannot be read.
pub(super) fn carried(row: &Attributes) -> Option<ActionRow> {
    let text = |name| row.get(name)?.as_s().ok();
    let (partition, sort) = (text(PARTITION)?, text(SORT)?);
    let action = if sort == PAUSE {
        let row: PauseRow = read_row(row.clone()).ok()?;
        LoggedAction {
            number: row.revision,
            at: row.at,
            by: row.by.signed_with(row.via),
            what: LoggedActionKind::Pause { until: row.until },
        }
    } else {
        let scope = scope_of(sort).ok()?;
        let row: OverrideRow = read_row(row.clone()).ok()?;
        LoggedAction {
            number: row.revision,
            at: row.at,
            by: row.by.signed_with(row.via),
            what: LoggedActionKind::Override {
                scope,
                choice: row.choice,
                calendars: Vec::new(),
            },
        }
    };
    Some(ActionRow::carried(&action, partition))
}
