//! Known calendars, and their status at Recall.

use std::collections::{BTreeMap, HashSet};

use callsheet_app::connect::ConnectedCalendar;
use callsheet_app::directory::Directory;
use callsheet_app::list_calendars::{CalendarProblem, CalendarState, KnownCalendars};
use callsheet_domain::{Calendar, CalendarId, CalendarMetadata, CalendarStatus, Email, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::delivery::Delivery;
pub use crate::meeting_counts::MeetingCounts;
use crate::requested::Requested;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};
use crate::words::{counted, instant};

/// A page of the list of calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarList {
    /// When this was read.
    pub now: Timestamp,
    /// The calendars: a page in order of id, here by owner.
    pub calendars: Vec<CalendarRow>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
    /// Calendars that only Recall knows; none if Recall's list was not read.
    pub only_at_recall: Option<Vec<UnknownCalendar>>,
    /// Problems of calendars that Recall lists in a shape that cannot be read.
    pub unreadable: Vec<String>,
    /// Known calendars whose stored rows cannot be read.
    pub unreadable_calendars: Vec<UnreadableCalendar>,
    /// Decisions that cannot be read, and are not counted.
    pub unreadable_decisions: Vec<UnreadableDecision>,
}

/// A known calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarRow {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The calendar's platform.
    pub platform: &'static str,
    /// The calendar's status at Recall: connecting, connected, disconnected, deleted, or one that
    /// Recall has added since.
    pub status: String,
    /// Why it is disconnected, if it is and Recall says why.
    pub disconnect_reason: Option<DisconnectReason>,
    /// Its metadata at Recall by key, null for a value that cannot be read; null if Recall shows
    /// none.
    pub metadata: Option<BTreeMap<String, Option<String>>>,
    /// When the last completed sync began.
    pub synced_at: Option<Timestamp>,
    /// When the last completed full sync began.
    pub full_sync_at: Option<Timestamp>,
    /// Whether its decisions may be outdated.
    pub needs_full_sync: bool,
    /// The revision of the policy that decided about its meetings; none if it is lost or nothing
    /// is decided yet.
    pub decided_by: Option<u64>,
    /// That policy decided about the meetings that start before this instant, and an earlier one
    /// about the others, while a full sync of the workspace is in progress; none for all meetings.
    pub decided_until: Option<Timestamp>,
    /// End of its pause, if it is paused.
    pub paused_until: Option<Timestamp>,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// Who asked for it to be deleted at Recall; null if nobody did.
    pub disconnection: Option<Requested>,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Its meetings that are not over; none if they were not asked for.
    pub meetings: Option<MeetingCounts>,
    /// Its status at Recall; none if Recall's list was not read.
    pub at_recall: Option<AtRecall>,
    /// How Recall and Callsheet differ, if they do.
    pub difference: Option<Difference>,
}

/// Why a calendar is disconnected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DisconnectReason {
    /// The code that Recall gives: an error of OAuth, of Microsoft's sign-in, or of Recall.
    pub code: String,
    /// What the code means, and what helps; null for a code that is not known.
    pub meaning: Option<&'static str>,
}

/// Status of a calendar at Recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtRecall {
    /// Recall is connecting it.
    Connecting,
    /// It is connected.
    Connected,
    /// It is disconnected.
    Disconnected,
    /// It is not listed.
    Absent,
    /// It is listed in a shape that cannot be read.
    Unreadable,
    /// Recall lists it with a status that this build does not know.
    #[serde(untagged)]
    Other(String),
}

/// How Recall and Callsheet differ about a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Recall does not list it, and Callsheet does not know that.
    OnlyHere,
    /// It has another status at Recall.
    Status,
}

/// A calendar that only Recall knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownCalendar {
    /// Recall's id of the calendar.
    pub id: String,
    /// The owner's address.
    pub owner: Option<String>,
    /// The calendar's platform.
    pub platform: &'static str,
    /// The calendar's status at Recall.
    pub status: AtRecall,
}

pub(crate) fn owner_address(calendar: &Calendar) -> Option<String> {
    let owner = calendar.email.as_ref().map(Email::as_str);
    owner.map(str::to_owned)
}

impl CalendarList {
    /// Represents a page of the known calendars, as they were read at `now`.
    #[must_use]
    pub fn of(known: KnownCalendars, now: Timestamp) -> Self {
        let mut unreadable_calendars = UnreadableCalendar::all_of(known.unreadable);
        let overrides = known.calendars.iter().filter_map(problem_of_overrides);
        unreadable_calendars.extend(overrides);
        unreadable_calendars.sort();
        let rows = known
            .calendars
            .iter()
            .filter_map(|one| one.meetings.as_ref());
        let rows = rows.flat_map(|meetings| meetings.unreadable.clone());
        let mut unreadable_decisions: Vec<_> = rows.map(UnreadableDecision::of).collect();
        unreadable_decisions.sort();
        Self {
            now,
            calendars: CalendarRow::all_of(&known.calendars),
            next: known.next.map(|next| next.to_string()),
            only_at_recall: None,
            unreadable: Vec::new(),
            unreadable_calendars,
            unreadable_decisions,
        }
    }
}

/// The calendar whose owner's overrides cannot be read, if that is so.
pub(crate) fn problem_of_overrides(calendar: &CalendarState) -> Option<UnreadableCalendar> {
    Some(UnreadableCalendar {
        id: calendar.record.calendar.id.to_string(),
        problem: calendar.overrides_problem.clone()?,
    })
}

/// What is wrong with a calendar, without its name.
pub(crate) fn problem_text(problem: &CalendarProblem) -> String {
    match problem {
        CalendarProblem::NotSynced { since } => {
            format!("not synced since it changed at {}", instant(*since))
        }
        CalendarProblem::UnreadableEvents(count) => {
            format!("{} cannot be read", counted(*count, "event", "events"))
        }
        CalendarProblem::Disconnected { since, reason } => {
            let reason = reason.as_ref();
            let because = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            format!("disconnected at Recall since {}{because}", instant(*since))
        }
    }
}

impl CalendarRow {
    /// Represents calendars, by owner.
    pub(crate) fn all_of(calendars: &[CalendarState]) -> Vec<Self> {
        let mut rows: Vec<_> = calendars.iter().map(Self::of).collect();
        rows.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
        rows
    }

    fn of(state: &CalendarState) -> Self {
        let calendar = &state.record.calendar;
        let last_sync = state.record.last_sync.as_ref();
        let meetings = state.meetings.as_ref();
        let pause = state.pause.as_ref();
        Self {
            id: calendar.id.to_string(),
            owner: owner_address(calendar),
            platform: calendar.platform.as_str(),
            status: calendar.status.to_string(),
            disconnect_reason: (calendar.disconnect_reason.as_ref())
                .filter(|_| calendar.status == CalendarStatus::Disconnected)
                .map(|reason| DisconnectReason {
                    code: reason.as_str().to_owned(),
                    meaning: reason.meaning(),
                }),
            metadata: (calendar.metadata != CalendarMetadata::default())
                .then(|| calendar.metadata.values().clone()),
            synced_at: last_sync.map(|last_sync| last_sync.began_at),
            full_sync_at: last_sync.and_then(|last_sync| last_sync.full_sync_at),
            needs_full_sync: state.needs_full_sync,
            decided_by: state.decided.map(|decided| decided.by.0),
            decided_until: state.decided.and_then(|decided| decided.until),
            paused_until: pause.map(|pause| pause.until),
            paused_by: pause.map(|pause| pause.actor_name().to_owned()),
            disconnection: state.record.disconnection.as_ref().map(Requested::of),
            problem: state.problem.as_ref().map(problem_text),
            meetings: meetings.map(|meetings| MeetingCounts::of(&meetings.counts)),
            at_recall: None,
            difference: None,
        }
    }
}

impl CalendarList {
    /// The list with the status of each calendar at Recall.
    #[must_use]
    pub fn compared_with(mut self, directory: Directory) -> Self {
        let mut known = HashSet::new();
        for calendar in &mut self.calendars {
            if let Ok(id) = CalendarId::parse(&calendar.id) {
                calendar.compare(&id, &directory);
                known.insert(id);
            }
        }
        let unknown = directory.calendars.values();
        let unreadable = self.unreadable_calendars.iter();
        let unreadable: HashSet<_> = unreadable.map(|one| one.id.as_str()).collect();
        let unknown = unknown.filter(|calendar| {
            !known.contains(&calendar.id) && !unreadable.contains(calendar.id.as_str())
        });
        self.only_at_recall = Some(unknown.map(UnknownCalendar::of).collect());
        let unreadable = directory.unreadable.iter();
        self.unreadable = unreadable.map(ToString::to_string).collect();
        self
    }
}

impl CalendarRow {
    /// Whether it is disconnected or deleted, so it is not synced.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        CalendarStatus::parse(&self.status).is_some_and(|status| !status.holds_bots())
    }

    fn compare(&mut self, id: &CalendarId, directory: &Directory) {
        let at_recall = match directory.calendars.get(id) {
            Some(calendar) => AtRecall::of(calendar.status),
            None if directory.holds_unreadable(id) => AtRecall::Unreadable,
            None => AtRecall::Absent,
        };
        let here = CalendarStatus::parse(&self.status).map(AtRecall::of);
        self.difference = match &at_recall {
            AtRecall::Unreadable => None,
            _ if here.as_ref() == Some(&at_recall) => None,
            AtRecall::Absent => Some(Difference::OnlyHere),
            _ => Some(Difference::Status),
        };
        self.at_recall = Some(at_recall);
    }
}

impl AtRecall {
    /// Recall does not list deleted calendars.
    #[must_use]
    pub fn of(status: CalendarStatus) -> Self {
        match status {
            CalendarStatus::Connecting => Self::Connecting,
            CalendarStatus::Connected => Self::Connected,
            CalendarStatus::Disconnected => Self::Disconnected,
            CalendarStatus::Deleted => Self::Absent,
            other @ CalendarStatus::Other(_) => Self::Other(other.to_string()),
        }
    }

    /// Text in the table.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Absent => "not listed",
            Self::Unreadable => "unreadable",
            Self::Other(status) => status,
        }
    }
}

impl UnknownCalendar {
    fn of(calendar: &Calendar) -> Self {
        Self {
            id: calendar.id.to_string(),
            owner: owner_address(calendar),
            platform: calendar.platform.as_str(),
            status: AtRecall::of(calendar.status),
        }
    }
}

/// A calendar that was created at Recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CalendarConnected {
    /// Recall's id of the calendar.
    pub id: String,
    /// The platform: `google_calendar` or `microsoft_outlook`.
    pub platform: &'static str,
    /// Its status: at first usually `connecting`.
    pub status: String,
    /// Request of a sync of the calendar.
    pub sync_request: Delivery,
}

impl CalendarConnected {
    /// Represents a calendar.
    #[must_use]
    pub fn of(connected: &ConnectedCalendar) -> Self {
        let calendar = &connected.calendar;
        Self {
            id: calendar.id.to_string(),
            platform: calendar.platform.as_str(),
            status: calendar.status.as_str().to_owned(),
            sync_request: Delivery::of(&connected.notification),
        }
    }
}
