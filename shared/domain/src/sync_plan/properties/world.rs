//! The model: calendars, a queue of requests, and workers.

mod worker;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::Op;
use super::states::unfinished;
use crate::id::CalendarId;
use crate::revision::{OverrideRevision, PolicyRevision};
use crate::sync_plan::request::{SyncReason, SyncRequest};
use crate::sync_plan::*;
use crate::time::plus;
use jiff::Timestamp;

/// The pages of every list. Each version of an event is on a page of its own choice.
pub(super) const PAGES: u32 = 3;
pub(super) const CALENDARS: usize = 3;
pub(super) const EVENTS: usize = 6;
/// How long a worker holds a sync after it died.
const HOLD: i64 = 3_000;

/// A version of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version {
    event: usize,
    page: u32,
    updated_at: i64,
}

fn calendar_of(event: usize) -> usize {
    event % CALENDARS
}

fn id(calendar: usize) -> CalendarId {
    CalendarId::parse(format!("calendar-{calendar}")).expect("an id")
}

fn at(millis: i64) -> Timestamp {
    plus(Timestamp::UNIX_EPOCH, SignedDuration::from_millis(millis))
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The work of a worker on one sync.
#[derive(Debug, Clone)]
struct Work {
    scope: Scope,
    reach: WorkspaceCoverage,
    page: u32,
    /// The requests that it answers once it is completed.
    answers: Vec<SyncRequest>,
    /// The other requests of its batch.
    others: Vec<SyncRequest>,
}

#[derive(Debug)]
pub(super) struct World {
    now: i64,
    pub(super) versions: Vec<Version>,
    queue: Vec<SyncRequest>,
    /// The earliest change of each calendar that no request names.
    unrequested: [Option<i64>; CALENDARS],
    requested: [Option<SyncRequest>; CALENDARS],
    /// The latest version of each event that was read, by its number.
    pub(super) read: BTreeMap<usize, usize>,
    /// The same for the slow model.
    pub(super) slow: BTreeMap<usize, usize>,
    lists: u32,
    slow_lists: u32,
    last_sync: [Option<CompletedSync>; CALENDARS],
    in_progress: [Option<SyncInProgress<CompletedSync>>; CALENDARS],
    workspace: WorkspaceSyncState,
    work: [Option<Work>; 2],
    /// The requests that each worker answered last: they may not have been deleted from the queue.
    undeleted: [Vec<SyncRequest>; 2],
    /// If full syncs are left, every calendar needs one.
    options: ListingOptions,
    /// The calendar that no sync of the workspace can write.
    barred: Option<usize>,
}

impl World {
    pub(super) fn new(options: ListingOptions) -> Self {
        let completed_sync = |calendar: usize| CompletedSync {
            began_at: at(-1_000 * i64::try_from(calendar).expect("small")),
            since: None,
            full_sync_at: None,
            policy: PolicyRevision(0),
            overrides: OverrideRevision(0),
            holds_until: None,
        };
        Self {
            now: 10_000,
            versions: Vec::new(),
            queue: Vec::new(),
            unrequested: [None; CALENDARS],
            requested: [const { None }; CALENDARS],
            read: BTreeMap::new(),
            slow: BTreeMap::new(),
            lists: 0,
            slow_lists: 0,
            last_sync: std::array::from_fn(|calendar| Some(completed_sync(calendar))),
            in_progress: [const { None }; CALENDARS],
            workspace: WorkspaceSyncState::default().begun_at(at(10_000)),
            work: [None, None],
            undeleted: [Vec::new(), Vec::new()],
            options,
            barred: None,
        }
    }

    /// The events on a page at this moment.
    fn page(
        &self,
        scope: &Scope,
        since: Option<Timestamp>,
        page: Option<u32>,
    ) -> Vec<(usize, usize)> {
        let mut latest: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, version) in self.versions.iter().enumerate() {
            latest.insert(version.event, number);
        }
        let is_shown = |(event, number): &(usize, usize)| {
            let version = self.versions[*number];
            let is_ours = match scope {
                Scope::Workspace => true,
                Scope::Calendar(calendar) => *calendar == id(calendar_of(*event)),
            };
            is_ours
                && since.is_none_or(|since| version.updated_at >= millis(since))
                && page.is_none_or(|page| version.page == page)
        };
        latest.into_iter().filter(is_shown).collect()
    }

    pub(super) fn take(&mut self, op: Op) {
        match op {
            Op::Change { event, page, lag } => {
                self.now += 1;
                let updated_at = self.now - lag;
                self.versions.push(Version {
                    event,
                    page,
                    updated_at,
                });
                let unrequested = &mut self.unrequested[calendar_of(event)];
                *unrequested = Some(unrequested.map_or(updated_at, |first| first.min(updated_at)));
            }
            Op::Request { calendar, clock } => self.request(calendar, clock),
            Op::Step {
                worker,
                batch,
                clock,
            } => self.step(worker, batch, clock),
            Op::Die { worker } => {
                if let Some(work) = self.work[worker].take() {
                    self.queue.extend(work.answers);
                    self.queue.extend(work.others);
                }
                let undeleted = std::mem::take(&mut self.undeleted[worker]);
                self.queue.extend(undeleted);
            }
            Op::CatchUp { worker, clock } => self.catch_up(worker, clock),
            Op::Delay => {
                if let Some(request) = (!self.queue.is_empty()).then(|| self.queue.remove(0)) {
                    self.queue.push(request);
                }
            }
            Op::Bar { calendar } => self.barred = calendar,
            Op::Pass { time } => self.now += time,
        }
    }

    /// A request is sent; the slow model syncs at once.
    fn request(&mut self, calendar: usize, clock: i64) {
        self.now += 1;
        let Some(since) = self.unrequested[calendar].take() else {
            // The last request is delivered again.
            self.queue.extend(self.requested[calendar].clone());
            return;
        };
        let request = SyncRequest {
            calendar_id: id(calendar),
            reason: SyncReason::EventsChanged { since: at(since) },
            sent_at: at(self.now + clock),
        };
        self.requested[calendar] = Some(request.clone());
        self.queue.push(request);
        self.slow_lists += PAGES;
        let read = self.page(&Scope::Calendar(id(calendar)), Some(at(since)), None);
        self.slow.extend(read);
    }

    fn step(&mut self, worker: usize, batch: usize, clock: i64) {
        self.now += 1;
        match self.work[worker].take() {
            Some(work) => self.read_page(worker, work),
            None => self.plan(worker, batch, clock),
        }
    }

    fn plan(&mut self, worker: usize, batch: usize, clock: i64) {
        let now = at(self.now + clock);
        let batch: Vec<_> = {
            let most = batch.min(self.queue.len());
            self.queue.drain(..most).collect()
        };
        let mut requests: BTreeMap<CalendarId, Vec<SyncRequest>> = BTreeMap::new();
        for request in batch {
            requests
                .entry(request.calendar_id.clone())
                .or_default()
                .push(request);
        }
        let named: Vec<_> = (0..CALENDARS).map(id).collect();
        let combined: BTreeMap<_, _> = requests
            .iter()
            .map(|(calendar, requests)| {
                let number = named.iter().position(|it| it == calendar).expect("named");
                let last_sync = self.last_sync[number].as_ref();
                let workspace = &self.workspace;
                let requested = unanswered(requests, calendar, last_sync, workspace);
                (calendar.clone(), requested.expect("some"))
            })
            .collect();
        let pending: Vec<_> = named
            .iter()
            .enumerate()
            .filter_map(|(number, calendar)| {
                Some(PendingCalendar {
                    calendar,
                    requested: combined.get(calendar)?,
                    last_sync: self.last_sync[number].as_ref(),
                    in_progress: self.in_progress[number].as_ref(),
                    needs_full_sync: self.options.leaves_full_syncs,
                    new: None,
                })
            })
            .collect();
        let plan = plan_syncs(&pending, &self.workspace, self.options, now);
        for calendar in &plan.answered {
            requests.remove(calendar);
        }
        let planned = plan
            .syncs
            .first()
            .filter(|planned| planned.not_before <= now);
        let Some(planned) = planned else {
            self.queue.extend(requests.into_values().flatten());
            return;
        };
        let (mut answers, mut others) = (Vec::new(), Vec::new());
        for (calendar, requests) in requests {
            let is_answered = planned.for_calendars.contains(&calendar) && !planned.resumes;
            if is_answered {
                &mut answers
            } else {
                &mut others
            }
            .extend(requests);
        }
        self.work[worker] = Some(self.begin(planned, now, answers, others));
    }

    /// Begins a sync of the workspace that answers no request of its own.
    fn catch_up(&mut self, worker: usize, clock: i64) {
        self.now += 1;
        let now = at(self.now + clock);
        let in_progress = self.workspace.in_progress.as_ref();
        let is_held = in_progress.is_some_and(|in_progress| in_progress.is_held(now));
        let catch_up = self.workspace.catch_up(SignedDuration::ZERO, now);
        let is_idle = self.work[worker].is_none() && self.options.lists_workspace && !is_held;
        if let Some(CatchUp::Since(since)) = catch_up.filter(|_| is_idle) {
            let planned = PlannedSync {
                scope: Scope::Workspace,
                since: Some(since),
                resumes: false,
                not_before: now,
                may_be_left: false,
                for_calendars: BTreeSet::new(),
            };
            self.work[worker] = Some(self.begin(&planned, now, Vec::new(), Vec::new()));
        }
    }

    fn begin(
        &mut self,
        planned: &PlannedSync,
        now: Timestamp,
        answers: Vec<SyncRequest>,
        others: Vec<SyncRequest>,
    ) -> Work {
        let held_until = plus(now, SignedDuration::from_millis(HOLD));
        let reach = WorkspaceCoverage {
            began_at: now,
            since: planned.since,
            starts_until: None,
            skipped: BTreeSet::new(),
            policy: PolicyRevision(0),
        };
        let (reach, page) = match &planned.scope {
            Scope::Workspace if planned.resumes => {
                let in_progress = self.workspace.in_progress.as_mut().expect("one is left");
                in_progress.held_until = held_until;
                (in_progress.mark.clone(), in_progress.pages)
            }
            Scope::Workspace => {
                let in_progress = unfinished(reach.clone(), 0, held_until);
                self.workspace.in_progress = Some(in_progress);
                (reach, 0)
            }
            Scope::Calendar(calendar) if planned.resumes => {
                let number = Self::number(calendar);
                let in_progress = self.in_progress[number].as_mut().expect("one is left");
                in_progress.held_until = held_until;
                let began_at = in_progress.mark.began_at;
                let since = in_progress.mark.since;
                let reach = WorkspaceCoverage {
                    began_at,
                    since,
                    starts_until: None,
                    ..reach
                };
                (reach, in_progress.pages)
            }
            Scope::Calendar(_) => (reach, 0),
        };
        Work {
            scope: planned.scope.clone(),
            reach,
            page,
            answers,
            others,
        }
    }

    fn number(calendar: &CalendarId) -> usize {
        let number = (0..CALENDARS).find(|number| id(*number) == *calendar);
        number.expect("one of ours")
    }

    /// Requests every change, and works until no request is left.
    pub(super) fn run_until_idle(&mut self) {
        self.barred = None;
        for calendar in 0..CALENDARS {
            self.request(calendar, 0);
        }
        for _ in 0..2_000 {
            let is_done = self.queue.is_empty() && self.work.iter().all(Option::is_none);
            if is_done {
                return;
            }
            self.now += 700;
            self.step(0, 10, 0);
            self.step(1, 10, 0);
        }
        panic!("requests are left: {:?}", self.queue);
    }
}
