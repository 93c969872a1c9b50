//! Totals of meetings, by result.

use std::collections::BTreeMap;

use super::copy::MeetingCopy;
use super::delays::JoinDelays;
use super::result::{Loss, MeetingResult};

/// Totals of the meetings with one result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResultTotals {
    /// Their number.
    pub meetings: u64,
    /// How long after the start the bots of those came that had one in the call.
    pub delays: JoinDelays,
}

/// Totals of meetings, of each result by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingTotals(BTreeMap<MeetingResult, ResultTotals>);

impl MeetingTotals {
    /// The totals of these results, of which those without a meeting are left out.
    pub fn of(results: impl IntoIterator<Item = (MeetingResult, ResultTotals)>) -> Self {
        let results = results.into_iter();
        Self(results.filter(|(_, totals)| totals.meetings > 0).collect())
    }

    /// Adds a meeting, by the copy of it that counts.
    pub(super) fn add(&mut self, meeting: &MeetingCopy) {
        let totals = self.0.entry(meeting.result).or_default();
        totals.meetings += 1;
        if let Some(joined_at) = meeting.joined_at {
            totals.delays.add(meeting.starts_at, joined_at);
        }
    }

    /// Adds the meetings of `other`.
    pub fn add_all(&mut self, other: &Self) {
        for (result, added) in &other.0 {
            let totals = self.0.entry(*result).or_default();
            totals.meetings += added.meetings;
            totals.delays.add_all(&added.delays);
        }
    }

    /// The totals of each result.
    pub fn by_result(&self) -> impl Iterator<Item = (MeetingResult, &ResultTotals)> {
        self.0.iter().map(|(result, totals)| (*result, totals))
    }

    fn number(&self, is_counted: impl Fn(MeetingResult) -> bool) -> u64 {
        let counted = self.by_result().filter(|(result, _)| is_counted(*result));
        counted.map(|(_, totals)| totals.meetings).sum()
    }

    /// The number of meetings.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.number(|_| true)
    }

    /// Those that were to be recorded.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        self.number(MeetingResult::is_wanted)
    }

    /// Those of the wanted ones for which a bot was scheduled.
    #[must_use]
    pub fn scheduled(&self) -> u64 {
        self.number(MeetingResult::is_scheduled)
    }

    /// Those of the wanted ones whose bot was in the call.
    #[must_use]
    pub fn joined(&self) -> u64 {
        self.by_result()
            .map(|(_, totals)| totals.delays.joined())
            .sum()
    }

    /// Those of the wanted ones that were recorded.
    #[must_use]
    pub fn recorded(&self) -> u64 {
        self.number(|result| result == MeetingResult::Recorded)
    }

    /// Those of the wanted ones that were not recorded, by the reason.
    pub fn lost(&self) -> impl Iterator<Item = (Loss, u64)> {
        self.by_result()
            .filter_map(|(result, totals)| match result {
                MeetingResult::Lost(loss) => Some((loss, totals.meetings)),
                MeetingResult::NotWanted | MeetingResult::Recorded => None,
            })
    }

    /// How long after the start the bots came.
    #[must_use]
    pub fn delays(&self) -> JoinDelays {
        let mut delays = JoinDelays::default();
        for (_, totals) in self.by_result() {
            delays.add_all(&totals.delays);
        }
        delays
    }

    /// How many of a hundred wanted meetings were recorded, rounded down; none if no meeting
    /// was wanted.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        (self.recorded() * 100).checked_div(self.wanted())
    }
}
