//! Every calendar that is remembered, and what Recall says of it.

use std::collections::HashSet;

use callsheet_app::ports::{Calendars, Decisions, ListedCalendar, Policies};
use callsheet_domain::{
    Applied, Calendar, CalendarId, CalendarStatus, Decision, Email, PolicyRevision, Timestamp,
    Verdict, needs_full_sync,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::directory::Directory;
use crate::error::CliError;

/// Calendars that are asked about at once.
const AT_ONCE: usize = 8;

/// The calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    pub(super) now: Timestamp,
    pub(super) calendars: Vec<CalendarShown>,
    /// What Recall lists and nobody here knows; none if Recall was not asked.
    pub(super) only_at_recall: Option<Vec<Stranger>>,
    /// What Recall lists in a shape that cannot be read.
    pub(super) unreadable: Vec<String>,
}

/// A calendar that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarShown {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) platform: &'static str,
    pub(super) status: &'static str,
    /// When the last finished look began.
    pub(super) looked_at: Option<Timestamp>,
    /// When the last finished look at everything began.
    pub(super) looked_at_whole: Option<Timestamp>,
    /// It is owed a look at everything.
    pub(super) is_owed_a_look: bool,
    pub(super) upcoming: Upcoming,
    /// Where it stands at Recall; none if Recall was not asked.
    pub(super) at_recall: Option<AtRecall>,
    /// How the two sides differ, if they do.
    pub(super) difference: Option<Difference>,
}

/// Meetings that are not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Upcoming {
    pub(super) meetings: usize,
    pub(super) record: usize,
    /// Those with a bot at Recall. Copies of a meeting may share one.
    pub(super) bots: usize,
}

/// Where a calendar stands at Recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AtRecall {
    Connecting,
    Connected,
    Disconnected,
    /// It is not listed.
    Absent,
    /// It is listed in a shape that cannot be read.
    Unreadable,
}

/// How the two sides differ about a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Difference {
    /// Recall does not list it, and nobody has noticed.
    OnlyHere,
    /// It has another status there.
    Status,
}

/// A calendar that only Recall knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Stranger {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) platform: &'static str,
    pub(super) status: AtRecall,
}

/// Lists what is remembered.
pub(super) async fn list<S, D>(state: &S, decisions: &D, now: Timestamp) -> Result<Listed, CliError>
where
    S: Calendars + Policies,
    D: Decisions,
{
    let active_revision = state.active_revision().await?;
    let mut calendars: Vec<CalendarShown> = stream::iter(state.listed().await?)
        .map(|listed| shown(decisions, listed, active_revision, now))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    calendars.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
    Ok(Listed {
        now,
        calendars,
        only_at_recall: None,
        unreadable: Vec::new(),
    })
}

async fn shown<D: Decisions>(
    decisions: &D,
    ListedCalendar {
        record,
        override_revision,
    }: ListedCalendar,
    active_revision: PolicyRevision,
    now: Timestamp,
) -> Result<CalendarShown, CliError> {
    let calendar = &record.calendar;
    let last_sync = record.last_sync.as_ref();
    let keys = decisions.of_calendar(&calendar.id, now).await?;
    Ok(CalendarShown {
        id: calendar.id.to_string(),
        owner: owner(calendar),
        platform: calendar.platform.as_str(),
        status: calendar.status.as_str(),
        looked_at: last_sync.map(|last_sync| last_sync.began_at),
        looked_at_whole: last_sync.and_then(|last_sync| last_sync.full_sync_at),
        is_owed_a_look: calendar.status.holds_bots()
            && needs_full_sync(last_sync, active_revision, override_revision, now),
        upcoming: Upcoming::of(&decisions.decisions(&keys).await?),
        at_recall: None,
        difference: None,
    })
}

fn owner(calendar: &Calendar) -> Option<String> {
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

impl Listed {
    /// The same beside what Recall lists.
    pub(super) fn beside(mut self, directory: Directory) -> Self {
        let mut known = HashSet::new();
        for calendar in &mut self.calendars {
            if let Ok(id) = CalendarId::parse(&calendar.id) {
                calendar.compare(&id, &directory);
                known.insert(id);
            }
        }
        let strangers = directory.calendars.values();
        let strangers = strangers.filter(|calendar| !known.contains(&calendar.id));
        self.only_at_recall = Some(strangers.map(Stranger::of).collect());
        let unreadable = directory.unreadable.iter();
        self.unreadable = unreadable.map(ToString::to_string).collect();
        self
    }
}

impl CalendarShown {
    /// Whether it is nothing that would be looked at.
    pub(super) fn is_lost(&self) -> bool {
        CalendarStatus::parse(self.status).is_some_and(|status| !status.holds_bots())
    }

    fn compare(&mut self, id: &CalendarId, directory: &Directory) {
        let at_recall = match directory.calendars.get(id) {
            Some(calendar) => AtRecall::of(calendar.status),
            None if directory.holds_unreadable(id) => AtRecall::Unreadable,
            None => AtRecall::Absent,
        };
        let here = CalendarStatus::parse(self.status).map(AtRecall::of);
        self.difference = match at_recall {
            AtRecall::Unreadable => None,
            _ if here == Some(at_recall) => None,
            AtRecall::Absent => Some(Difference::OnlyHere),
            _ => Some(Difference::Status),
        };
        self.at_recall = Some(at_recall);
    }
}

impl AtRecall {
    /// A deleted calendar is one that is not listed.
    fn of(status: CalendarStatus) -> Self {
        match status {
            CalendarStatus::Connecting => Self::Connecting,
            CalendarStatus::Connected => Self::Connected,
            CalendarStatus::Disconnected => Self::Disconnected,
            CalendarStatus::Deleted => Self::Absent,
        }
    }

    /// As people read it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::Absent => "not listed",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Stranger {
    fn of(calendar: &Calendar) -> Self {
        Self {
            id: calendar.id.to_string(),
            owner: owner(calendar),
            platform: calendar.platform.as_str(),
            status: AtRecall::of(calendar.status),
        }
    }
}
