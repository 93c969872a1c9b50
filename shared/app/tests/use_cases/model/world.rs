//! One moment of the model, and every step from it.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

use callsheet_app::CallPlan;
use callsheet_app::ports::{Held, LeaseResult, Released};
use callsheet_domain::{
    Applied, Call, CallAttempt, CallResult, Decision, DeduplicationKey, History, Timestamp, Wanted,
    apply_result, plus,
};
use callsheet_testkit::{MemoryLease, at};
use jiff::SignedDuration;

use super::{LEASE, Script};

/// Steps of time, in seconds.
const TICK: i64 = 10;
/// How long the model runs: longer than a lease.
const LAST: i64 = 4;
/// The longest that a call takes, in ticks.
const LONGEST_CALL: i64 = 1;

/// The step that a scheduler run is at.
#[derive(Debug, Clone)]
enum RunStep {
    Stopped,
    Working(Held),
    Loaded(Held, Box<Decision>),
    Calling(CallInFlight),
    /// The result is known and not yet written.
    Recording(Held, Box<Decision>, CallAttempt, CallResult),
}

/// A call that has started.
#[derive(Debug, Clone)]
struct CallInFlight {
    held: Held,
    row: Box<Decision>,
    attempt: CallAttempt,
    /// The tick at which it started.
    since: i64,
    has_effect: bool,
}

/// The step that the sync is at.
#[derive(Debug, Clone)]
enum SyncStep {
    Idle,
    /// It has loaded the row, if there is one.
    Loaded(Option<Box<Decision>>),
}

/// The state of the model at one moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    tick: i64,
    lease: MemoryLease,
    row: Option<Decision>,
    /// The bot at Recall.
    bot: Option<DeduplicationKey>,
    runs: [RunStep; 2],
    /// How many of the event's versions were synced.
    synced: usize,
    sync: SyncStep,
    takes: u32,
    cuts: u32,
    crashes: u32,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            tick: 0,
            lease: MemoryLease::default(),
            row: None,
            bot: None,
            runs: [RunStep::Stopped, RunStep::Stopped],
            synced: 0,
            sync: SyncStep::Idle,
            takes: 0,
            cuts: 0,
            crashes: 0,
        }
    }

    fn now(&self) -> Timestamp {
        plus(at("09:30"), SignedDuration::from_secs(self.tick * TICK))
    }

    fn lease_from_now(&self) -> Timestamp {
        plus(self.now(), SignedDuration::try_from(LEASE).expect("short"))
    }

    /// A compare-and-swap. The history is dropped, since it would make all orders
    /// different worlds.
    fn write(&mut self, mut row: Decision) -> bool {
        let stored = self.row.as_ref().map(|row| row.version).unwrap_or_default();
        let is_kept = stored == row.version;
        if is_kept {
            row.version = row.version.next();
            row.history = History::default();
            self.row = Some(row);
        }
        is_kept
    }

    /// Recall carries out a call.
    fn effect(&mut self, call: &Call) {
        match call {
            Call::Schedule(bot) => self.bot = Some(bot.deduplication_key.clone()),
            Call::Unschedule => self.bot = None,
            Call::Find | Call::Leave(_) => unreachable!("the meeting is hours ahead"),
        }
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next
    }

    /// Every world that is one step away.
    pub(super) fn next(&self, script: &Script) -> Vec<Self> {
        let mut next = vec![];
        for which in 0..self.runs.len() {
            next.extend(self.steps_of(which, script));
        }
        next.extend(self.steps_of_sync(script));
        let is_call_over = |step: &RunStep| match step {
            RunStep::Calling(call) => self.tick - call.since >= LONGEST_CALL,
            _ => false,
        };
        if self.tick < LAST && !self.runs.iter().any(is_call_over) {
            next.push(self.with(|world| world.tick += 1));
        }
        next
    }

    fn steps_of_sync(&self, script: &Script) -> Option<Self> {
        if self.synced == script.links.len() {
            return None;
        }
        Some(match &self.sync {
            SyncStep::Idle => {
                self.with(|world| world.sync = SyncStep::Loaded(world.row.clone().map(Box::new)))
            }
            SyncStep::Loaded(loaded) => self.with(|world| {
                let row = script.sync(world.synced, loaded.as_deref(), world.now());
                // After a conflict the row is loaded again.
                if row.is_none_or(|row| world.write(row)) {
                    world.synced += 1;
                }
                world.sync = SyncStep::Idle;
            }),
        })
    }

    fn at_step(&self, which: usize, step: RunStep) -> Self {
        self.with(|world| world.runs[which] = step)
    }

    fn steps_of(&self, which: usize, script: &Script) -> Vec<Self> {
        let mut next = match self.runs[which].clone() {
            // The two runs are alike, so the first starts first.
            RunStep::Stopped if self.takes == 2 || (which == 1 && self.takes == 0) => vec![],
            RunStep::Stopped => vec![self.take_lease(which)],
            RunStep::Working(held) => vec![self.load(which, held), self.extend(which, held)],
            RunStep::Loaded(held, row) if self.now() < script.calls_until(held) => {
                let attempt = planned(&row, self.now()).expect("it was loaded as due");
                let call = CallInFlight {
                    held,
                    row,
                    attempt,
                    since: self.tick,
                    has_effect: false,
                };
                vec![self.at_step(which, RunStep::Calling(call))]
            }
            RunStep::Loaded(held, _) => vec![self.at_step(which, RunStep::Working(held))],
            RunStep::Calling(call) => self.steps_of_call(which, call),
            RunStep::Recording(held, row, attempt, result) => {
                vec![self.record(which, held, *row, attempt, result)]
            }
        };
        if self.crashes < 1 && !matches!(self.runs[which], RunStep::Stopped) {
            let crashed = self.at_step(which, RunStep::Stopped);
            next.push(crashed.with(|world| world.crashes += 1));
        }
        next
    }

    fn take_lease(&self, which: usize) -> Self {
        self.with(|world| {
            world.takes += 1;
            let taken = world.lease.take(world.now(), world.lease_from_now());
            if let LeaseResult::Held(held) = taken {
                world.runs[which] = RunStep::Working(held);
            }
        })
    }

    /// A call takes effect, and then its response comes; or it may be lost at
    /// either point.
    fn steps_of_call(&self, which: usize, call: CallInFlight) -> Vec<Self> {
        let respond = |call: CallInFlight, result| {
            let recording = RunStep::Recording(call.held, call.row, call.attempt, result);
            self.at_step(which, recording)
        };
        let mut next = vec![if call.has_effect {
            respond(call.clone(), CallResult::Done(Vec::new()))
        } else {
            self.with(|world| {
                world.effect(&call.attempt.call);
                world.runs[which] = RunStep::Calling(CallInFlight {
                    has_effect: true,
                    ..call.clone()
                });
            })
        }];
        if self.cuts < 1 {
            let again = CallResult::Again {
                reason: "cut".to_owned(),
                wait: Duration::ZERO,
            };
            next.push(respond(call, again).with(|world| world.cuts += 1));
        }
        next
    }

    fn record(
        &self,
        which: usize,
        held: Held,
        row: Decision,
        attempt: CallAttempt,
        result: CallResult,
    ) -> Self {
        self.with(|world| {
            let applied = apply_result(row, &attempt, result.clone(), world.now());
            world.runs[which] = if world.write(applied) {
                RunStep::Working(held)
            } else {
                let stored = world.row.clone().expect("it was loaded");
                RunStep::Recording(held, Box::new(stored), attempt, result)
            };
        })
    }

    fn load(&self, which: usize, held: Held) -> Self {
        self.with(|world| {
            let now = world.now();
            let due = world.row.clone().filter(|row| planned(row, now).is_some());
            world.runs[which] = match due {
                Some(row) => RunStep::Loaded(held, Box::new(row)),
                None => match world.lease.release(held) {
                    Released::Woken(held) => RunStep::Working(held),
                    Released::Free | Released::Lost => RunStep::Stopped,
                },
            };
        })
    }

    fn extend(&self, which: usize, held: Held) -> Self {
        self.with(|world| {
            let until = world.lease_from_now();
            let extended = world.lease.extend(held, until);
            world.runs[which] = extended.map_or(RunStep::Stopped, RunStep::Working);
        })
    }

    /// Distinguishes this world from others.
    pub(super) fn key(&self) -> u64 {
        let runs = self.runs.each_ref().map(|step| match step {
            RunStep::Stopped => "stopped".to_owned(),
            RunStep::Working(held) => format!("working {held:?}"),
            RunStep::Loaded(held, row) => format!("loaded {held:?} {}", brief(row)),
            RunStep::Calling(call) => {
                let (row, attempt) = (brief(&call.row), brief_call(&call.attempt));
                let (held, since, has_effect) = (call.held, call.since, call.has_effect);
                format!("calling {held:?} {row} {attempt} {since} {has_effect}")
            }
            RunStep::Recording(held, row, attempt, result) => {
                let is_done = matches!(result, CallResult::Done(_));
                let (row, attempt) = (brief(row), brief_call(attempt));
                format!("recording {held:?} {row} {attempt} {is_done}")
            }
        });
        let sync = match &self.sync {
            SyncStep::Idle => None,
            SyncStep::Loaded(row) => Some(row.as_deref().map(brief)),
        };
        let mut hasher = DefaultHasher::new();
        (
            self.tick,
            format!("{:?}", self.lease),
            &self.bot,
            self.synced,
        )
            .hash(&mut hasher);
        (self.row.as_ref().map(brief), runs, sync).hash(&mut hasher);
        (self.takes, self.cuts, self.crashes).hash(&mut hasher);
        hasher.finish()
    }

    /// The part of this world that the end of an undisturbed run depends on.
    pub(super) fn end_key(&self) -> String {
        let row = self.row.as_ref().map(brief);
        format!("{} {row:?} {:?}", self.synced, self.bot)
    }

    /// Whether two runs have a call in flight.
    pub(super) fn is_called_twice(&self) -> bool {
        let calling = |step: &&RunStep| matches!(step, RunStep::Calling(..));
        self.runs.iter().filter(calling).count() > 1
    }

    /// Checks that undisturbed runs end with what is wanted.
    pub(super) fn check(&self, script: &Script) -> Result<(), &'static str> {
        let mut world = self.clone();
        world.runs = [RunStep::Stopped, RunStep::Stopped];
        world.sync = SyncStep::Idle;
        while let Some(next) = world.steps_of_sync(script) {
            world = next;
        }
        for _ in 0..5 {
            let row = world.row.clone().expect("a version was synced");
            let Some(sent) = planned(&row, world.now()) else {
                break;
            };
            world.effect(&sent.call);
            world.write(apply_result(
                row,
                &sent,
                CallResult::Done(Vec::new()),
                world.now(),
            ));
        }
        let row = world.row.expect("a version was synced");
        let wanted = match &row.wanted {
            Wanted::Bot(bot) => Some(&bot.deduplication_key),
            Wanted::Nothing => None,
        };
        match (wanted, &world.bot) {
            _ if row.is_due() => Err("the row stays due"),
            (None, Some(_)) => Err("a bot that is not wanted"),
            (wanted, bot) if wanted != bot.as_ref() => Err("not the bot that is wanted"),
            _ => Ok(()),
        }
    }
}

/// The call that a run plans for a row.
fn planned(row: &Decision, now: Timestamp) -> Option<CallAttempt> {
    let mut plan = CallPlan::of(vec![row.clone()], now);
    plan.calls.pop().map(|call| call.attempt)
}

/// The part of a row that distinguishes worlds. The rest follows from the
/// version of the event.
fn brief(row: &Decision) -> String {
    let applied = match &row.applied {
        Applied::Nothing => "nothing",
        Applied::Bot(_) => "a bot",
        _ => "perhaps a bot",
    };
    let key = row.applied.bot().map(|bot| bot.deduplication_key.as_str());
    let (version, generation, attempts) = (row.version.0, row.generation.0, &row.attempts);
    let (waits, seen) = (attempts.not_before.is_some(), row.inputs.event.as_second());
    let count = attempts.count;
    format!("{version} {generation} {seen} {applied} {key:?} {count} {waits}")
}

/// The part of a call that distinguishes worlds.
fn brief_call(sent: &CallAttempt) -> String {
    let (operation, generation) = (sent.operation().as_str(), sent.generation.0);
    format!("{operation} {generation}")
}
