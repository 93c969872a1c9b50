//! A calendar that no sync can delete is deleted at Recall right away.

use callsheet_api::disconnection::{Disconnected, Outcome};
use callsheet_app::{PortError, Service};
use callsheet_domain::Operation;
use callsheet_testkit::Fault;
use test_case::test_case;

use super::disconnect::with_meetings;
use super::*;
use crate::calendars::disconnect::AtRecall;
use crate::error::CliError;
use crate::render::{Render as _, assert_published};
use crate::screen::Screen;

impl Harness {
    fn at_recall(&self) -> AtRecall<MemoryState, MemoryDecisions, MemoryRecall<ManualClock>> {
        AtRecall {
            state: self.state.clone(),
            decisions: self.decisions.clone(),
            recall: self.recall.clone(),
        }
    }

    async fn delete(&self, name: &str) -> Result<Disconnected, CliError> {
        let ports = self.at_recall();
        let plan = ports.plan(name, &clock()).await?;
        ports.delete(plan, &clock()).await
    }

    fn deletions(&self) -> usize {
        self.recall.count(Operation::DeleteCalendar)
    }
}

/// A calendar with meetings, whose record a later build wrote.
async fn unreadable() -> Harness {
    let harness = with_meetings().await;
    harness.state.make_record_unreadable(&id("calendar-sales"));
    harness
}

#[tokio::test]
async fn a_calendar_whose_record_cannot_be_read_is_refused_unless_it_is_deleted_at_recall() {
    let harness = unreadable().await;
    let error = harness.plan("calendar-sales").await;
    let error = error.expect_err("a sync cannot read it either");
    assert_eq!(error.exit_code(), 1);
    let report = error.report();
    for part in ["cannot be read", "--at-recall"] {
        assert!(report.contains(part), "{report}");
    }
    let ports = harness.at_recall();
    let plan = ports.plan("calendar-sales", &clock()).await;
    let plan = plan.expect("Recall knows it");
    let description = plan.description(&Screen::default());
    assert!(
        description.contains("3 upcoming meetings. 1 bot is removed"),
        "{description}"
    );
    assert_eq!(harness.deletions(), 0);
    let deleted = ports.delete(plan, &clock()).await.expect("it is deleted");
    assert_published("calendars-disconnect", &deleted);
    assert_eq!(deleted.outcome, Outcome::Deleted);
    let text = deleted.text();
    assert!(text.contains("was deleted at Recall, and 1 bot"), "{text}");
    assert!(text.contains("No sync can retire its decisions"), "{text}");
    assert_eq!(harness.deletions(), 1);
    assert!(
        harness.state.next_free(Operation::DeleteCalendar).is_some(),
        "under a permit"
    );
    assert!(harness.queue.sent().is_empty(), "no sync could read it");
}

#[tokio::test]
async fn a_calendar_that_only_recall_knows_is_deleted() {
    let harness = empty(&clock());
    harness.put_at_recall("sales", CalendarStatus::Connected);
    let deleted = harness.delete("calendar-sales").await.expect("deleted");
    assert_eq!(deleted.outcome, Outcome::Deleted);
    assert_eq!(deleted.disconnection.removal.meetings, 0);
}

/// A person who may only have syncs delete calendars leaves a name behind.
#[tokio::test]
async fn a_calendar_whose_record_can_be_read_is_left_to_a_sync() {
    let harness = with_meetings().await;
    let error = harness.delete("calendar-sales").await.expect_err("stored");
    assert_eq!(error.exit_code(), 1);
    let report = error.report();
    assert!(report.contains("without --at-recall"), "{report}");
    assert_eq!(harness.recall.calls(), []);
}

#[test_case("calendar-unknown"; "an unknown id")]
#[test_case("sales@acme.example"; "an address")]
#[tokio::test]
async fn without_a_record_only_an_id_that_recall_knows_names_a_calendar(name: &str) {
    let harness = unreadable().await;
    let error = harness.delete(name).await.expect_err("it is unknown");
    assert!(
        error
            .report()
            .contains("no calendar has the id or the owner")
    );
    assert_eq!((error.exit_code(), harness.deletions()), (1, 0));
}

#[tokio::test]
async fn a_deletion_without_a_response_is_repeated() {
    let harness = unreadable().await;
    harness
        .recall
        .fault(Operation::DeleteCalendar, Fault::CutAfterEffect);
    let deleted = harness.delete("calendar-sales").await.expect("deleted");
    // The first call had its effect, and its response was lost.
    assert_eq!(deleted.outcome, Outcome::AlreadyDeleted);
}

#[tokio::test]
async fn a_deletion_that_recall_denies_fails() {
    let harness = unreadable().await;
    let denied = PortError::Denied {
        service: Service::Recall,
        reason: "403".to_owned(),
    };
    harness
        .recall
        .fault(Operation::DeleteCalendar, Fault::Fails(denied));
    let deleted = harness.delete("calendar-sales").await;
    assert_eq!(deleted.expect_err("denied").exit_code(), 2);
}
