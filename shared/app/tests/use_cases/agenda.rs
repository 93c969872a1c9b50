//! The agenda of a calendar, page by page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use callsheet_app::PortError;
use callsheet_app::agenda::{Agenda, read_agenda};
use callsheet_app::attention::EventCounts;
use callsheet_app::bot_state::BotState;
use callsheet_app::events_page::list_page;
use callsheet_app::ports::{AgendaEntry, Calendars as _, OverrideStore as _, UnreadableRow};
use callsheet_app::row_page::{PageQuery, Place, RowFilter};
use callsheet_domain::{
    BotStatus, Decision, MeetingOverride, Outcome, OverrideChoice, OverrideScope, Phase, RuleName,
    Verdict, plus,
};
use callsheet_testkit::{
    CallName, Intercepted, Interceptor, MemoryDecisions, MemoryState, With as _, a_calendar,
    a_calendar_record, a_decision, an_actor, at, id,
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

fn ids_of_rows(rows: &[Decision]) -> Vec<String> {
    let ids = rows.iter().map(|row| row.key.event_id.to_string());
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

/// Selects all three calendars: by saying nothing, or by their ids.
fn selection(names_each: bool) -> Vec<String> {
    let ids = (0..3).map(|number| calendar(number).to_string());
    if names_each {
        ids.collect()
    } else {
        Vec::new()
    }
}

/// Moves rows after the index was read, before they are loaded.
#[derive(Debug, Clone)]
struct MovesRows {
    decisions: MemoryDecisions,
    moved: Arc<Mutex<Vec<Decision>>>,
}

impl Interceptor for MovesRows {
    async fn around<T: Send>(
        &self,
        call: CallName,
        effect: impl Future<Output = Result<T, PortError>> + Send,
    ) -> Result<T, PortError> {
        let result = effect.await;
        if call.to_string() == "Decisions::starting" {
            let moved = self.moved.lock().expect("no test panics here").pop();
            if let Some(row) = moved {
                self.decisions.put(row);
            }
        }
        result
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_row_that_moves_while_a_page_is_read_hides_no_other(
        starts in prop::collection::vec(0_i64..6, 100..260),
        most in 1_usize..60,
        moves in prop::collection::vec((0..260_usize, 0_i64..600), 1..6),
    ) {
        let decisions = MemoryDecisions::new();
        for (number, start) in starts.iter().enumerate() {
            decisions.put(event(number, start * 60));
        }
        let moves = moves.iter().map(|(number, minutes)| event(number % starts.len(), *minutes));
        let moved: BTreeSet<_> = moves.clone().map(|row| row.key.event_id.to_string()).collect();
        let moving = MovesRows {
            decisions: decisions.clone(),
            moved: Arc::new(Mutex::new(moves.collect())),
        };
        let decisions = Intercepted::new(decisions, &moving);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let read = runtime.block_on(async {
            let (state, mut query, mut all) = (MemoryState::new(), query(most, None), Vec::new());
            state.write_record(&a_calendar_record()).await.expect("memory");
            let selection = [a_calendar().id.to_string()];
            loop {
                let read = list_page((&state, &decisions), &selection, &query, at("09:00")).await;
                let read = read.expect("memory");
                all.extend(read.events.into_iter().map(|event| event.decision));
                let Some(next) = read.next else { break all };
                assert!(Some(&next) > query.after.as_ref(), "the pages go on");
                query.after = Some(next);
            }
        });
        let stays = |row: &Decision| !moved.contains(row.key.event_id.as_str());
        let mut expected: Vec<_> = starts.iter().enumerate().map(|(number, start)| event(number, start * 60)).collect();
        expected.sort_by_key(|row| (row.starts_at, row.key.clone()));
        expected.retain(stays);
        let still: Vec<_> = read.into_iter().filter(stays).collect();
        prop_assert_eq!(ids_of_rows(&still), ids_of_rows(&expected));
    }
}

/// All pages of the events of three calendars, with a write between two of them.
async fn listed_pages(
    (state, decisions): (&MemoryState, &MemoryDecisions),
    (selection, most): (&[String], usize),
    between: impl Fn(usize),
) -> Vec<Decision> {
    let (mut query, mut all) = (query(most, None), Vec::new());
    for number in 0.. {
        assert!(number < 1_000, "the pages do not end");
        let read = list_page((state, decisions), selection, &query, at("09:00")).await;
        let read = read.expect("memory");
        assert!(read.events.len() <= most);
        all.extend(read.events.into_iter().map(|event| event.decision));
        let Some(next) = read.next else { break };
        assert!(Some(&next) > query.after.as_ref(), "the pages go on");
        query.after = Some(next);
        between(number);
    }
    all
}

async fn three_calendars(state: &MemoryState) {
    for number in 0..3 {
        let record = a_calendar_record().with(|it| it.calendar.id = calendar(number));
        state.write_record(&record).await.expect("memory");
    }
}

fn calendar(number: usize) -> callsheet_domain::CalendarId {
    id(format!("calendar-{}", number % 3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pages_of_several_calendars_make_up_the_whole_while_other_events_move(
        starts in prop::collection::vec((0_i64..6, 0_usize..3), 0..260),
        most in 1_usize..60,
        moved in prop::collection::vec(0_i64..600, 0..5),
        names_each in any::<bool>(),
    ) {
        let (state, decisions) = (MemoryState::new(), MemoryDecisions::new());
        let row = |number: usize, minutes: i64, of: usize| {
            event(number, minutes).with(|row| row.calendar_id = calendar(of))
        };
        for (number, (start, of)) in starts.iter().enumerate() {
            decisions.put(row(number, start * 60, *of));
        }
        let moving = |number| 1_000 + number;
        for number in 0..moved.len() {
            decisions.put(row(moving(number), 30, number));
        }
        let between = |page: usize| {
            if let Some(minutes) = moved.get(page) {
                decisions.put(row(moving(page), *minutes, page));
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let read = runtime.block_on(async {
            three_calendars(&state).await;
            let selection = selection(names_each);
            listed_pages((&state, &decisions), (&selection, most), between).await
        });
        let still: Vec<_> = read.into_iter().filter(|row| row.key.event_id.as_str() < "event-1000").collect();
        let mut expected: Vec<_> = starts.iter().enumerate().map(|(number, (start, of))| row(number, start * 60, *of)).collect();
        expected.sort_by_key(|row| (row.starts_at, row.key.clone()));
        prop_assert_eq!(ids_of_rows(&still), ids_of_rows(&expected));
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
