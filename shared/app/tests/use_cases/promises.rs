//! The promises, under random changes and failures.

mod change;
mod meeting;
mod work;

use std::collections::HashSet;

use callsheet_domain::{
    CalendarStatus, Decision, DecisionInputs, Evaluation, Operation, OverrideRevision, Overrides,
    Policy, Wanted, decide, plan, plus, revise_copies,
};
use callsheet_testkit::{Faults, When, With as _, a_calendar, a_decision, an_event, at};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::harness::Harness;
use change::{CALENDARS, Change, calendar, change};
use work::{is_blocked_for_good, waits_for_copy};

/// What is done after a change.
#[derive(Debug, Clone, Copy)]
enum Work {
    Nothing,
    /// No call is made before the next change.
    Sync,
    SyncAndDrain,
}

/// Each change, and whether it is synced and drained.
fn worked(changes: Vec<(Change, bool)>) -> Vec<(Change, Work)> {
    let works = [Work::Nothing, Work::SyncAndDrain];
    let changes = changes.into_iter();
    changes
        .map(|(change, is_worked)| (change, works[usize::from(is_worked)]))
        .collect()
}

/// Makes the changes, working after some of them, until nothing is left to do.
async fn harness_after(changes: &[(Change, Work)], faults: &Faults) -> Harness {
    let harness = Harness::new();
    for number in 0..CALENDARS {
        let connected = calendar(number, CalendarStatus::Connected, at("08:00"));
        harness.recall.put_calendar(connected);
    }
    let (mut past, mut dead) = (Vec::new(), Vec::new());
    for (change, work) in changes {
        harness.happen(change, &past).await;
        match work {
            Work::Nothing => {}
            Work::Sync => dead.extend(harness.synced(faults).await),
            Work::SyncAndDrain => dead.extend(harness.work(faults).await),
        }
        past.push(harness.decisions.all());
    }
    if changes
        .iter()
        .any(|(change, _)| matches!(change, Change::Restore { .. }))
    {
        harness.change_every_calendar().await;
    }
    harness.redrive(dead).await;
    harness.come_to_rest().await;
    harness
}

/// At least `least` cases, and as many as `PROPTEST_CASES` says.
fn cases(least: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(least),
        ..usual
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
}

/// Checks the bots at Recall after `changes`, with calls that fail as `faults` say.
async fn assert_end_as_wanted(changes: &[(Change, Work)], faults: &Faults) {
    let harness = harness_after(changes, faults).await;
    // A lost calendar loses its bots, and so does a deleted event, which may be restored
    // before a sync saw it. If that is noticed only after the start, nothing tells whether
    // the bot is in its call.
    let is_lost = |row: &Decision| {
        changes.iter().any(|(change, _)| match change {
            Change::Disconnect { .. } => true,
            Change::Delete { event } => row.key.event_id.as_str() == format!("event-{event}"),
            _ => false,
        })
    };
    let now = harness.after(0);
    let may_be_gone = |row: &Decision| {
        row.starts_at <= now && row.had_bot && !row.is_superseded() && is_lost(row)
    };
    // A call for one copy may give the bot of another a start that no sync has seen.
    // Once the meeting has begun, such a bot is removed, and the row says so.
    let is_lost_after_start = |row: &Decision| row.is_abandoned() && row.starts_at <= now;
    let is_left_out = |row: &Decision| {
        is_blocked_for_good(row)
            || waits_for_copy(row)
            || may_be_gone(row)
            || is_lost_after_start(row)
    };
    if changes
        .iter()
        .any(|(change, _)| matches!(change, Change::Restore { .. }))
    {
        harness.assert_upcoming_as_wanted_but(is_left_out);
    } else {
        harness.assert_as_wanted_but(is_left_out);
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// After the last change, with faults over, the bots at Recall are exactly
    /// those that the rules want, but for events whose calls are blocked.
    #[test]
    fn bots_end_as_the_rules_want_them(
        changes in prop::collection::vec((change(), any::<bool>()), 1..25),
        seed in any::<u64>(),
    ) {
        runtime().block_on(async {
            let faults = Faults::by_chance(seed, 0.15);
            assert_end_as_wanted(&worked(changes), &faults).await;
        });
    }

    /// The same of one meeting whose copies change while its bot is in the call.
    #[test]
    fn bots_end_as_the_rules_want_them_when_a_meeting_changes_in_its_call(
        changes in meeting::history(),
        seed in any::<u64>(),
        probability in prop::sample::select(vec![0.0, 0.02, 0.15]),
    ) {
        runtime().block_on(async {
            let faults = Faults::by_chance(seed, probability);
            assert_end_as_wanted(&changes, &faults).await;
        });
    }

    /// Inputs never give way to older ones, whatever the order of arrival.
    #[test]
    fn the_newest_event_wins_in_any_order(
        order in Just((0..8_i64).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let policy = Policy::built_in();
        let mut stored: Vec<Decision> = Vec::new();
        for version in order {
            let updated_at = plus(at("09:00"), SignedDuration::from_secs(version));
            let event = an_event().with(|event| {
                event.updated_at = updated_at;
                event.starts_at = plus(event.starts_at, SignedDuration::from_mins(version));
            });
            let now = at("09:30");
            let verdict = decide(&event, &a_calendar(), &policy, &Overrides::default(), now);
            let evaluated = Evaluation {
                plan: plan(&verdict, &event, &a_calendar(), &policy),
                verdict,
                inputs: DecisionInputs { event: updated_at, ..a_decision().inputs },
                overrides_read: OverrideRevision(0),
                overridden_at: None,
                event: &event,
            };
            if let Some(row) = revise_copies(&stored, &[evaluated], now).writes.pop() {
                stored = vec![row];
            }
        }
        let stored = stored.pop().expect("something was written");
        prop_assert_eq!(stored.inputs.event, at("09:00:07"));
        prop_assert_eq!(stored.starts_at, at("10:07"));
        prop_assert!(matches!(stored.wanted, Wanted::Bot(bot) if bot.starts_at == at("10:07")));
    }
}

proptest! {
    #![proptest_config(cases(100))]

    /// Every bot is put out of its call. Then titles, policies and calendars
    /// change: no bot is sent into a meeting that has begun.
    #[test]
    fn a_configuration_alone_sends_no_bot_into_a_meeting_that_has_begun(
        changes in prop::collection::vec((change(), any::<bool>()), 1..25),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        runtime().block_on(async {
            let none = Faults::none();
            let harness = harness_after(&worked(changes), &none).await;
            harness.recall.forget_bots();
            let now = harness.after(0);
            // Neither a call that is due from before, nor an event that never had a bot.
            let is_kept = |row: &&Decision| {
                row.starts_at <= now && row.had_bot && !row.is_due() && !row.is_superseded()
            };
            let rows = harness.decisions.all();
            let begun: HashSet<_> = rows.iter().filter(is_kept).map(|row| row.key.event_id.to_string()).collect();
            let made = harness.recall.calls().len();
            for edit in &edits {
                harness.happen(edit, &[]).await;
                harness.work(&none).await;
            }
            harness.change_every_calendar().await;
            harness.come_to_rest().await;
            let calls = harness.recall.calls().split_off(made);
            let is_late = |call: &&callsheet_testkit::Call| {
                call.operation == Operation::ScheduleBot && begun.contains(&call.subject)
            };
            let late: Vec<_> = calls.iter().filter(is_late).collect();
            assert!(late.is_empty(), "{late:?}");
        });
    }
}

/// A change of configurations alone.
fn edit() -> impl Strategy<Value = Change> {
    change()
        .prop_map(|change| match change {
            Change::Renumber { event, number, .. } => Change::Renumber {
                event,
                number,
                keeps_link: true,
            },
            change => change,
        })
        .prop_filter("a configuration", |change| {
            matches!(
                change,
                Change::Retitle { .. } | Change::Push { .. } | Change::Renumber { .. }
            )
        })
}

/// A meeting is moved; the work on it ends at every single step in turn, and
/// the next run repairs it.
#[test]
fn a_crash_between_any_two_steps_is_repaired_by_the_next_run() {
    crash_everywhere(|put| put(90));
}

/// The same of a meeting that is moved into the past, and has no bot then.
#[test]
fn a_crash_while_a_meeting_moves_into_the_past_leaves_no_bot() {
    crash_everywhere(|_| Change::MoveIntoThePast {
        event: 0,
        minutes: 60,
    });
}

/// The same of an event that is given another `ical_uid`.
#[test]
fn a_crash_between_the_writes_of_two_rows_of_an_event_is_repaired() {
    crash_everywhere(|_| Change::Renumber {
        event: 0,
        number: 1,
        keeps_link: true,
    });
}

fn crash_everywhere(change: impl Fn(&dyn Fn(i64) -> Change) -> Change) {
    let scenario = async |faults: &Faults| {
        let harness = Harness::new();
        harness
            .recall
            .put_calendar(calendar(0, CalendarStatus::Connected, at("08:00")));
        let put = |start_minute| Change::PushOutcome {
            event: 0,
            start_minute,
            has_link: true,
            is_declined: false,
            has_blocked_title: false,
        };
        harness.happen(&put(60), &[]).await;
        harness.work(&Faults::none()).await;
        let change = change(&put);
        harness.happen(&change, &[]).await;
        harness.work(faults).await;
        faults.repair();
        harness.come_to_rest().await;
        harness.assert_as_wanted();
        let is_over = matches!(change, Change::MoveIntoThePast { .. });
        assert_eq!(harness.recall.bots().len(), usize::from(!is_over));
    };
    let counted = Faults::none();
    runtime().block_on(scenario(&counted));
    let steps = counted.calls();
    assert!(steps > 10, "{steps} steps are too few to be the whole way");
    for step in 0..steps {
        for when in [When::Before, When::After] {
            runtime().block_on(scenario(&Faults::crash(step, when)));
        }
    }
}
