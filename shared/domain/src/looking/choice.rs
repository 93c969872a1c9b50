//! Which looks to make for a batch of notices: none, one calendar, or the workspace.
//!
//! One look at the workspace answers the notices of all calendars, those still
//! on the queue included, so it is made as soon as two calendars are asked for,
//! and for one calendar too while others were asked for a moment ago. It is not
//! made where it would reach so far back that it takes more pages than the
//! calendars one by one, nor where the setting forbids it.
//!
//! One look at a time is under way at the workspace, and one at a calendar.
//! Whoever finds one at work that will answer waits for it. One that was left,
//! because time ran out or a machine died, is taken up where it stopped by
//! whoever needs it.

use std::collections::BTreeSet;
use std::fmt;

use jiff::SignedDuration;

use super::PAGE;
use super::ask::{Ask, Wants};
use super::gather::{earliest, gathered};
use super::mark::{LatestLook, Looked, OVERLAP, UnderWay, WorkspaceMark, WorkspaceReach};
use super::reach::OWN_CLOCKS;
use crate::time::plus;
use crate::{CalendarId, Timestamp};

/// A look at the workspace overlaps the one before by as much as its notices are
/// late, and no more than this: others that the last look has not answered are
/// as late, wait on the queue still, and are answered too.
const MOST_LATE: SignedDuration = SignedDuration::from_secs(5);
/// While a look at the workspace began so little ago, others are asking too.
const BUSY: SignedDuration = SignedDuration::from_secs(30);
/// A look at the workspace reaches back no further than this.
const FURTHEST: SignedDuration = SignedDuration::from_hours(1);
/// A look at the workspace of more pages than this, a minute's lists, must be
/// fewer than the calendars that are asked for.
const WORTH: i64 = 60;

/// What a look lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One calendar.
    Calendar(CalendarId),
    /// Every calendar of the workspace.
    Workspace,
}

/// A look to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What it lists.
    pub scope: Scope,
    /// Only what changed at or after this instant; none for everything.
    pub since: Option<Timestamp>,
    /// It goes on where somebody left it.
    pub resumes: bool,
    /// Not before this instant, so that it answers more.
    pub not_before: Timestamp,
    /// The calendars whose notices it is made for.
    pub made_for: BTreeSet<CalendarId>,
}

/// What to do for a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookPlan {
    /// Calendars whose notices a finished look has answered.
    pub answered: BTreeSet<CalendarId>,
    /// Calendars that somebody is looking at already.
    pub awaited: BTreeSet<CalendarId>,
    /// Looks to make, in this order.
    pub looks: Vec<Look>,
}

/// What is asked about one calendar, and how far it was looked at.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Which.
    pub calendar: &'a CalendarId,
    /// What the notices ask.
    pub ask: &'a Ask,
    /// The last finished look at it alone.
    pub looked: Option<&'a Looked>,
    /// One at it alone that is not finished, and of use.
    pub looking: Option<&'a UnderWay<Looked>>,
    /// It is [owed](super::is_owed) a look at everything.
    pub is_owed: bool,
}

/// How a workspace is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// The workspace may be listed as a whole.
    pub is_whole: bool,
    /// The time between two lists.
    pub interval: SignedDuration,
}

/// Plans the looks that answer `asked` at `now`, where each calendar is named once.
#[must_use]
pub fn choose(
    asked: &[Asked<'_>],
    workspace: &WorkspaceMark,
    manners: Manners,
    now: Timestamp,
) -> LookPlan {
    let mut plan = LookPlan::default();
    let mut wanting = Vec::new();
    for asked in asked {
        let id = || asked.calendar.clone();
        if is_answered(asked, workspace) {
            plan.answered.insert(id());
        } else if let Some(looking) = asked.looking {
            if looking.is_held(now) {
                plan.awaited.insert(id());
            } else {
                let (since, made_for) = (looking.mark.since, BTreeSet::from([id()]));
                let look = resumed(Scope::Calendar(id()), since, made_for, now);
                plan.looks.push(look);
            }
        } else {
            match asked.ask.wants {
                Wants::Since(since) if !asked.is_owed => wanting.push((asked, since)),
                _ => plan.looks.push(alone(asked, None, now)),
            }
        }
    }
    if manners.is_whole
        && let Some(looking) = &workspace.looking
    {
        wanting = plan.join(wanting, looking, now);
    }
    let look = manners
        .is_whole
        .then(|| together(&wanting, workspace, manners, now))
        .flatten();
    match look {
        Some(look) => plan.looks.insert(0, look),
        None => {
            for (asked, since) in wanting {
                let reached = asked.looked.map(|looked| looked.began_at);
                let reached = reached.max(workspace.healed_until.min(Some(now)));
                let since = reached.map_or(since, |at| since.min(plus(at, -OVERLAP)));
                let not_before = asked.looked.map_or(now, |looked| {
                    earliest(looked.began_at, manners.interval).max(now)
                });
                plan.looks.push(alone(asked, Some(since), not_before));
            }
        }
    }
    plan.looks.sort_by_key(|look| look.not_before);
    plan
}

fn is_answered(asked: &Asked<'_>, workspace: &WorkspaceMark) -> bool {
    let (looked, latest) = (asked.looked, workspace.latest.as_ref());
    !asked.is_owed
        && (asked.ask.wants == Wants::Nothing
            || looked.is_some_and(|looked| looked.reach().answers(asked.ask))
            || latest.is_some_and(|latest| latest.reach.answers(asked.calendar, asked.ask)))
}

fn resumed(
    scope: Scope,
    since: Option<Timestamp>,
    made_for: BTreeSet<CalendarId>,
    now: Timestamp,
) -> Look {
    Look {
        scope,
        since,
        resumes: true,
        not_before: now,
        made_for,
    }
}

fn alone(asked: &Asked<'_>, since: Option<Timestamp>, not_before: Timestamp) -> Look {
    Look {
        scope: Scope::Calendar(asked.calendar.clone()),
        since,
        resumes: false,
        not_before,
        made_for: BTreeSet::from([asked.calendar.clone()]),
    }
}

impl LookPlan {
    /// Has those wait for a look at the workspace that is under way, or take it
    /// up, who get something of it; gives those who do not.
    fn join<'a>(
        &mut self,
        wanting: Vec<(&'a Asked<'a>, Timestamp)>,
        looking: &UnderWay<WorkspaceReach>,
        now: Timestamp,
    ) -> Vec<(&'a Asked<'a>, Timestamp)> {
        let is_held = looking.is_held(now);
        // Whoever begins another at once would list the same again.
        let is_soon_over = now <= plus(looking.mark.began_at, BUSY);
        let mut others = Vec::new();
        let mut takers = BTreeSet::new();
        for (asked, since) in wanting {
            let is_answer = looking.mark.answers(asked.calendar, asked.ask);
            if is_held && (is_answer || is_soon_over) {
                self.awaited.insert(asked.calendar.clone());
            } else if is_answer && looking.next.is_some() {
                takers.insert(asked.calendar.clone());
            } else {
                others.push((asked, since));
            }
        }
        if !takers.is_empty() {
            let look = resumed(Scope::Workspace, looking.mark.since, takers, now);
            self.looks.insert(0, look);
        }
        others
    }
}

/// One look at the workspace for all of these, if that is worth it.
fn together(
    wanting: &[(&Asked<'_>, Timestamp)],
    workspace: &WorkspaceMark,
    manners: Manners,
    now: Timestamp,
) -> Option<Look> {
    let looking = workspace.looking.as_ref();
    let is_long = |look: &UnderWay<WorkspaceReach>| now > plus(look.mark.began_at, BUSY);
    if looking.is_some_and(|look| look.is_held(now) || (look.next.is_some() && is_long(look))) {
        return None;
    }
    let latest = workspace.latest.as_ref();
    let is_busy = latest.is_some_and(|latest| now <= plus(latest.reach.began_at, BUSY));
    let fewest = if is_busy { 1 } else { 2 };
    if wanting.len() < fewest {
        return None;
    }
    let asked = wanting.iter().map(|(_, since)| *since).min()?;
    let lateness = wanting.iter().map(|(asked, _)| asked.ask.lateness).max()?;
    let overlap = OWN_CLOCKS + lateness.clamp(SignedDuration::ZERO, MOST_LATE);
    let before = latest.map(|latest| plus(latest.reach.began_at, -overlap));
    // One that was left behind a moment ago is begun again together with this one.
    let left = looking.and_then(|look| look.mark.since);
    let since = [Some(asked), before, left].into_iter().flatten().min()?;
    let most = i64::try_from(wanting.len()).unwrap_or(i64::MAX).max(WORTH);
    if since < plus(now, -FURTHEST) || expected_pages(latest, since, now) > most {
        return None;
    }
    let not_before = latest.map_or(now, |latest| gathered(latest, manners.interval).max(now));
    Some(Look {
        scope: Scope::Workspace,
        since: Some(since),
        resumes: false,
        not_before,
        made_for: wanting
            .iter()
            .map(|(asked, _)| asked.calendar.clone())
            .collect(),
    })
}

/// How many pages a look at the workspace since `since` may take, if as much
/// changed in a second as in the time that the last one looked at.
fn expected_pages(latest: Option<&LatestLook>, since: Timestamp, now: Timestamp) -> i64 {
    let Some(latest) = latest else { return 1 };
    let looked_at = latest.span().as_secs();
    let asked_for = now.duration_since(since).as_secs().max(0);
    i64::from(latest.listed) * asked_for / looked_at / i64::from(PAGE) + 1
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(id) => write!(formatter, "calendar {id}"),
            Self::Workspace => formatter.write_str("the workspace"),
        }
    }
}

/// What is planned, as the log shows it.
impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, since, .. } = self;
        if self.resumes {
            formatter.write_str("go on with ")?;
        }
        match since {
            Some(since) => write!(formatter, "{scope} since {since}")?,
            None => write!(formatter, "{scope} whole")?,
        }
        write!(
            formatter,
            " for {} at {}",
            self.made_for.len(),
            self.not_before
        )
    }
}

/// What is planned, as the log shows it.
impl fmt::Display for LookPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answered, awaited) = (self.answered.len(), self.awaited.len());
        write!(formatter, "{answered} answered, {awaited} awaited")?;
        self.looks
            .iter()
            .try_for_each(|look| write!(formatter, "; {look}"))
    }
}

#[cfg(test)]
mod tests;
