//! All that is simulated, in one place: the workspace, its limits, outages, and what is
//! measured.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use callsheet_app::ports::Clock as _;
use callsheet_domain::{Decision, Timestamp, plus};
use callsheet_testkit::PausedClock;
use jiff::SignedDuration;

use crate::company::{CalendarNumber, Company, EventNumber, MeetingNumber, SimMeeting};
use crate::lateness::{Cause, Group, Lateness, Phase, Times};
use crate::limits::CallCounts;
use crate::workspace::Workspace;

/// A meeting without the bot that it should have, or with one that it should not.
#[derive(Debug)]
pub(crate) struct Miss {
    /// What had changed last, if anything, and how long before the start.
    pub(crate) after: Option<(Group, SignedDuration)>,
    /// The phase.
    pub(crate) phase: Phase,
    /// A bot was wanted.
    pub(crate) was_wanted: bool,
}

impl Miss {
    /// Whether nobody could have had it right: Recall was out, or it changed too short a time
    /// before.
    pub(crate) fn is_excused(&self) -> bool {
        let Some(((_, cause, _), before)) = &self.after else {
            return false;
        };
        let minutes = match cause {
            Cause::Change | Cause::AllHands => 2,
            Cause::NewCalendar | Cause::Policy | Cause::WhileOut => 5,
        };
        self.phase == Phase::Outage || before.as_mins() < minutes
    }
}

/// What became of the meetings that started.
#[derive(Debug, Default)]
pub(crate) struct Started {
    /// Events with the bot that they should have.
    pub(crate) right: u64,
    /// Meetings with more than one bot.
    pub(crate) doubled: BTreeSet<MeetingNumber>,
    /// Events without it, or with a bot that they should not have.
    pub(crate) wrong: Vec<Miss>,
}

/// How long after a push what starts within some hours was decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecidedWithin {
    /// The hours.
    pub(crate) hours: i32,
    /// The events that start within them.
    pub(crate) events: usize,
    /// When the last of them was decided; none if that is still to come.
    pub(crate) after: Option<SignedDuration>,
}

/// All that is simulated.
#[derive(Debug)]
pub(crate) struct Simulated {
    /// Recall's side.
    pub(crate) workspace: Workspace,
    /// Calls to Recall.
    pub(crate) calls: CallCounts,
    /// Measures lateness.
    pub(crate) lateness: Lateness,
    /// What became of the meetings that started.
    pub(crate) started: Started,
    /// How long after the push what starts soon, and later, was decided.
    pub(crate) after_push: Vec<DecidedWithin>,
    /// The number of the policy in force.
    pub(crate) policy: u64,
    /// When the second one was pushed.
    pub(crate) pushed_at: Option<Timestamp>,
    /// Whether Recall answers.
    pub(crate) is_out: bool,
    pub(crate) random: fastrand::Rng,
}

/// The simulated world; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct World {
    simulated: Arc<Mutex<Simulated>>,
    /// The time.
    pub(crate) clock: PausedClock,
}

impl World {
    pub(crate) fn new(company: Company, clock: PausedClock, seed: u64) -> Self {
        Self {
            simulated: Arc::new(Mutex::new(Simulated {
                workspace: Workspace::new(company),
                calls: CallCounts::default(),
                lateness: Lateness::new(),
                started: Started::default(),
                after_push: Vec::new(),
                policy: 1,
                pushed_at: None,
                is_out: false,
                random: fastrand::Rng::with_seed(seed),
            })),
            clock,
        }
    }

    /// Reads or changes what is simulated.
    pub(crate) fn with<T>(&self, access: impl FnOnce(&mut Simulated) -> T) -> T {
        access(
            &mut self
                .simulated
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits.
    pub(crate) async fn pass(&self, time: SignedDuration) {
        self.clock.sleep_until(plus(self.now(), time)).await;
    }
}

impl Simulated {
    /// Whether the meeting of an event has the bot that it should have, for whichever of its
    /// events, or the event has none.
    fn is_bot_right(&self, event: EventNumber) -> bool {
        self.is_bot_right_by(self.policy, event)
    }

    /// The same by a policy.
    fn is_bot_right_by(&self, policy: u64, event: EventNumber) -> bool {
        let of = self.workspace.company.events[event as usize].meeting;
        if Company::is_wanted(self.workspace.company.meeting_of(event), policy) {
            self.workspace.has_bot_at_start(of)
        } else {
            self.workspace.bot(event).is_none()
        }
    }

    /// Notes that an event changed now, or is decided anew from now on.
    fn note_changed(&mut self, event: EventNumber, cause: Cause, now: Timestamp) {
        let meeting = self.workspace.company.meeting_of(event);
        let (starts_at, is_deleted) = (meeting.starts_at, meeting.is_deleted);
        let times = Times {
            now,
            updated_at: self.workspace.company.events[event as usize].updated_at,
            starts_at,
            is_deleted,
        };
        let is_right = self.is_bot_right(event);
        self.lateness
            .changed(event, cause, times, self.policy, is_right);
    }

    /// Notes that the bots of an event changed: a bot is there for all events of its meeting.
    pub(crate) fn note_bot(&mut self, event: EventNumber, now: Timestamp) {
        if !self.is_bot_right(event) {
            return;
        }
        let meeting = self.workspace.company.meeting_of(event);
        if Company::is_wanted(meeting, self.policy) {
            for event in &meeting.events {
                self.lateness.bot_is_right(*event, now);
            }
        } else {
            self.lateness.bot_is_right(event, now);
        }
    }

    /// Notes a row that was written.
    pub(crate) fn note_row(&mut self, row: &Decision, now: Timestamp) {
        self.lateness.written(row, now);
    }

    /// Changes a meeting. Gives its calendars that are connected.
    pub(crate) fn change(
        &mut self,
        meeting: MeetingNumber,
        cause: Cause,
        now: Timestamp,
        change: impl FnOnce(&mut SimMeeting),
    ) -> Vec<CalendarNumber> {
        let events = self.workspace.change(meeting, now, change);
        self.note_all(&events, cause, now)
    }

    /// Adds the events of a meeting. Gives its calendars that are connected.
    pub(crate) fn add(&mut self, meeting: MeetingNumber, now: Timestamp) -> Vec<CalendarNumber> {
        let events = self.workspace.company.meetings[meeting as usize]
            .events
            .clone();
        for event in &events {
            self.workspace.add(*event);
        }
        let of = |event: &EventNumber| self.workspace.company.events[*event as usize].calendar;
        let connected = |event: &EventNumber| self.workspace.is_connected(of(event));
        let events: Vec<_> = events.into_iter().filter(connected).collect();
        self.note_all(&events, Cause::Change, now)
    }

    fn note_all(
        &mut self,
        events: &[EventNumber],
        cause: Cause,
        now: Timestamp,
    ) -> Vec<CalendarNumber> {
        for event in events {
            self.note_changed(*event, cause, now);
        }
        let of = |event: &EventNumber| self.workspace.company.events[*event as usize].calendar;
        events.iter().map(of).collect()
    }

    /// Connects a calendar.
    pub(crate) fn connect(
        &mut self,
        calendar: CalendarNumber,
        listed_until: Timestamp,
        now: Timestamp,
    ) {
        for event in self.workspace.connect(calendar, now) {
            let meeting = self.workspace.company.meeting_of(event);
            if meeting.starts_at < listed_until && !meeting.is_deleted {
                self.note_changed(event, Cause::NewCalendar, now);
            }
        }
    }

    /// Puts the second policy into force.
    pub(crate) fn push(&mut self, listed_until: Timestamp, now: Timestamp) {
        (self.policy, self.pushed_at) = (2, Some(now));
        for event in self.workspace.starting(now, listed_until) {
            if !self.workspace.company.meeting_of(event).is_deleted {
                self.note_changed(event, Cause::Policy, now);
            }
        }
    }

    /// Notes whether the events that start in a span of time have their bots.
    pub(crate) fn note_starts(&mut self, from: Timestamp, until: Timestamp) {
        let events = self.workspace.starting(from, until);
        for event in &events {
            let meeting = self.workspace.company.meeting_of(*event);
            let starts_at = meeting.starts_at;
            // It was connected, or invited to, while it was under way.
            if self.workspace.company.events[*event as usize].updated_at >= starts_at {
                continue;
            }
            // A policy changes no meeting that has begun.
            let policy = match self.pushed_at {
                Some(pushed_at) if starts_at < pushed_at => 1,
                _ => self.policy,
            };
            let was_wanted = Company::is_wanted(meeting, policy);
            if self.is_bot_right_by(policy, *event) {
                self.started.right += u64::from(was_wanted);
            } else {
                let wrong = self.lateness.bot_is_wrong_since(*event);
                self.started.wrong.push(Miss {
                    after: wrong.map(|(group, since)| (group, starts_at.duration_since(since))),
                    phase: self.lateness.phase(),
                    was_wanted,
                });
            }
            self.lateness.started(*event);
            let of = self.workspace.company.events[*event as usize].meeting;
            if self.workspace.bots_of_meeting(of) > 1 {
                self.started.doubled.insert(of);
            }
        }
    }
}
