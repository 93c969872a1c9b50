//! How far a comparison of Recall's list of calendars with ours has come.

use jiff::{SignedDuration, Timestamp};

use super::listed_ids::ListedIds;
use super::part_of_calendars::PartOfCalendars;
use super::state::PageCursor;
use crate::id::CalendarId;
use crate::revision::Version;
use crate::time::plus;

/// A comparison that began this long ago begins anew.
const LONGEST_LEFT: SignedDuration = SignedDuration::from_hours(6);

/// How far a comparison of Recall's list of calendars with the stored ones has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarListProgress {
    /// When it began; none if none was left.
    pub began_at: Option<Timestamp>,
    /// The next page of the list; none before the first page, and after the last one.
    pub next: Option<PageCursor>,
    /// The number of pages that were read.
    pub pages: u32,
    /// The part of the calendars of which those are looked for that are not on the list.
    pub part: PartOfCalendars,
    /// The calendars of that part on these pages; none if they are too many to be stored.
    pub listed: Option<ListedIds>,
    /// Counts the writes.
    pub version: Version,
}

impl CalendarListProgress {
    /// The progress to go on from at `now`: this one, or none if nothing was left, or too
    /// long ago. The workspace has about so many `calendars`.
    #[must_use]
    pub fn resumed(self, now: Timestamp, calendars: u32) -> Self {
        match self.began_at {
            Some(began_at) if now <= plus(began_at, LONGEST_LEFT) => self,
            _ => self.anew(now, PartOfCalendars::on_day_of(now, calendars)),
        }
    }

    /// A comparison that begins at `now`, with a part of the calendars.
    #[must_use]
    pub fn anew(&self, now: Timestamp, part: PartOfCalendars) -> Self {
        Self {
            began_at: Some(now),
            next: None,
            pages: 0,
            part,
            listed: Some(ListedIds::default()),
            version: self.version,
        }
    }

    /// Notes that the list has a calendar.
    pub fn note(&mut self, calendar: &CalendarId) {
        if let Some(listed) = &mut self.listed
            && self.part.contains(calendar)
        {
            listed.add(calendar);
        }
    }

    /// Whether the list, which is read to its end, lacks a stored calendar; false if its part is
    /// not looked for.
    #[must_use]
    pub fn lacks(&self, calendar: &CalendarId) -> bool {
        let listed = self.listed.as_ref();
        listed.is_some_and(|listed| self.part.contains(calendar) && !listed.contains(calendar))
    }

    /// Whether the list is read to its end.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.pages > 0 && self.next.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(0, 3; "at once")]
    #[test_case(6, 3; "after some hours")]
    #[test_case(7, 0; "too late")]
    fn a_comparison_is_resumed_after(hours: i64, pages: u32) {
        let began_at = Timestamp::UNIX_EPOCH;
        let left = CalendarListProgress {
            pages: 3,
            ..CalendarListProgress::default().anew(began_at, PartOfCalendars::default())
        };
        let now = plus(began_at, SignedDuration::from_hours(hours));
        assert_eq!(left.resumed(now, 3).pages, pages);
    }

    /// Of 120,000 calendars, each day's list shows the deletions of a third.
    #[test]
    fn a_deleted_calendar_is_noticed_within_as_many_days_as_there_are_parts() {
        let began = Timestamp::from_second(1_800_000_000).expect("in range");
        let calendar =
            |number: u32| CalendarId::parse(format!("calendar-{number}")).expect("an id");
        let mut noticed = std::collections::BTreeSet::new();
        for day in 0..3 {
            let now = plus(began, SignedDuration::from_hours(24 * day));
            let mut progress = CalendarListProgress::default().resumed(now, 120_000);
            (100..120_000).for_each(|number| progress.note(&calendar(number)));
            let listed = progress.listed.as_ref().expect("they fit");
            assert!(listed.text().is_some(), "a third fits into a row");
            noticed.extend((0..120_000).filter(|number| progress.lacks(&calendar(*number))));
        }
        // An id counts as listed whose digest another one has: three of a hundred thousand times.
        assert!((98..=100).contains(&noticed.len()), "{}", noticed.len());
        assert!(noticed.into_iter().all(|number| number < 100));
    }
}
