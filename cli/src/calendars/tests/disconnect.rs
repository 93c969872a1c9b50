//! What is stored and requested so that a sync deletes a calendar, and what is shown.

use callsheet_api::delivery::Delivery;
use callsheet_api::disconnection::{Disconnected, Outcome};
use callsheet_domain::{Actor, SyncJob, SyncReason, SyncRequest};
use callsheet_testkit::{Faults, Intercepted, When, an_actor};

use super::*;
use crate::calendars::disconnect::{BySync, Plan};
use crate::error::CliError;
use crate::render::{Render as _, assert_published};
use crate::screen::Screen;

impl Harness {
    fn by_sync(&self) -> BySync<MemoryState, MemoryDecisions, MemoryQueue> {
        BySync {
            state: self.state.clone(),
            decisions: self.decisions.clone(),
            queue: Some(self.queue.clone()),
        }
    }

    pub(super) async fn plan(&self, name: &str) -> Result<Plan, CliError> {
        self.by_sync().plan(name, &clock()).await
    }

    async fn request(&self, name: &str) -> Disconnected {
        let plan = self.plan(name).await.expect("it is stored");
        let requested = self.by_sync().request(plan, &an_actor(), &clock()).await;
        requested.expect("it is stored as wanted")
    }

    async fn stored(&self) -> CalendarRecord {
        let record = self.state.record(&id("calendar-sales")).await;
        record.expect("memory").expect("it is stored")
    }

    /// Reasons of the sync requests that were sent.
    fn requested_syncs(&self) -> Vec<SyncReason> {
        let reasons = self.queue.sent().into_iter().map(|job| match job {
            SyncJob::Request(SyncRequest {
                calendar_id,
                reason,
                ..
            }) => {
                assert_eq!(calendar_id, id("calendar-sales"));
                reason
            }
            job => panic!("requested: {job:?}"),
        });
        reasons.collect()
    }
}

/// A calendar with three meetings, and a bot that it shares with another calendar.
pub(super) async fn with_meetings() -> Harness {
    let harness = empty(&clock());
    let connected = CalendarStatus::Connected;
    harness.store_calendar("sales", connected).await;
    harness.put_at_recall("sales", connected);
    let meetings = [
        ("sales", "event-1", Some("key-1")),
        ("sales", "event-2", Some("key-2")),
        ("sales", "event-3", None),
        ("support", "event-4", Some("key-2")),
    ];
    for (calendar, event, key) in meetings {
        harness.store_decision(calendar, event, key).await;
    }
    harness
}

#[tokio::test]
async fn who_wants_a_calendar_deleted_is_stored_and_a_sync_is_requested() {
    let harness = with_meetings().await;
    let plan = harness.plan("sales@acme.example").await.expect("a plan");
    assert_eq!(
        plan.description(&Screen::default()),
        "sales@acme.example (calendar-sales) will be deleted at Recall. This cannot be undone: its owner \
         has to connect it again.\n\
         It has 3 upcoming meetings. 1 bot is removed with it. 1 bot stays, since it is shared with \
         other calendars."
    );
    let requested = harness.request("sales@acme.example").await;
    assert_published("calendars-disconnect", &requested);
    assert_eq!(requested.outcome, Outcome::Requested);
    assert_eq!(requested.sync_request, Some(Delivery::Sent));
    assert_eq!(
        requested.text(),
        "sales@acme.example (calendar-sales) is to be deleted at Recall, and 1 bot of an upcoming \
         meeting with it.\n\
         A sync was requested, which deletes it and retires its decisions. They stay readable, and \
         `callsheet calendars list` shows the calendar as deleted soon."
    );
    assert_eq!(harness.requested_syncs(), [SyncReason::CalendarChanged]);
    let wanted = harness.stored().await.disconnection.expect("it is wanted");
    assert_eq!((wanted.by, wanted.at), (an_actor(), at("09:30")));
    assert_eq!(harness.recall.calls(), [], "no call is made here");
}

#[tokio::test]
async fn a_repeated_disconnect_names_who_asked_first_and_requests_a_sync_again() {
    let harness = with_meetings().await;
    let first = Actor::parse("lead\u{202e}@acme.example").expect("a name");
    let plan = harness.plan("calendar-sales").await.expect("a plan");
    let ports = harness.by_sync();
    let requested = ports.request(plan, &first, &clock()).await;
    requested.expect("it is stored as wanted");
    let plan = harness.plan("calendar-sales").await.expect("a plan");
    let asked = "lead\u{fffd}@acme.example asked for it at 2090-03-06 09:30 UTC";
    let description = plan.description(&Screen::default());
    let end = format!("\n{asked}, and it was not carried out yet.");
    assert!(description.ends_with(&end), "{description}");
    let again = harness.request("calendar-sales").await;
    assert_eq!(again.outcome, Outcome::AlreadyRequested);
    let text = again.text();
    assert!(text.contains(&format!("already: {asked}.\n")), "{text}");
    assert_eq!(harness.requested_syncs(), [SyncReason::CalendarChanged; 2]);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_deleted_and_changes_nothing() {
    let harness = with_meetings().await;
    let before = harness.stored().await;
    let plan = harness.plan("calendar-sales").await.expect("a plan");
    assert!(plan.unchanged(false).is_none(), "it would be deleted");
    let shown = plan.unchanged(true).expect("a dry run");
    assert_published("calendars-disconnect", &shown);
    assert_eq!((shown.outcome, shown.exit_code()), (Outcome::DryRun, 0));
    let text = shown.text();
    assert!(text.contains("1 bot is removed with it"), "{text}");
    assert!(text.ends_with("\nNothing was changed: this is a dry run."));
    assert_eq!(harness.stored().await, before);
    assert_eq!(harness.requested_syncs(), []);
}

/// Also under the address of its owner, whose only calendar it is.
#[tokio::test]
async fn a_deleted_calendar_is_not_disconnected_again() {
    let harness = empty(&clock());
    harness
        .store_calendar("sales", CalendarStatus::Deleted)
        .await;
    let plan = harness.plan("sales@acme.example").await.expect("a plan");
    for is_dry_run in [true, false] {
        let unchanged = plan.unchanged(is_dry_run).expect("nothing to do");
        assert_published("calendars-disconnect", &unchanged);
        assert_eq!(
            unchanged.text(),
            "sales@acme.example (calendar-sales) was already deleted at Recall."
        );
    }
    // It was deleted since it was shown.
    let requested = harness.request("calendar-sales").await;
    assert_eq!(requested.outcome, Outcome::AlreadyDeleted);
    assert_eq!(harness.requested_syncs(), []);
}

#[tokio::test]
async fn an_unknown_calendar_is_refused() {
    let harness = with_meetings().await;
    for name in ["calendar-unknown", "unknown@acme.example"] {
        let error = harness.plan(name).await.expect_err("it is unknown");
        let report = error.report();
        for part in ["no calendar has the id or the owner", "--at-recall"] {
            assert!(report.contains(part), "{report}");
        }
        assert_eq!(error.exit_code(), 1);
    }
}

#[tokio::test]
async fn an_owner_of_two_calendars_has_to_give_an_id() {
    let harness = with_meetings().await;
    let another = with_name(a_calendar_record(), "sales").with(|record| {
        record.calendar.id = id("calendar-second");
    });
    harness.state.write_record(&another).await.expect("memory");
    let planned = harness.plan("sales@acme.example").await;
    let error = planned.expect_err("there are two calendars");
    assert!(error.report().contains("calendar-sales, calendar-second"));
}

#[tokio::test]
async fn a_disconnect_without_its_sync_request_is_carried_out_by_the_next_resync() {
    let harness = with_meetings().await;
    let faults = Faults::once(0, When::Before);
    let ports = BySync {
        state: harness.state.clone(),
        decisions: harness.decisions.clone(),
        queue: Some(Intercepted::new(harness.queue.clone(), &faults)),
    };
    let plan = ports
        .plan("calendar-sales", &clock())
        .await
        .expect("a plan");
    let requested = ports.request(plan, &an_actor(), &clock()).await;
    let text = requested.expect("it is stored as wanted").text();
    assert!(text.contains("with the next resync"), "{text}");
    assert!(harness.stored().await.is_to_be_deleted());
    assert_eq!(harness.requested_syncs(), []);
}

#[tokio::test]
async fn a_decision_that_cannot_be_read_is_named_and_hinders_nothing() {
    let harness = with_meetings().await;
    let event = callsheet_testkit::id("event-1");
    let rows = harness.decisions.of_event(&event);
    let row = rows.await.expect("memory").decisions.pop().expect("a row");
    harness.decisions.make_unreadable(&row.key);
    let plan = harness.plan("calendar-sales").await.expect("a plan");
    let description = plan.description(&Screen::default());
    let requested = harness.request("calendar-sales").await;
    assert_eq!(requested.outcome, Outcome::Requested);
    assert_eq!(requested.exit_code(), 1);
    for text in [description, requested.text()] {
        let named = "  event event-1: made unreadable on purpose";
        assert!(text.contains(named), "{text}");
    }
}
