//! Meetings for which Recall has other bots than are applied.

use callsheet_app::drift::{self, DriftedMeeting, FoundDrift};
use callsheet_domain::{DriftKind, Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendars::AtRecall;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};

/// Result of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drift {
    /// Meetings that drifted, by start.
    pub drifted: Vec<Drifted>,
    /// Number of meetings by kind of drift.
    pub counts: Counts,
    /// Number of meetings that were compared.
    pub compared: usize,
    /// Number of meetings that were not compared, by reason.
    pub not_compared: NotCompared,
    /// Calendars that are connected here, and gone at Recall. Their events are not listed.
    pub gone: Vec<GoneCalendar>,
    /// Problems of events that could not be read.
    pub unreadable: Vec<String>,
    /// Decisions that cannot be read, and are not compared.
    pub unreadable_decisions: Vec<UnreadableDecision>,
    /// Calendars whose stored rows cannot be read, and whose events are not listed.
    pub unreadable_calendars: Vec<UnreadableCalendar>,
}

/// A meeting for which Recall has other bots than are applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drifted {
    /// How they differ.
    #[schemars(extend("enum" = ["missing", "duplicate", "stale", "foreign"]))]
    pub kind: &'static str,
    /// When the meeting starts.
    pub starts_at: Timestamp,
    /// Recall's id of the calendar.
    pub calendar: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Recall's id of the event.
    pub event_id: String,
    /// The meeting's title.
    pub title: Option<String>,
    /// Number of bots that Recall lists for it and that join in the future.
    pub bots: usize,
}

/// A calendar that is connected here, and gone at Recall: its meetings have no bots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GoneCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// Its status at Recall.
    pub at_recall: AtRecall,
}

/// Number of meetings by kind of drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Counts {
    /// The bot does not exist.
    pub missing: usize,
    /// More than one exists.
    pub duplicate: usize,
    /// One exists at another time.
    pub stale: usize,
    /// One exists that Callsheet did not schedule.
    pub foreign: usize,
}

/// Number of meetings that were not compared, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct NotCompared {
    /// The decision is due, so a call will be made.
    pub due: usize,
    /// The decision is abandoned.
    pub abandoned: usize,
    /// A call was made less than a minute before.
    pub just_called: usize,
    /// There is no decision about the present version of the event.
    pub undecided: usize,
}

impl Drift {
    /// Represents the result of a comparison.
    #[must_use]
    pub fn of(found: FoundDrift) -> Self {
        let mut counts = Counts::default();
        for meeting in &found.drifted {
            counts.add(meeting.kind);
        }
        Self {
            drifted: found.drifted.iter().map(Drifted::of).collect(),
            counts,
            compared: found.compared,
            not_compared: NotCompared::of(found.not_compared),
            gone: found.gone.iter().map(GoneCalendar::of).collect(),
            unreadable: found.unreadable.iter().map(ToString::to_string).collect(),
            unreadable_decisions: UnreadableDecision::all_of(found.unreadable_decisions),
            unreadable_calendars: UnreadableCalendar::all_of(found.unreadable_calendars),
        }
    }

    /// Whether every selected meeting was compared, so that no drift means that there is none.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.not_compared == NotCompared::default()
            && self.unreadable.is_empty()
            && self.unreadable_decisions.is_empty()
            && self.unreadable_calendars.is_empty()
    }
}

impl Drifted {
    fn of(meeting: &DriftedMeeting) -> Self {
        let event = &meeting.event;
        Self {
            kind: meeting.kind.as_str(),
            starts_at: event.starts_at,
            calendar: event.calendar_id.to_string(),
            owner: address(meeting.owner.as_ref()),
            event_id: event.id.to_string(),
            title: meeting.decision.title.clone(),
            bots: meeting.bots,
        }
    }
}

impl GoneCalendar {
    fn of(gone: &drift::GoneCalendar) -> Self {
        Self {
            id: gone.calendar.id.to_string(),
            owner: address(gone.calendar.email.as_ref()),
            at_recall: gone.at_recall.map_or(AtRecall::Absent, AtRecall::of),
        }
    }
}

impl NotCompared {
    fn of(counts: drift::NotCompared) -> Self {
        Self {
            due: counts.due,
            abandoned: counts.abandoned,
            just_called: counts.just_called,
            undecided: counts.undecided,
        }
    }
}

impl Counts {
    fn add(&mut self, kind: DriftKind) {
        *match kind {
            DriftKind::Missing => &mut self.missing,
            DriftKind::Duplicate => &mut self.duplicate,
            DriftKind::Stale => &mut self.stale,
            DriftKind::Foreign => &mut self.foreign,
        } += 1;
    }
}

fn address(owner: Option<&Email>) -> Option<String> {
    owner.map(|owner| owner.as_str().to_owned())
}
