//! The steps that syncs, the scheduler and the index may take next.

use super::script::Script;
use super::world::{CallInFlight, World};
use callsheet_domain::{
    Call, CallAttempt, CallResult, Decision, apply_result, check_owner, owned_config,
    owner_to_confirm,
};
use std::collections::BTreeSet;
use std::rc::Rc;

impl World {
    /// Every world that is one step away.
    pub(super) fn next(&self, script: &Script) -> Vec<Self> {
        let mut next = self.steps_of_calls(script);
        for sync in 0..self.syncs.len() {
            next.extend(self.step_of_sync(sync, script));
        }
        for copy in self.lagging() {
            next.push(self.with(format!("the index shows {copy}"), |world| {
                world.catch_up(copy);
            }));
        }
        if script.checks_owners {
            next.extend(self.steps_of_checks(script));
        }
        next
    }

    fn step_of_sync(&self, sync: usize, script: &Script) -> Vec<Self> {
        let (completed, write) = &self.syncs[sync];
        let Some(version) = script.syncs[sync].get(*completed) else {
            return vec![];
        };
        let at = |world: &mut Self, completed, write| world.syncs[sync] = (completed, write);
        let Some(write) = write else {
            let stored = self.loaded(version.copy, script, sync);
            let write = version.sync(&stored, self.now()).map(Rc::new);
            let completed = *completed + usize::from(write.is_none());
            let label = format!("sync {sync} loads {}", version.copy);
            return vec![self.with(label, |world| {
                at(world, completed, write);
                if version.is_deleted() {
                    world.gone.insert(version.copy);
                    world.leave_bots(version.copy);
                }
            })];
        };
        let label = format!("sync {sync} writes {}", version.copy);
        let mut next = vec![self.with(label, |world| {
            let is_written = world.write((**write).clone());
            at(world, completed + usize::from(is_written), None);
        })];
        if self.crashes < script.crashes {
            next.push(self.with(format!("sync {sync} crashes"), |world| {
                at(world, *completed, None);
                world.crashes += 1;
            }));
        }
        next
    }

    /// The rows that a sync loads: the copy's own, and the first other one if it offers another
    /// configuration.
    fn loaded(&self, copy: usize, script: &Script, sync: usize) -> Vec<Decision> {
        let version = &script.syncs[sync][self.syncs[sync].0];
        let Some(own) = self.rows[copy].as_deref() else {
            return vec![];
        };
        let key = own
            .wanted_key()
            .filter(|_| own.changes_offer(&version.evaluation()));
        let first = key.and_then(|key| self.first(key, copy));
        [own.clone()].into_iter().chain(first).collect()
    }

    fn steps_of_calls(&self, script: &Script) -> Vec<Self> {
        let Some(call) = &self.call else {
            let due = self.rows.iter().flatten().filter(|row| row.is_due());
            let made = |row: &Rc<Decision>| {
                let label = format!("a call for {} is made", self.copy_of(row));
                self.with(label, |world| world.make_call(row))
            };
            return due.map(made).collect();
        };
        let mut next = vec![self.with("its result is written".to_owned(), |world| {
            world.record(call);
            world.call = None;
        })];
        if self.crashes < script.crashes {
            next.push(self.with("its result is lost".to_owned(), |world| {
                world.call = None;
                world.crashes += 1;
            }));
        }
        next
    }

    /// The scheduler finds the owner of the bot, and Recall carries the call out.
    fn make_call(&mut self, row: &Rc<Decision>) {
        let copy = self.copy_of(row);
        let mut attempt = CallAttempt::of(row, self.now()).expect("it is due");
        match &mut attempt.call {
            // Recall makes no bot for a deleted event.
            Call::Schedule(_) if self.gone.contains(&copy) => {}
            Call::Schedule(bot) => {
                let first = self.first(&bot.deduplication_key, copy);
                if let Some(config) = owned_config(row, first.as_ref(), self.now()) {
                    bot.config = config;
                }
                let digest = bot.config.digest().clone();
                let before = self.bots.get(&bot.deduplication_key);
                let mut copies = before.map_or_else(BTreeSet::new, |(copies, _)| copies.clone());
                copies.insert(copy);
                self.leave_bots(copy);
                self.bots
                    .insert(bot.deduplication_key.clone(), (copies, digest));
            }
            Call::Unschedule => self.leave_bots(copy),
            Call::Find | Call::Leave(_) => unreachable!("the meeting is ahead"),
        }
        self.call = Some(CallInFlight {
            row: Rc::clone(row),
            attempt,
        });
    }

    /// Recall has removed an event's bot.
    fn leave_bots(&mut self, copy: usize) {
        self.bots.retain(|_, (copies, _)| {
            copies.remove(&copy);
            !copies.is_empty()
        });
    }

    /// The result is folded into the row as it is by then.
    fn record(&mut self, call: &CallInFlight) {
        let copy = self.copy_of(&call.row);
        let stored = self.rows[copy].as_deref().expect("a row").clone();
        if let Some(bot) = stored.applied.bot() {
            let leaves = match &call.attempt.call {
                Call::Schedule(scheduled) => scheduled.deduplication_key != bot.deduplication_key,
                _ => true,
            };
            let first = self.first(&bot.deduplication_key, copy).filter(|_| leaves);
            let owner = first.and_then(|first| owner_to_confirm(&stored, &first, self.now()));
            if let Some(owner) = owner {
                self.write(owner);
            }
        }
        let result = CallResult::Done(Vec::new());
        let is_kept = self.write(apply_result(stored, &call.attempt, result, self.now()));
        assert!(is_kept, "it was just loaded");
    }

    fn steps_of_checks(&self, script: &Script) -> Vec<Self> {
        let mut next = Vec::new();
        for (copy, row) in self.rows.iter().enumerate() {
            let Some(row) = row.as_deref().filter(|row| row.owner_check.is_some()) else {
                continue;
            };
            let is_shown = self.unseen[copy].is_empty() || !script.waits_for_index;
            if row.is_due() || !is_shown {
                continue;
            }
            let bots: BTreeSet<_> = row.bots_to_check().into_iter().collect();
            let firsts: Vec<_> = bots
                .iter()
                .filter_map(|bot| self.first(bot, copy))
                .collect();
            next.push(self.with(format!("the check of {copy} is made"), |world| {
                for write in check_owner(row, &firsts, world.now()) {
                    assert!(world.write(write), "it was just loaded");
                }
            }));
        }
        next
    }
}
