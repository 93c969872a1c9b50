//! What an answer makes of a row, whatever became of the row meanwhile.

use callsheet_domain::{
    Applied, AppliedBot, Call, CallAttempt, CallResult, Cause, Decision, Generation,
    RecordedResult, Step, Wanted, apply_result,
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
    CallAttempt::of(row, at("09:30")).expect("something is to be done")
}

fn done() -> CallResult {
    CallResult::Done(Vec::new())
}

#[test]
fn where_there_are_too_many_all_are_taken_away_before_the_one_is_scheduled() {
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
fn scheduling_does_not_mend_that_there_are_too_many() {
    let calling = sent(&a_decision());
    let row = a_decision().with(|row| row.applied = Applied::TooMany(Box::new(the_bot())));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert!(matches!(row.applied, Applied::TooMany(_)), "{row:?}");
}

#[test_case(Applied::Bot(Box::new(the_bot())), true; "a bot that is there may be gone")]
#[test_case(Applied::Uncertain(Box::new(the_bot())), true; "what was in doubt stays in doubt")]
#[test_case(Applied::Nothing, false; "where there was none there is none")]
fn an_answer_to_an_older_wish_to_take_away_is_no_certainty(applied: Applied, is_due: bool) {
    let calling = sent(&unwanted(Applied::Bot(Box::new(the_bot()))));
    let row = unwanted(applied).with(|row| row.generation = Generation(3));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert_eq!(row.is_due(), is_due, "{row:?}");
    assert!(!matches!(row.applied, Applied::Bot(_)));
}

#[test]
fn an_answer_to_an_older_wish_for_a_bot_is_no_certainty() {
    let calling = sent(&a_decision());
    let row = a_decision().with(|row| row.generation = Generation(3));
    let row = apply_result(row, &calling, done(), at("09:31"));
    assert!(matches!(row.applied, Applied::Uncertain(_)), "{row:?}");
    assert_eq!(row.attempts.count, 0);
}

#[test]
fn each_call_is_kept_with_when_what_why_and_what_came_of_it() {
    let row = a_decision();
    let busy = CallResult::Again {
        reason: "busy".to_owned(),
        wait: std::time::Duration::from_secs(2),
    };
    let row = apply_result(row.clone(), &sent(&row), busy, at("09:31"));
    assert_eq!(row.applied_at(), None);
    let row = apply_result(row.clone(), &sent(&row), done(), at("09:32"));
    let kept: Vec<_> = row
        .history
        .calls()
        .iter()
        .map(|call| (call.at, call.cause, &call.outcome))
        .collect();
    let again = RecordedResult::Again("busy".to_owned());
    assert_eq!(
        kept,
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
#[test_case("10:20", true; "under way")]
fn a_bot_asked_for_at_short_notice_is_marked_late(now: &str, is_late: bool) {
    let row = a_decision();
    let sent = CallAttempt::of(&row, at(now)).expect("something is to be done");
    assert_eq!(sent.is_late, is_late);
    let row = apply_result(row, &sent, done(), at(now));
    assert_eq!(row.history.calls()[0].is_late, is_late);
}

#[test_case(|_| (), Cause::New; "none is there")]
#[test_case(|bot| bot.starts_at = at("12:00"), Cause::Moved; "at another time")]
#[test_case(|bot| bot.meeting_url.push('1'), Cause::Changed; "with another link")]
fn says_why_a_bot_is_scheduled(change: fn(&mut AppliedBot), cause: Cause) {
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
