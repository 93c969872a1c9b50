//! How far a comparison of Recall's list of calendars with ours has come.

use jiff::{SignedDuration, Timestamp};

use super::listed_ids::ListedIds;
use super::state::PageCursor;
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
    /// The calendars on these pages; none if they are too many to be stored.
    pub listed: Option<ListedIds>,
    /// Counts the writes.
    pub version: Version,
}

impl CalendarListProgress {
    /// The progress to go on from at `now`: this one, or none if nothing was left, or too
    /// long ago.
    #[must_use]
    pub fn resumed(self, now: Timestamp) -> Self {
        match self.began_at {
            Some(began_at) if now <= plus(began_at, LONGEST_LEFT) => self,
            _ => self.anew(now),
        }
    }

    /// A comparison that begins at `now`.
    #[must_use]
    pub fn anew(&self, now: Timestamp) -> Self {
        Self {
            began_at: Some(now),
            next: None,
            pages: 0,
            listed: Some(ListedIds::default()),
            version: self.version,
        }
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
            ..CalendarListProgress::default().anew(began_at)
        };
        let now = plus(began_at, SignedDuration::from_hours(hours));
        assert_eq!(left.resumed(now).pages, pages);
    }
}
