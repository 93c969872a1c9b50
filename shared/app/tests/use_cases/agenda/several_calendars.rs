//! The events of several calendars, page by page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use callsheet_app::PortError;
use callsheet_app::events_page::list_page;
use callsheet_app::ports::Calendars as _;
use callsheet_domain::Decision;
use callsheet_testkit::{
    CallName, Intercepted, Interceptor, MemoryDecisions, MemoryState, With as _, a_calendar,
    a_calendar_record, at, id,
};
use proptest::prelude::*;

use super::{event, query};

fn ids_of_rows(rows: &[Decision]) -> Vec<String> {
    let ids = rows.iter().map(|row| row.key.event_id.to_string());
    ids.collect()
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
