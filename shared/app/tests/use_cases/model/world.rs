//! One moment of the model, and every step from it.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

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

/// Where a drain stands.
#[derive(Debug, Clone)]
enum Scheduler {
    Away,
    Working(Held),
    Loaded(Held, Box<Decision>),
    Calling(Held, Box<Decision>, CallAttempt, i64, bool),
    CallResult(Held, Box<Decision>, CallAttempt, CallResult),
}

/// Where the sync stands.
#[derive(Debug, Clone)]
enum Looking {
    Nobody,
    /// It has loaded the row, if there is one.
    Loaded(Option<Box<Decision>>),
}

/// How everything stands at one moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    tick: i64,
    lease: MemoryLease,
    row: Option<Decision>,
    /// The bot at Recall.
    bot: Option<DeduplicationKey>,
    drains: [Scheduler; 2],
    /// How many of the event's versions were folded in, and what a sync loaded to do so.
    folded: usize,
    in_progress: Looking,
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
            drains: [Scheduler::Away, Scheduler::Away],
            folded: 0,
            in_progress: Looking::Nobody,
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

    /// A compare-and-swap; the history is for people and would tell all orders apart.
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

    /// Recall does what it was asked to.
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

    /// Every world that one step leads to.
    pub(super) fn next(&self, script: &Script) -> Vec<Self> {
        let mut next = vec![];
        for which in 0..self.drains.len() {
            next.extend(self.steps_of(which, script));
        }
        next.extend(self.steps_of_sync(script));
        let is_call_over = |drain: &Scheduler| match drain {
            Scheduler::Calling(_, _, _, since, _) => self.tick - since >= LONGEST_CALL,
            _ => false,
        };
        if self.tick < LAST && !self.drains.iter().any(is_call_over) {
            next.push(self.with(|world| world.tick += 1));
        }
        next
    }

    fn steps_of_sync(&self, script: &Script) -> Option<Self> {
        if self.folded == script.links.len() {
            return None;
        }
        Some(match &self.in_progress {
            Looking::Nobody => self
                .with(|world| world.in_progress = Looking::Loaded(world.row.clone().map(Box::new))),
            Looking::Loaded(loaded) => self.with(|world| {
                let row = script.look(world.folded, loaded.as_deref(), world.now());
                // Who loses the race loads again.
                if row.is_none_or(|row| world.write(row)) {
                    world.folded += 1;
                }
                world.in_progress = Looking::Nobody;
            }),
        })
    }

    fn steps_of(&self, which: usize, script: &Script) -> Vec<Self> {
        let to = |drain: Scheduler| self.with(|world| world.drains[which] = drain);
        let mut next = match self.drains[which].clone() {
            // The two are alike, so the first comes first.
            Scheduler::Away if self.takes == 2 || (which == 1 && self.takes == 0) => vec![],
            Scheduler::Away => vec![self.with(|world| {
                world.takes += 1;
                let taken = world.lease.take(world.now(), world.lease_from_now());
                if let LeaseResult::Held(held) = taken {
                    world.drains[which] = Scheduler::Working(held);
                }
            })],
            Scheduler::Working(held) => vec![self.load(which, held), self.extend(which, held)],
            Scheduler::Loaded(held, row) if self.now() < script.calls_until(held) => {
                let sent = CallAttempt::of(&row, self.now()).expect("it was loaded as due");
                vec![to(Scheduler::Calling(held, row, sent, self.tick, false))]
            }
            Scheduler::Loaded(held, _) => vec![to(Scheduler::Working(held))],
            Scheduler::Calling(held, row, sent, since, has_effect) => {
                let mut next = vec![if has_effect {
                    let done = CallResult::Done(Vec::new());
                    to(Scheduler::CallResult(held, row.clone(), sent.clone(), done))
                } else {
                    self.with(|world| {
                        world.effect(&sent.call);
                        let calling =
                            Scheduler::Calling(held, row.clone(), sent.clone(), since, true);
                        world.drains[which] = calling;
                    })
                }];
                if self.cuts < 1 {
                    let again = CallResult::Again {
                        reason: "cut".to_owned(),
                        wait: Duration::ZERO,
                    };
                    let cut = to(Scheduler::CallResult(held, row, sent, again));
                    next.push(cut.with(|world| world.cuts += 1));
                }
                next
            }
            Scheduler::CallResult(held, row, sent, answered) => vec![self.with(|world| {
                let settled = apply_result(*row, &sent, answered.clone(), world.now());
                world.drains[which] = if world.write(settled) {
                    Scheduler::Working(held)
                } else {
                    let stored = world.row.clone().expect("it was loaded");
                    Scheduler::CallResult(held, Box::new(stored), sent, answered)
                };
            })],
        };
        if self.crashes < 1 && !matches!(self.drains[which], Scheduler::Away) {
            next.push(to(Scheduler::Away).with(|world| world.crashes += 1));
        }
        next
    }

    fn load(&self, which: usize, held: Held) -> Self {
        self.with(|world| {
            let due = world.row.clone().filter(Decision::is_due);
            world.drains[which] = match due {
                Some(row) => Scheduler::Loaded(held, Box::new(row)),
                None => match world.lease.release(held) {
                    Released::Woken(held) => Scheduler::Working(held),
                    Released::Free | Released::Lost => Scheduler::Away,
                },
            };
        })
    }

    fn extend(&self, which: usize, held: Held) -> Self {
        self.with(|world| {
            let until = world.lease_from_now();
            let extended = world.lease.extend(held, until);
            world.drains[which] = extended.map_or(Scheduler::Away, Scheduler::Working);
        })
    }

    /// What tells this world from others.
    pub(super) fn key(&self) -> u64 {
        let drains = self.drains.each_ref().map(|drain| match drain {
            Scheduler::Away => "away".to_owned(),
            Scheduler::Working(held) => format!("working {held:?}"),
            Scheduler::Loaded(held, row) => format!("loaded {held:?} {}", brief(row)),
            Scheduler::Calling(held, row, sent, since, has_effect) => {
                let (row, sent) = (brief(row), brief_call(sent));
                format!("calling {held:?} {row} {sent} {since} {has_effect}")
            }
            Scheduler::CallResult(held, row, sent, answered) => {
                let is_done = matches!(answered, CallResult::Done(_));
                let (row, sent) = (brief(row), brief_call(sent));
                format!("answered {held:?} {row} {sent} {is_done}")
            }
        });
        let in_progress = match &self.in_progress {
            Looking::Nobody => None,
            Looking::Loaded(row) => Some(row.as_deref().map(brief)),
        };
        let mut hasher = DefaultHasher::new();
        (
            self.tick,
            format!("{:?}", self.lease),
            &self.bot,
            self.folded,
        )
            .hash(&mut hasher);
        (self.row.as_ref().map(brief), drains, in_progress).hash(&mut hasher);
        (self.takes, self.cuts, self.crashes).hash(&mut hasher);
        hasher.finish()
    }

    /// What the end depends on that is reached from here undisturbed.
    pub(super) fn outlook(&self) -> String {
        let row = self.row.as_ref().map(brief);
        format!("{} {row:?} {:?}", self.folded, self.bot)
    }

    /// Whether two drains have a call in flight.
    pub(super) fn is_called_twice(&self) -> bool {
        let calling = |drain: &&Scheduler| matches!(drain, Scheduler::Calling(..));
        self.drains.iter().filter(calling).count() > 1
    }

    /// What must come of this world.
    pub(super) fn check(&self, script: &Script) -> Result<(), &'static str> {
        let mut rest = self.clone();
        rest.drains = [Scheduler::Away, Scheduler::Away];
        rest.in_progress = Looking::Nobody;
        while let Some(next) = rest.steps_of_sync(script) {
            rest = next;
        }
        for _ in 0..5 {
            let row = rest.row.clone().expect("a version was folded in");
            let Some(sent) = CallAttempt::of(&row, rest.now()) else {
                break;
            };
            rest.effect(&sent.call);
            rest.write(apply_result(
                row,
                &sent,
                CallResult::Done(Vec::new()),
                rest.now(),
            ));
        }
        let row = rest.row.expect("a version was folded in");
        let wanted = match &row.wanted {
            Wanted::Bot(bot) => Some(&bot.deduplication_key),
            Wanted::Nothing => None,
        };
        match (wanted, &rest.bot) {
            _ if row.is_due() => Err("it never comes to rest"),
            (None, Some(_)) => Err("a bot for a no"),
            (wanted, bot) if wanted != bot.as_ref() => Err("a lost wish"),
            _ => Ok(()),
        }
    }
}

/// What of a row tells worlds apart; the rest follows from the version of the event.
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

/// What of a call tells worlds apart.
fn brief_call(sent: &CallAttempt) -> String {
    let (operation, generation) = (sent.operation().as_str(), sent.generation.0);
    format!("{operation} {generation}")
}
