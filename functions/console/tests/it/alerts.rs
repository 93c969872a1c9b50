//! Alerts about running meetings on the overview.

use callsheet_app::ports::Clock as _;
use callsheet_auth::Role;
use callsheet_console::{Settings, Titles};
use callsheet_domain::{AlertKind, Applied, BotConfig, BotStatus, Decision, Wanted};
use callsheet_testkit::{With as _, a_decision, an_applied_bot, at, id};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use crate::harness::{Harness, Request, grant, settings, token};

/// A meeting that runs, and whose bot, which has the title in its name, waits to be admitted.
pub(crate) fn an_alerted_meeting(title: &str) -> Decision {
    let row = a_decision().with(|row| {
        row.key.event_id = id("event-9");
        row.title = Some(title.to_owned());
        row.starts_at = at("09:00");
        row.ends_at = at("10:00");
        if let Wanted::Bot(wanted) = &mut row.wanted {
            let config = json!({"bot_name": format!("Notes of {title}")});
            wanted.config = BotConfig::new(config).expect("a valid configuration");
            wanted.starts_at = row.starts_at;
            row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
        }
    });
    let waits = BotStatus::new("in_waiting_room", None, at("09:01")).expect("a code");
    row.with_statuses(&id("bot-1"), &[waits], true)
        .with_alerts(Some(SignedDuration::ZERO), at("09:05"))
}

/// An operator sees what can still be saved, and what to do; a title in both only if it is shown.
#[test_case(Titles::All, "bot named &quot;Notes of Kick-off&quot;", "Kick-off"; "with titles")]
#[test_case(Titles::Owners, "Admit the bot in the lobby", "Untitled"; "without titles")]
#[tokio::test]
async fn the_overview_shows_alerts_about_running_meetings(
    titles: Titles,
    advice: &str,
    title: &str,
) {
    let harness = Harness::set_up(Settings {
        titles,
        ..settings()
    });
    let harness = harness.await;
    harness.decisions.put(an_alerted_meeting("Kick-off"));
    let status = harness.get(Role::Reader, "/v1/status").await.json();
    let alerts = &status["alerts"];
    assert_eq!(alerts["by_kind"], json!({"waiting": 1}));
    assert_eq!(alerts["first"][0]["event_id"], "event-9");
    let request = Request::get("/v1/status").with_token(&token(grant(Role::Reader)));
    let page = harness.send(request.with_header("accept", "text/html"));
    let page = page.await.body;
    for text in ["can still be saved", "#/events/event-9", advice, title] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let hidden = "Kick-off";
    assert_eq!(page.contains(hidden), title == hidden, "{page}");
}

/// Every list, document and page shows the same alerts: those whose cause is there, while the
/// meeting runs. What people were told of is kept all the same.
#[test_case(None, "10:00", 1; "a bot that still waits")]
#[test_case(Some(("in_call_recording", None)), "10:00", 0; "a bot that was admitted")]
#[test_case(Some(("call_ended", Some("bot_kicked_from_waiting_room"))), "10:00", 1; "a bot that was turned away")]
#[test_case(None, "09:30", 0; "a meeting that is over")]
#[tokio::test]
async fn every_view_shows_the_alerts_whose_cause_is_there(
    later: Option<(&str, Option<&str>)>,
    ends_at: &str,
    expected: usize,
) {
    let harness = Harness::new().await;
    let alerted = an_alerted_meeting("Kick-off");
    let later =
        later.map(|(code, sub_code)| BotStatus::new(code, sub_code, at("09:06")).expect("a code"));
    let row = later.iter().fold(alerted, |row, status| {
        row.with_statuses(&id("bot-1"), std::slice::from_ref(status), true)
            .with_alerts(Some(SignedDuration::ZERO), at("09:07"))
    });
    assert!(!row.life.alerts.all().is_empty(), "people were told");
    harness
        .decisions
        .put(row.with(|row| row.ends_at = at(ends_at)));
    let now = harness.clock.now();
    harness.clock.advance(now.duration_until(at("09:30")));

    let status = harness.get(Role::Reader, "/v1/status").await.json();
    let listed = "/v1/events?from=2090-03-06T08:00:00Z&until=2090-03-06T12:00:00Z";
    let events = harness.get(Role::Reader, listed).await.json();
    let explained = harness.get(Role::Reader, "/v1/events/event-9").await.json();
    let shown = [
        &status["alerts"]["first"],
        &events["events"][0]["alerts"],
        &explained["bot"]["alerts"],
    ];
    assert_eq!(
        shown.map(|alerts| alerts.as_array().map(Vec::len)),
        [Some(expected); 3]
    );
    for path in ["/v1/status", listed, "/v1/events/event-9"] {
        let request = Request::get(path).with_token(&token(grant(Role::Reader)));
        let page = harness
            .send(request.with_header("accept", "text/html"))
            .await
            .body;
        let kinds = AlertKind::ALL.iter();
        let said = kinds.filter(|kind| page.contains(kind.sentence()));
        assert_eq!(said.count(), expected, "{path}: {page}");
    }
}
