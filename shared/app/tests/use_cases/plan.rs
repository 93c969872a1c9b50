//! The calls that a run would make, in order.

use callsheet_app::CallPlan;
use callsheet_domain::{Applied, BotId, Decision, EventId, Timestamp, Wanted, plus};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at};
use jiff::SignedDuration;

fn row(event: &str, starts_at: Timestamp, change: impl FnOnce(&mut Decision)) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = EventId::parse(event).expect("an id");
        (row.starts_at, row.ends_at) = (starts_at, plus(starts_at, SignedDuration::from_mins(30)));
        if let Wanted::Bot(bot) = &mut row.wanted {
            bot.starts_at = starts_at;
        }
        change(row);
    })
}

/// The wanted bot is applied, as `variant` says.
fn applied(row: &mut Decision, variant: fn(Box<callsheet_domain::AppliedBot>) -> Applied) {
    if let Wanted::Bot(bot) = &row.wanted {
        row.applied = variant(Box::new(an_applied_bot(bot)));
    }
}

fn unwanted(row: &mut Decision, variant: fn(Box<callsheet_domain::AppliedBot>) -> Applied) {
    applied(row, variant);
    row.wanted = Wanted::Nothing;
}

fn plan(rows: Vec<Decision>) -> String {
    CallPlan::of(rows, at("09:30")).to_string()
}

#[test]
fn calls_come_in_order_of_start_whatever_the_order_of_rows() {
    let new = |event, start| row(event, at(start), |_| ());
    let rows = vec![
        new("third", "13:00"),
        new("first", "09:34"),
        new("second", "11:00"),
    ];
    let expected = "\
2090-03-06T09:34:00Z schedule-bot first (new, late)
2090-03-06T11:00:00Z schedule-bot second (new)
2090-03-06T13:00:00Z schedule-bot third (new)
";
    assert_eq!(plan(rows.clone()), expected);
    assert_eq!(plan(rows.into_iter().rev().collect()), expected);
}

#[test]
fn a_bot_that_is_wanted_is_scheduled_unless_too_many_are_there() {
    let start = at("12:00");
    let rows = vec![
        row("a-new-one", start, |_| ()),
        row("b-moved", start, |row| {
            applied(row, Applied::Bot);
            if let Applied::Bot(bot) = &mut row.applied {
                bot.starts_at = at("15:00");
            }
        }),
        row("c-with-another-link", start, |row| {
            applied(row, Applied::Bot);
            if let Applied::Bot(bot) = &mut row.applied {
                bot.meeting_url.push('1');
            }
        }),
        row("d-uncertain", start, |row| applied(row, Applied::Uncertain)),
        row("e-too-many", start, |row| applied(row, Applied::TooMany)),
    ];
    assert_eq!(
        plan(rows),
        "\
2090-03-06T12:00:00Z schedule-bot a-new-one (new)
2090-03-06T12:00:00Z schedule-bot b-moved (moved)
2090-03-06T12:00:00Z schedule-bot c-with-another-link (changed)
2090-03-06T12:00:00Z schedule-bot d-uncertain (uncertain)
2090-03-06T12:00:00Z unschedule-bot e-too-many (too-many)
"
    );
}

#[test]
fn a_bot_that_is_not_wanted_is_unscheduled_or_leaves_its_call() {
    let start = at("12:00");
    let rows = vec![
        row("a-unwanted", start, |row| unwanted(row, Applied::Bot)),
        row("b-dispatched", start, |row| {
            unwanted(row, Applied::Dispatched);
        }),
        row("c-dispatched-without-an-id", start, |row| {
            unwanted(row, Applied::Dispatched);
            if let Applied::Dispatched(bot) = &mut row.applied {
                bot.bot_id = None::<BotId>;
            }
        }),
    ];
    assert_eq!(
        plan(rows),
        "\
2090-03-06T12:00:00Z unschedule-bot a-unwanted (unwanted)
2090-03-06T12:00:00Z leave-call b-dispatched (unwanted)
2090-03-06T12:00:00Z get-event c-dispatched-without-an-id (unwanted)
"
    );
}

#[test]
fn rows_that_wait_are_applied_or_abandoned_are_left_out_and_ended_meetings_are_closed() {
    let rows = vec![
        row("applied", at("10:00"), |row| applied(row, Applied::Bot)),
        row("waits", at("10:00"), |row| {
            row.attempts.not_before = Some(at("09:31"));
        }),
        row("waited", at("10:00"), |row| {
            row.attempts.not_before = Some(at("09:30"));
        }),
        row("abandoned", at("10:00"), |row| {
            *row = row.clone().abandon("no meeting url");
        }),
        row("over", at("09:00"), |_| ()),
        row("over-with-its-bot", at("09:00"), |row| {
            unwanted(row, Applied::Bot);
        }),
    ];
    assert_eq!(
        plan(rows),
        "\
2090-03-06T09:00:00Z close over (over)
2090-03-06T09:00:00Z close over-with-its-bot (over)
2090-03-06T10:00:00Z schedule-bot waited (new)
"
    );
}

/// The bot of a meeting from nine to half past nine, at another start.
fn at_start(start: &str) -> impl Fn(&mut Decision) {
    let start = at(start);
    move |row| {
        applied(row, Applied::Bot);
        if let Applied::Bot(bot) = &mut row.applied {
            bot.starts_at = start;
        }
    }
}

#[test]
fn a_bot_that_would_join_after_its_meeting_has_ended_is_unscheduled() {
    let moved = |event, start, is_wanted: bool| {
        row(event, at("09:00"), |row| {
            at_start(start)(row);
            if !is_wanted {
                row.wanted = Wanted::Nothing;
            }
        })
    };
    let dispatched = moved("d-dispatched", "09:29", false).with(|row| {
        let bot = row.applied.bot().expect("it is applied").clone();
        row.applied = Applied::Dispatched(Box::new(bot));
    });
    let rows = vec![
        moved("a-not-wanted", "10:00", false),
        moved("b-not-moved-in-time", "10:00", true),
        moved("c-in-its-old-call", "09:29", false),
        dispatched,
        moved("e-whose-old-call-has-ended", "08:30", false),
    ];
    assert_eq!(
        plan(rows),
        "\
2090-03-06T09:00:00Z close e-whose-old-call-has-ended (over)
2090-03-06T09:00:00Z unschedule-bot a-not-wanted (unwanted)
2090-03-06T09:00:00Z unschedule-bot b-not-moved-in-time (unwanted)
2090-03-06T09:00:00Z unschedule-bot c-in-its-old-call (unwanted)
2090-03-06T09:00:00Z leave-call d-dispatched (unwanted)
"
    );
}
