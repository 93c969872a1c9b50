//! Coverage of a period: how many meetings were recorded, and why the others were not.

use std::collections::BTreeMap;

use callsheet_app::coverage::CoverageReport;
use callsheet_domain::{
    CalendarId, CountedBy, Email, Group, Loss, MeetingResult, MeetingTotals, Timestamp,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::unreadable::UnreadableDecision;

/// The coverage of a period. Days are dates in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Coverage {
    /// When this was read: meetings that were not over then are not counted.
    pub now: Timestamp,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// What the meetings are grouped by.
    #[schemars(extend("enum" = ["day", "calendar", "rule", "policy", "platform", "class"]))]
    pub by: &'static str,
    /// All meetings of the period, each once, whatever the number of its copies.
    pub totals: Totals,
    /// They in groups, whose totals add up to those of all.
    pub groups: Vec<CoverageGroup>,
    /// The days whose decisions have expired, and whose kept totals were counted. These have no
    /// calendars, rules and policies.
    pub kept_days: Vec<Date>,
    /// The days whose decisions have expired, and of which no totals are kept.
    pub missing_days: Vec<Date>,
    /// Decisions that cannot be read, and are not counted.
    pub unreadable_decisions: Vec<UnreadableDecision>,
}

/// A group of meetings.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CoverageGroup {
    /// The day, Recall's id of the calendar, the rule, the revision of the policy, the platform
    /// (`no_link` without a link), or the result. None for the meetings of days of which it is
    /// not kept.
    pub name: Option<String>,
    /// The address of the calendar's owner, if the meetings are grouped by calendar.
    pub owner: Option<String>,
    /// Their totals.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Totals of meetings.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Totals {
    /// Meetings that are over, but for deleted and cancelled ones.
    pub seen: u64,
    /// Those that were to be recorded.
    pub wanted: u64,
    /// Those of the wanted ones for which a bot was scheduled.
    pub scheduled: u64,
    /// Those of the wanted ones whose bot was in the call.
    pub joined: u64,
    /// Those of the wanted ones that were recorded.
    pub recorded: u64,
    /// Those of the wanted ones that were not, by the reason.
    pub lost: BTreeMap<&'static str, u64>,
    /// How many of a hundred wanted meetings were recorded, rounded down.
    pub percent: Option<u64>,
    /// Minutes from the start until the bot was in the call: half of the bots took no longer.
    pub minutes_to_join_median: Option<f64>,
    /// The same of 95 of a hundred bots. An hour stands for everything longer.
    pub minutes_to_join_p95: Option<f64>,
}

impl Coverage {
    /// Represents the coverage that was read at `now`.
    #[must_use]
    pub fn of(report: CoverageReport, now: Timestamp) -> Self {
        let groups = report.groups.iter();
        let group = |(group, totals): &(Group, MeetingTotals)| {
            CoverageGroup::of(group, totals, &report.owners)
        };
        Self {
            now,
            from: report.query.from,
            until: report.query.until,
            by: name_of(report.query.by),
            totals: Totals::of(&report.whole),
            groups: groups.map(group).collect(),
            kept_days: report.kept,
            missing_days: report.missing,
            unreadable_decisions: UnreadableDecision::all_of(report.unreadable),
        }
    }
}

/// The name of what meetings are grouped by.
fn name_of(by: CountedBy) -> &'static str {
    match by {
        CountedBy::Day => "day",
        CountedBy::Calendar => "calendar",
        CountedBy::Rule => "rule",
        CountedBy::Policy => "policy",
        CountedBy::Platform => "platform",
        CountedBy::Class => "class",
    }
}

impl CoverageGroup {
    fn of(group: &Group, totals: &MeetingTotals, owners: &BTreeMap<CalendarId, Email>) -> Self {
        let owner = match group {
            Group::Calendar(id) => owners.get(id),
            _ => None,
        };
        Self {
            name: match group {
                Group::Day(day) => Some(day.to_string()),
                Group::Calendar(id) => Some(id.to_string()),
                Group::Rule(rule) => Some(rule.clone()),
                Group::Policy(revision) => Some(revision.0.to_string()),
                Group::Platform(platform) => {
                    Some(platform.clone().unwrap_or_else(|| "no_link".to_owned()))
                }
                Group::Class(result) => Some(result.as_str().to_owned()),
                Group::NotKept => None,
            },
            owner: owner.map(|owner| owner.as_str().to_owned()),
            totals: Totals::of(totals),
        }
    }
}

impl Totals {
    fn of(totals: &MeetingTotals) -> Self {
        let delays = totals.delays();
        let minutes = |percent| {
            delays
                .percentile(percent)
                .map(|step| f64::from(step) / 10.0)
        };
        Self {
            seen: totals.seen(),
            wanted: totals.wanted(),
            scheduled: totals.scheduled(),
            joined: totals.joined(),
            recorded: totals.recorded(),
            lost: totals
                .lost()
                .map(|(loss, number)| (loss.as_str(), number))
                .collect(),
            percent: totals.percent(),
            minutes_to_join_median: minutes(50),
            minutes_to_join_p95: minutes(95),
        }
    }

    /// The number of the wanted meetings that were not recorded.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.values().sum()
    }
}

/// The names of all reasons for which a meeting is lost.
#[must_use]
pub fn losses() -> Vec<&'static str> {
    let lost = MeetingResult::all().filter_map(|result| match result {
        MeetingResult::Lost(loss) => Some(loss),
        MeetingResult::NotWanted | MeetingResult::Recorded => None,
    });
    lost.map(Loss::as_str).collect()
}
