//! What is counted of decisions and kept totals, and how it is shown.

use callsheet_app::ports::{Calendars as _, DayTotals, Decisions as _, KeptCoverage as _};
use callsheet_domain::{
    Applied, BotStatus, Decision, JoinDelays, MeetingResult, MeetingTotals, ResultTotals, RuleName,
    Verdict, Wanted, plus,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_applied_bot, at, id,
};
use jiff::SignedDuration;
use jiff::civil::date;
use test_case::test_case;

use super::*;
use crate::arguments::Command;
use crate::render::assert_published;
use crate::screen::Screen;

/// The evening of the day after the meetings.
const NOW: &str = "2090-03-07T18:00:00Z";

fn arguments(line: &str) -> CoverageArguments {
    let words = "callsheet coverage"
        .split(' ')
        .chain(line.split_whitespace());
    let parsed: Result<crate::arguments::Arguments, _> = clap::Parser::try_parse_from(words);
    match parsed.expect("valid arguments").command {
        Command::Coverage(arguments) => arguments,
        other => panic!("another command: {other:?}"),
    }
}

/// A meeting of half an hour on 6 March, with its bot at Recall.
fn meeting(name: &str, start: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-{name}"));
        row.key.ical_uid = id(format!("{name}@acme.example"));
        row.starts_at = at(start);
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
        if let Wanted::Bot(bot) = &row.wanted {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    })
}

fn with(row: Decision, statuses: &[(i64, &str, Option<&str>)]) -> Decision {
    let statuses: Vec<_> = statuses
        .iter()
        .map(|(second, code, sub_code)| {
            let at = plus(row.starts_at, SignedDuration::from_secs(*second));
            BotStatus::new(code, *sub_code, at).expect("a code")
        })
        .collect();
    let bot = row.applied.bot().and_then(|bot| bot.bot_id.clone());
    row.with_statuses(&bot.expect("a bot is applied"), &statuses, true)
}

fn skipped(row: &mut Decision) {
    row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule records it");
    row.wanted = Wanted::Nothing;
    row.applied = Applied::Nothing;
}

async fn stored() -> (MemoryState, MemoryDecisions) {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let record = a_calendar_record();
    state.write_record(&record).await.expect("memory");
    let recorded = with(
        meeting("kick-off", "09:00"),
        &[(24, "in_call_recording", None), (1_800, "done", None)],
    );
    let a_colleagues = recorded.clone().with(|row| {
        row.key.event_id = id("event-colleague");
        row.calendar_id = id("calendar-lead");
        row.outcome = None;
    });
    let rows = [
        recorded,
        a_colleagues,
        with(
            meeting("interview", "10:00"),
            &[
                (90, "in_waiting_room", None),
                (1_300, "call_ended", Some("timeout_exceeded_waiting_room")),
                (1_301, "done", None),
            ],
        ),
        meeting("review", "11:00").with(|row| row.applied = Applied::Nothing),
        meeting("lunch", "12:00").with(skipped),
        meeting("deleted", "13:00").with(|row| {
            skipped(row);
            row.verdict = Verdict::skip(RuleName::DELETED, "the event was deleted");
        }),
        meeting("to-come", "2090-03-07T17:45:00Z"),
    ];
    for row in rows {
        decisions.write(&row).await.expect("memory");
    }
    (state, decisions)
}

async fn covered(line: &str) -> Coverage {
    let (state, decisions) = stored().await;
    let recorded = ResultTotals {
        meetings: 5,
        delays: JoinDelays::of([(3, 5)]),
    };
    let totals = MeetingTotals::of([(MeetingResult::Recorded, recorded)]);
    let totals = DayTotals::from([(Some("zoom".to_owned()), totals)]);
    let kept = state.keep_day(date(2090, 1, 31), &totals).await;
    kept.expect("memory");
    let query = query(&arguments(line), at(NOW)).expect("a period");
    let coverage = read((&state, &decisions), query, at(NOW)).await;
    let coverage = coverage.expect("memory");
    assert_published("coverage", &coverage);
    coverage
}

#[tokio::test]
async fn a_week_is_counted_by_day() {
    let coverage = covered("").await;
    let expected = "\
day (UTC)   seen  wanted  bot  joined  recorded  lost  %
─────────────────────────────────────────────────────────
2090-03-06     4       3    2       1         1     2  33

1 of 3 meetings to be recorded were recorded: 33 %. Half of the bots were in the call within 0.4 min of the start, 95 % within 0.4 min.

not recorded, because  meetings
───────────────────────────────
never_admitted                1
no_bot                        1";
    assert_eq!(coverage.text(), expected);
    assert_eq!(coverage.exit_code(), 0);
}

#[test_case("day", &[("2090-03-06", 4)]; "day")]
#[test_case("calendar", &[("calendar-sales", 4)]; "calendar")]
#[test_case("rule", &[("external", 3), ("default", 1)]; "rule")]
#[test_case("policy", &[("1", 4)]; "policy")]
#[test_case("platform", &[("google_meet", 4)]; "platform")]
#[test_case("class", &[("no_bot", 1), ("never_admitted", 1), ("not_wanted", 1), ("recorded", 1)]; "class")]
#[tokio::test]
async fn meetings_are_grouped_each_once(by: &str, expected: &[(&str, u64)]) {
    let coverage = covered(&format!("--by {by}")).await;
    let groups = coverage.groups.iter();
    let groups = groups.map(|group| (group.name.as_deref().unwrap_or("-"), group.totals.seen));
    assert_eq!(groups.collect::<Vec<_>>(), expected);
    assert_eq!(coverage.by, by);
}

#[tokio::test]
async fn calendars_are_named_by_their_owners() {
    let coverage = covered("--by calendar").await;
    let text = coverage.text();
    assert!(text.contains("sales@acme.example (calendar…)"), "{text}");
}

#[test_case("day", true; "by day")]
#[test_case("platform", true; "by platform")]
#[test_case("class", true; "by class")]
#[test_case("calendar", false; "by calendar")]
#[test_case("rule", false; "by rule")]
#[test_case("policy", false; "by policy")]
#[tokio::test]
async fn kept_totals_say_what_they_are_not_kept_by(by: &str, is_kept: bool) {
    let coverage = covered(&format!("--from 2090-01-31 --until 2090-01-31 --by {by}")).await;
    assert_eq!(coverage.kept_days, [date(2090, 1, 31)]);
    assert_eq!((coverage.totals.seen, coverage.totals.recorded), (5, 5));
    assert_eq!(coverage.groups.len(), 1);
    assert_eq!(coverage.groups[0].name.is_some(), is_kept);
    let text = coverage.text();
    assert!(
        text.contains("have expired, so their kept totals are counted"),
        "{text}"
    );
    let says = text.contains(&format!("They are not kept by {by}"));
    assert_eq!(says, !is_kept, "{text}");
    assert_eq!(coverage.exit_code(), 0);
}

#[tokio::test]
async fn days_of_which_nothing_is_kept_are_named_and_the_answer_is_not_complete() {
    let coverage = covered("--from 2090-01-30 --until 2090-03-07").await;
    assert_eq!(coverage.totals.seen, 9);
    assert_eq!(coverage.missing_days.first(), Some(&date(2090, 1, 30)));
    assert!(coverage.text().contains("no totals are kept"));
    assert_eq!(coverage.exit_code(), 1);
}

#[tokio::test]
async fn a_period_without_meetings_is_said() {
    let coverage = covered("--from 2090-03-01 --until 2090-03-02").await;
    let expected = "No meeting that started from 2090-03-01 to 2090-03-02 (UTC) is over.";
    assert_eq!(coverage.text(), expected);
    assert_eq!(coverage.exit_code(), 0);
}

#[tokio::test]
async fn a_table_fits_a_narrow_screen() {
    let coverage = covered("--by calendar").await;
    let text = coverage.text_on(&Screen::new(Some(80), None));
    let lines = text.lines().filter(|line| !line.contains(". Half"));
    assert!(
        lines.clone().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[tokio::test]
async fn values_for_spreadsheets_have_a_column_for_each_reason() {
    let table = spreadsheet::table(&covered("--by rule").await);
    let lines: Vec<_> = table.lines().collect();
    let columns: Vec<_> = lines[0].split(',').collect();
    assert_eq!(columns[..4], ["rule", "owner", "seen", "wanted"]);
    let of = |line: usize, column: &str| {
        let place = columns.iter().position(|name| *name == column);
        let fields = lines[line].split(',');
        fields.collect::<Vec<_>>()[place.expect("the column")]
    };
    assert_eq!(of(1, "rule"), "external");
    assert_eq!(of(1, "lost_never_admitted"), "1");
    assert_eq!(of(1, "lost_removed"), "0");
    assert_eq!(of(1, "percent"), "33");
    assert_eq!(of(1, "minutes_to_join_median"), "0.4");
    assert_eq!((of(2, "rule"), of(2, "percent")), ("default", ""));
    assert!(
        lines
            .iter()
            .all(|line| line.split(',').count() == columns.len())
    );
}

#[test_case("", "2090-03-01", "2090-03-07"; "a week")]
#[test_case("--from 2090-03-03", "2090-03-03", "2090-03-07"; "since a day")]
#[test_case("--until 2090-02-10", "2090-02-04", "2090-02-10"; "a week up to a day")]
fn a_period_ends_today_and_has_a_week(line: &str, from: &str, until: &str) {
    let query = query(&arguments(line), at(NOW)).expect("a period");
    let period = (query.from.to_string(), query.until.to_string());
    assert_eq!(period, (from.to_owned(), until.to_owned()));
}

#[test_case("--from 2090-03-09", "before it begins"; "backwards")]
#[test_case("--from 2089-01-31", "longer than 400 days"; "too long")]
fn a_period_that_cannot_be_counted_is_refused(line: &str, expected: &str) {
    let error = query(&arguments(line), at(NOW)).expect_err("it is refused");
    assert!(error.report().contains(expected), "{}", error.report());
    assert_eq!(error.exit_code(), 2);
}
