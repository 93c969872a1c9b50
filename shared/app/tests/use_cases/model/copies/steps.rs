//! The steps that syncs and the scheduler may take next.

use super::script::{Script, now};
use super::world::{CallInFlight, SyncStep, World, Writes};
use callsheet_domain::{
    Call, CallAttempt, CallResult, Decision, apply_result, owner_to_confirm, settle_copies,
};
use std::rc::Rc;

impl World {
    /// Every world that is one step away.
    pub(super) fn next(&self, script: &Script) -> Vec<Self> {
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
}

/// The call of a due row.
fn in_flight(row: &Rc<Decision>) -> Option<CallInFlight> {
    Some(CallInFlight {
        row: Rc::clone(row),
        attempt: CallAttempt::of(row, now()).filter(|_| row.is_due())?,
        has_effect: false,
    })
}
