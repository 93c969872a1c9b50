//! Which rows are deleted, and which syncs are requested.

use callsheet_app::ports::{Calendars as _, Decisions as _, Queue, SyncStates as _, UnreadableRow};
use callsheet_domain::{Decision, EventId, SyncJob, SyncReason, SyncRequest};
use callsheet_testkit::{
    Faults, Intercepted, MemoryDecisions, MemoryQueue, MemoryState, When, With as _,
    a_calendar_record, a_decision, at,
};
use test_case::test_case;

use super::*;
use crate::render::Render as _;

type Harness = Ports<MemoryQueue>;

/// Tables and a queue, in memory.
struct Ports<Q> {
    state: MemoryState,
    decisions: MemoryDecisions,
    queue: Q,
}

impl<Q: Queue> Ports<Q> {
    async fn unreadable_of(&self, event: &EventId) -> Result<Vec<UnreadableRow>, CliError> {
        Ok(unreadable_of(&self.decisions, event).await?)
    }

    async fn all_unreadable(&self, now: Timestamp) -> Result<Vec<UnreadableRow>, CliError> {
        Ok(all_unreadable((&self.state, &self.decisions), now).await?)
    }

    async fn rebuild(
        &self,
        rows: Vec<UnreadableRow>,
        is_dry_run: bool,
        now: Timestamp,
    ) -> Result<Rebuilt, CliError> {
        let ports = (&self.state, &self.decisions, &self.queue);
        Ok(Rebuilt::of(rebuild(ports, rows, is_dry_run, now).await?))
    }
}

/// A readable row `good`, and unreadable rows `bad` and `over`; the meeting of the last is over.
async fn with_rows() -> Harness {
    let ports = Ports {
        state: MemoryState::new(),
        decisions: MemoryDecisions::new(),
        queue: MemoryQueue::new(),
    };
    let record = a_calendar_record();
    ports.state.write_record(&record).await.expect("memory");
    for event in ["good", "bad", "over"] {
        let row = a_decision().with(|row: &mut Decision| {
            row.key.event_id = EventId::parse(event).expect("an id");
            if event == "over" {
                (row.starts_at, row.ends_at) = (at("08:00"), at("09:00"));
                row.wanted = callsheet_domain::Wanted::Nothing;
            }
        });
        ports.decisions.write(&row).await.expect("memory");
        if event != "good" {
            ports.decisions.make_unreadable(&row.key);
        }
    }
    ports
}

fn event(id: &str) -> EventId {
    EventId::parse(id).expect("an id")
}

async fn is_stored(ports: &Harness, id: &str) -> bool {
    let rows = ports.decisions.of_event(&event(id)).await.expect("memory");
    rows.decisions.len() + rows.unreadable.len() > 0
}

#[tokio::test]
async fn unreadable_rows_of_upcoming_meetings_are_deleted_and_their_calendar_is_synced() {
    let ports = with_rows().await;
    let rows = ports.all_unreadable(at("09:30")).await.expect("memory");
    let rebuilt = ports.rebuild(rows, false, at("09:30")).await;
    let text = rebuilt.expect("memory").text();
    assert_eq!(
        text,
        "\
event bad: deleted (made unreadable on purpose)

1 row was deleted. A full sync of 1 calendar was requested: it decides about their events again. \
         Meetings that ended more than a day ago are not decided about again."
    );
    let stored = (
        is_stored(&ports, "good").await,
        is_stored(&ports, "bad").await,
    );
    assert_eq!(
        (stored, is_stored(&ports, "over").await),
        ((true, false), true)
    );
    let request = SyncRequest {
        calendar_id: a_calendar_record().calendar.id,
        reason: SyncReason::FullSync,
        sent_at: at("09:30"),
    };
    assert_eq!(ports.queue.sent(), [SyncJob::Request(request)]);
}

#[tokio::test]
async fn a_dry_run_of_a_rebuild_changes_nothing() {
    let ports = with_rows().await;
    let rows = ports.all_unreadable(at("09:30")).await.expect("memory");
    let rebuilt = ports.rebuild(rows, true, at("09:30")).await;
    let text = rebuilt.expect("memory").text();
    assert!(
        text.ends_with(
            "1 row would be deleted, and a full sync of 1 calendar requested. Nothing was changed."
        ),
        "{text}"
    );
    assert!(is_stored(&ports, "bad").await);
    assert_eq!(ports.queue.sent(), []);
}

#[tokio::test]
async fn a_row_is_found_by_its_event_even_if_its_meeting_is_over() {
    let ports = with_rows().await;
    let rows = ports.unreadable_of(&event("over")).await;
    let rows = rows.expect("it cannot be read");
    ports
        .rebuild(rows, false, at("09:30"))
        .await
        .expect("memory");
    assert!(!is_stored(&ports, "over").await);
}

/// The row is found by an index, and its calendar is not readable.
#[tokio::test]
async fn a_row_of_an_unknown_calendar_requests_a_full_sync_of_all() {
    let ports = with_rows().await;
    let mut rows = ports.unreadable_of(&event("bad")).await.expect("it is bad");
    rows[0].calendar_id = None;
    let rebuilt = ports.rebuild(rows, false, at("09:30")).await;
    let rebuilt = rebuilt.expect("memory");
    assert!(rebuilt.is_every_calendar_synced);
    let workspace = ports.state.workspace().await.expect("memory");
    assert_eq!(workspace.full_sync_requested_at, Some(at("09:30")));
    let sent_at = at("09:30");
    assert_eq!(ports.queue.sent(), [SyncJob::ResyncNow { sent_at }]);
}

#[test_case("good", "can be read, so it is not rebuilt"; "a readable row")]
#[test_case("unknown", "no decision about event unknown is stored"; "an unknown event")]
#[tokio::test]
async fn only_unreadable_rows_are_rebuilt(id: &str, expected: &str) {
    let ports = with_rows().await;
    let error = ports.unreadable_of(&event(id)).await.expect_err("refused");
    assert_eq!(error.exit_code(), 1);
    assert!(error.report().contains(expected), "{}", error.report());
}

#[tokio::test]
async fn a_rebuild_without_a_sync_request_says_how_to_go_on() {
    let Ports {
        state, decisions, ..
    } = with_rows().await;
    let faults = Faults::once(0, When::Before);
    let ports = Ports {
        state,
        decisions,
        queue: Intercepted::new(MemoryQueue::new(), &faults),
    };
    let rows = ports.all_unreadable(at("09:30")).await.expect("memory");
    let error = ports.rebuild(rows, false, at("09:30")).await;
    let report = error.expect_err("the queue fails").report();
    assert!(
        report.starts_with("1 row was deleted, but no sync could be requested"),
        "{report}"
    );
    assert!(report.contains("callsheet resync --full"), "{report}");
}
