//! The state of the model at one moment.

use super::script::Script;
use callsheet_domain::{Applied, CallAttempt, ConfigDigest, Decision, History, Wanted};
use callsheet_testkit::id;
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::mem;
use std::rc::Rc;

/// The step that a sync is at.
#[derive(Debug, Clone)]
pub(super) enum SyncStep {
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
pub(super) struct Writes {
    pub(super) rows: Vec<Rc<Decision>>,
    /// Another actor wrote one of the rows first.
    pub(super) has_lost: bool,
    /// The shared bot may have another owner or configuration.
    pub(super) has_changed_bot: bool,
}

/// A call of the scheduler.
#[derive(Debug, Clone)]
pub(super) struct CallInFlight {
    pub(super) row: Rc<Decision>,
    pub(super) attempt: CallAttempt,
    pub(super) has_effect: bool,
}

/// The state of the model at one moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// The row of each copy.
    pub(super) rows: Vec<Option<Rc<Decision>>>,
    /// The copies that have the bot at Recall, and its configuration.
    pub(super) bot: (BTreeSet<usize>, Option<ConfigDigest>),
    /// The number of versions that each sync has completed, and its step.
    pub(super) syncs: Vec<(usize, SyncStep)>,
    pub(super) call: Option<CallInFlight>,
    pub(super) crashes: u32,
}

impl World {
    pub(super) fn new(script: &Script) -> Self {
        Self {
            rows: vec![None; script.copies.len()],
            bot: (BTreeSet::new(), None),
            syncs: vec![(0, SyncStep::Load); script.copies.len()],
            call: None,
            crashes: 0,
        }
    }

    pub(super) fn stored(&self) -> Vec<Decision> {
        self.rows
            .iter()
            .flatten()
            .map(|row| (**row).clone())
            .collect()
    }

    pub(super) fn copy_of(&self, row: &Decision) -> usize {
        let is_of = |copy: &usize| row.key.event_id == id(format!("event-{copy}"));
        (0..self.rows.len()).find(is_of).expect("a copy")
    }

    /// A compare-and-swap. The history is dropped, since it would make all orders
    /// different worlds.
    pub(super) fn write(&mut self, mut row: Decision) -> bool {
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

    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next
    }

    /// Distinguishes this world from others.
    pub(super) fn key(&self) -> u64 {
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
/// The part of a row that distinguishes worlds, hashed.
pub(super) fn brief(row: &Decision) -> u64 {
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
