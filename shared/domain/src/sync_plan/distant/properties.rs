//! No change is lost between the lists of near events and the windows.
//!
//! Events change, some of them late to appear in lists. Lists of the workspace begin at any
//! instant before, catch-ups where the one before ended, and windows wherever changes were
//! left. Each of them ends, is left or is interrupted whenever it may. Then everything becomes
//! quiet: what catch-ups and windows list from then on must be all that was not listed.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::id::CalendarId;
use crate::revision::PolicyRevision;
use crate::sync_plan::state::{CatchUp, SyncInProgress};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// A catch-up follows the one before after so long.
const CATCH_UP_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// An event appears in lists no later after its `updated_at`, by our clock.
const LATEST_SECONDS: i64 = 29;
/// So few calendars, and pages of a window, that a month has four windows.
const CONNECTED: u32 = 40;
const PAGES_A_WINDOW: u32 = 1;

/// What happens; times are in seconds.
#[derive(Debug, Clone, Copy)]
enum Op {
    /// An event changes that starts in so many hours, its `updated_at` being so much earlier. Its
    /// calendar may be one that windows skip.
    Change {
        starts_in: i64,
        lag: i64,
        is_skipped: bool,
    },
    /// A list for requests begins that reaches back so far.
    List { back: i64 },
    /// A catch-up begins, if it is due.
    CatchUp,
    /// The list in progress ends.
    Finish,
    /// The list in progress is found to be too long.
    Leave,
    /// The list in progress cannot be resumed.
    Interrupt,
    /// Windows begin: of all coming events, or of what was left. Those of all may find that events
    /// change often, and those of what was left may interrupt them.
    Windows {
        are_full: bool,
        is_busy: bool,
        may_interrupt: bool,
    },
    /// So many windows are listed. Those of a full sync may skip a calendar, and lists of near events
    /// may take much of the limit meanwhile.
    Window {
        windows: u8,
        skips: bool,
        is_busy: bool,
    },
    /// The workspace is synced in full, one calendar after the other.
    Anew,
    /// Time passes.
    Pass { time: i64 },
}

fn op() -> impl Strategy<Value = Op> {
    let starts_in = prop_oneof![0_i64..4, 0_i64..30, 0_i64..27 * 24];
    let back = prop_oneof![0_i64..MINUTE, 0_i64..HOUR];
    let time = prop_oneof![4 => 0_i64..MINUTE, 3 => 0_i64..10 * MINUTE, 1 => 0_i64..2 * HOUR];
    prop_oneof![
        80 => (starts_in, 0..=LATEST_SECONDS, prop::bool::weighted(0.3))
            .prop_map(|(starts_in, lag, is_skipped)| Op::Change { starts_in, lag, is_skipped }),
        50 => back.prop_map(|back| Op::List { back }),
        30 => Just(Op::CatchUp),
        50 => Just(Op::Finish),
        30 => Just(Op::Leave),
        5 => Just(Op::Interrupt),
        40 => (prop::bool::weighted(0.2), any::<bool>(), any::<bool>())
            .prop_map(|(are_full, is_busy, may_interrupt)| {
                Op::Windows { are_full, is_busy, may_interrupt }
            }),
        60 => (1_u8..4, prop::bool::weighted(0.2), any::<bool>())
            .prop_map(|(windows, skips, is_busy)| Op::Window { windows, skips, is_busy }),
        1 => Just(Op::Anew),
        40 => time.prop_map(|time| Op::Pass { time }),
    ]
}

/// A change, as Recall lists it.
#[derive(Debug)]
struct Change {
    updated_at: Timestamp,
    /// From then on it is in lists.
    visible_at: Timestamp,
    starts_at: Timestamp,
    /// Its calendar is skipped by windows that skip one.
    is_skipped: bool,
    is_listed: bool,
}

#[derive(Debug)]
struct World {
    now: Timestamp,
    state: WorkspaceSyncState,
    changes: Vec<Change>,
    list: Option<WorkspaceCoverage>,
    /// The windows in progress, and when the current one began to be listed.
    windows: Option<(WindowedSync, Timestamp)>,
    /// The earliest change that is requested of a calendar that was skipped behind the windows.
    requested: Option<Timestamp>,
}

impl World {
    fn new() -> Self {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        Self {
            now,
            state: WorkspaceSyncState::default().begun_at(now),
            changes: Vec::new(),
            list: None,
            windows: None,
            requested: None,
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.now = plus(self.now, SignedDuration::from_secs(seconds));
    }

    fn take(&mut self, op: Op) {
        match op {
            Op::Change {
                starts_in,
                lag,
                is_skipped,
            } => {
                let starts_in =
                    SignedDuration::from_hours(starts_in) + SignedDuration::from_mins(50);
                self.changes.push(Change {
                    updated_at: plus(self.now, SignedDuration::from_secs(-lag)),
                    visible_at: self.now,
                    starts_at: plus(self.now, starts_in),
                    is_skipped,
                    is_listed: false,
                });
            }
            Op::List { back } => self.begin(plus(self.now, SignedDuration::from_secs(-back))),
            Op::CatchUp => self.catch_up(),
            Op::Finish => self.finish(),
            Op::Leave => {
                let starts = self.listed_starts();
                let shorter =
                    |list: &WorkspaceCoverage| list.shorter(MOST_PAGES_OF_NEAR, &starts, None);
                if let Some(near) = self.list.as_ref().and_then(shorter)
                    && let Some(left) = self.list.take()
                {
                    self.state = self.state.clone().left_distant(&left, near);
                }
            }
            Op::Interrupt => self.list = None,
            Op::Windows {
                are_full,
                is_busy,
                may_interrupt,
            } => self.begin_windows(are_full, is_busy, may_interrupt),
            Op::Window {
                windows,
                skips,
                is_busy,
            } => (0..windows).for_each(|_| self.list_window(skips, is_busy)),
            Op::Anew => self.begin_anew(),
            Op::Pass { time } => self.pass(time),
        }
        self.pass(1);
    }

    fn begin(&mut self, since: Timestamp) {
        if self.list.is_none() {
            self.list = Some(WorkspaceCoverage {
                began_at: self.now,
                since: Some(since),
                starts_until: self.state.starts_until(self.now),
                skipped: BTreeSet::new(),
                policy: PolicyRevision(1),
            });
        }
    }

    /// How soon the changed events start that the list in progress has.
    fn listed_starts(&self) -> ListedStarts {
        let mut starts = ListedStarts::default();
        (0..MOST_PAGES).for_each(|_| starts.add_page());
        let began_at = self.list.as_ref().map_or(self.now, |list| list.began_at);
        let meeting = IcalUid::parse("weekly").expect("an id");
        for change in &self.changes {
            starts.add(change.starts_at.duration_since(began_at), &meeting);
        }
        starts
    }

    fn catch_up(&mut self) {
        match self.state.catch_up(CATCH_UP_EVERY, self.now) {
            Some(CatchUp::Since(since)) => self.begin(since),
            Some(CatchUp::Everything) => self.begin_anew(),
            Some(CatchUp::Begin) => panic!("it has begun"),
            None => {}
        }
    }

    /// Every calendar is synced in full from now on.
    fn begin_anew(&mut self) {
        self.state = self.state.clone().begun_anew(self.now);
        self.changes.iter_mut().for_each(|it| it.is_listed = true);
    }

    /// The list ends. What became visible after it began may be missing from it.
    fn finish(&mut self) {
        let Some(list) = self.list.take() else { return };
        self.read(list.began_at, list.since, |change| {
            list.starts_until
                .is_none_or(|until| change.starts_at <= until)
        });
        let finished = SyncInProgress {
            mark: list,
            next: None,
            pages: 1,
            listed: 1,
            held_until: self.now,
        };
        self.state = self.state.clone().finished(&finished, self.now);
    }

    fn read(
        &mut self,
        visible_at: Timestamp,
        since: Option<Timestamp>,
        is_asked: impl Fn(&Change) -> bool,
    ) {
        for change in &mut self.changes {
            let is_since = since.is_none_or(|since| change.updated_at >= since);
            change.is_listed |= change.visible_at <= visible_at && is_since && is_asked(change);
        }
    }

    /// Begins windows, unless those in progress list what is needed, as a resync does.
    fn begin_windows(&mut self, are_full: bool, is_busy: bool, may_interrupt: bool) {
        let events = match self.state.distant {
            _ if are_full => WindowedEvents::Coming,
            Some(distant) => WindowedEvents::ChangedSince(distant.since),
            None => return,
        };
        let in_progress = self.windows.as_ref().map(|(sync, _)| sync);
        let goes_on = in_progress.is_some_and(|sync| match (events, sync.events) {
            (WindowedEvents::ChangedSince(needed), WindowedEvents::ChangedSince(since)) => {
                since <= needed
            }
            (_, WindowedEvents::ChangedSince(_)) => false,
            (WindowedEvents::ChangedSince(_), _) => !may_interrupt,
            _ => true,
        });
        let waiting = in_progress.and_then(|sync| sync.waiting.clone());
        if let Some(full) = waiting.filter(|_| are_full) {
            self.windows = Some((*full, self.now));
        } else if !goes_on {
            if are_full && is_busy {
                self.state = self.state.clone().listing_nearest();
            }
            let begun = WindowedSync::begin(PolicyRevision(1), CONNECTED, events, self.now);
            let interrupted = self.windows.take().filter(|_| !are_full);
            let sync = match interrupted {
                Some((interrupted, _)) => interrupted.interrupted_by(begun),
                None => begun,
            };
            self.windows = Some((sync, self.now));
        }
    }

    /// The current window is listed, as it was when that began.
    fn list_window(&mut self, skips: bool, is_busy: bool) {
        let Some((mut sync, began_at)) = self.windows.take() else {
            return;
        };
        // What windows of changes skip is left to requests of its calendars.
        let is_full = !matches!(sync.events, WindowedEvents::ChangedSince(_));
        let skips = skips && is_full;
        if skips {
            sync.skipped
                .insert(CalendarId::parse("skipped").expect("an id"));
        }
        if let Some(revisit) = sync.revisits.current {
            let from = sync.window.from;
            self.request(Some(revisit.since).filter(|_| skips));
            self.read(began_at, Some(revisit.since), |change| {
                let is_behind = change.starts_at >= revisit.starts_from && change.starts_at <= from;
                is_behind && !(skips && change.is_skipped)
            });
            self.state = self
                .state
                .clone()
                .revisited(&sync, PAGES_A_WINDOW, self.now);
            if is_busy {
                self.state = self.state.clone().listing_nearest();
            }
            let revisits = sync.revisits.done(from);
            let sync = WindowedSync { revisits, ..sync };
            self.windows = Some((sync, self.now));
            return;
        }
        let since = match sync.events {
            WindowedEvents::ChangedSince(since) => Some(since),
            WindowedEvents::Coming | WindowedEvents::All => None,
        };
        let window = sync.window;
        self.read(began_at, since, |change| {
            let start = change.starts_at;
            let is_in_window =
                start >= window.from && window.until.is_none_or(|until| start <= until);
            // A calendar of before that a full sync skips still needs one.
            let may_be_skipped = change.visible_at >= sync.began_at;
            is_in_window && !(skips && change.is_skipped && may_be_skipped)
        });
        if let Some(next) = sync.after_window(PAGES_A_WINDOW) {
            let revisiting = next.revisiting(&self.state, self.now);
            self.windows = Some((revisiting.unwrap_or(next), self.now));
        } else {
            self.state = self.state.clone().listed_in_windows(&sync, self.now);
            self.windows = sync.waiting.map(|full| (*full, self.now));
        }
    }

    fn request(&mut self, since: Option<Timestamp>) {
        self.requested = [self.requested, since].into_iter().flatten().min();
    }

    /// Nothing changes any more, and nothing fails.
    fn become_quiet(&mut self) {
        for _ in 0..4 {
            self.pass(6 * MINUTE);
            self.take(Op::CatchUp);
            self.take(Op::Finish);
            if let Some(since) = self.requested.take() {
                self.begin(since);
                self.take(Op::Finish);
            }
            self.begin_windows(false, false, false);
            while self.windows.is_some() {
                self.list_window(false, false);
            }
        }
    }
}

/// How many cases: a few in each run of the tests, more when asked for.
fn cases() -> u32 {
    option_env!("PROPERTY_CASES")
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(1_500)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn no_change_to_a_distant_event_is_lost(ops in prop::collection::vec(op(), 1..80)) {
        let mut world = World::new();
        for op in ops {
            world.take(op);
        }
        world.become_quiet();
        prop_assert_eq!(world.state.distant, None, "nothing is left for ever");
        // A meeting that has begun is in no window.
        let lost = world.changes.iter().filter(|it| !it.is_listed && it.starts_at > world.now);
        prop_assert_eq!(lost.count(), 0, "{:?}", world);
    }
}
