//! Coverage of a period: how many meetings were to be recorded, how many were, and why the
//! others were not.
//!
//! Days are dates in UTC. Those of the last four weeks are counted from the decisions, day by
//! day; no read is made for each calendar. Of earlier days the decisions have expired, and the
//! totals that were kept of each day are read. They have no calendars, rules and policies.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use callsheet_domain::{
    CalendarId, CountedBy, Email, Group, GroupedTotals, MeetingTotals, Timestamp,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::PortError;
use crate::day_count::{ROWS_KEPT, count_day};
use crate::ports::{Calendars, DayTotals, KeptCoverage, MeetingDays, UnreadableRow};

/// Number of days that are read concurrently. Of each one page is in memory.
const CONCURRENCY: usize = 4;

/// The longest period, in days: as long as totals are kept.
pub const LONGEST_PERIOD: usize = 400;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageQuery {
    /// The first date, in UTC.
    pub from: Date,
    /// The last date, in UTC.
    pub until: Date,
    /// What the meetings are grouped by.
    pub by: CountedBy,
}

/// The coverage of a period.
#[derive(Debug)]
pub struct CoverageReport {
    /// What was counted.
    pub query: CoverageQuery,
    /// All meetings of the period.
    pub whole: MeetingTotals,
    /// They in groups: by day or by policy in this order, else those first that lost the most.
    pub groups: Vec<(Group, MeetingTotals)>,
    /// Addresses of the owners of calendars, if the meetings are grouped by calendar.
    pub owners: BTreeMap<CalendarId, Email>,
    /// The days whose decisions have expired, and whose kept totals were counted.
    pub kept: Vec<Date>,
    /// The days whose decisions have expired, and of which no totals are kept.
    pub missing: Vec<Date>,
    /// Decisions that cannot be read, and are not counted.
    pub unreadable: Vec<UnreadableRow>,
}

/// The date of `now`, in UTC.
#[must_use]
pub fn utc_day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// The dates from one to another, both included; none if the first one is later.
pub fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
    let days = std::iter::successors(Some(from), |day| day.tomorrow().ok());
    days.take_while(move |day| *day <= until)
}

/// Counts the meetings that are over at `now`.
///
/// # Errors
/// If a collaborator fails.
pub async fn coverage<S, D>(
    state: &S,
    decisions: &D,
    query: CoverageQuery,
    now: Timestamp,
) -> Result<CoverageReport, PortError>
where
    S: Calendars + KeptCoverage,
    D: MeetingDays,
{
    let first_with_rows = utc_day(now).saturating_sub(ROWS_KEPT.days());
    let last_without = first_with_rows.yesterday().unwrap_or(Date::MIN);
    let mut report = CoverageReport {
        query,
        whole: MeetingTotals::default(),
        groups: Vec::new(),
        owners: BTreeMap::new(),
        kept: Vec::new(),
        missing: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut groups = GroupedTotals::new();
    let (from, until) = (query.from, query.until.min(last_without));
    if from <= until {
        let mut kept = state.kept_days(from, until).await?;
        for day in days(from, until) {
            match kept.remove(&day) {
                Some(totals) => {
                    add_kept(&mut groups, query.by, day, &totals);
                    report.kept.push(day);
                }
                None => report.missing.push(day),
            }
        }
    }
    let with_rows = days(query.from.max(first_with_rows), query.until);
    let mut counted = stream::iter(with_rows)
        .map(|day| count_day(decisions, day, query.by, now))
        .buffered(CONCURRENCY);
    while let Some(day) = counted.try_next().await? {
        for (group, totals) in &day.totals {
            add(&mut groups, group.clone(), totals);
        }
        report.unreadable.extend(day.unreadable);
    }
    for totals in groups.values() {
        report.whole.add_all(totals);
    }
    if query.by == CountedBy::Calendar {
        report.owners = owners(state).await?;
    }
    report.groups = in_order(groups, query.by);
    Ok(report)
}

fn add(groups: &mut GroupedTotals, group: Group, totals: &MeetingTotals) {
    groups.entry(group).or_default().add_all(totals);
}

/// Adds the kept totals of a day, in groups as far as these are kept.
fn add_kept(groups: &mut GroupedTotals, by: CountedBy, day: Date, totals: &DayTotals) {
    for (platform, totals) in totals {
        match by {
            CountedBy::Day => add(groups, Group::Day(day), totals),
            CountedBy::Platform => add(groups, Group::Platform(platform.clone()), totals),
            CountedBy::Class => {
                for (result, of_result) in totals.by_result() {
                    let only = MeetingTotals::of([(result, of_result.clone())]);
                    add(groups, Group::Class(result), &only);
                }
            }
            CountedBy::Calendar | CountedBy::Rule | CountedBy::Policy => {
                add(groups, Group::NotKept, totals);
            }
        }
    }
}

fn in_order(groups: GroupedTotals, by: CountedBy) -> Vec<(Group, MeetingTotals)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    if !matches!(by, CountedBy::Day | CountedBy::Policy) {
        groups.sort_by_key(|(_, totals)| Reverse(totals.wanted() - totals.recorded()));
    }
    groups
}

async fn owners(state: &impl Calendars) -> Result<BTreeMap<CalendarId, Email>, PortError> {
    let listed = state.listed().await?.into_iter();
    let calendars = listed.map(|listed| listed.record.calendar);
    Ok(calendars
        .filter_map(|calendar| Some((calendar.id, calendar.email?)))
        .collect())
}
