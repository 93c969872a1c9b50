//! More changes than a sync of the workspace can list at once.
//!
//! When thousands of calendars are connected within an hour, or after hours without Recall,
//! the list of changes has more pages than the rate limit allows in a minute, and Recall does
//! not say in which order it lists. A change to a meeting of the next hour would wait for all
//! of them. So a list that becomes too long is left, and made again for *near* events alone:
//! those that start within a day, or within less if that is still too long. What has changed
//! in the *distant* ones is listed in [windows](super::windowed_sync), the nearest first.
//!
//! The events that a list has had so far say how near is to be. When the meeting of thousands of
//! people is moved that starts within the hour, a list of near events would have the same pages
//! again: such a list is read to its end. As lists may be in order of start, they may say so of
//! any list that is long, and so even this one is left after some time. Before that it begins
//! again, once, if nearly all of its events are copies of one meeting: the webhooks of one change
//! come over some seconds, and those that come after a list began need another one, with the same
//! pages. While many calendars are connected the first pages may be as near, but each list has
//! other ones, and to read some twice would cost live requests what they need.
//!
//! A windowed sync that lists all changes since they were left ends this. While it lasts, what
//! changed in the windows before is [listed again](super::revisits) each few minutes, and what
//! changed since is listed by the next catch-up. If that would be too long again, another windowed
//! sync follows it, which has less to list.

use jiff::{SignedDuration, Timestamp};

use super::distant_changes::{DistantChanges, NEAR};
use super::listing::PAGE;
use super::state::{LatestSync, OVERLAP, WorkspaceCoverage, WorkspaceSyncState};
use super::windowed_sync::{WindowedEvents, WindowedSync};
use crate::id::IcalUid;
use crate::time::plus;

/// A sync of the workspace that has more pages is left, if it could list half as many events:
/// half of a minute's limit.
const MOST_PAGES: u32 = 30;
/// It may have more pages in a large workspace: those of the changes of some minutes, as long as
/// changes take less than this part of the limit. The list after it is shorter then.
const MINUTES: u32 = 5;
const FEWEST_PAGES_A_MINUTE: u32 = 30;
/// If it could not, it is left after so many. No list has more than that.
const MOST_PAGES_OF_NEAR: u32 = 90;
/// Near becomes longer again if the changes behind the windows were no more pages a minute: a
/// sixth of the limit.
const FEW_PAGES_A_MINUTE: i64 = 10;
/// It is not left by fewer pages than these, those of one run.
const FEWEST_PAGES: u32 = 10;
/// What near is, each time shorter if the list is still too long.
const STEPS: [SignedDuration; 3] = [
    NEAR,
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(1),
];
/// Changes during a windowed sync of this length are listed by the next catch-up: they are fewer than
/// those between two catch-ups. After longer ones other windows follow, which have less to list.
const SHORT: SignedDuration = SignedDuration::from_mins(2);
/// Lists beside windows are of the nearest events alone, if they take so many pages a minute: a tenth
/// of the limit.
const MANY_PAGES_A_MINUTE: u32 = 6;
/// How often events change is known for so long after a list.
const KNOWN_FOR: SignedDuration = SignedDuration::from_mins(5);

impl WorkspaceCoverage {
    /// The time from the start of the sync within which it lists events; none if it lists all.
    fn near(&self) -> Option<SignedDuration> {
        let until = self.starts_until?;
        Some(until.duration_since(self.began_at))
    }

    /// Whether a sync that has had so many pages, with events that start then, begins again: it
    /// will be read to its end.
    #[must_use]
    pub fn begins_again(&self, pages: u32, starts: &ListedStarts) -> bool {
        let [.., shortest] = STEPS;
        let can_be_shorter = self.near().is_none_or(|near| near > shortest);
        let are_near = starts.within(shortest) > starts.all / 2;
        let is_burst = are_near && starts.are_of_one_meeting();
        pages == FEWEST_PAGES && starts.pages == pages && can_be_shorter && is_burst
    }

    /// What near is for the next list, if a sync is to be left that has had so many pages, with
    /// events that start then. One that was resumed is not left before it has had as many pages
    /// again: of those before, nothing is known any more, and its last pages are not like all. It
    /// was not left by them, and may be near its end. How often events change is known from the
    /// `latest` sync.
    #[must_use]
    pub fn shorter(
        &self,
        pages: u32,
        starts: &ListedStarts,
        latest: Option<&LatestSync>,
    ) -> Option<SignedDuration> {
        let are_known = starts.pages >= FEWEST_PAGES && starts.pages >= pages / 2;
        let is_left_anyway = pages >= MOST_PAGES_OF_NEAR;
        if pages < most_pages(latest) || self.since.is_none() || !(are_known || is_left_anyway) {
            return None;
        }
        let is_shorter = |step: &SignedDuration| self.near().is_none_or(|near| *step < near);
        let halves = |step: &SignedDuration| starts.within(*step) <= starts.all / 2;
        let mut steps = STEPS.into_iter().filter(is_shorter);
        let shortest = steps.clone().next_back();
        steps
            .find(halves)
            .or_else(|| shortest.filter(|_| is_left_anyway))
    }
}

/// The pages after which a list is left that could be shorter, if events change as often as in the
/// `latest` sync.
fn most_pages(latest: Option<&LatestSync>) -> u32 {
    let a_minute = latest.map_or(0, pages_a_minute);
    if a_minute >= FEWEST_PAGES_A_MINUTE {
        return MOST_PAGES;
    }
    (MOST_PAGES + MINUTES * a_minute).min(MOST_PAGES_OF_NEAR)
}

/// The number of whole pages of what changed in a minute.
fn pages_a_minute(latest: &LatestSync) -> u32 {
    let minute = SignedDuration::from_mins(1);
    let a_minute = i128::from(latest.listed) * minute.as_millis() / latest.span().as_millis();
    u32::try_from(a_minute / i128::from(PAGE)).unwrap_or(u32::MAX)
}

/// How soon the events start that a list has had so far, and whether they are copies of one
/// meeting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListedStarts {
    pages: u32,
    all: u32,
    /// Of them those that start within each of the steps.
    within: [u32; STEPS.len()],
    /// The meeting that most of them may be copies of.
    meeting: Option<IcalUid>,
    /// For it by each of its copies, and against it by any other event: no more than its copies.
    votes: u32,
}

impl ListedStarts {
    /// Counts a page, whose events are then [added](Self::add).
    pub fn add_page(&mut self) {
        self.pages += 1;
    }

    /// Counts a copy of a meeting that starts in this time from the begin of the list.
    pub fn add(&mut self, starts_in: SignedDuration, meeting: &IcalUid) {
        if self.votes == 0 {
            self.meeting = Some(meeting.clone());
        }
        if self.meeting.as_ref() == Some(meeting) {
            self.votes += 1;
        } else {
            self.votes -= 1;
        }
        self.all += 1;
        for (within, step) in self.within.iter_mut().zip(STEPS) {
            *within += u32::from(starts_in <= step);
        }
    }

    /// Whether nearly all are copies of one meeting: at least three of four.
    fn are_of_one_meeting(&self) -> bool {
        self.votes > self.all / 2
    }

    fn within(&self, step: SignedDuration) -> u32 {
        let counts = STEPS.into_iter().zip(self.within);
        let mut counts = counts.filter(|(counted, _)| *counted == step);
        counts.next().map_or(0, |(_, count)| count)
    }
}

impl WorkspaceSyncState {
    /// The latest start of the events that a sync lists that begins at `now`; none if it lists
    /// all.
    #[must_use]
    pub fn starts_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.distant.map(|distant| plus(now, distant.near))
    }

    /// The state after a sync was left that is too long: the next one lists the changes to
    /// events that are [nearer](WorkspaceCoverage::shorter).
    #[must_use]
    pub fn left_distant(mut self, left: &WorkspaceCoverage, near: SignedDuration) -> Self {
        // What no list has reached yet is left, too: the next catch-up would leave it anyway.
        let reached = self.synced_until.map(|until| plus(until, -OVERLAP));
        if let Some(since) = left.since {
            let since = reached.map_or(since, |reached| since.min(reached));
            self.distant = Some(DistantChanges::and(self.distant, since, near));
        }
        self.in_progress = None;
        self
    }

    /// The state when urgent windows begin at `now`. They list all coming events, the nearest first,
    /// and with them what has changed. So if changes take much of the limit, lists beside them are
    /// of the nearest events alone: the others wait for their windows, and then for what is
    /// listed again behind them.
    #[must_use]
    pub fn beside_windows(self, now: Timestamp) -> Self {
        if self.lists_many(now) {
            self.listing_nearest()
        } else {
            self
        }
    }

    /// Whether lists of the workspace take many pages at `now`, as far as that is known.
    fn lists_many(&self, now: Timestamp) -> bool {
        let latest = self.latest.as_ref();
        let latest = latest.filter(|latest| now <= plus(latest.until, KNOWN_FOR));
        latest.map_or(0, pages_a_minute) >= MANY_PAGES_A_MINUTE
    }

    /// The state in which lists are of the nearest events alone from now on. Those in progress go
    /// on.
    fn listing_nearest(mut self) -> Self {
        let [.., nearest] = STEPS;
        if let Some(reached) = self.synced_until {
            let since = plus(reached, -OVERLAP);
            self.distant = Some(DistantChanges::and(self.distant, since, nearest));
        }
        self
    }

    /// The state after the changes behind the current window of `sync` were listed at `now`, which
    /// took so many pages. Near becomes longer again, up to that window, if they were few. If they
    /// were not, lists of near events take much of the limit, and those of a day were too long
    /// already, these are of the nearest ones from now on: a list behind the windows that takes
    /// longer than the time whose changes it has makes the next one longer still. As long as lists
    /// of a day can be read, nothing is more urgent than what they have.
    #[must_use]
    pub fn revisited(mut self, sync: &WindowedSync, pages: u32, now: Timestamp) -> Self {
        let (Some(distant), Some(revisit)) = (self.distant, sync.revisits.current) else {
            return self;
        };
        let seconds = now.duration_since(revisit.since).as_secs();
        if i64::from(pages) * 60 > FEW_PAGES_A_MINUTE * seconds {
            return if distant.near < NEAR && self.lists_many(now) {
                self.listing_nearest()
            } else {
                self
            };
        }
        // Otherwise the next one lists what lists of nearer events have left.
        let was_as_near = distant.near == revisit.near;
        let behind = sync.window.from.duration_since(now);
        let longer = STEPS.into_iter().find(|step| *step <= behind);
        if let Some(near) = longer.filter(|_| was_as_near) {
            self.distant = Some(DistantChanges {
                near: distant.near.max(near),
                ..distant
            });
        }
        self
    }

    /// The state after the last window of `sync` was listed at `now`.
    #[must_use]
    pub fn listed_in_windows(mut self, sync: &WindowedSync, now: Timestamp) -> Self {
        let Some(distant) = self.distant.filter(|distant| match sync.events {
            WindowedEvents::ChangedSince(since) => since <= distant.since,
            WindowedEvents::Coming | WindowedEvents::All => true,
        }) else {
            return self;
        };
        let listed_until = sync.listed_until();
        if now <= plus(listed_until, SHORT) {
            self.distant = None;
            self.synced_until = self.synced_until.map(|until| until.min(listed_until));
        } else {
            self.distant = Some(DistantChanges {
                since: plus(listed_until, -OVERLAP).max(distant.since),
                near: distant.near.max(NEAR),
            });
        }
        self
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
