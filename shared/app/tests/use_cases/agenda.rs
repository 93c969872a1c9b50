//! The agenda of a calendar, page by page.

mod several_calendars;

use std::collections::BTreeSet;

use callsheet_app::agenda::{Agenda, read_agenda};
use callsheet_app::attention::EventCounts;
use callsheet_app::bot_state::BotState;
use callsheet_app::ports::{AgendaEntry, OverrideStore as _, UnreadableRow};
use callsheet_app::row_page::{PageQuery, Place, RowFilter};
use callsheet_domain::{
    BotStatus, Decision, MeetingOverride, Outcome, OverrideChoice, OverrideScope, Phase, RuleName,
    Verdict, plus,
};
use callsheet_testkit::{
    MemoryDecisions, MemoryState, With as _, a_calendar, a_calendar_record, a_decision, an_actor,
    at, id,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use test_case::test_case;

/// An event so many minutes after ten.
fn event(number: usize, minutes: i64) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-{number:04}"));
        row.starts_at = plus(at("10:00"), SignedDuration::from_mins(minutes));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
    })
}

fn query(most: usize, after: Option<Place>) -> PageQuery {
    PageQuery {
        from: at("10:00"),
        until: at("20:00"),
        after,
        most,
        filter: RowFilter::default(),
    }
}

async fn page(decisions: &MemoryDecisions, query: &PageQuery) -> Agenda {
    let state = MemoryState::new();
    let read = read_agenda((&state, decisions), a_calendar_record(), query, at("09:00"));
    read.await.expect("memory")
}

fn ids(events: &[AgendaEntry]) -> Vec<String> {
    let ids = events.iter().map(|entry| entry.key.event_id.to_string());
    ids.collect()
}

/// All pages of a query, with a write between two of them.
async fn pages(
    decisions: &MemoryDecisions,
    mut query: PageQuery,
    between: impl Fn(usize),
) -> Vec<AgendaEntry> {
    let (events, unreadable) = all_pages(decisions, &mut query, between).await;
    assert_eq!(unreadable, []);
    events
}

/// The same with the decisions that cannot be read.
async fn all_pages(
    decisions: &MemoryDecisions,
    query: &mut PageQuery,
    between: impl Fn(usize),
) -> (Vec<AgendaEntry>, Vec<UnreadableRow>) {
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    for number in 0.. {
        assert!(number < 1_000, "the pages do not end");
        let read = page(decisions, query).await;
        assert!(read.events.len() <= query.most);
        all.extend(read.events);
        unreadable.extend(read.unreadable);
        let Some(next) = read.next else { break };
        assert!(Some(&next) > query.after.as_ref(), "the pages go on");
        query.after = Some(next);
        between(number);
    }
    (all, unreadable)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pages_make_up_the_agenda_while_other_events_move(
        starts in prop::collection::vec(0_i64..6, 0..260),
        most in 1_usize..60,
        moved in prop::collection::vec(0_i64..600, 0..5),
    ) {
        let decisions = MemoryDecisions::new();
        for (number, start) in starts.iter().enumerate() {
            decisions.put(event(number, start * 60));
        }
        let moving = |number| 1_000 + number;
        for number in 0..moved.len() {
            decisions.put(event(moving(number), 30));
        }
        let between = |page: usize| {
            if let Some(minutes) = moved.get(page) {
                decisions.put(event(moving(page), *minutes));
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let read = runtime.block_on(pages(&decisions, query(most, None), between));
        let still: Vec<_> = read.into_iter().filter(|entry| entry.key.event_id.as_str() < "event-1000").collect();
        let mut expected: Vec<_> = starts.iter().enumerate().map(|(number, start)| event(number, start * 60)).collect();
        expected.sort_by_key(|row| (row.starts_at, row.key.clone()));
        prop_assert_eq!(still, expected.iter().map(AgendaEntry::of).collect::<Vec<_>>());
    }

    #[test]
    fn each_decision_that_cannot_be_read_is_named_on_one_page(
        starts in prop::collection::vec((0_i64..6, any::<bool>()), 0..120),
        most in 1_usize..60,
    ) {
        let decisions = MemoryDecisions::new();
        let mut expected = BTreeSet::new();
        for (number, (start, is_unreadable)) in starts.iter().enumerate() {
            let row = event(number, start * 60);
            if *is_unreadable {
                decisions.make_unreadable(&row.key);
                expected.insert(row.key.clone());
            }
            decisions.put(row);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (events, unreadable) = runtime.block_on(all_pages(&decisions, &mut query(most, None), |_| ()));
        prop_assert_eq!(events.len() + unreadable.len(), starts.len());
        let named: Vec<_> = unreadable.into_iter().map(|row| row.key).collect();
        prop_assert_eq!(named.len(), expected.len());
        prop_assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

#[tokio::test]
async fn a_page_ends_where_enough_was_read() {
    let decisions = MemoryDecisions::new();
    for number in 0..3_500 {
        let minutes = i64::try_from(number % 500).expect("small");
        decisions.put(event(number, minutes));
    }
    let rare = PageQuery {
        filter: RowFilter {
            title: Some("quarterly".to_owned()),
            ..RowFilter::default()
        },
        ..query(50, None)
    };
    let first = page(&decisions, &rare).await;
    assert!(first.events.is_empty());
    assert!(first.next.is_some(), "there are more rows");
    assert_eq!(ids(&pages(&decisions, rare, |_| ()).await), [""; 0]);
    let all = pages(&decisions, query(200, None), |_| ()).await;
    assert_eq!(ids(&all).into_iter().collect::<BTreeSet<_>>().len(), 3_500);
}

/// More events of one start than a page reads.
#[tokio::test]
async fn events_of_one_start_are_all_shown() {
    let decisions = MemoryDecisions::new();
    for number in 0..1_250 {
        decisions.put(event(number, 0));
    }
    let all = pages(&decisions, query(300, None), |_| ()).await;
    assert_eq!(all.len(), 1_250);
}

fn skipped(row: &mut Decision) {
    row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
}

#[test_case(RowFilter::default(), &["event-0001", "event-0002", "event-0003"]; "everything")]
#[test_case(RowFilter { is_recorded: Some(true), ..RowFilter::default() }, &["event-0001", "event-0003"]; "to record")]
#[test_case(RowFilter { is_recorded: Some(false), ..RowFilter::default() }, &["event-0002"]; "skipped")]
#[test_case(RowFilter { needs_attention: true, ..RowFilter::default() }, &["event-0001", "event-0003"]; "by attention")]
#[test_case(RowFilter { needs_attention: true, is_recorded: Some(false), ..RowFilter::default() }, &[]; "by attention and verdict")]
#[test_case(RowFilter { bot: Some(BotState::Abandoned), ..RowFilter::default() }, &["event-0003"]; "by bot")]
#[test_case(RowFilter { rule: Some(RuleName::DEFAULT), ..RowFilter::default() }, &["event-0002"]; "by rule")]
#[test_case(RowFilter { outcome: Some(Phase::Done), ..RowFilter::default() }, &[]; "by an outcome that none has")]
#[test_case(RowFilter { outcome: Some(Phase::NotRecorded), ..RowFilter::default() }, &["event-0001"]; "by outcome")]
#[test_case(RowFilter { title: Some("BUDGET".to_owned()), ..RowFilter::default() }, &["event-0002"]; "by title")]
#[tokio::test]
async fn a_filter_selects_events(filter: RowFilter, expected: &[&str]) {
    let decisions = MemoryDecisions::new();
    decisions.put(event(1, 0).with(|row| {
        let status = BotStatus::new("fatal", None, at("11:00")).expect("a status");
        row.outcome = Some(Outcome::of(id("bot-1"), status));
    }));
    decisions.put(event(2, 60).with(|row| {
        skipped(row);
        row.title = Some("The budget".to_owned());
    }));
    decisions.put(event(3, 120).abandon("no link"));
    // Before and behind the period, and in another calendar.
    decisions.put(event(4, -1));
    decisions.put(event(5, 600));
    decisions.put(event(6, 0).with(|row| row.calendar_id = id("calendar-other")));
    let query = PageQuery {
        filter,
        ..query(50, None)
    };
    let read = page(&decisions, &query).await;
    assert_eq!(ids(&read.events), expected);
    let filter = query.filter;
    if (filter.bot, filter.rule, filter.outcome, filter.title) == (None, None, None, None) {
        // Whichever of them are shown.
        let all = EventCounts {
            record: 2,
            skip: 1,
            needs_attention: 2,
        };
        assert_eq!(read.counts, Some(all));
    }
}

#[test_case(3, 2, None, Some(3); "the first of two pages")]
#[test_case(3, 2, Some(2), None; "the second of two pages")]
#[test_case(400, 50, None, Some(400); "the first of many pages")]
#[test_case(1_500, 50, None, None; "the first page of very many events")]
#[tokio::test]
async fn the_first_page_has_the_counts_of_its_period(
    count: usize,
    most: usize,
    after: Option<usize>,
    expected: Option<usize>,
) {
    let decisions = MemoryDecisions::new();
    for number in 1..=count {
        decisions.put(event(number, i64::try_from(number % 500).expect("small")));
    }
    let after = after.map(|number| Place {
        starts_at: event(number, 2).starts_at,
        key: event(number, 2).key,
    });
    let read = page(&decisions, &query(most, after)).await;
    let counted = read.counts.map(|counts| counts.record + counts.skip);
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn the_agenda_has_the_owners_overrides() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let (row, owner) = (event(1, 0), a_calendar().owner());
    let scope = OverrideScope::Event(row.platform_id.clone().expect("an id"));
    let by = an_actor();
    let set = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:00"));
    set.await.expect("memory");
    decisions.put(row.clone());
    let (record, query) = (a_calendar_record(), query(50, None));
    let read = read_agenda((&state, &decisions), record, &query, at("09:00"));
    let read = read.await.expect("memory");
    let event = read.overrides.for_decision(&row).event;
    assert_eq!(event.map(|set| set.choice), Some(OverrideChoice::Skip));
}

/// A choice is shown once the decision was made from it, and read only then.
#[tokio::test]
async fn choices_for_meetings_are_read_if_decisions_were_made_from_them() {
    let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
    let row = event(1, 0);
    let from = (row.calendar_id.clone(), row.key.event_id.clone());
    let chosen = MeetingOverride::default();
    let chosen = chosen.with_choice(OverrideChoice::Record, &an_actor(), at("09:00"), &from);
    let chosen = chosen.expect("few people").expect("a change");
    let name = row.meeting_name();
    let set = state.write_meeting_override(&name, &chosen, None, at("20:00"));
    set.await.expect("memory");
    let read = async |row: &Decision| {
        decisions.put(row.clone());
        let query = query(50, None);
        let read = read_agenda(
            (&state, &decisions),
            a_calendar_record(),
            &query,
            at("09:00"),
        );
        let read = read.await.expect("memory");
        let meeting = read.overrides.for_decision(row).meeting;
        meeting.and_then(MeetingOverride::choice)
    };
    assert_eq!(read(&row).await, None);
    let decided = row.with(|row| row.inputs.meeting = chosen.revision);
    assert_eq!(read(&decided).await, Some(OverrideChoice::Record));
}

#[tokio::test]
async fn a_superseded_decision_is_not_shown() {
    let decisions = MemoryDecisions::new();
    decisions.put(event(1, 0));
    decisions.put(event(2, 0).with(|row| {
        row.verdict = Verdict::skip(RuleName::SUPERSEDED, "the event has another ical_uid now");
    }));
    let read = page(&decisions, &query(50, None)).await;
    assert_eq!(ids(&read.events), ["event-0001"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_the_others_are_shown() {
    let decisions = MemoryDecisions::new();
    for number in 1..=3 {
        decisions.put(event(number, 0));
    }
    decisions.make_unreadable(&event(2, 0).key);
    let read = page(&decisions, &query(50, None)).await;
    assert_eq!(ids(&read.events), ["event-0001", "event-0003"]);
    assert_eq!(read.unreadable.len(), 1);
}
