//! The list behind a count of the coverage has as many meetings as were counted.

use callsheet_app::counted_page::{CountedAs, counted_page};
use callsheet_app::coverage::{CoverageQuery, coverage};
use callsheet_app::ports::Calendars as _;
use callsheet_app::row_page::{PageQuery, RowFilter};
use callsheet_domain::{
    Applied, BotStatus, CountedBy, Decision, Group, MeetingTotals, RuleName, Timestamp, Verdict,
    Wanted, plus,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar_record, a_decision, an_applied_bot, at, id,
};
use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;

const CALENDARS: [&str; 2] = ["calendar-north", "calendar-south"];
const RULES: [&str; 2] = ["external", "all"];

/// Of a copy: its meeting, calendar, rule, and what became of it.
type Copy = (u8, usize, usize, u8);

/// The copy of a meeting on one of three days. The last ones are not over at noon of the last day.
fn row(number: usize, (meeting, calendar, rule, fate): Copy) -> Decision {
    let row = a_decision().with(|row| {
        row.key.event_id = id(format!("event-{number:03}"));
        row.key.ical_uid = id(format!("meeting-{meeting}@acme.example"));
        row.calendar_id = id(CALENDARS[calendar]);
        row.starts_at = plus(
            at("10:00"),
            SignedDuration::from_hours(i64::from(meeting % 3) * -24 + i64::from(meeting / 3)),
        );
        row.ends_at = plus(row.starts_at, SignedDuration::from_hours(1));
        let rule = RuleName::named(RULES[rule]);
        row.verdict = match fate {
            0 => Verdict::skip(rule, "it is internal"),
            1 => Verdict::skip(RuleName::CANCELLED, "it is cancelled"),
            _ => Verdict::record(rule, "it is external"),
        };
        if let (Wanted::Bot(bot), 3..) = (&row.wanted, fate) {
            row.applied = Applied::Bot(Box::new(an_applied_bot(bot)));
        }
    });
    let codes: &[(&str, Option<&str>)] = match fate {
        4 => &[("in_call_recording", None)],
        5 => &[
            ("in_waiting_room", None),
            ("call_ended", Some("timeout_exceeded_waiting_room")),
        ],
        _ => return row,
    };
    let bot = row.applied.bot().and_then(|bot| bot.bot_id.clone());
    let statuses: Vec<_> = codes
        .iter()
        .map(|(code, sub_code)| {
            let sub_code = sub_code.map(str::to_owned);
            BotStatus::new(code, sub_code.as_deref(), row.starts_at).expect("a code")
        })
        .collect();
    row.clone()
        .with_statuses(&bot.expect("a bot"), &statuses, true)
}

fn query(rule: Option<&str>, most: usize) -> PageQuery {
    PageQuery {
        from: at("2090-03-04T00:00:00Z"),
        until: at("2090-03-07T00:00:00Z"),
        after: None,
        most,
        filter: RowFilter {
            rule: rule.map(RuleName::named),
            ..RowFilter::default()
        },
    }
}

/// Number of the meetings on all pages, which are in order and have each event once.
async fn listed(
    ports: (&MemoryState, &MemoryDecisions),
    selection: &[String],
    (mut query, kind): (PageQuery, CountedAs),
    now: Timestamp,
) -> u64 {
    let mut events = Vec::new();
    loop {
        let page = counted_page(ports, selection, (&query, kind), now).await;
        let page = page.expect("memory");
        assert!(page.events.len() <= query.most);
        let rows = page.events.into_iter().map(|event| event.decision);
        events.extend(rows.map(|row| (row.starts_at, row.key)));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert!(events.is_sorted_by(|one, next| one < next), "{events:?}");
    events.len() as u64
}

/// The counts of a group that have a list.
fn counts(totals: &MeetingTotals) -> Vec<(CountedAs, u64)> {
    let lost = totals.wanted() - totals.recorded();
    let results = totals.by_result();
    let results = results.map(|(result, one)| (CountedAs::Result(result), one.meetings));
    [
        (CountedAs::Wanted, totals.wanted()),
        (CountedAs::Lost, lost),
    ]
    .into_iter()
    .chain(results)
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_list_behind_a_count_has_that_number_of_meetings(
        copies in prop::collection::vec((0..9_u8, 0..2_usize, 0..2_usize, 0..6_u8), 0..24),
        most in 1..5_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
            for calendar in CALENDARS {
                let record = a_calendar_record().with(|record| record.calendar.id = id(calendar));
                state.write_record(&record).await.expect("memory");
            }
            for (number, copy) in copies.into_iter().enumerate() {
                decisions.put(row(number, copy));
            }
            let (ports, now) = ((&state, &decisions), at("12:30"));
            for by in [CountedBy::Calendar, CountedBy::Rule, CountedBy::Day] {
                let query_of_coverage = CoverageQuery { from: date(2090, 3, 4), until: date(2090, 3, 6), by };
                let report = coverage(&state, &decisions, query_of_coverage, now).await.expect("memory");
                for (group, totals) in report.groups {
                    let (mut selection, mut query) = (Vec::new(), query(None, most));
                    match &group {
                        Group::Calendar(calendar) => selection.push(calendar.to_string()),
                        Group::Rule(rule) => query.filter.rule = Some(RuleName::named(rule.clone())),
                        Group::Day(day) => {
                            let begin = format!("{day}T00:00:00Z").parse().expect("an instant");
                            query.from = begin;
                            query.until = plus(begin, SignedDuration::from_hours(24));
                        }
                        other => panic!("no such group: {other:?}"),
                    }
                    for (kind, count) in counts(&totals) {
                        let number = listed(ports, &selection, (query.clone(), kind), now).await;
                        assert_eq!(number, count, "{group:?} {kind:?}");
                    }
                }
            }
        });
    }
}

#[test]
fn each_kind_has_a_name_of_its_own() {
    for kind in CountedAs::all() {
        assert_eq!(CountedAs::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(CountedAs::parse("won"), None);
}
