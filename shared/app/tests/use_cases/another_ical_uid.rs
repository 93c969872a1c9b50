//! An event is given another `ical_uid`: one row of it is left, and one bot.

use callsheet_app::ports::Decisions as _;
use callsheet_domain::{
    Applied, CalendarEvent, CalendarId, CalendarStatus, CallAttempt, CallResult, Decision, EventId,
    IcalUid, Operation, ResponseStatus, Timestamp, Wanted, apply_result,
};
use callsheet_testkit::{With as _, a_calendar, an_email, an_event, at};
use jiff::SignedDuration;

use crate::harness::Harness;

fn uid(text: &str) -> IcalUid {
    IcalUid::parse(text).expect("an ical_uid")
}

/// A version of the event: its `ical_uid`, its start and when it was changed.
fn version(ical_uid: &str, start: &str, updated_at: Timestamp) -> CalendarEvent {
    an_event().with(|event| {
        event.ical_uid = uid(ical_uid);
        event.starts_at = at(start);
        event.ends_at = event.starts_at + SignedDuration::from_hours(1);
        event.updated_at = updated_at;
    })
}

impl Harness {
    async fn become_version(&self, ical_uid: &str, start: &str) {
        self.clock.advance(SignedDuration::from_secs(1));
        self.see(version(ical_uid, start, self.after(0))).await;
    }

    fn row_under(&self, ical_uid: &str) -> Decision {
        let rows = self.decisions.all();
        let mut rows = rows
            .into_iter()
            .filter(|row| row.key.ical_uid == uid(ical_uid));
        rows.next().expect("a row")
    }
}

/// The row wants and holds nothing, and says why.
fn assert_superseded(row: &Decision) {
    assert_eq!(
        (&row.wanted, &row.applied),
        (&Wanted::Nothing, &Applied::Nothing)
    );
    assert!(!row.is_due());
    let reason = row.verdict.reason();
    assert_eq!(reason.rule.as_str(), "superseded");
    assert!(
        reason.reason.contains("another ical_uid"),
        "{}",
        reason.reason
    );
}

/// The event has its bot under the `ical_uid` "a".
async fn harness() -> Harness {
    let harness = Harness::new();
    harness.see(version("a", "10:00", at("09:00"))).await;
    harness.drained().await.expect("a finished run");
    harness
}

#[tokio::test]
async fn another_ical_uid_leaves_one_row_that_counts_and_one_bot() {
    let harness = harness().await;
    harness.become_version("b", "12:00").await;
    assert_superseded(&harness.row_under("a"));
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
    assert_eq!(harness.row_under("b").starts_at, at("12:00"));
}

#[tokio::test]
async fn the_row_of_another_ical_uid_takes_over_the_calls_that_were_made() {
    let harness = harness().await;
    harness.become_version("b", "10:00").await;
    let row = harness.row_under("b");
    assert_eq!(row.history.calls().len(), 1);
    assert!(matches!(row.applied, Applied::Uncertain(_)), "{row:?}");
}

#[tokio::test]
async fn a_bot_that_is_not_wanted_under_another_ical_uid_is_unscheduled() {
    let harness = harness().await;
    harness.clock.advance(SignedDuration::from_secs(1));
    let declined = version("b", "10:00", harness.after(0)).with(|event| {
        event.facts.own_response = Some(ResponseStatus::Declined);
    });
    harness.see(declined).await;
    harness.drained().await.expect("a finished run");
    assert!(harness.recall.bots().is_empty());
    assert_superseded(&harness.row_under("a"));
}

#[tokio::test]
async fn an_older_version_under_the_old_ical_uid_changes_nothing() {
    let harness = harness().await;
    harness.become_version("b", "12:00").await;
    harness.drained().await.expect("a finished run");
    let before = harness.decisions.all();
    let late = version("a", "10:30", at("09:05"));
    harness.see(late).await;
    assert_eq!(harness.decisions.all(), before);
}

/// The version under the first `ical_uid` arrives only after the second one.
#[tokio::test]
async fn an_older_version_gets_no_row_of_its_own() {
    let harness = Harness::new();
    harness.see(version("b", "12:00", at("09:10"))).await;
    harness.see(version("a", "10:00", at("09:00"))).await;
    assert_eq!(harness.decisions.all().len(), 1);
    assert_eq!(harness.row_under("b").starts_at, at("12:00"));
}

#[tokio::test]
async fn an_ical_uid_that_comes_back_has_its_row_back() {
    let harness = harness().await;
    harness.become_version("b", "12:00").await;
    harness.drained().await.expect("a finished run");
    harness.become_version("a", "14:00").await;
    harness.drained().await.expect("a finished run");
    assert_superseded(&harness.row_under("b"));
    assert_eq!(harness.row_under("a").starts_at, at("14:00"));
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 1);
    harness.become_version("c", "15:00").await;
    harness.drained().await.expect("a finished run");
    assert_superseded(&harness.row_under("a"));
    assert_superseded(&harness.row_under("b"));
    harness.assert_as_wanted();
}

#[tokio::test]
async fn an_event_under_another_ical_uid_moved_into_the_past_loses_its_bot() {
    let harness = harness().await;
    harness.become_version("b", "08:00").await;
    harness.drained().await.expect("a finished run");
    assert!(harness.recall.bots().is_empty());
}

/// The bot was put out of the call: another `ical_uid` alone is no new meeting.
#[tokio::test]
async fn another_ical_uid_after_the_start_does_not_send_a_bot_back() {
    let harness = harness().await;
    harness.clock.advance_to(at("10:20"));
    harness.recall.forget_bots();
    let before = harness.recall.count(Operation::ScheduleBot);
    harness.become_version("b", "10:00").await;
    harness.drained().await.expect("a finished run");
    assert_eq!(harness.recall.count(Operation::ScheduleBot), before);
}

/// Another person's copy keeps the old `ical_uid`, and with it the bot.
#[tokio::test]
async fn a_copy_under_the_old_ical_uid_keeps_its_bot() {
    let harness = Harness::new();
    harness.recall.put_calendar(a_calendar().with(|calendar| {
        calendar.id = CalendarId::parse("calendar-lead").expect("an id");
        calendar.email = Some(an_email("lead@acme.example"));
    }));
    let copy = version("a", "10:00", at("09:00")).with(|event| {
        event.id = EventId::parse("event-2").expect("an id");
        event.calendar_id = CalendarId::parse("calendar-lead").expect("an id");
        event.facts.own_response = Some(ResponseStatus::Accepted);
    });
    harness.see(version("a", "10:00", at("09:00"))).await;
    harness.see(copy.clone()).await;
    harness.drained().await.expect("a finished run");
    harness.become_version("b", "12:00").await;
    harness.drained().await.expect("a finished run");
    harness.assert_as_wanted();
    assert_eq!(harness.recall.bots().len(), 2);
    assert!(matches!(harness.decision(&copy.id).wanted, Wanted::Bot(_)));
}

/// The call of the earlier row was in flight when the event was given another
/// `ical_uid`: its result does not make that row call again.
#[tokio::test]
async fn the_result_of_a_call_for_a_superseded_row_makes_no_call() {
    let harness = Harness::new();
    harness.see(version("a", "10:00", at("09:00"))).await;
    let called = harness.row_under("a");
    let attempt = CallAttempt::of(&called, at("09:30")).expect("it is due");
    harness.become_version("b", "12:00").await;
    let row = harness.row_under("a");
    let row = apply_result(row, &attempt, CallResult::Done(Vec::new()), at("09:31"));
    assert_superseded(&row);
    assert_eq!(row.history.calls().len(), 1);
}

/// The row that decides ends earlier than the other one.
#[tokio::test]
async fn of_two_rows_of_an_event_the_one_that_decides_comes_last() {
    let harness = harness().await;
    harness.become_version("b", "08:00").await;
    let rows = harness
        .decisions
        .of_event(&an_event().id)
        .await
        .expect("memory");
    let uids = rows.decisions.iter().map(|row| row.key.ical_uid.as_str());
    assert_eq!(uids.collect::<Vec<_>>(), ["a", "b"]);
}

/// A calendar that is lost leaves superseded rows as they are.
#[tokio::test]
async fn a_superseded_row_of_a_lost_calendar_stays_superseded() {
    let harness = harness().await;
    harness.become_version("b", "12:00").await;
    let lost = a_calendar().with(|calendar| {
        calendar.status = CalendarStatus::Disconnected;
        calendar.updated_at = harness.after(0);
    });
    harness.see_calendar(lost).await;
    assert_superseded(&harness.row_under("a"));
    assert_eq!(
        harness.row_under("b").verdict.reason().rule.as_str(),
        "disconnected"
    );
}
