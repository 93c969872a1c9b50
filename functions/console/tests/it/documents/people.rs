//! What people said and did in a calendar.

use callsheet_app::ports::{Calendars as _, OverrideStore as _};
use callsheet_auth::Role;
use callsheet_domain::{OverrideChoice, OverrideScope, PlatformEventId, plus};
use callsheet_testkit::{With as _, a_calendar, a_calendar_record, a_decision, an_actor, at, id};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Harness, OWN, Request, grant, token};

/// Overrides belong to the person, and a token may be for one of the person's calendars.
#[tokio::test]
async fn overrides_of_a_calendar_name_no_event_of_another_one() {
    let harness = Harness::new().await;
    let second = a_calendar_record().with(|record| record.calendar.id = id("calendar-second"));
    let private = a_decision().with(|row| {
        row.key.event_id = id("event-private");
        row.calendar_id = id("calendar-second");
        row.platform_id = PlatformEventId::parse("private").ok();
        row.title = Some("Private appointment".to_owned());
    });
    // A copy of the event that is in both.
    let copy = a_decision().with(|row| {
        row.key.event_id = id("event-copy");
        row.calendar_id = id("calendar-second");
        row.starts_at = plus(row.starts_at, SignedDuration::from_mins(-10));
    });
    harness.store(&second, &private).await;
    harness.decisions.put(copy);
    let (owner, by) = (a_calendar().owner(), an_actor());
    for row in [&private, &a_decision()] {
        let scope = OverrideScope::Event(row.platform_id.clone().expect("an id"));
        let set =
            harness
                .state
                .set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:05"));
        set.await.expect("memory");
    }
    harness
        .state
        .pause(&owner, at("23:00"), &by, at("09:06"))
        .await
        .expect("memory");
    let path = format!("/v1/calendars/{OWN}/overrides");
    let own = harness.get(Role::Owner, &path).await;
    for secret in ["Private", "event-private", "calendar-second"] {
        assert!(!own.body.contains(secret), "{}", own.body);
    }
    let own = own.json();
    assert_eq!(own["overrides"].as_array().map(Vec::len), Some(1));
    assert_eq!(own["overrides"][0]["event_id"], "event-1");
    assert_eq!(own["pauses"][0]["calendar"], OWN);
    let path = "/v1/calendars/calendar-second/overrides";
    let second = harness.get(Role::Operator, path).await.json();
    assert_eq!(second["overrides"].as_array().map(Vec::len), Some(2));
    let path = format!("/v1/calendars/{OWN}/activity");
    let own = harness.get(Role::Owner, &path).await;
    for secret in ["Private", "private", "calendar-second"] {
        assert!(!own.body.contains(secret), "{}", own.body);
    }
    assert_eq!(own.json()["actions"].as_array().map(Vec::len), Some(2));
}

/// Pages go on behind what they show, and not behind an override that is for another calendar.
#[tokio::test]
async fn a_cursor_names_no_override_of_another_calendar() {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

    let harness = Harness::new().await;
    let second = a_calendar_record().with(|record| record.calendar.id = id("calendar-second"));
    harness.state.write_record(&second).await.expect("memory");
    let (owner, by) = (a_calendar().owner(), an_actor());
    for number in 0..6 {
        let (calendar, name) = match number % 2 {
            0 => ("calendar-second", "private"),
            _ => (OWN, "own"),
        };
        let platform_id = PlatformEventId::parse(format!("{name}-{number}")).expect("an id");
        harness.decisions.put(a_decision().with(|row| {
            row.key.event_id = id(format!("event-{name}-{number}"));
            row.calendar_id = id(calendar);
            row.platform_id = Some(platform_id.clone());
        }));
        let now = plus(at("09:00"), SignedDuration::from_mins(number));
        let scope = OverrideScope::Event(platform_id);
        let state = &harness.state;
        let set = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, now);
        set.await.expect("memory");
    }
    let (mut query, mut read) = ("limit=1".to_owned(), Vec::new());
    loop {
        let path = format!("/v1/calendars/{OWN}/overrides?{query}");
        let page = harness.get(Role::Owner, &path).await.json();
        let events = page["overrides"].as_array().expect("a list");
        read.extend(events.iter().map(|one| one["event_id"].clone()));
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        let text = BASE64_URL_SAFE_NO_PAD.decode(cursor).expect("base64");
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("private"), "{text}");
        query = format!("limit=1&cursor={cursor}");
    }
    assert_eq!(read, ["event-own-5", "event-own-3", "event-own-1"]);
}

#[tokio::test]
async fn the_activity_in_a_calendar_has_what_was_cleared_and_ended_newest_first() {
    let harness = Harness::new().await;
    let send = async |method, path: &str, body: Option<Value>| {
        harness.clock.advance(SignedDuration::from_mins(1));
        let request = Request::get(path).with_method(method);
        let request = request.with_token(&token(grant(Role::Owner)));
        let request = match body {
            Some(body) => request.with_json(&body),
            None => request,
        };
        assert_eq!(harness.send(request).await.status, 200);
    };
    let (event, pause) = (
        "/v1/events/event-1/override",
        format!("/v1/calendars/{OWN}/pause"),
    );
    let activity = async |query: &str| {
        let path = format!("/v1/calendars/{OWN}/activity{query}");
        harness.get(Role::Owner, &path).await.json()
    };
    send("PUT", event, Some(json!({"override": "skip"}))).await;
    send("PUT", &pause, Some(json!({"for": "P1D"}))).await;
    let now = activity("").await;
    let did = |activity: &Value| {
        let actions = activity["actions"].as_array().expect("a list").clone();
        let words = actions.iter().map(|one| one["action"].as_str());
        words.flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(did(&now), ["pause", "skip"]);
    send("DELETE", event, None).await;
    send("DELETE", &pause, None).await;
    let later = activity("").await;
    assert_eq!(did(&later), ["resume", "clear", "pause", "skip"]);
    let clear = &later["actions"][1];
    assert_eq!(
        (
            &clear["by"],
            &clear["via"],
            &clear["event_id"],
            &clear["title"],
            &clear["scope"]
        ),
        (
            &json!("sales@acme.example"),
            &json!("console"),
            &json!("event-1"),
            &json!("Kick-off"),
            &json!("event")
        )
    );
    assert_eq!(did(&activity("?limit=1").await), ["resume"]);
}
