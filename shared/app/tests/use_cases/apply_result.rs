//! Applying the result of a call to its row, which may have been written since.

use callsheet_domain::{
    Applied, AppliedBot, BotEntry, BotId, Call, CallAttempt, CallResult, Cause, Decision,
    Generation, RecordedResult, Step, Wanted, apply_result,
};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};
use test_case::test_case;

fn the_bot() -> AppliedBot {
    match a_decision().wanted {
        Wanted::Bot(bot) => an_applied_bot(&bot),
        Wanted::Nothing => unreachable!("the usual decision wants a bot"),
    }
}

fn unwanted(applied: Applied) -> Decision {
    a_decision().with(|row| {
        row.wanted = Wanted::Nothing;
        row.applied = applied;
    })
}

fn sent(row: &Decision) -> CallAttempt {
    CallAttempt::of(row, at("09:30")).expect("it is due")
}

fn done() -> CallResult {
    CallResult::Done(Vec::new())
}

#[test]
fn too_many_bots_are_all_unscheduled_before_one_is_scheduled() {
    let row = a_decision().with(|row| row.applied = Applied::TooMany(Box::new(the_bot())));
    assert_eq!(row.step(), Step::Unschedule(&the_bot()));
    assert_eq!(row.cause(), Cause::TooMany);
    let row = apply_result(row.clone(), &sent(&row), done(), at("09:31"));
    assert_eq!(row.applied, Applied::Nothing);
    assert!(matches!(row.step(), Step::Schedule(_)), "{row:?}");
    let row = apply_result(row.clone(), &sent(&row), done(), at("09:32"));
    assert_eq!(row.step(), Step::Nothing);
}

#[test]
fn scheduling_a_bot_does_not_repair_too_many_bots() {
    let calling = sent(&a_decision());
    let row = a_decision().with(|row| row.applied = Applied::TooMany(Box::new(the_bot())));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert!(matches!(row.applied, Applied::TooMany(_)), "{row:?}");
}

#[test_case(Applied::Bot(Box::new(the_bot())), true; "a bot that is there may be gone")]
#[test_case(Applied::Uncertain(Box::new(the_bot())), true; "an uncertain bot stays uncertain")]
#[test_case(Applied::Nothing, false; "no bot stays no bot")]
fn the_result_of_an_older_unschedule_call_confirms_no_bot(applied: Applied, is_due: bool) {
    let calling = sent(&unwanted(Applied::Bot(Box::new(the_bot()))));
    let row = unwanted(applied).with(|row| row.generation = Generation(3));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert_eq!(row.is_due(), is_due, "{row:?}");
    assert!(!matches!(row.applied, Applied::Bot(_)));
}

#[test]
fn the_result_of_an_older_schedule_call_leaves_the_bot_uncertain() {
    let calling = sent(&a_decision());
    let row = a_decision().with(|row| row.generation = Generation(3));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert!(matches!(row.applied, Applied::Uncertain(_)), "{row:?}");
    assert_eq!(row.attempts.count, 0);
}

#[test]
fn each_call_is_recorded_with_its_instant_cause_and_outcome() {
    let row = a_decision();
    let busy = CallResult::Again {
        reason: "busy".to_owned(),
        wait: std::time::Duration::from_secs(2),
    };
    let row = apply_result(row.clone(), &sent(&row), busy, at("09:31"));
    assert_eq!(row.applied_at(), None);
    let row = apply_result(row.clone(), &sent(&row), done(), at("09:32"));
    let recorded: Vec<_> = row
        .history
        .calls()
        .iter()
        .map(|call| (call.at, call.cause, &call.outcome))
        .collect();
    let again = RecordedResult::Again("busy".to_owned());
    assert_eq!(
        recorded,
        [
            (at("09:31"), Cause::New, &again),
            (at("09:32"), Cause::New, &RecordedResult::Done),
        ]
    );
    assert_eq!(row.applied_at(), Some(at("09:32")));
}

#[test]
fn a_row_is_blocked_until_another_call_is_answered_or_something_else_is_wanted() {
    let row = a_decision();
    let blocked = CallResult::Blocked {
        reason: "403".to_owned(),
        wait: std::time::Duration::from_mins(4),
    };
    let row = apply_result(row.clone(), &sent(&row), blocked, at("09:31"));
    assert!(row.is_blocked() && row.is_due());
    assert_eq!(row.attempts.not_before, Some(at("09:35")));
    assert_eq!(row.attempts.last_error.as_deref(), Some("403"));
    let changed = row.clone().with(|row| {
        row.generation = Generation(row.generation.0 + 1);
        row.attempts = callsheet_domain::Attempts::default();
    });
    assert!(!changed.is_blocked());
    let row = apply_result(row.clone(), &sent(&row), done(), at("09:36"));
    assert!(!row.is_blocked());
}

#[test_case("09:49:59", false; "more than ten minutes ahead")]
#[test_case("09:50", true; "ten minutes ahead")]
#[test_case("10:20", true; "in progress")]
fn a_bot_scheduled_within_ten_minutes_of_the_start_is_late(now: &str, is_late: bool) {
    let row = a_decision();
    let sent = CallAttempt::of(&row, at(now)).expect("it is due");
    assert_eq!(sent.is_late, is_late);
    let row = apply_result(row, &sent, done(), at(now));
    assert_eq!(row.history.calls()[0].is_late, is_late);
}

#[test_case(|_| (), Cause::New; "none is there")]
#[test_case(|bot| bot.starts_at = at("12:00"), Cause::Moved; "at another time")]
#[test_case(|bot| bot.meeting_url.push('1'), Cause::Changed; "with another link")]
fn a_scheduled_bot_has_a_cause(change: fn(&mut AppliedBot), cause: Cause) {
    let changed = the_bot().with(change);
    let applied = if changed == the_bot() {
        Applied::Nothing
    } else {
        Applied::Bot(Box::new(changed))
    };
    let row = a_decision().with(|row| row.applied = applied);
    assert_eq!(row.cause(), cause);
    assert!(matches!(sent(&row).call, Call::Schedule(_)));
}

/// A call for an earlier start that Recall took after the event had moved.
#[test]
fn a_dispatched_bot_at_another_start_than_is_known_is_found_by_its_key() {
    let known = the_bot().with(|bot| bot.bot_id = None);
    let row = unwanted(Applied::Dispatched(Box::new(known.clone())));
    let listed = BotEntry {
        bot_id: BotId::parse("bot-7").expect("an id"),
        starts_at: at("10:20"),
        deduplication_key: known.deduplication_key,
    };
    let found = CallResult::Done(vec![listed.clone()]);
    let row = apply_result(row.clone(), &sent(&row), found, at("10:21"));
    assert!(
        matches!(row.step(), Step::Leave(_, id) if *id == listed.bot_id),
        "{row:?}"
    );
}
