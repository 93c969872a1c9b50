//! What every implementation of `MeetingDays` and of `KeptCoverage` must do.

use std::collections::BTreeMap;

use callsheet_app::ports::{DayPosition, DayTotals, Decisions, KeptCoverage, MeetingDays};
use callsheet_domain::{
    Applied, AppliedBot, BotStatus, Decision, JoinDelays, Loss, MeetingCopy, MeetingResult,
    MeetingTotals, OutcomeClass, ResultTotals, RuleName, Verdict, Wanted, plus,
};
use jiff::SignedDuration;
use jiff::civil::{Date, date};

use super::decision_rows::a_row;
use super::decisions::written;
use super::eventually;
use crate::{With, at, id};

/// The day of the meetings.
const DAY: Date = date(2090, 3, 6);

/// A row whose meeting starts then, and lasts for an hour.
fn starting(event: &str, starts_at: &str) -> Decision {
    a_row(event).with(|row| {
        row.calendar_id = id(format!("calendar-of-{event}"));
        row.starts_at = at(starts_at);
        row.ends_at = plus(row.starts_at, SignedDuration::from_hours(1));
    })
}

fn with_bot(row: &mut Decision) {
    if let Wanted::Bot(wanted) = &row.wanted {
        let bot = AppliedBot {
            bot_id: Some(id("bot-1")),
            ..AppliedBot::from(&**wanted)
        };
        row.applied = Applied::Bot(Box::new(bot));
    }
}

/// Few, so that there is more than one page.
const PAGE: usize = 7;

/// All decisions of the day, from as many pages as there are.
async fn of_day(days: &impl MeetingDays) -> Vec<MeetingCopy> {
    let (mut copies, mut after): (Vec<_>, Option<DayPosition>) = (Vec::new(), None);
    loop {
        let page = days.page_of_day(DAY, after.as_ref(), PAGE).await;
        let page = page.expect("the store answers");
        assert!(page.copies.len() <= PAGE, "{}", page.copies.len());
        assert_eq!(page.unreadable, []);
        copies.extend(page.copies);
        after = page.next;
        if after.is_none() {
            return copies;
        }
    }
}

/// Those of the days around it, and superseded ones, are not among them.
///
/// # Panics
/// If the implementation does something else.
pub async fn the_decisions_of_a_day_are_read_in_order_of_start(
    store: &(impl Decisions + MeetingDays),
) {
    let skipped = |row: &mut Decision| {
        row.verdict = Verdict::skip(RuleName::NO_MEETING, "the event has no meeting link");
        row.wanted = Wanted::Nothing;
        row.platform = None;
    };
    let superseded = |row: &mut Decision| {
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "the event has another ical_uid now");
        row.wanted = Wanted::Nothing;
    };
    let rows = [
        starting("before", "2090-03-05T23:59:59.999999Z"),
        starting("first", "2090-03-06T00:00:00Z").with(skipped),
        starting("second", "2090-03-06T10:00:00Z").with(with_bot),
        starting("last", "2090-03-06T23:59:59.999999Z"),
        starting("after", "2090-03-07T00:00:00Z"),
        starting("superseded", "2090-03-06T11:00:00Z").with(superseded),
    ];
    for row in rows.iter().rev() {
        written(store, row).await;
    }
    let expected: Vec<_> = rows[1..4].iter().filter_map(MeetingCopy::of).collect();
    let results: Vec<_> = expected.iter().map(|copy| copy.result.as_str()).collect();
    assert_eq!(results, ["not_wanted", "not_followed", "no_bot"]);
    eventually("the day has its meetings", async || {
        of_day(store).await == expected
    })
    .await;
}

/// They are on several pages, many of them with one start.
///
/// # Panics
/// If the implementation does something else.
pub async fn many_decisions_of_a_day_are_read_to_the_end(store: &(impl Decisions + MeetingDays)) {
    let mut expected = Vec::new();
    for number in 0..60 {
        let start = if number < 40 { "09:00" } else { "17:00" };
        let row = starting(
            &format!("event-{number:02}"),
            &format!("2090-03-06T{start}:00Z"),
        );
        expected.push((row.starts_at, row.key.event_id.clone()));
        written(store, &row).await;
    }
    eventually("the day has all of them, each once", async || {
        let copies = of_day(store).await;
        assert!(copies.is_sorted_by_key(|copy| copy.starts_at));
        let mut read: Vec<_> = copies
            .into_iter()
            .map(|copy| (copy.starts_at, copy.key.event_id))
            .collect();
        read.sort();
        read == expected
    })
    .await;
}

/// # Panics
/// If the implementation does something else.
pub async fn what_became_of_a_bot_is_read_with_the_day(store: &(impl Decisions + MeetingDays)) {
    let row = starting("event", "2090-03-06T10:00:00Z").with(with_bot);
    let status = |code, sub_code, at_time: &str| {
        BotStatus::new(code, sub_code, at(at_time)).expect("a code")
    };
    let joined = status("in_call_not_recording", None, "2090-03-06T10:01:30Z");
    let removed = status(
        "call_ended",
        Some("bot_kicked_from_call"),
        "2090-03-06T10:02:00Z",
    );
    let row = written(store, &row).await;
    let row = written(
        store,
        &row.with_statuses(&id("bot-1"), &[joined.clone(), removed], true),
    )
    .await;
    let shows = async |result: MeetingResult| {
        eventually(result.as_str(), async || {
            let copies = of_day(store).await;
            copies
                .iter()
                .map(|copy| (copy.result, copy.joined_at))
                .eq([(result, Some(joined.at()))])
        })
        .await;
    };
    shows(MeetingResult::Lost(Loss::Ended(OutcomeClass::Removed))).await;
    let recording = status("in_call_recording", None, "2090-03-06T10:01:40Z");
    written(store, &row.with_statuses(&id("bot-1"), &[recording], true)).await;
    shows(MeetingResult::Recorded).await;
}

/// Totals of so many recorded meetings, and of one that is lost.
fn totals(recorded: u64) -> MeetingTotals {
    let of = |meetings, delays: &[(u16, u64)]| ResultTotals {
        meetings,
        delays: JoinDelays::of(delays.iter().copied()),
    };
    MeetingTotals::of([
        (
            MeetingResult::Recorded,
            of(recorded, &[(1, 1), (15, recorded - 1)]),
        ),
        (MeetingResult::Lost(Loss::NoBot), of(1, &[])),
    ])
}

async fn keep(store: &impl KeptCoverage, day: Date, totals: &DayTotals) {
    let kept = store.keep_day(day, totals).await;
    kept.expect("the store answers");
}

async fn kept(store: &impl KeptCoverage, from: Date, until: Date) -> BTreeMap<Date, DayTotals> {
    let kept = store.kept_days(from, until).await;
    kept.expect("the store answers")
}

/// # Panics
/// If the implementation does something else.
pub async fn no_totals_are_kept_at_first(store: &impl KeptCoverage) {
    assert_eq!(kept(store, Date::MIN, Date::MAX).await, BTreeMap::new());
}

/// Of the days asked for, both ends included; a day without a meeting is one of them.
///
/// # Panics
/// If the implementation does something else.
pub async fn totals_of_a_day_are_read_as_they_were_written(store: &impl KeptCoverage) {
    let day = |day| date(2090, 3, day);
    let of_zoom = DayTotals::from([(Some("zoom".to_owned()), totals(7)), (None, totals(2))]);
    let days = BTreeMap::from([
        (day(5), of_zoom),
        (day(6), DayTotals::new()),
        (day(7), DayTotals::from([(None, totals(1))])),
    ]);
    for (day, totals) in &days {
        keep(store, *day, totals).await;
    }
    assert_eq!(kept(store, day(5), day(7)).await, days);
    let expected = BTreeMap::from([(day(6), DayTotals::new())]);
    assert_eq!(kept(store, day(6), day(6)).await, expected);
    assert_eq!(kept(store, day(7), day(5)).await, BTreeMap::new());
}

/// # Panics
/// If the implementation does something else.
pub async fn the_latest_totals_of_a_day_replace_those_before(store: &impl KeptCoverage) {
    let first = DayTotals::from([(Some("zoom".to_owned()), totals(7))]);
    let second = DayTotals::from([(Some("google_meet".to_owned()), totals(8))]);
    for totals in [first, second.clone(), second.clone()] {
        keep(store, DAY, &totals).await;
    }
    let expected = BTreeMap::from([(DAY, second)]);
    assert_eq!(kept(store, DAY, DAY).await, expected);
}
