//! The alerts about running meetings in the status.

use callsheet_domain::{BotId, BotStatus, plus};
use callsheet_testkit::id;
use jiff::SignedDuration;

use super::*;

const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// A row whose bot, of this number, waits to be admitted, and of which people were told.
fn waiting(number: usize) -> Decision {
    let bot: BotId = id(format!("bot-{number}"));
    let row = a_decision().with(with_bot).with(|row| {
        row.key.event_id = id(format!("event-{number:02}"));
        if let Applied::Bot(applied) = &mut row.applied {
            applied.bot_id = Some(bot.clone());
        }
    });
    let status = BotStatus::new("in_waiting_room", None, at("10:00:30")).expect("a code");
    row.with_statuses(&bot, &[status], true)
        .with_alerts(Some(PATIENCE), at("10:06"))
}

async fn with_rows(rows: impl IntoIterator<Item = Decision>) -> Harness {
    let harness = Harness::healthy().await;
    for row in rows {
        harness.write(&row).await;
    }
    harness.note(activity("10:09")).await;
    let calendar = a_calendar_record().calendar.id;
    let record = harness.state.record(&calendar).await.expect("memory");
    let record = record.expect("it is stored");
    let record = record.with(|record| completed_sync(record, "10:09"));
    harness.store(&record).await;
    harness
}

#[tokio::test]
async fn an_alert_about_a_running_meeting_says_what_a_person_can_do() {
    let harness = with_rows([waiting(7)]).await;
    let status = harness.status(at("10:10")).await;
    assert_eq!((status.alerts.count(), status.exit_code()), (1, 0));
    let text = status.text();
    let (health, _) = text.split_once("\n\nlast webhook").expect("the numbers");
    assert_eq!(
        health,
        "\
Healthy: nothing of the stack needs a person.

1 alert about running meetings, which can still be saved (1 waiting):
  2090-03-06 10:00 UTC event-07 \"Kick-off\": The bot still waits to be admitted to the call. \
  Since 9 min ago. Admit the bot named \"Notes\" in the lobby of the meeting."
    );
}

/// Two calendars see the same meeting, and share its bot.
#[tokio::test]
async fn copies_that_share_a_bot_give_one_alert() {
    let copy = waiting(7).with(|row| row.key.event_id = id("event-08"));
    let status = with_rows([waiting(7), copy])
        .await
        .status(at("10:10"))
        .await;
    assert_eq!(status.alerts.count(), 1);
    assert_eq!(status.alerts.first.len(), 1);
}

#[tokio::test]
async fn all_alerts_are_counted_and_the_first_twenty_named() {
    let status = with_rows((10..33).map(waiting))
        .await
        .status(at("10:10"))
        .await;
    assert_eq!(status.alerts.by_kind, [("waiting", 23)].into());
    assert_eq!(status.alerts.first.len(), 20);
    assert!(
        status.text().contains("\n  and 3 more\n"),
        "{}",
        status.text()
    );
}

#[tokio::test]
async fn an_alert_ends_with_its_cause_and_with_its_meeting() {
    let ends_at = a_decision().ends_at;
    let harness = with_rows([waiting(7)]).await;
    let before = plus(ends_at, SignedDuration::from_secs(-1));
    assert_eq!(harness.status(before).await.alerts.count(), 1);
    assert_eq!(harness.status(ends_at).await.alerts.count(), 0);
    let joined = BotStatus::new("in_call_recording", None, at("10:11")).expect("a code");
    let row = waiting(7).with_statuses(&id("bot-7"), &[joined], true);
    let harness = with_rows([row]).await;
    assert_eq!(harness.status(at("10:12")).await.alerts.count(), 0);
}

/// Of yesterday in the zone of the person who asks.
#[tokio::test]
async fn a_meeting_that_goes_on_past_midnight_keeps_its_alert() {
    let harness = with_rows([waiting(7)]).await;
    let ports = (&harness.state, &harness.decisions, &harness.queues);
    // Midnight is at 10:05 UTC there.
    let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(13 * 3_600 + 55 * 60).expect("one"));
    let status = status(ports, &ARGUMENTS, &zone, at("10:10")).await;
    let status = status.expect("memory");
    assert_eq!(status.alerts.count(), 1);
    assert_eq!(status.meetings.today.record, 0);
}
