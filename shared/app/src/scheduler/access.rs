//! What a run knows about our access to Recall.
//!
//! Before its first call a run enters through the [gate](crate::AccessGate). It
//! does so only once it has a call to make, so that a run without work takes the
//! probe from nobody. While Recall denies our key, the run ends there, or makes
//! one call as the probe: the others follow only if Recall lets that one through.
//! The run waits for a probe that is due soon, whoever makes it: the timer wakes
//! runs a minute apart, as far as probes are, so that a run which came a little
//! early would leave the due rows to the one after it, although a sync may end the
//! denial in between. It waits for less than a minute, so that each minute has a
//! run that ends, and fails.
//!
//! A blocked call (403) may be about one payload or about our API key. Two of
//! two meetings, with no call between them that Recall let through, are taken
//! for a denial of the key. It ends the run, and is not stored as 401 and 402
//! are: two blocked payloads must not hold the syncs.

use callsheet_domain::{Decision, IcalUid, Timestamp, plus};
use jiff::SignedDuration;

use crate::Entry;

/// How long a run waits for a probe that is not due yet.
const PROBE_PATIENCE: SignedDuration = SignedDuration::from_secs(45);
/// How long a run waits for the answer to a probe of another worker.
const ANSWERED: SignedDuration = SignedDuration::from_secs(5);

/// What an answer of Recall shows about our access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Recall let the call through, whatever became of it.
    LetThrough,
    /// Recall was busy or did not answer, which says nothing about the API key.
    Unclear,
    /// Recall denied or blocked the call.
    Refused,
}

/// How far the run has come at the gate.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// It has had no call to make.
    #[default]
    NotEntered,
    /// It is asking.
    Entering,
    /// It asks again at this instant, when the next probe is due.
    EnterAt(Timestamp),
    /// It may call.
    Open,
    /// It may make one call.
    Probe,
    /// It may make no call.
    Held,
}

/// What a run knows about our access to Recall.
#[derive(Debug, Default)]
pub(super) struct RunAccess {
    gate: Gate,
    /// The run has waited for a probe, and for the answer to another worker's.
    has_waited: (bool, bool),
    /// Recall has answered a call with something else than a denial or a block.
    is_admitted: bool,
    /// The run stops since Recall refuses our key.
    is_denied: bool,
    /// The meeting whose call was blocked, if none was let through since.
    blocked: Option<IcalUid>,
}

impl RunAccess {
    /// Begins to enter through the gate, unless that was done.
    pub(super) fn begin_entry(&mut self, now: Timestamp) -> bool {
        let enters = match self.gate {
            Gate::NotEntered => true,
            Gate::EnterAt(instant) => instant <= now,
            Gate::Entering | Gate::Open | Gate::Probe | Gate::Held => false,
        };
        if enters {
            self.gate = Gate::Entering;
        }
        enters
    }

    /// Ends the entry.
    pub(super) fn end_entry(&mut self, entry: &Entry, now: Timestamp) {
        self.gate = match entry {
            Entry::Open => Gate::Open,
            Entry::Probe => Gate::Probe,
            Entry::Held(denial) => self.held(denial.next_probe_at, now),
        };
    }

    /// Whether the run enters again, while the next probe is due at `next_probe_at`.
    fn held(&mut self, next_probe_at: Timestamp, now: Timestamp) -> Gate {
        let latest = plus(now, PROBE_PATIENCE);
        match self.has_waited {
            (false, _) if (now..=latest).contains(&next_probe_at) => {
                self.has_waited.0 = true;
                Gate::EnterAt(next_probe_at)
            }
            // Another worker was first.
            (true, false) => {
                self.has_waited.1 = true;
                Gate::EnterAt(plus(now, ANSWERED))
            }
            _ => Gate::Held,
        }
    }

    /// Whether the run may make no call, nor may later.
    pub(super) fn is_held(&self) -> bool {
        self.gate == Gate::Held
    }

    /// Whether the run may make a probe, and has not.
    pub(super) fn holds_probe(&self) -> bool {
        self.gate == Gate::Probe
    }

    /// Whether permits are of use: the run may call, or may be about to.
    pub(super) fn may_call(&self) -> bool {
        matches!(self.gate, Gate::Entering | Gate::Open | Gate::Probe)
    }

    /// How many calls may be in flight, at most `most`. One at a time until Recall
    /// has admitted one: while our key is denied, each run costs a single call.
    pub(super) fn most_in_flight(&self, most: usize, is_any_in_flight: bool) -> usize {
        match self.gate {
            Gate::Open if self.is_admitted => most,
            Gate::Open | Gate::Probe => usize::from(!is_any_in_flight),
            Gate::NotEntered | Gate::Entering | Gate::EnterAt(_) | Gate::Held => 0,
        }
    }

    /// Whether Recall has answered a call with something else than a denial or
    /// a block.
    pub(super) fn is_admitted(&self) -> bool {
        self.is_admitted
    }

    /// Notes an answer of Recall; returns whether it ends a denial.
    pub(super) fn note(&mut self, answer: Answer) -> bool {
        let is_probe = self.gate == Gate::Probe;
        match answer {
            Answer::LetThrough => {
                self.blocked = None;
                self.is_admitted = true;
                if is_probe {
                    self.gate = Gate::Open;
                }
                is_probe
            }
            Answer::Unclear | Answer::Refused if is_probe => {
                self.gate = Gate::Held;
                false
            }
            Answer::Unclear => {
                self.is_admitted = true;
                false
            }
            Answer::Refused => false,
        }
    }

    /// Notes that the call for `row` was blocked; returns whether that is taken
    /// for a denial. A row that was blocked before does not count once Recall
    /// has let a call through.
    pub(super) fn block(&mut self, row: &Decision) -> bool {
        if self.is_admitted && row.is_blocked() {
            return false;
        }
        let meeting = &row.key.ical_uid;
        self.blocked.get_or_insert_with(|| meeting.clone()) != meeting
    }

    /// Notes that the run stops since Recall refuses our key.
    pub(super) fn deny(&mut self) {
        self.is_denied = true;
    }

    /// Whether the run stops since Recall refuses our key.
    pub(super) fn is_denied(&self) -> bool {
        self.is_denied
    }
}

/// The access of a run that entered while no denial was known.
#[cfg(test)]
pub(super) fn an_open_access() -> RunAccess {
    RunAccess {
        gate: Gate::Open,
        ..RunAccess::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Denial;
    use callsheet_domain::{CallAttempt, CallResult, apply_result};
    use callsheet_testkit::{With as _, a_decision, at};
    use test_case::test_case;

    fn row(meeting: &str) -> Decision {
        a_decision().with(|row| row.key.ical_uid = IcalUid::parse(meeting).expect("an ical_uid"))
    }

    fn held_until(next_probe_at: &str) -> Entry {
        Entry::Held(Denial {
            since: at("08:00"),
            reason: "401".to_owned(),
            next_probe_at: at(next_probe_at),
        })
    }

    fn entered(entry: &Entry) -> RunAccess {
        let mut access = RunAccess::default();
        assert!(access.begin_entry(at("09:30")));
        access.end_entry(entry, at("09:30"));
        access
    }

    #[test]
    fn no_call_is_made_before_the_run_has_entered() {
        let mut access = RunAccess::default();
        assert_eq!(access.most_in_flight(10, false), 0);
        assert!(access.begin_entry(at("09:30")));
        assert!(!access.begin_entry(at("09:30")), "it is entering");
        assert_eq!(access.most_in_flight(10, false), 0);
        access.end_entry(&Entry::Open, at("09:30"));
        assert!(!access.begin_entry(at("09:30")), "it has entered");
        assert_eq!(access.most_in_flight(10, false), 1);
    }

    #[test]
    fn one_call_is_made_at_a_time_until_recall_has_admitted_one() {
        let mut access = entered(&Entry::Open);
        assert_eq!(access.most_in_flight(10, true), 0);
        assert!(!access.note(Answer::Unclear), "there is no denial to end");
        assert_eq!(access.most_in_flight(10, true), 10);
    }

    #[test]
    fn a_probe_that_recall_lets_through_ends_the_denial_and_admits_the_other_calls() {
        let mut access = entered(&Entry::Probe);
        assert_eq!(access.most_in_flight(10, false), 1);
        assert!(access.note(Answer::LetThrough));
        assert_eq!(access.most_in_flight(10, true), 10);
        assert!(!access.note(Answer::LetThrough), "it is ended once");
    }

    #[test_case(Answer::Unclear)]
    #[test_case(Answer::Refused)]
    fn a_probe_that_recall_does_not_let_through_is_the_last_call(answer: Answer) {
        let mut access = entered(&Entry::Probe);
        assert!(!access.note(answer));
        assert!(access.is_held());
        assert_eq!(access.most_in_flight(10, false), 0);
    }

    #[test]
    fn a_probe_is_held_until_its_call_is_answered() {
        assert!(!entered(&Entry::Open).holds_probe());
        let mut access = entered(&Entry::Probe);
        assert!(access.holds_probe());
        access.note(Answer::Unclear);
        assert!(!access.holds_probe());
    }

    #[test]
    fn a_run_waits_only_for_a_probe_that_is_due_soon() {
        let held = entered(&held_until("09:30:46"));
        assert!(held.is_held() && !held.may_call());
        let mut early = entered(&held_until("09:30:45"));
        assert!(!early.is_held() && !early.may_call());
        assert!(!early.begin_entry(at("09:30:44")));
        assert!(early.begin_entry(at("09:30:45")));
    }

    /// It may be answered a moment later, and end the denial.
    #[test]
    fn a_run_waits_once_for_the_probe_of_another_worker() {
        let mut access = entered(&held_until("09:30:20"));
        assert!(access.begin_entry(at("09:30:20")));
        access.end_entry(&held_until("09:31:20"), at("09:30:20"));
        assert!(!access.is_held() && !access.begin_entry(at("09:30:24")));
        assert!(access.begin_entry(at("09:30:25")));
        access.end_entry(&held_until("09:31:20"), at("09:30:25"));
        assert!(access.is_held());
    }

    #[test]
    fn two_blocked_meetings_are_a_denial_and_two_copies_are_not() {
        let mut access = entered(&Entry::Open);
        assert!(!access.block(&row("one")));
        assert!(!access.block(&row("one")));
        assert!(access.block(&row("two")));
    }

    #[test]
    fn a_call_that_was_let_through_in_between_starts_the_count_again() {
        let mut access = entered(&Entry::Open);
        assert!(!access.block(&row("one")));
        access.note(Answer::LetThrough);
        assert!(!access.block(&row("two")));
        access.note(Answer::Unclear);
        assert!(
            access.block(&row("three")),
            "no answer lets nothing through"
        );
    }

    #[test]
    fn a_row_that_was_blocked_before_counts_only_until_recall_lets_a_call_through() {
        let blocked_before = |meeting| {
            let row = row(meeting);
            let attempt = CallAttempt::of(&row, at("09:30")).expect("it is due");
            let result = CallResult::Blocked {
                reason: "403".to_owned(),
                wait: std::time::Duration::from_mins(4),
            };
            apply_result(row, &attempt, result, at("09:30"))
        };
        let mut access = entered(&Entry::Open);
        assert!(!access.block(&row("one")));
        assert!(access.block(&blocked_before("two")));
        access.note(Answer::LetThrough);
        assert!(!access.block(&blocked_before("three")));
    }
}
