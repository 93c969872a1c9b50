//! Syncs of a meeting's copies and a scheduler run, in every possible order.
//!
//! Each copy has a sync of its own. The sync loads the meeting's rows, folds a version of
//! its copy in, and writes the changed rows one by one; another actor may act between any
//! two of these steps. One of them may crash, and its request is then delivered again. The
//! scheduler makes the calls of due rows, one at a time, since the copies share a bot.
//!
//! Whenever nothing is left to do, there is one bot, for all the copies that want it, with
//! the configuration of their owner.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::mem;
use std::rc::Rc;

use callsheet_domain::{
    Applied, Calendar, CalendarEvent, Call, CallAttempt, CallResult, ConfigDigest, Decision,
    DecisionInputs, Evaluation, History, OverrideRevision, Overrides, Plan, Policy, ResponseStatus,
    Timestamp, Verdict, Wanted, apply_result, decide, owner_to_confirm, plan, revise_copies,
    settle_copies,
};
use callsheet_testkit::{
    With as _, a_calendar, a_decision, a_policy_document, an_email, an_event, at, id, policy_of,
};
use jiff::SignedDuration;
use test_case::test_case;

/// The copy in the organizer's calendar.
const ORGANIZERS: usize = 1;

/// A version of a copy: its title, or none if its owner declined.
type Title = Option<&'static str>;

/// A version of a copy, decided.
struct Version {
    event: CalendarEvent,
    verdict: Verdict,
    plan: Plan,
}

/// The versions of each copy.
struct Script {
    copies: Vec<Vec<Version>>,
    /// How many crashes there may be.
    crashes: u32,
    /// Whether a sync settles the meeting's copies after its writes.
    settles: bool,
}

impl Script {
    fn new(copies: &[&[Title]], crashes: u32) -> Self {
        let document = a_policy_document().with(|document| {
            let name = ("bot_name".to_owned(), "{{ title }}".into());
            document.bot.extend([name]);
        });
        let policy = policy_of(&document);
        let versions = |(copy, titles): (usize, &&[Title])| {
            let titles = titles.iter().enumerate();
            titles
                .map(|(version, title)| version_of(copy, version, *title, &policy))
                .collect()
        };
        Self {
            copies: copies.iter().enumerate().map(versions).collect(),
            crashes,
            settles: true,
        }
    }

    /// The rows that a sync of a version writes if it has loaded `stored`.
    fn sync(&self, copy: usize, version: usize, stored: &[Decision]) -> Vec<Decision> {
        let version = &self.copies[copy][version];
        let evaluation = Evaluation {
            verdict: version.verdict.clone(),
            plan: version.plan.clone(),
            inputs: DecisionInputs {
                event: version.event.updated_at,
                ..a_decision().inputs
            },
            overrides_read: OverrideRevision(0),
            event: &version.event,
        };
        revise_copies(stored, &[evaluation], now()).writes
    }

    /// The copies whose last version wants the bot, and the configuration of their owner.
    fn expected(&self) -> (BTreeSet<usize>, Option<ConfigDigest>) {
        let offer = |versions: &Vec<Version>| match &versions.last()?.plan {
            Plan::Bot { offer, .. } => Some(offer.config.digest().clone()),
            Plan::Nothing => None,
        };
        let offers: Vec<_> = self.copies.iter().map(offer).collect();
        let is_wanted = |copy: &usize| offers[*copy].is_some();
        let wanted: BTreeSet<_> = (0..offers.len()).filter(is_wanted).collect();
        let owner = wanted.get(&ORGANIZERS).or_else(|| wanted.first());
        let config = owner.and_then(|owner| offers[*owner].clone());
        (wanted, config)
    }
}

fn version_of(copy: usize, version: usize, title: Title, policy: &Policy) -> Version {
    let event = an_event().with(|event| {
        event.id = id(format!("event-{copy}"));
        event.updated_at += SignedDuration::from_secs(i64::try_from(version).expect("few"));
        event.facts.organizer = Some(an_email("owner-1@acme.example"));
        event.facts.own_response = Some(match title {
            Some(_) => ResponseStatus::Accepted,
            None => ResponseStatus::Declined,
        });
        event.facts.title = title.map(ToOwned::to_owned);
    });
    let calendar = calendar_of(copy);
    let verdict = decide(&event, &calendar, policy, &Overrides::default(), now());
    let plan = plan(&verdict, &event, &calendar, policy);
    Version {
        event,
        verdict,
        plan,
    }
}

fn calendar_of(copy: usize) -> Calendar {
    a_calendar().with(|calendar| {
        calendar.id = id(format!("calendar-{copy}"));
        calendar.email = Some(an_email(&format!("owner-{copy}@acme.example")));
    })
}

fn now() -> Timestamp {
    at("09:30")
}

/// The step that a sync is at.
#[derive(Debug, Clone)]
enum SyncStep {
    /// It loads the rows next.
    Load,
    /// It writes rows next.
    Write(Writes),
    /// It loads the rows once more next, to settle the copies.
    Settle,
    /// It writes the rows that settle the copies next.
    WriteSettled(Writes),
}

/// Rows that a sync has yet to write.
#[derive(Debug, Clone, Default)]
struct Writes {
    rows: Vec<Rc<Decision>>,
    /// Another actor wrote one of the rows first.
    has_lost: bool,
    /// The shared bot may have another owner or configuration.
    has_changed_bot: bool,
}

/// A call of the scheduler.
#[derive(Debug, Clone)]
struct CallInFlight {
    row: Rc<Decision>,
    attempt: CallAttempt,
    has_effect: bool,
}

/// The state of the model at one moment.
#[derive(Debug, Clone)]
struct World {
    /// The row of each copy.
    rows: Vec<Option<Rc<Decision>>>,
    /// The copies that have the bot at Recall, and its configuration.
    bot: (BTreeSet<usize>, Option<ConfigDigest>),
    /// The number of versions that each sync has completed, and its step.
    syncs: Vec<(usize, SyncStep)>,
    call: Option<CallInFlight>,
    crashes: u32,
}

impl World {
    fn new(script: &Script) -> Self {
        Self {
            rows: vec![None; script.copies.len()],
            bot: (BTreeSet::new(), None),
            syncs: vec![(0, SyncStep::Load); script.copies.len()],
            call: None,
            crashes: 0,
        }
    }

    fn stored(&self) -> Vec<Decision> {
        self.rows
            .iter()
            .flatten()
            .map(|row| (**row).clone())
            .collect()
    }

    fn copy_of(&self, row: &Decision) -> usize {
        let is_of = |copy: &usize| row.key.event_id == id(format!("event-{copy}"));
        (0..self.rows.len()).find(is_of).expect("a copy")
    }

    /// A compare-and-swap. The history is dropped, since it would make all orders
    /// different worlds.
    fn write(&mut self, mut row: Decision) -> bool {
        let copy = self.copy_of(&row);
        let stored = self.rows[copy].as_deref();
        let is_kept = stored.map(|row| row.version).unwrap_or_default() == row.version;
        if is_kept {
            row.version = row.version.next();
            row.history = History::default();
            self.rows[copy] = Some(Rc::new(row));
        }
        is_kept
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next
    }

    /// Every world that is one step away.
    fn next(&self, script: &Script) -> Vec<Self> {
        let mut next = self.steps_of_run();
        for copy in 0..self.syncs.len() {
            next.extend(self.steps_of_sync(copy, script));
            let (completed, step) = &self.syncs[copy];
            if self.crashes < script.crashes && !matches!(step, SyncStep::Load) {
                next.push(self.with(|world| {
                    world.syncs[copy] = (*completed, SyncStep::Load);
                    world.crashes += 1;
                }));
            }
        }
        if self.crashes < script.crashes && self.call.is_some() {
            next.push(self.with(|world| {
                world.call = None;
                world.crashes += 1;
            }));
        }
        next
    }

    fn steps_of_sync(&self, copy: usize, script: &Script) -> Vec<Self> {
        let (completed, step) = self.syncs[copy].clone();
        let at = |step| self.with(|world| world.syncs[copy] = (completed, step));
        match step {
            SyncStep::Load if completed == script.copies[copy].len() => vec![],
            SyncStep::Load => {
                let stored = self.stored();
                let rows = script.sync(copy, completed, &stored);
                let before = |row: &Decision| stored.iter().find(|before| before.key == row.key);
                let has_changed_bot = rows.iter().any(|row| row.changes_shared_bot(before(row)));
                let writes = Writes {
                    rows: rows.into_iter().map(Rc::new).collect(),
                    has_lost: false,
                    has_changed_bot,
                };
                vec![self.with(|world| world.go_on(copy, SyncStep::Write(writes), script))]
            }
            SyncStep::Write(writes) => self.steps_of_writes(copy, &writes, SyncStep::Write, script),
            SyncStep::Settle => {
                let rows = settle_copies(&self.stored(), now());
                if rows.is_empty() {
                    return vec![self.with(|world| world.complete(copy))];
                }
                let writes = Writes {
                    rows: rows.into_iter().map(Rc::new).collect(),
                    ..Writes::default()
                };
                vec![at(SyncStep::WriteSettled(writes))]
            }
            SyncStep::WriteSettled(writes) => {
                self.steps_of_writes(copy, &writes, SyncStep::WriteSettled, script)
            }
        }
    }

    /// Has a sync do `step` next, or what follows it if that has nothing to write.
    fn go_on(&mut self, copy: usize, step: SyncStep, script: &Script) {
        self.syncs[copy].1 = match step {
            SyncStep::Write(writes) if writes.rows.is_empty() => {
                if writes.has_lost {
                    SyncStep::Load
                } else if script.settles && writes.has_changed_bot {
                    SyncStep::Settle
                } else {
                    return self.complete(copy);
                }
            }
            // Another actor may have written since these rows were loaded.
            SyncStep::WriteSettled(writes) if writes.rows.is_empty() => SyncStep::Settle,
            step => step,
        };
    }

    fn complete(&mut self, copy: usize) {
        let (completed, _) = self.syncs[copy];
        self.syncs[copy] = (completed + 1, SyncStep::Load);
    }

    /// The writes of a sync are in flight together, so any of them may come first.
    fn steps_of_writes(
        &self,
        copy: usize,
        writes: &Writes,
        step: impl Fn(Writes) -> SyncStep,
        script: &Script,
    ) -> Vec<Self> {
        let first = |index: usize| {
            self.with(|world| {
                let mut left = writes.clone();
                let row = left.rows.remove(index);
                left.has_lost |= !world.write((*row).clone());
                world.go_on(copy, step(left), script);
            })
        };
        (0..writes.rows.len()).map(first).collect()
    }

    fn steps_of_run(&self) -> Vec<Self> {
        let Some(call) = &self.call else {
            let calls = self.rows.iter().flatten().filter_map(in_flight);
            let begun = |call| self.with(|world| world.call = Some(call));
            return calls.map(begun).collect();
        };
        vec![self.with(|world| {
            if call.has_effect {
                world.record(call);
                world.call = None;
            } else {
                world.effect(call);
                let has_effect = true;
                world.call = Some(CallInFlight {
                    has_effect,
                    ..call.clone()
                });
            }
        })]
    }

    /// Recall carries out a call.
    fn effect(&mut self, call: &CallInFlight) {
        let copy = self.copy_of(&call.row);
        let (events, config) = &mut self.bot;
        match &call.attempt.call {
            Call::Schedule(bot) => {
                events.insert(copy);
                *config = Some(bot.config.digest().clone());
            }
            Call::Unschedule => {
                events.remove(&copy);
            }
            Call::Find | Call::Leave(_) => unreachable!("the meeting is ahead"),
        }
        if events.is_empty() {
            *config = None;
        }
    }

    /// The result is folded into the row as it is by then.
    fn record(&mut self, call: &CallInFlight) {
        let stored = self.rows[self.copy_of(&call.row)].as_deref();
        let stored = stored.expect("a row").clone();
        if call.attempt.call == Call::Unschedule
            && let Some(owner) = owner_to_confirm(&stored, &self.stored(), now())
        {
            self.write(owner);
        }
        let result = CallResult::Done(Vec::new());
        let is_kept = self.write(apply_result(stored, &call.attempt, result, now()));
        assert!(is_kept, "it was just loaded");
    }

    /// Distinguishes this world from others.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let rows = self.rows.iter().flatten();
        rows.map(|row| brief(row))
            .for_each(|row| row.hash(&mut hasher));
        for (completed, step) in &self.syncs {
            completed.hash(&mut hasher);
            mem::discriminant(step).hash(&mut hasher);
            if let SyncStep::Write(writes) | SyncStep::WriteSettled(writes) = step {
                let mut rows: Vec<_> = writes.rows.iter().map(|row| brief(row)).collect();
                rows.sort_unstable();
                (rows, writes.has_lost, writes.has_changed_bot).hash(&mut hasher);
            }
        }
        let call = self.call.as_ref();
        let call = call.map(|call| (brief(&call.row), call.has_effect));
        (&self.bot, call, self.crashes).hash(&mut hasher);
        hasher.finish()
    }
}

/// The call of a due row.
fn in_flight(row: &Rc<Decision>) -> Option<CallInFlight> {
    Some(CallInFlight {
        row: Rc::clone(row),
        attempt: CallAttempt::of(row, now()).filter(|_| row.is_due())?,
        has_effect: false,
    })
}

/// The part of a row that distinguishes worlds, hashed.
fn brief(row: &Decision) -> u64 {
    let mut hasher = DefaultHasher::new();
    let wanted = match &row.wanted {
        Wanted::Bot(bot) => Some(bot.config.digest()),
        Wanted::Nothing => None,
    };
    let is_certain = matches!(row.applied, Applied::Bot(_));
    let applied = row.applied.bot().map(|bot| &bot.config);
    (&row.key, row.version, row.generation).hash(&mut hasher);
    (row.inputs.event, row.attempts.count).hash(&mut hasher);
    (wanted, applied, is_certain).hash(&mut hasher);
    hasher.finish()
}

/// Explores every world. Returns how many there are, or the first end that is wrong.
fn explore(script: &Script) -> Result<usize, String> {
    let expected = script.expected();
    let mut seen = HashSet::new();
    let mut open = vec![World::new(script)];
    while let Some(world) = open.pop() {
        if !seen.insert(world.key()) {
            continue;
        }
        let next = world.next(script);
        if next.is_empty() && world.bot != expected {
            return Err(format!("{:?} instead of {expected:?}", world.bot));
        }
        open.extend(next);
    }
    Ok(seen.len())
}

#[test_case(&[&[Some("a")], &[Some("b")]], 1; "two copies are new")]
#[test_case(&[&[Some("a")], &[Some("b"), Some("c")]], 0; "the owner's title changes")]
#[test_case(&[&[Some("a")], &[Some("b"), None]], 0; "the owner declines")]
#[test_case(&[&[Some("a")], &[None, Some("b")]], 0; "the organizer accepts later")]
fn in_every_order_the_copies_share_one_bot_configured_by_its_owner(
    copies: &[&[Title]],
    crashes: u32,
) {
    let worlds = explore(&Script::new(copies, crashes)).expect("every end is right");

    assert!(worlds > 1_000, "{worlds} worlds are too few to be all");
}

/// The model finds the end that settling prevents.
#[test]
fn without_settling_a_bot_could_keep_the_configuration_of_another_copy() {
    let script = Script {
        settles: false,
        ..Script::new(&[&[Some("a")], &[Some("b")]], 0)
    };
    assert!(explore(&script).is_err());
}
