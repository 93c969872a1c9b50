//! Where Recall has other bots for upcoming meetings than it is known to have,
//! without changing anything.
//!
//! Every look finds the same and mends it; this is for who wants to know before.

#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use callsheet_app::ports::{Clock, Decisions};
use callsheet_domain::{
    CalendarEvent, CalendarId, CalendarRecord, Decision, DecisionKey, DriftKind, Email, IcalUid,
    Timestamp, Unchecked, drift, unchecked,
};
use callsheet_recall::read_event;
use serde::Serialize;

use crate::error::CliError;
use crate::listing::{Listed, Listing, Progress, connected};
use crate::workspace::Workspace;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drift {
    /// By start.
    pub(crate) drifted: Vec<Drifted>,
    pub(crate) counts: Counts,
    /// Meetings that were held against what is known.
    pub(crate) evaluated: usize,
    pub(crate) not_judged: NotJudged,
    /// What was wrong with events that could not be read.
    pub(crate) unreadable: Vec<String>,
}

/// A meeting of which Recall has other bots than it is known to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drifted {
    pub(crate) kind: &'static str,
    pub(crate) starts_at: Timestamp,
    pub(crate) calendar: String,
    pub(crate) owner: Option<String>,
    pub(crate) event_id: String,
    pub(crate) title: Option<String>,
    /// How many bots that have not come yet Recall lists with it.
    pub(crate) bots: usize,
}

/// How many meetings of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Counts {
    pub(crate) missing: usize,
    pub(crate) duplicate: usize,
    pub(crate) stale: usize,
    pub(crate) foreign: usize,
}

/// How many meetings were not held against what is known, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct NotJudged {
    /// A call is to be made for them.
    pub(crate) due: usize,
    /// They were given up on.
    pub(crate) abandoned: usize,
    /// A call was made for them less than a minute before.
    pub(crate) just_called: usize,
    /// Nothing is decided yet about what was listed.
    pub(crate) undecided: usize,
}

/// Lists and compares.
pub(crate) async fn run(
    workspace: &Workspace,
    asked: &[String],
    clock: impl Clock,
) -> Result<Drift, CliError> {
    let (state, decisions) = (workspace.state().await?, workspace.decisions().await?);
    let calendars = connected(&state, asked).await?;
    let from = clock.now();
    let listing = Listing {
        recall: workspace.recall("")?,
        state: &state,
        clock,
        rate_limit: workspace.rate_limit(),
        progress: Progress::on_stderr(),
    };
    let pages = listing.pages(calendars.keys(), from).await?;
    compare(&calendars, pages, &decisions).await
}

/// Holds what was listed against the rows as they are by now: one that somebody
/// has written since is not judged by what was listed before.
async fn compare<D: Decisions>(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<Listed>,
    decisions: &D,
) -> Result<Drift, CliError> {
    let (events, unreadable) = read(calendars, pages);
    let meetings: Vec<IcalUid> = events.keys().map(|key| key.ical_uid.clone()).collect();
    let rows = decisions.copies(&meetings).await?;
    let rows: BTreeMap<_, _> = rows.iter().map(|row| (&row.key, row)).collect();
    let mut found = Drift {
        drifted: Vec::new(),
        counts: Counts::default(),
        evaluated: 0,
        not_judged: NotJudged::default(),
        unreadable,
    };
    for (key, (event, asked_at)) in &events {
        let row = rows.get(key).copied();
        let row = row.filter(|row| row.inputs.event == event.updated_at);
        found.hold(row, event, *asked_at, calendars.get(&event.calendar_id));
    }
    let order = |one: &Drifted| (one.starts_at, one.event_id.clone());
    found.drifted.sort_by_key(order);
    Ok(found)
}

/// The upcoming meetings that were listed, each as it was listed last, and what
/// could not be read.
fn read(
    calendars: &BTreeMap<CalendarId, CalendarRecord>,
    pages: Vec<Listed>,
) -> (
    BTreeMap<DecisionKey, (CalendarEvent, Timestamp)>,
    Vec<String>,
) {
    let (mut events, mut unreadable) = (BTreeMap::new(), Vec::new());
    for Listed {
        asked_at,
        events: raw,
    } in pages
    {
        for event in raw {
            match read_event(&event) {
                Ok(event) if event.is_deleted || event.starts_at <= asked_at => {}
                Ok(event) if calendars.contains_key(&event.calendar_id) => {
                    events.insert(event.key(), (event, asked_at));
                }
                Ok(_) => {}
                Err(event) => unreadable.push(event.to_string()),
            }
        }
    }
    (events, unreadable)
}

impl Drift {
    /// Holds an event against its row, which is none if nothing is decided yet
    /// about the event as it is.
    fn hold(
        &mut self,
        row: Option<&Decision>,
        event: &CalendarEvent,
        asked_at: Timestamp,
        calendar: Option<&CalendarRecord>,
    ) {
        let Some(row) = row else {
            self.not_judged.undecided += 1;
            return;
        };
        match unchecked(row, asked_at) {
            Some(Unchecked::Due) => self.not_judged.due += 1,
            Some(Unchecked::Abandoned) => self.not_judged.abandoned += 1,
            Some(Unchecked::JustCalled) => self.not_judged.just_called += 1,
            None => self.evaluated += 1,
        }
        let Some(kind) = drift(row, event, asked_at) else {
            return;
        };
        self.counts.add(kind);
        let owner = calendar.and_then(|record| record.calendar.email.as_ref());
        let coming = event.bots.iter().filter(|bot| bot.starts_at > asked_at);
        self.drifted.push(Drifted {
            kind: kind.as_str(),
            starts_at: event.starts_at,
            calendar: event.calendar_id.to_string(),
            owner: owner.map(Email::as_str).map(str::to_owned),
            event_id: event.id.to_string(),
            title: row.title.clone(),
            bots: coming.count(),
        });
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
