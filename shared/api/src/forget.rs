//! What was removed about a person or a calendar.

use callsheet_app::forget::ForgottenName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::unreadable::UnreadableDecision;

/// What was removed, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forgotten {
    /// The address, the name or the id, as given.
    pub name: String,
    /// Whether nothing was changed.
    pub is_dry_run: bool,
    /// Number of overrides and pauses that the person set.
    pub overrides: u64,
    /// Number of entries of the log of activity that name the person. One stands in each place that
    /// it concerns.
    pub actions: u64,
    /// Number of calendars that the person disconnected.
    pub disconnections: u64,
    /// Number of policies that the person pushed.
    pub policies: u64,
    /// The person's calendars, or the one that is named.
    pub calendars: Vec<ForgottenCalendar>,
    /// Overrides and pauses that belong to the person, with their log.
    pub own_overrides: OwnOverrides,
    /// Decisions that mention the name.
    pub decisions: DecisionCounts,
    /// Decisions that cannot be read, so that it is unknown what they say.
    pub unreadable: Vec<UnreadableDecision>,
}

/// Overrides and pauses that belong to a person, whoever set them, and what is logged of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct OwnOverrides {
    /// Number of rows that are removed: no calendar of the person is left.
    pub forgotten: u64,
    /// Number of rows that stay, since a calendar of the person is.
    pub staying: u64,
}

/// A calendar of the person, or the one that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ForgottenCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// Number of its rows.
    pub rows: u64,
    /// Whether it is deleted at Recall. Otherwise its rows stay.
    pub is_gone: bool,
}

/// Numbers of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct DecisionCounts {
    /// Those that are over, or whose calendar is gone.
    pub forgotten: usize,
    /// Those about coming meetings, which stay.
    pub upcoming: usize,
}

impl Forgotten {
    /// Represents what was removed.
    #[must_use]
    pub fn of(forgotten: ForgottenName) -> Self {
        let calendars = forgotten.calendars.into_iter();
        let calendars = calendars.map(|calendar| ForgottenCalendar {
            id: calendar.id.to_string(),
            rows: calendar.rows,
            is_gone: calendar.is_gone,
        });
        Self {
            name: forgotten.name,
            is_dry_run: forgotten.is_dry_run,
            overrides: forgotten.actors.overrides,
            actions: forgotten.actors.actions,
            disconnections: forgotten.actors.disconnections,
            policies: forgotten.actors.policies,
            calendars: calendars.collect(),
            own_overrides: OwnOverrides {
                forgotten: forgotten.own_overrides.forgotten,
                staying: forgotten.own_overrides.staying,
            },
            decisions: DecisionCounts {
                forgotten: forgotten.forgotten,
                upcoming: forgotten.upcoming,
            },
            unreadable: UnreadableDecision::all_of(forgotten.unreadable),
        }
    }
}
