//! The list of the calendars that were created a moment ago, which all workers share.
//!
//! When many calendars are connected at once, a call for each would take more of the limit than
//! their events do. So they are read together, by whichever worker needs one that is not stored,
//! each few seconds. Those of a burst wait longer. Others must not: the later a calendar is known,
//! the further a list of events has to reach back for it, and when thousands are connected within
//! an hour, live changes wait for these pages.

use jiff::{SignedDuration, Timestamp};

use super::coverage::OWN_CLOCKS;
use super::listed_ids::ListedIds;
use crate::id::CalendarId;
use crate::revision::Version;
use crate::time::plus;

/// A calendar that was created this long ago is no new one, and is read by itself: while
/// thousands are connected, a list of more of them would take longer than their requests wait.
const NEW_FOR: SignedDuration = SignedDuration::from_mins(2);
/// New calendars are listed no more often than this.
const LISTED_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// The same in a burst.
const BURST_LISTED_EVERY: SignedDuration = SignedDuration::from_secs(12);
/// It is a burst if more than so many calendars were created within five seconds.
const MOST: usize = 10;
const BURST_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// A list overlaps the one before by this: what was created while that was made may not be on it,
/// and what has changed since then is to be read again.
const OVERLAP: SignedDuration = SignedDuration::from_secs(2);
/// A list of new calendars is stored after this time, or its worker has failed.
const LISTED_WITHIN: SignedDuration = SignedDuration::from_secs(3);

/// When the calendars that were created a moment ago were last listed, by any worker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewCalendarList {
    /// When a worker last began to list them; none if none did yet.
    pub began_at: Option<Timestamp>,
    /// When the latest list began whose calendars are stored.
    pub listed_at: Option<Timestamp>,
    /// The calendars of that list.
    pub listed: ListedIds,
    /// Whether it had a burst of them.
    pub is_burst: bool,
    /// Counts the writes.
    pub version: Version,
}

impl NewCalendarList {
    /// Whether a calendar that was created at an instant is new at `now`.
    #[must_use]
    pub fn is_new(created_at: Timestamp, now: Timestamp) -> bool {
        created_at >= plus(now, -NEW_FOR)
    }

    /// The creation of the earliest calendars that may not be on a list at `now`, and so may not be
    /// stored.
    #[must_use]
    pub fn unlisted_since(now: Timestamp) -> Timestamp {
        plus(now, -(BURST_LISTED_EVERY + OVERLAP))
    }

    /// The creation of the earliest calendars that a list has that begins at `now`.
    #[must_use]
    pub fn since(&self, now: Timestamp) -> Timestamp {
        let new_since = plus(now, -NEW_FOR);
        let overlapping = self.listed_at.map(|at| plus(at, -OVERLAP).min(now));
        overlapping.map_or(new_since, |since| since.max(new_since))
    }

    /// Notes the calendars of a list that began at an instant, each with its creation.
    pub fn note(&mut self, began_at: Timestamp, calendars: &[(CalendarId, Option<Timestamp>)]) {
        let created = calendars.iter().filter_map(|(_, created_at)| *created_at);
        let mut created: Vec<_> = created.collect();
        created.sort_unstable();
        let mut many = created.windows(MOST + 1);
        self.is_burst = many.any(|these| these[MOST] <= plus(these[0], BURST_WITHIN));
        self.listed_at = Some(began_at);
        self.listed = ListedIds::default();
        for (calendar, _) in calendars {
            self.listed.add(calendar);
        }
    }

    /// The earliest instant, from `now` on, at which they are listed again.
    #[must_use]
    pub fn next_at(&self, now: Timestamp) -> Timestamp {
        let wait = if self.is_burst {
            BURST_LISTED_EVERY
        } else {
            LISTED_EVERY
        };
        let next = |at| plus(at, wait).clamp(now, plus(now, wait));
        self.began_at.map_or(now, next)
    }

    /// Whether a worker is listing them at `now`, as far as is known.
    #[must_use]
    pub fn is_being_read(&self, now: Timestamp) -> bool {
        let began_at = self.began_at.filter(|_| self.began_at > self.listed_at);
        began_at.is_some_and(|at| at <= now && now < plus(at, LISTED_WITHIN))
    }

    /// Whether they were listed after a calendar changed at an instant; after any instant, if
    /// none is known.
    #[must_use]
    pub fn is_later_than(&self, changed_at: Option<Timestamp>) -> bool {
        let is_later = |at| changed_at.is_none_or(|changed| at > plus(changed, OWN_CLOCKS));
        self.listed_at.is_some_and(is_later)
    }

    /// Whether a calendar is stored as it was after it changed at an instant. One that is
    /// deleted at Recall is not on the list.
    #[must_use]
    pub fn has(&self, calendar: &CalendarId, changed_at: Option<Timestamp>) -> bool {
        self.is_later_than(changed_at) && self.listed.contains(calendar)
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        plus(Timestamp::UNIX_EPOCH, SignedDuration::from_secs(seconds))
    }

    fn listed(began: i64, created: &[i64]) -> NewCalendarList {
        let calendars = created.iter().enumerate().map(|(number, created_at)| {
            let calendar = CalendarId::parse(format!("calendar-{number}")).expect("an id");
            (calendar, Some(at(*created_at)))
        });
        let mut list = NewCalendarList {
            began_at: Some(at(began)),
            ..NewCalendarList::default()
        };
        list.note(at(began), &calendars.collect::<Vec<_>>());
        list
    }

    const BURST: [i64; 11] = [80, 85, 85, 86, 86, 87, 87, 88, 88, 90, 90];
    const MANY: [i64; 11] = [80, 82, 84, 86, 88, 90, 90, 90, 90, 90, 90];

    #[test_case(&NewCalendarList::default() => 100; "never")]
    #[test_case(&listed(98, &[97]) => 100; "long enough ago")]
    #[test_case(&listed(99, &[97]) => 101; "a moment ago")]
    #[test_case(&listed(99, &MANY) => 101; "many")]
    #[test_case(&listed(99, &BURST) => 101; "as many as no burst has")]
    #[test_case(&listed(99, &[BURST.as_slice(), &[90]].concat()) => 111; "a burst")]
    #[test_case(&listed(88, &[BURST.as_slice(), &[90]].concat()) => 100; "a burst, long enough ago")]
    #[test_case(&listed(500, &[97]) => 102; "by a clock that is ahead")]
    fn new_calendars_are_listed_each_few_seconds(list: &NewCalendarList) -> i64 {
        list.next_at(at(100)).duration_since(at(0)).as_secs()
    }

    /// It may have failed, and fail again.
    #[test]
    fn a_list_that_is_not_stored_is_followed_by_another_after_some_seconds() {
        let list = NewCalendarList {
            began_at: Some(at(100)),
            ..listed(70, &[70])
        };
        assert_eq!(list.next_at(at(101)), at(102));
    }

    #[test_case(None => -120; "the first time")]
    #[test_case(Some(-300) => -120; "after long")]
    #[test_case(Some(-60) => -62; "over the one before")]
    #[test_case(Some(300) => 0; "by a clock that was ahead")]
    fn a_list_reaches_back_to_the_one_before(listed_at: Option<i64>) -> i64 {
        let list = NewCalendarList {
            listed_at: listed_at.map(at),
            ..NewCalendarList::default()
        };
        list.since(at(0)).as_second()
    }

    /// So a calendar that no list has so far is on the next one, whenever that is.
    #[test]
    fn what_is_not_listed_was_created_after_the_latest_list() {
        let burst = listed(88, &[BURST.as_slice(), &[90]].concat());
        let latest_at = plus(burst.next_at(at(88)), -SignedDuration::from_nanos(1));
        assert!(NewCalendarList::unlisted_since(latest_at) < burst.since(latest_at));
    }

    #[test_case(None, None => false; "never")]
    #[test_case(Some(99), None => true; "the first time")]
    #[test_case(Some(99), Some(90) => true; "again")]
    #[test_case(Some(99), Some(99) => false; "it is done")]
    #[test_case(Some(97), Some(90) => false; "it should be done")]
    #[test_case(Some(500), None => false; "by a clock that is ahead")]
    fn a_list_that_is_being_read_is_waited_for(began: Option<i64>, listed: Option<i64>) -> bool {
        let list = NewCalendarList {
            began_at: began.map(at),
            listed_at: listed.map(at),
            ..NewCalendarList::default()
        };
        list.is_being_read(at(100))
    }

    #[test_case(true, Some(98) => true; "it changed before")]
    #[test_case(true, None => true; "no change is known")]
    #[test_case(true, Some(100) => false; "it changed when the list began")]
    #[test_case(true, Some(105) => false; "it changed since")]
    #[test_case(false, Some(98) => false; "it is not on the list")]
    fn a_calendar_was_listed(is_on_list: bool, changed: Option<i64>) -> bool {
        let calendar = CalendarId::parse("calendar-sales").expect("an id");
        let mut list = NewCalendarList {
            listed_at: Some(at(100)),
            ..NewCalendarList::default()
        };
        if is_on_list {
            list.listed.add(&calendar);
        }
        list.has(&calendar, changed.map(at))
    }
}
