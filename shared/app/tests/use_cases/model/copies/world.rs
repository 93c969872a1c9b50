//! The state of the model at one moment.

use super::script::{Bots, Script, start};
use callsheet_domain::{
    Applied, Call, CallAttempt, CallRecord, Decision, DeduplicationKey, History, Operation,
    RecordedResult, Timestamp, Wanted, plus,
};
use callsheet_testkit::id;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::rc::Rc;

/// A call of the scheduler that Recall has carried out.
#[derive(Debug, Clone)]
pub(super) struct CallInFlight {
    pub(super) row: Rc<Decision>,
    pub(super) attempt: CallAttempt,
}

/// What the index shows of a row: the bot that it wants, and its rank.
type Entry = Option<(DeduplicationKey, String)>;

/// A sync: how many versions it has completed, and the row that it writes next.
pub(super) type Sync = (usize, Option<Rc<Decision>>);

/// The state of the model at one moment.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// The row of each copy.
    pub(super) rows: Vec<Option<Rc<Decision>>>,
    /// What the index shows of each row.
    pub(super) index: Vec<Entry>,
    /// For each row, the rows that the index must show as they were when its check was left.
    pub(super) unseen: Vec<BTreeSet<usize>>,
    pub(super) bots: Bots,
    pub(super) syncs: Vec<Sync>,
    pub(super) call: Option<CallInFlight>,
    /// Copies that are deleted at Recall.
    pub(super) gone: BTreeSet<usize>,
    pub(super) crashes: u32,
    /// The number of steps until now.
    steps: i64,
    path: Option<Rc<Step>>,
}

/// A step that was taken, and those before.
#[derive(Debug)]
struct Step {
    step: String,
    before: Option<Rc<Step>>,
}

impl World {
    pub(super) fn new(script: &Script) -> Self {
        Self {
            rows: vec![None; script.copies],
            index: vec![None; script.copies],
            unseen: vec![BTreeSet::new(); script.copies],
            bots: Bots::new(),
            syncs: vec![(0, None); script.syncs.len()],
            call: None,
            gone: BTreeSet::new(),
            crashes: 0,
            steps: 0,
            path: None,
        }
    }

    /// The steps that led here, in order.
    pub(super) fn path(&self) -> Vec<&str> {
        let steps = std::iter::successors(self.path.as_deref(), |step| step.before.as_deref());
        let mut path: Vec<_> = steps.map(|step| step.step.as_str()).collect();
        path.reverse();
        path
    }

    pub(super) fn now(&self) -> Timestamp {
        plus(start(), SignedDuration::from_millis(self.steps))
    }

    pub(super) fn copy_of(&self, row: &Decision) -> usize {
        let is_of = |copy: &usize| row.key.event_id == id(format!("event-{copy}"));
        (0..self.rows.len()).find(is_of).expect("a copy")
    }

    /// The first copy but for `without` that wants the bot of `key`, by the index.
    pub(super) fn first(&self, key: &DeduplicationKey, without: usize) -> Option<Decision> {
        let entries = self.index.iter().enumerate().filter_map(|(copy, entry)| {
            let (bot, rank) = entry.as_ref()?;
            (bot == key).then_some((rank, copy))
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        let may_own = |(_, copy): &(&String, usize)| {
            let row = self.rows[*copy].as_deref()?;
            let is_sought =
                *copy != without && row.wanted_key() == Some(key) && !row.is_abandoned();
            is_sought.then_some(row)
        };
        let rank = |row: &&Decision| row.bot_rank();
        let of_two = entries.iter().take(2).filter_map(may_own).min_by_key(rank);
        of_two
            .or_else(|| entries.iter().filter_map(may_own).min_by_key(rank))
            .cloned()
    }

    fn entry(&self, copy: usize) -> Entry {
        let row = self.rows[copy].as_deref()?;
        Some((row.wanted_key()?.clone(), row.bot_rank()?))
    }

    /// The rows that the index does not show as they are.
    pub(super) fn lagging(&self) -> BTreeSet<usize> {
        let lags = |copy: &usize| self.index[*copy] != self.entry(*copy);
        (0..self.rows.len()).filter(lags).collect()
    }

    /// The index shows a row as it is.
    pub(super) fn catch_up(&mut self, copy: usize) {
        self.index[copy] = self.entry(copy);
        for unseen in &mut self.unseen {
            unseen.remove(&copy);
        }
    }

    /// A compare-and-swap. Of the history only the last successful calls are kept, since all orders would be different worlds otherwise.
    pub(super) fn write(&mut self, mut row: Decision) -> bool {
        let copy = self.copy_of(&row);
        let stored = self.rows[copy].as_deref();
        if stored.map(|row| row.version).unwrap_or_default() != row.version {
            return false;
        }
        let check = |row: &Decision| row.owner_check.as_ref().map(|check| check.not_before);
        let has_new_check = check(&row).is_some() && check(&row) != stored.and_then(check);
        row.version = row.version.next();
        let last = |operation| {
            let mut calls = row.history.calls().iter();
            let is_last = |call: &&CallRecord| {
                call.operation == operation && call.outcome == RecordedResult::Done
            };
            calls.rfind(is_last).cloned()
        };
        let mut calls = [last(Operation::ScheduleBot), last(Operation::UnscheduleBot)];
        calls.sort_by_key(|call| call.as_ref().map(|call| call.at));
        row.history = History::kept(calls.into_iter().flatten());
        self.rows[copy] = Some(Rc::new(row));
        let lagging = self.lagging();
        for unseen in &mut self.unseen {
            unseen.retain(|copy| lagging.contains(copy));
        }
        if has_new_check {
            self.unseen[copy] = lagging;
        }
        true
    }

    /// The world after a step of this name.
    pub(super) fn with(&self, step: String, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        next.path = Some(Rc::new(Step {
            step,
            before: self.path.clone(),
        }));
        next.steps += 1;
        change(&mut next);
        next
    }

    /// Distinguishes this world from others. Versions and generations only matter where they
    /// are compared, and instants by their order.
    pub(super) fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let times: BTreeSet<Timestamp> = self
            .rows
            .iter()
            .flatten()
            .flat_map(|row| times(row))
            .collect();
        for row in self.rows.iter().flatten() {
            let order = |at| times.range(..at).count();
            let order: Vec<_> = self::times(row).into_iter().map(order).collect();
            (brief(row), order).hash(&mut hasher);
        }
        for (completed, write) in &self.syncs {
            let write = write.as_deref();
            let is_first = |row: &Decision| {
                self.row_like(row)
                    .is_none_or(|stored| stored.version == row.version)
            };
            (completed, write.map(|row| (is_first(row), brief(row)))).hash(&mut hasher);
        }
        if let Some(CallInFlight { row, attempt }) = &self.call {
            let stored = self.row_like(row).expect("a row that was called");
            let is_current = stored.generation == attempt.generation;
            let config = match &attempt.call {
                Call::Schedule(bot) => Some((&bot.deduplication_key, bot.config.digest())),
                _ => None,
            };
            (&row.key, is_current, config).hash(&mut hasher);
        }
        let unseen = self.unseen.iter().zip(&self.rows);
        let is_checked = |row: &Rc<Decision>| row.owner_check.is_some();
        for (unseen, row) in unseen {
            row.as_ref()
                .is_some_and(is_checked)
                .then_some(unseen)
                .hash(&mut hasher);
        }
        (&self.index, &self.bots, &self.gone, self.crashes).hash(&mut hasher);
        hasher.finish()
    }

    fn row_like(&self, row: &Decision) -> Option<&Decision> {
        self.rows[self.copy_of(row)].as_deref()
    }
}

/// When calls were made, as far as the row keeps it.
fn times(row: &Decision) -> Vec<Timestamp> {
    let left = row.owner_check.iter().flat_map(|check| &check.left);
    let left = left.flat_map(|left| [left.sent.as_ref().map(|sent| sent.at), Some(left.at)]);
    let called = [row.history.scheduled_at(), row.history.done_at()];
    called.into_iter().chain(left).flatten().collect()
}

/// The part of a row that distinguishes worlds, hashed.
fn brief(row: &Decision) -> u64 {
    let mut hasher = DefaultHasher::new();
    let wanted = match &row.wanted {
        Wanted::Bot(bot) => Some((&bot.deduplication_key, bot.config.digest())),
        Wanted::Nothing => None,
    };
    let is_certain = matches!(row.applied, Applied::Bot(_));
    let applied = row.applied.bot();
    let applied = applied.map(|bot| (&bot.deduplication_key, &bot.config));
    (&row.key, row.inputs.event, wanted, applied, is_certain).hash(&mut hasher);
    let offer = row.offer.as_ref();
    offer.map(|offer| offer.config.digest()).hash(&mut hasher);
    row.owner_check.is_some().hash(&mut hasher);
    if let Some(check) = &row.owner_check {
        for left in &check.left {
            let sent = left.sent.as_ref().map(|sent| &sent.config);
            (&left.deduplication_key, &left.rank, sent).hash(&mut hasher);
        }
    }
    hasher.finish()
}
