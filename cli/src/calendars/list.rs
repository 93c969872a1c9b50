//! Every known calendar, and its status at Recall.

use std::collections::HashSet;

use callsheet_app::ports::{Calendars, Decisions, ListedCalendar, Policies, UnreadableRow};
use callsheet_domain::{
    Applied, Calendar, CalendarId, CalendarStatus, Decision, Email, PolicyRevision, Timestamp,
    Verdict, needs_full_sync,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Serialize, Serializer};

use super::directory::Directory;
use crate::error::CliError;
use crate::unreadable::{UnreadableCalendar, UnreadableDecision};

/// Number of calendars that are read concurrently.
const CONCURRENCY: usize = 8;

/// The list of calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarList {
    pub(super) now: Timestamp,
    pub(super) calendars: Vec<CalendarRow>,
    /// Calendars that only Recall knows; none if Recall's list was not read.
    pub(super) only_at_recall: Option<Vec<UnknownCalendar>>,
    /// Problems of calendars that Recall lists in a shape that cannot be read.
    pub(super) unreadable: Vec<String>,
    /// Known calendars whose stored rows cannot be read.
    pub(super) unreadable_calendars: Vec<UnreadableCalendar>,
    /// Decisions that cannot be read, and are not counted.
    pub(super) unreadable_decisions: Vec<UnreadableDecision>,
}

/// A known calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarRow {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) platform: &'static str,
    pub(super) status: String,
    /// When the last completed sync began.
    pub(super) synced_at: Option<Timestamp>,
    /// When the last completed full sync began.
    pub(super) full_sync_at: Option<Timestamp>,
    /// Whether its decisions may be outdated.
    pub(super) needs_full_sync: bool,
    pub(super) upcoming: Upcoming,
    /// Its status at Recall; none if Recall's list was not read.
    pub(super) at_recall: Option<AtRecall>,
    /// How Recall and Callsheet differ, if they do.
    pub(super) difference: Option<Difference>,
}

/// Counts of meetings that are not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Upcoming {
    pub(super) meetings: usize,
    pub(super) record: usize,
    /// Meetings with a bot at Recall. Copies of a meeting may share one.
    pub(super) bots: usize,
}

/// Status of a calendar at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtRecall {
    /// Recall lists it with this status.
    Listed(CalendarStatus),
    /// It is not listed.
    Absent,
    /// It is listed in a shape that cannot be read.
    Unreadable,
}

impl Serialize for AtRecall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Listed(status) => status.as_str(),
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
        })
    }
}

/// How Recall and Callsheet differ about a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Difference {
    /// Recall does not list it, and Callsheet does not know that.
    OnlyHere,
    /// It has another status at Recall.
    Status,
}

/// A calendar that only Recall knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UnknownCalendar {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) platform: &'static str,
    pub(super) status: AtRecall,
}

/// Lists the known calendars.
pub(super) async fn list<S, D>(
    state: &S,
    decisions: &D,
    now: Timestamp,
) -> Result<CalendarList, CliError>
where
    S: Calendars + Policies,
    D: Decisions,
{
    let active_revision = state.active_revision().await?;
    let read: Vec<(CalendarRow, Vec<UnreadableRow>)> = stream::iter(state.listed().await?)
        .map(|listed| row(decisions, listed, active_revision, now))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    let (mut calendars, unreadable): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let unreadable = unreadable.into_iter().flatten();
    let mut unreadable: Vec<_> = unreadable.map(UnreadableDecision::of).collect();
    unreadable.sort();
    let unreadable_calendars = state.unreadable().await?.into_iter();
    calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
    Ok(CalendarList {
        now,
        calendars,
        only_at_recall: None,
        unreadable: Vec::new(),
        unreadable_calendars: unreadable_calendars.map(UnreadableCalendar::of).collect(),
        unreadable_decisions: unreadable,
    })
}

async fn row<D: Decisions>(
    decisions: &D,
    ListedCalendar {
        record,
        override_revision,
    }: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<(CalendarRow, Vec<UnreadableRow>), CliError> {
    let calendar = &record.calendar;
    let last_sync = record.last_sync.as_ref();
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    let rows = decisions.decisions(&keys).await?;
    let row = CalendarRow {
        id: calendar.id.to_string(),
        owner: owner_address(calendar),
        platform: calendar.platform.as_str(),
        status: calendar.status.to_string(),
        synced_at: last_sync.map(|last_sync| last_sync.began_at),
        full_sync_at: last_sync.and_then(|last_sync| last_sync.full_sync_at),
        needs_full_sync: calendar.status.holds_bots()
            && needs_full_sync(last_sync, active_revision, override_revision, now),
        upcoming: Upcoming::of(&rows.decisions),
        at_recall: None,
        difference: None,
    };
    Ok((row, rows.unreadable))
}

fn owner_address(calendar: &Calendar) -> Option<String> {
    let owner = calendar.email.as_ref().map(Email::as_str);
    owner.map(str::to_owned)
}

impl Upcoming {
    fn of(rows: &[Decision]) -> Self {
        let record = |row: &&Decision| matches!(row.verdict, Verdict::Record(_));
        let has_bot = |row: &&Decision| matches!(row.applied, Applied::Bot(_));
        Self {
            meetings: rows.len(),
            record: rows.iter().filter(record).count(),
            bots: rows.iter().filter(has_bot).count(),
        }
    }
}

impl CalendarList {
    /// The list with the status of each calendar at Recall.
    pub(super) fn compared_with(mut self, directory: Directory) -> Self {
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
    pub(super) fn is_lost(&self) -> bool {
        CalendarStatus::parse(&self.status).is_some_and(|status| !status.holds_bots())
    }

    fn compare(&mut self, id: &CalendarId, directory: &Directory) {
        let at_recall = match directory.calendars.get(id) {
            Some(calendar) => AtRecall::of(calendar.status),
            None if directory.holds_unreadable(id) => AtRecall::Unreadable,
            None => AtRecall::Absent,
        };
        let here = CalendarStatus::parse(&self.status).map(AtRecall::of);
        self.difference = match at_recall {
            AtRecall::Unreadable => None,
            _ if here == Some(at_recall) => None,
            AtRecall::Absent => Some(Difference::OnlyHere),
            AtRecall::Listed(_) => Some(Difference::Status),
        };
        self.at_recall = Some(at_recall);
    }
}

impl AtRecall {
    /// Recall does not list deleted calendars.
    fn of(status: CalendarStatus) -> Self {
        match status {
            CalendarStatus::Deleted => Self::Absent,
            status => Self::Listed(status),
        }
    }

    /// Text in the table.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Listed(status) => status.as_str(),
            Self::Absent => "not listed",
            Self::Unreadable => "unreadable",
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
