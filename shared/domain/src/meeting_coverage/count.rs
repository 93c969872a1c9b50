//! Counts meetings from their copies, in groups.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::copy::MeetingCopy;
use super::result::MeetingResult;
use super::totals::MeetingTotals;
use crate::id::{CalendarId, IcalUid};
use crate::revision::PolicyRevision;
use crate::verdict::RuleName;

/// What meetings are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountedBy {
    /// The date of the start, in UTC.
    Day,
    /// The calendar of the copy that counts.
    Calendar,
    /// The rule that decided.
    Rule,
    /// The policy that it decided by.
    Policy,
    /// The meeting's platform.
    Platform,
    /// The result.
    Class,
}

/// A group of meetings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Those that start on this date, in UTC.
    Day(Date),
    /// Those of a calendar.
    Calendar(CalendarId),
    /// Those that a rule decided.
    Rule(String),
    /// Those that were decided by a revision of the policy.
    Policy(PolicyRevision),
    /// Those of a platform; none for those without a link.
    Platform(Option<String>),
    /// Those with one result.
    Class(MeetingResult),
    /// Those of days of which it is not kept what they would be grouped by.
    NotKept,
}

/// Totals of meetings, by group.
pub type GroupedTotals = BTreeMap<Group, MeetingTotals>;

impl CountedBy {
    /// All ways to group.
    pub const ALL: [Self; 6] = [
        Self::Day,
        Self::Calendar,
        Self::Rule,
        Self::Policy,
        Self::Platform,
        Self::Class,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Calendar => "calendar",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Platform => "platform",
            Self::Class => "class",
        }
    }

    /// The way of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }

    fn group(self, meeting: &MeetingCopy) -> Group {
        match self {
            Self::Day => Group::Day(meeting.starts_at.to_zoned(TimeZone::UTC).date()),
            Self::Calendar => Group::Calendar(meeting.calendar_id.clone()),
            Self::Rule => Group::Rule(RuleName::as_str(&meeting.rule).to_owned()),
            Self::Policy => Group::Policy(meeting.policy),
            Self::Platform => Group::Platform(meeting.platform.clone()),
            Self::Class => Group::Class(meeting.result),
        }
    }
}

/// Picks the meetings that are over, each once: the copy that counts. The copies are given in
/// order of start, so only those of one start are held at a time.
#[derive(Debug)]
pub struct MeetingPicker {
    now: Timestamp,
    start: Option<Timestamp>,
    /// The copy that counts, of each meeting of that start.
    meetings: HashMap<IcalUid, MeetingCopy>,
}

impl MeetingPicker {
    /// Picks meetings that are over at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            start: None,
            meetings: HashMap::new(),
        }
    }

    /// Adds a copy, which starts no earlier than those before. Returns the meetings of the start
    /// before, if this is the first copy of a later one.
    pub fn add(&mut self, copy: MeetingCopy) -> Vec<MeetingCopy> {
        if !copy.takes_place() {
            return Vec::new();
        }
        let mut picked = Vec::new();
        if self.start != Some(copy.starts_at) {
            picked = self.take();
            self.start = Some(copy.starts_at);
        }
        let stored = self.meetings.get(&copy.key.ical_uid);
        if stored.is_none_or(|stored| copy.goes_before(stored)) {
            self.meetings.insert(copy.key.ical_uid.clone(), copy);
        }
        picked
    }

    /// The meetings of the last start.
    #[must_use]
    pub fn finish(mut self) -> Vec<MeetingCopy> {
        self.take()
    }

    fn take(&mut self) -> Vec<MeetingCopy> {
        let meetings = mem::take(&mut self.meetings).into_values();
        meetings.filter(|copy| copy.ends_at <= self.now).collect()
    }
}

/// Counts the meetings that are over, each once, by the copy that counts.
#[derive(Debug)]
pub struct MeetingCounter {
    by: CountedBy,
    picker: MeetingPicker,
    totals: GroupedTotals,
}

impl MeetingCounter {
    /// Counts by `by` the meetings that are over at `now`.
    #[must_use]
    pub fn new(by: CountedBy, now: Timestamp) -> Self {
        Self {
            by,
            picker: MeetingPicker::new(now),
            totals: GroupedTotals::new(),
        }
    }

    /// Adds a copy, which starts no earlier than those before.
    pub fn add(&mut self, copy: MeetingCopy) {
        let picked = self.picker.add(copy);
        count(&mut self.totals, self.by, &picked);
    }

    /// The totals.
    #[must_use]
    pub fn finish(mut self) -> GroupedTotals {
        count(&mut self.totals, self.by, &self.picker.finish());
        self.totals
    }
}

fn count(totals: &mut GroupedTotals, by: CountedBy, meetings: &[MeetingCopy]) {
    for meeting in meetings {
        totals.entry(by.group(meeting)).or_default().add(meeting);
    }
}
