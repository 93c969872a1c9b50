//! How late decisions and bots are, from each change at Recall.
//!
//! A change is decided once a row was made from it. Its bot is right once Recall holds what
//! the meeting should have; this is also measured since the decision. If an event changes again
//! before that, the lateness counts from its first change.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use callsheet_domain::{Decision, Timestamp};
use jiff::SignedDuration;

use crate::company::{EventNumber, number_in};

/// What part of the week it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Every calendar is new.
    FirstDeployment,
    /// Nothing special.
    Usual,
    /// After a policy was pushed.
    Push,
    /// Many calendars were connected.
    MassConnection,
    /// The meeting of everybody was moved.
    AllHands,
    /// Recall is out.
    Outage,
    /// Recall is back.
    CatchUp,
}

impl Phase {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::FirstDeployment => "first deployment",
            Self::Usual => "usual",
            Self::Push => "policy push",
            Self::MassConnection => "mass connection",
            Self::AllHands => "all-hands moved",
            Self::Outage => "outage",
            Self::CatchUp => "catch-up",
        }
    }
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// One meeting.
    Change,
    /// The calendar is new.
    NewCalendar,
    /// The policy.
    Policy,
    /// The meeting of everybody.
    AllHands,
    /// One meeting, while Recall was out. Its lateness counts from the end of the outage.
    WhileOut,
}

impl Cause {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "a meeting changed",
            Self::NewCalendar => "a calendar connected",
            Self::Policy => "a policy pushed",
            Self::AllHands => "the all-hands moved",
            Self::WhileOut => "a meeting changed during the outage",
        }
    }
}

/// How far ahead a meeting starts when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Distance {
    /// Within an hour.
    Hour,
    /// Within a day.
    Day,
    /// Within a week.
    Week,
    /// Later.
    Later,
}

impl Distance {
    /// All of them, the nearest first.
    pub(crate) const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Later];

    fn of(left: SignedDuration) -> Self {
        match left.as_hours() {
            ..1 => Self::Hour,
            1..24 => Self::Day,
            24..168 => Self::Week,
            _ => Self::Later,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::Later => "later",
        }
    }
}

/// A group of samples.
pub(crate) type Group = (Phase, Cause, Distance);

/// An event that is to be decided, or to get its bot.
#[derive(Debug, Clone, Copy)]
struct Pending {
    group: Group,
    since: Timestamp,
}

/// Seconds that passed, in the order they were measured.
pub(crate) type Samples = Vec<f32>;

/// Measures lateness.
#[derive(Debug)]
pub(crate) struct Lateness {
    phase: Phase,
    /// The parts of the week so far.
    entered: BTreeSet<Phase>,
    /// Events with a row.
    with_row: HashSet<EventNumber>,
    undecided: HashMap<EventNumber, (Pending, Timestamp, u64)>,
    /// With the instant of the decision that asks for the bot, once there is one.
    without_bot: HashMap<EventNumber, (Pending, Option<Timestamp>)>,
    /// Seconds until a change was decided.
    pub(crate) decided: BTreeMap<Group, Samples>,
    /// Seconds until the bots were right.
    pub(crate) bots: BTreeMap<Group, Samples>,
    /// Of them, seconds since the decision.
    pub(crate) bots_since_decided: BTreeMap<Group, Samples>,
}

impl Lateness {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::FirstDeployment,
            entered: BTreeSet::from([Phase::FirstDeployment]),
            with_row: HashSet::new(),
            undecided: HashMap::new(),
            without_bot: HashMap::new(),
            decided: BTreeMap::new(),
            bots: BTreeMap::new(),
            bots_since_decided: BTreeMap::new(),
        }
    }

    /// What part of the week it is.
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// Another part of the week begins.
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.entered.insert(phase);
    }

    /// Whether a part of the week has begun.
    pub(crate) fn was_entered(&self, phase: Phase) -> bool {
        self.entered.contains(&phase)
    }

    /// An event changed: it is decided by a row that was made from this version of it, and by
    /// this policy.
    ///
    /// One that is deleted before it was ever decided gets no row, so it is decided.
    pub(crate) fn changed(
        &mut self,
        event: EventNumber,
        cause: Cause,
        times: Times,
        policy: u64,
        is_bot_right: bool,
    ) {
        let Times {
            now,
            updated_at,
            starts_at,
            ..
        } = times;
        if starts_at <= now || (times.is_deleted && !self.with_row.contains(&event)) {
            self.undecided.remove(&event);
            self.without_bot.remove(&event);
            return;
        }
        let pending = Pending {
            group: (
                self.phase,
                cause,
                Distance::of(starts_at.duration_since(now)),
            ),
            since: now,
        };
        let undecided = self.undecided.entry(event);
        let undecided = undecided.or_insert((pending, updated_at, policy));
        (undecided.1, undecided.2) = (updated_at, policy);
        if is_bot_right {
            self.without_bot.remove(&event);
        } else {
            let without_bot = self.without_bot.entry(event);
            without_bot.or_insert((pending, None)).1 = None;
        }
    }

    /// A row was written.
    pub(crate) fn written(&mut self, row: &Decision, now: Timestamp) {
        let Some(event) = number_in(row.key.event_id.as_str()) else {
            return;
        };
        self.with_row.insert(event);
        let Some((pending, updated_at, policy)) = self.undecided.get(&event) else {
            return;
        };
        if row.inputs.event >= *updated_at && row.inputs.policy.0 >= *policy {
            let seconds = now.duration_since(pending.since).as_secs_f32();
            self.decided.entry(pending.group).or_default().push(seconds);
            self.undecided.remove(&event);
            if let Some((_, decided_at)) = self.without_bot.get_mut(&event) {
                *decided_at = Some(now);
            }
        }
    }

    /// The bots of an event are as they should be.
    pub(crate) fn bot_is_right(&mut self, event: EventNumber, now: Timestamp) {
        let Some((pending, decided_at)) = self.without_bot.remove(&event) else {
            return;
        };
        let seconds = |since| now.duration_since(since).as_secs_f32();
        let bots = self.bots.entry(pending.group).or_default();
        bots.push(seconds(pending.since));
        if let Some(decided_at) = decided_at {
            let bots = self.bots_since_decided.entry(pending.group).or_default();
            bots.push(seconds(decided_at));
        }
    }

    /// Since when the bot of an event is not as it should be.
    pub(crate) fn bot_is_wrong_since(&self, event: EventNumber) -> Option<(Group, Timestamp)> {
        let (pending, _) = self.without_bot.get(&event)?;
        Some((pending.group, pending.since))
    }

    /// Recall is back: only from now on can be done what was to be done.
    pub(crate) fn recall_is_back(&mut self, now: Timestamp) {
        self.enter(Phase::CatchUp);
        let undecided = self.undecided.values_mut().map(|(pending, ..)| pending);
        let without_bot = self.without_bot.values_mut().map(|(pending, _)| pending);
        for pending in undecided.chain(without_bot) {
            if pending.group.0 == Phase::Outage {
                pending.group.1 = Cause::WhileOut;
                pending.since = now;
            }
        }
    }

    /// The number of events of these groups that wait for their decision.
    pub(crate) fn left(&self, is_of: impl Fn(&Group) -> bool) -> usize {
        let left = self.undecided.values();
        left.filter(|(pending, ..)| is_of(&pending.group)).count()
    }

    /// The events that wait for their decision, with their groups, since the instants at which
    /// they changed.
    pub(crate) fn undecided(&self) -> impl Iterator<Item = (EventNumber, Group, Timestamp)> {
        let undecided = self.undecided.iter();
        undecided.map(|(event, (pending, ..))| (*event, pending.group, pending.since))
    }

    /// The event's meeting has started: whatever it waits for comes too late.
    pub(crate) fn started(&mut self, event: EventNumber) {
        self.undecided.remove(&event);
        self.without_bot.remove(&event);
    }

    /// Whether an event waits for its decision since this instant, or longer.
    pub(crate) fn is_undecided_since(&self, event: EventNumber, instant: Timestamp) -> bool {
        let undecided = self.undecided.get(&event);
        undecided.is_some_and(|(pending, ..)| pending.since <= instant)
    }
}

/// The times of a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    /// When it took place.
    pub(crate) now: Timestamp,
    /// The version of the event.
    pub(crate) updated_at: Timestamp,
    /// The start of its meeting, after the change.
    pub(crate) starts_at: Timestamp,
    /// It deleted the event.
    pub(crate) is_deleted: bool,
}
