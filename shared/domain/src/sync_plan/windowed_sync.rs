//! A full sync of the workspace, in windows of start time.
//!
//! When many calendars need a full sync, for example after a policy was pushed, listing one
//! calendar after the other would decide about next month's meetings of the first calendar
//! before those of the next hour of the last one. So the workspace is listed as a whole, one
//! window of start time after the other, the nearest first. Whatever starts before the
//! current window is decided, in every calendar.
//!
//! Windows are sized by pages. A window that is listed in pages cannot be trusted before its
//! last page, because Recall does not say in which order it lists. So a window is short
//! enough that waiting for its end costs little compared with the pages before it, and long
//! enough that its last page, which is mostly not full, costs little too. One that turns out to
//! have more pages than a list may have is listed anew, in halves.
//!
//! A calendar is credited with the sync once the last window is listed. That holds only if
//! its record did not change after the sync began: see [`WindowedSync::credit`].
//!
//! A routine full sync [gives way](WindowedSync::interrupted_by) to a sync of what changed: the
//! changes that lists leave to windows would wait for hours for the window of their events.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::calendar_record::CalendarRecord;
use super::coverage::OWN_CLOCKS;
use super::revisits::{Revisit, Revisits};
use super::state::{CompletedSync, WorkspaceSyncState};
use crate::id::CalendarId;
use crate::overrides::Overrides;
use crate::revision::PolicyRevision;
use crate::time::plus;

/// How far ahead Recall lists events.
pub const LISTED_AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);
/// How far back Recall keeps events up to date.
const KEPT_UP_TO_DATE: SignedDuration = SignedDuration::from_hours(24);
/// Pages of a window: half of a minute's limit, and a twelfth of the pages before it.
const PAGES: i64 = 30;
const PART_OF_PAGES_BEFORE: i64 = 12;
/// The most: longer windows save nothing more, and the events of one that turns out to have twice
/// as many still fit into a row, so that it is known which ones were not listed.
const MOST_PAGES: i64 = 250;
/// As long as it is not known better, one calendar has one event an hour in the busiest hours,
/// and a page has 100: so many calendars have a page an hour.
const CALENDARS_A_PAGE: i64 = 100;
/// After so long the busiest hours are known: a working day, if it was one, or a weekend and
/// the day after.
const WORKING_DAY: SignedDuration = SignedDuration::from_hours(24);
const WEEKEND: SignedDuration = SignedDuration::from_hours(72);
/// A day was none of work if its busiest hour had less than this part of the pages assumed.
const PART_OF_ASSUMED: i64 = 10;
const HOUR: i64 = 3_600;
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// One window is at most this many times as long as the one before, or as short.
const MOST_CHANGE: i32 = 2;

/// Clocks of operators, who set overrides, may differ from ours by so much.
pub(super) const OPERATORS_CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// A span of start times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Events that start at or after this instant.
    pub from: Timestamp,
    /// Events that start at or before this instant; none for the last days.
    pub until: Option<Timestamp>,
}

/// Which events the windows of a sync list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowedEvents {
    /// Those that have not begun: a new policy changes no meeting that has.
    Coming,
    /// Those of the last day too.
    All,
    /// Coming ones that changed at or after an instant.
    ChangedSince(Timestamp),
}

/// A sync of the workspace, in windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowedSync {
    /// When it began, by our clock.
    pub began_at: Timestamp,
    /// The policy that it decides by.
    pub policy: PolicyRevision,
    /// Which events it lists.
    pub events: WindowedEvents,
    /// The number of connected calendars when it began.
    pub connected: u32,
    /// The window that is being listed.
    pub window: Window,
    /// The number of pages of the windows before.
    pub pages_before: u32,
    /// The most pages that an hour had in a window before.
    pub busiest: u32,
    /// How far the changes in the windows before are listed.
    pub revisits: Revisits,
    /// Calendars whose events were listed but could not be written.
    pub skipped: BTreeSet<CalendarId>,
    /// The full sync that this one of changes interrupted, and that goes on after it with the window
    /// it had come to.
    pub waiting: Option<Box<Self>>,
}

impl WindowedSync {
    /// A sync that begins at `now` with the meetings that start next.
    #[must_use]
    pub fn begin(
        policy: PolicyRevision,
        connected: u32,
        events: WindowedEvents,
        now: Timestamp,
    ) -> Self {
        let seconds = PAGES * CALENDARS_A_PAGE * HOUR / i64::from(connected).max(1);
        let length = SignedDuration::from_secs(seconds).clamp(SHORTEST, LONGEST);
        let window = Window {
            from: now,
            until: Some(plus(now, length)),
        };
        Self {
            began_at: now,
            policy,
            events,
            connected,
            window,
            pages_before: 0,
            busiest: 0,
            revisits: Revisits::begin(now),
            skipped: BTreeSet::new(),
            waiting: None,
        }
    }

    /// The sync of what `changed` that interrupts this one: a full sync waits for it, and one that
    /// waits goes on waiting. How near events were that lists had meanwhile is not known when
    /// it goes on, so what changes behind its windows is left to syncs of what changed.
    #[must_use]
    pub fn interrupted_by(self, changed: Self) -> Self {
        let waiting = match self.events {
            WindowedEvents::ChangedSince(_) => self.waiting,
            WindowedEvents::Coming | WindowedEvents::All => Some(Box::new(Self {
                revisits: self.revisits.none_follow(),
                ..self
            })),
        };
        Self { waiting, ..changed }
    }

    /// The full sync: this one, or the one that waits for it.
    #[must_use]
    pub fn full(&self) -> Option<&Self> {
        match self.events {
            WindowedEvents::ChangedSince(_) => self.waiting.as_deref(),
            WindowedEvents::Coming | WindowedEvents::All => Some(self),
        }
    }

    /// The sync at its next window, after the current one took so many `pages`; none if that
    /// was the last one.
    ///
    /// The windows after the last coming events are those of the day before the sync began.
    #[must_use]
    pub fn after_window(&self, pages: u32) -> Option<Self> {
        let listed = Self {
            pages_before: self.pages_before.saturating_add(pages),
            busiest: self.busiest_with(pages),
            ..self.clone()
        };
        let window = match self.window.until {
            Some(until) if self.is_past() => listed.past_window(until)?,
            None if self.events != WindowedEvents::All => return None,
            None => listed.past_window(plus(self.began_at, -KEPT_UP_TO_DATE))?,
            Some(from) => {
                let until = plus(from, listed.length_after(from, pages));
                let is_last = until >= plus(self.began_at, LISTED_AHEAD);
                Window {
                    from,
                    until: (!is_last).then_some(until),
                }
            }
        };
        Some(Self { window, ..listed })
    }

    /// The sync at the first half of its window, which has more pages than a list may have; none if
    /// the window is as short as can be.
    #[must_use]
    pub fn at_half_of_window(&self) -> Option<Self> {
        let from = self.window.from;
        let until = self.window.until;
        let until = until.unwrap_or_else(|| plus(self.began_at, LISTED_AHEAD));
        let half = until.duration_since(from) / 2;
        let window = Window {
            from,
            until: Some(plus(from, half)),
        };
        (half >= SHORTEST).then(|| Self {
            window,
            ..self.clone()
        })
    }

    /// Whether all meetings of the current window have begun before it was listed: other ones
    /// start next. So it is if Recall did not answer for long.
    #[must_use]
    pub fn is_outdated(&self, now: Timestamp) -> bool {
        !self.is_past() && self.window.until.is_some_and(|until| until <= now)
    }

    /// Whether what changed in the windows before may be [listed](Revisits) at `now`, before the
    /// current window is.
    #[must_use]
    pub fn may_revisit(&self, now: Timestamp) -> bool {
        self.window.from > now && self.revisits.may_begin(self.window.from, now)
    }

    /// The sync with a list of these changes that begins at `now`, if it may: lists leave distant
    /// ones, as the state of the `workspace` says.
    #[must_use]
    pub fn revisiting(&self, workspace: &WorkspaceSyncState, now: Timestamp) -> Option<Self> {
        let reached = workspace.synced_until.unwrap_or(self.began_at);
        let revisits = self.revisits.begun((workspace.distant?, reached), now)?;
        let is_behind = |revisit: Revisit| revisit.starts_from < self.window.from;
        let is_needed = self.may_revisit(now) && revisits.current.is_some_and(is_behind);
        is_needed.then(|| Self {
            revisits,
            ..self.clone()
        })
    }

    /// All changes before this instant are listed once the last window is. Windows that skipped a
    /// calendar, and what was listed again behind them, lack its changes.
    pub(super) fn listed_until(&self) -> Timestamp {
        let listed_until = self
            .revisits
            .listed_until
            .filter(|_| self.skipped.is_empty());
        listed_until.unwrap_or(self.began_at)
    }

    /// Whether the current window is the day before the sync began.
    fn is_past(&self) -> bool {
        self.window.from < self.began_at
    }

    /// The most pages that an hour had, the current window included. A window of one page
    /// says nothing: its page may have been empty.
    fn busiest_with(&self, pages: u32) -> u32 {
        let Some(until) = self.window.until.filter(|_| pages > 1) else {
            return self.busiest;
        };
        let seconds = until.duration_since(self.window.from).as_secs().max(1);
        let an_hour = i64::from(pages) * HOUR / seconds + 1;
        self.busiest.max(u32::try_from(an_hour).unwrap_or(u32::MAX))
    }

    /// The window of the day before that begins at `from`; none if that is when the sync began.
    fn past_window(&self, from: Timestamp) -> Option<Window> {
        let length = self.longest(from).clamp(SHORTEST, KEPT_UP_TO_DATE);
        (from < self.began_at).then(|| Window {
            from,
            until: Some(plus(from, length).min(self.began_at)),
        })
    }

    /// The length of the window from `from` on: as many pages as wanted, if events are as dense as
    /// in the current one, which took so many `pages`.
    fn length_after(&self, from: Timestamp, pages: u32) -> SignedDuration {
        let current = from.duration_since(self.window.from);
        let seconds =
            current.as_secs().max(1).saturating_mul(self.wanted()) / i64::from(pages.max(1));
        SignedDuration::from_secs(seconds)
            .clamp(current / MOST_CHANGE, current * MOST_CHANGE)
            .min(self.longest(from))
            .clamp(SHORTEST, LONGEST)
    }

    /// The length of a window from `from` on that has a quarter more pages than wanted in the
    /// busiest hours.
    fn longest(&self, from: Timestamp) -> SignedDuration {
        let (busiest, assumed) = (
            i64::from(self.busiest),
            i64::from(self.connected) / CALENDARS_A_PAGE,
        );
        // The day before comes last.
        let listed = if from < self.began_at {
            LISTED_AHEAD
        } else {
            from.duration_since(self.began_at)
        };
        let are_all_listed = !matches!(self.events, WindowedEvents::ChangedSince(_));
        let was_worked = listed >= WORKING_DAY && busiest * PART_OF_ASSUMED >= assumed;
        let busiest = if !are_all_listed || was_worked || listed >= WEEKEND {
            busiest
        } else {
            assumed
        };
        let most = (5 * HOUR / 4).saturating_mul(self.wanted()) / busiest.max(1);
        SignedDuration::from_secs(most)
    }

    /// The number of pages that the next window should have.
    fn wanted(&self) -> i64 {
        let wanted = PAGES + i64::from(self.pages_before) / PART_OF_PAGES_BEFORE;
        wanted.min(MOST_PAGES)
    }

    /// Every event that starts before this instant is decided, in all calendars that the sync
    /// is credited to.
    #[must_use]
    pub fn decided_until(&self) -> Timestamp {
        if self.is_past() {
            plus(self.began_at, LISTED_AHEAD)
        } else {
            self.window.from
        }
    }

    /// Whether the sync lists the calendar as its `record` is now: it did not change since
    /// the sync began, and its events could be written.
    #[must_use]
    pub fn is_of(&self, record: &CalendarRecord) -> bool {
        plus(record.changed_at, OWN_CLOCKS) < self.began_at
            && !self.skipped.contains(&record.calendar.id)
    }

    /// The last sync of a calendar after this sync of all windows was completed; none if it
    /// says nothing new about the calendar. `overrides` are those of the owner of a calendar
    /// that was never synced, as they are stored.
    ///
    /// All verdicts about the calendar are now made by this policy or a later one. Which
    /// overrides they know is what the last sync knew: an override that was set since then
    /// still needs a full sync of its calendar. Which changes are listed is not said anew,
    /// because each window was listed at another time.
    #[must_use]
    pub fn credit(
        &self,
        record: &CalendarRecord,
        overrides: Option<&Overrides>,
    ) -> Option<CompletedSync> {
        if !self.is_of(record) {
            return None;
        }
        let Some(last) = &record.last_sync else {
            return self.first(overrides?);
        };
        if last.policy > self.policy {
            return None;
        }
        let credited = CompletedSync {
            policy: self.policy,
            full_sync_at: last.full_sync_at.max(Some(self.began_at)),
            holds_until: last.holds_until.filter(|until| *until > self.began_at),
            ..last.clone()
        };
        (credited != *last).then_some(credited)
    }

    /// The first sync of a calendar; none if an override may have been set after the sync
    /// began.
    fn first(&self, overrides: &Overrides) -> Option<CompletedSync> {
        if !are_known(overrides, self.began_at) {
            return None;
        }
        let pause = overrides.pause.as_ref();
        Some(CompletedSync {
            began_at: self.began_at,
            since: Some(self.began_at),
            full_sync_at: Some(self.began_at),
            policy: self.policy,
            overrides: overrides.revision,
            holds_until: pause
                .map(|pause| pause.until)
                .filter(|until| *until > self.began_at),
        })
    }
}

/// Whether a sync that began at `began_at` knows all of these overrides: none was set later.
pub(super) fn are_known(overrides: &Overrides, began_at: Timestamp) -> bool {
    let pause = overrides.pause.iter().map(|pause| pause.at);
    let set = overrides.by_scope.values().map(|stored| stored.at);
    let last_set = set.chain(pause).max();
    last_set.is_none_or(|at| plus(at, OPERATORS_CLOCKS) < began_at)
}

#[cfg(test)]
mod tests;
