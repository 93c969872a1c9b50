//! Calendars are disconnected over HTTP: the effects are shown, and confirmed as they were seen.

use callsheet_app::ports::Calendars as _;
use callsheet_auth::Role;
use callsheet_domain::{
    Applied, CalendarRecord, CalendarStatus, Decision, SyncJob, SyncReason, Wanted,
};
use callsheet_testkit::{With as _, a_calendar_record, a_decision, an_applied_bot, at, id};
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OTHER, OWN, Reply, Request, grant, token, token_of};

/// A decision whose bot is at Recall under this key.
fn with_bot(event: &str, key: &str) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(event);
        let Wanted::Bot(wanted) = &mut row.wanted else {
            panic!("a bot is wanted");
        };
        wanted.deduplication_key = id(key);
        row.applied = Applied::Bot(Box::new(an_applied_bot(wanted)));
    })
}

fn path() -> String {
    format!("/v1/calendars/{OWN}/disconnection")
}

fn put(tag: Option<&str>) -> Request {
    let request = Request::get(&path()).with_method("PUT");
    match tag {
        Some(tag) => request.with_header("if-match", tag),
        None => request,
    }
}

async fn asked(harness: &Harness, tag: Option<&str>) -> Reply {
    let request = put(tag).with_token(&token(grant(Role::Owner)));
    harness.send(request).await
}

async fn seen(harness: &Harness) -> String {
    let shown = harness.get(Role::Owner, &path()).await;
    shown.header("etag").expect("a tag").to_owned()
}

async fn stored(harness: &Harness) -> CalendarRecord {
    let record = harness.state.record(&id(OWN)).await.expect("memory");
    record.expect("it is stored")
}

/// An own bot and one that an event of another calendar shares, in three meetings.
async fn set_up() -> Harness {
    let harness = Harness::new().await;
    harness.decisions.put(with_bot("event-3", "own"));
    harness.decisions.put(with_bot("event-4", "shared"));
    let of_other = with_bot("event-2", "shared").with(|row| row.calendar_id = id(OTHER));
    harness.decisions.put(of_other);
    harness
}

#[tokio::test]
async fn a_disconnection_shows_its_effects() {
    let harness = set_up().await;
    let shown = harness.get(Role::Owner, &path()).await;
    assert_eq!(
        shown.json(),
        json!({
            "calendar": OWN, "owner": "sales@acme.example", "status": "connected",
            "meetings": 3, "bots": 1, "shared_bots": 1, "unreadable": [], "requested": null,
        })
    );
    assert!(!shown.body.contains(OTHER), "other calendars are not named");
    let tag = shown.header("etag").expect("a tag");
    assert!(!tag.starts_with("W/"), "a change may depend on it: {tag}");
    harness.clock.advance_to(at("09:20"));
    assert_eq!(seen(&harness).await, tag, "reading does not change it");
}

#[tokio::test]
async fn a_disconnection_is_stored_and_carried_out_by_a_sync() {
    let harness = set_up().await;
    let tag = seen(&harness).await;
    let reply = asked(&harness, Some(&tag)).await;
    assert_eq!(reply.status, 202, "{}", reply.body);
    let requested =
        json!({"at": "2090-03-06T09:10:00Z", "by": "sales@acme.example", "via": "console"});
    assert_eq!(
        (&reply.json()["requested"], &reply.json()["bots"]),
        (&requested, &json!(1))
    );
    let record = stored(&harness).await;
    let wanted = record.disconnection.clone().expect("it is stored");
    assert_eq!(
        (wanted.by.as_str(), wanted.at),
        ("sales@acme.example", at("09:10"))
    );
    assert!(record.is_to_be_deleted());
    let jobs = harness.queue.sent();
    let [SyncJob::Request(request)] = jobs.as_slice() else {
        panic!("one request: {jobs:?}");
    };
    assert_eq!(
        (&request.calendar_id, &request.reason),
        (&id(OWN), &SyncReason::CalendarChanged)
    );
    let log = format!("/v1/calendars/{OWN}/activity");
    let log = harness.get(Role::Owner, &log).await.json();
    assert_eq!(
        (&log["actions"][0]["action"], &log["actions"][0]["by"]),
        (&json!("disconnect"), &json!("sales@acme.example"))
    );
}

/// A bot that was scheduled, a meeting that came, another copy that wants the bot no more.
#[test_case(|harness| harness.decisions.put(with_bot("event-5", "new")); "another bot")]
#[test_case(|harness| harness.decisions.put(a_decision().with(|row| row.key.event_id = id("event-5"))); "another meeting")]
#[test_case(|harness| harness.decisions.put(with_bot("event-2", "alone").with(|row| row.calendar_id = id(OTHER))); "a bot that nobody else needs")]
#[tokio::test]
async fn a_disconnection_is_refused_after_its_effects_changed(change: fn(&Harness)) {
    let harness = set_up().await;
    let tag = seen(&harness).await;
    change(&harness);
    let reply = asked(&harness, Some(&tag)).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (412, "changed-meanwhile")
    );
    assert_eq!(stored(&harness).await.disconnection, None);
    assert_eq!(harness.queue.sent(), []);
    let tag = seen(&harness).await;
    assert_eq!(asked(&harness, Some(&tag)).await.status, 202);
}

#[test_case(None, 428, "precondition-required"; "nothing")]
#[test_case(Some("*"), 412, "changed-meanwhile"; "anything")]
#[test_case(Some("W/\"{}\""), 412, "changed-meanwhile"; "a weak tag")]
#[tokio::test]
async fn a_disconnection_says_which_effects_were_seen(
    if_match: Option<&str>,
    status: i64,
    problem: &str,
) {
    let harness = set_up().await;
    let tag = seen(&harness).await;
    let given = if_match.map(|given| given.replace("{}", tag.trim_matches('"')));
    let reply = asked(&harness, given.as_deref()).await;
    assert_eq!((reply.status, reply.problem().as_str()), (status, problem));
    assert_eq!(stored(&harness).await.disconnection, None);
}

#[tokio::test]
async fn a_repeated_disconnection_writes_nothing_and_names_who_asked_first() {
    let harness = set_up().await;
    let tag = seen(&harness).await;
    asked(&harness, Some(&tag)).await;
    let version = stored(&harness).await.version;
    harness.clock.advance_to(at("09:12"));
    let other = put(Some(&tag)).with_token(&token_of("other@acme.example", grant(Role::Owner)));
    let again = harness.send(other).await;
    assert_eq!(again.status, 202, "{}", again.body);
    assert_eq!(again.json()["requested"]["by"], "sales@acme.example");
    assert_eq!(stored(&harness).await.version, version);
    assert_eq!(
        harness.queue.sent().len(),
        2,
        "a request may have been lost"
    );
}

#[tokio::test]
async fn a_calendar_that_is_deleted_stays_as_it_is() {
    let harness = set_up().await;
    let deleted = stored(&harness).await.with(|record| {
        record.calendar.status = CalendarStatus::Deleted;
    });
    harness.state.write_record(&deleted).await.expect("memory");
    let tag = seen(&harness).await;
    let reply = asked(&harness, Some(&tag)).await.json();
    assert_eq!(
        (&reply["status"], &reply["requested"]),
        (&json!("deleted"), &Value::Null)
    );
    assert_eq!(harness.queue.sent(), []);
}

async fn page(harness: &Harness, role: Role) -> Reply {
    let request = Request::get(&path()).with_token(&token(grant(role)));
    let reply = harness.send(request.with_header("accept", "text/html"));
    reply.await
}

#[tokio::test]
async fn the_page_shows_the_effects_and_asks_once() {
    let harness = set_up().await;
    let tag = seen(&harness).await.replace('"', "&quot;");
    let shown = page(&harness, Role::Owner).await.body;
    for part in [
        format!(r#"data-match="{tag}""#),
        "<strong>3</strong> upcoming meetings".to_owned(),
        "<strong>1</strong> bot is removed".to_owned(),
        "<strong>1</strong> bot stays: another calendar wants it".to_owned(),
        r#"pattern="[sS][aA][lL][eE][sS]\x40"#.to_owned(),
        r#"data-method="PUT""#.to_owned(),
    ] {
        assert!(shown.contains(&part), "{part}: {shown}");
    }
    let agenda = format!("/v1/calendars/{OWN}/agenda");
    for (role, is_offered) in [(Role::Owner, true), (Role::Reader, false)] {
        let request = Request::get(&agenda).with_token(&token(grant(role)));
        let request = request.with_header("accept", "text/html");
        let agenda = harness.send(request).await.body;
        assert_eq!(agenda.contains("/disconnection"), is_offered, "{role:?}");
    }
}

#[test_case(CalendarStatus::Connected, "being disconnected"; "not yet")]
#[test_case(CalendarStatus::Deleted, "is disconnected, and its bots"; "done")]
#[tokio::test]
async fn the_page_follows_a_disconnection(status: CalendarStatus, expected: &str) {
    let harness = set_up().await;
    let tag = seen(&harness).await;
    asked(&harness, Some(&tag)).await;
    let record = stored(&harness)
        .await
        .with(|record| record.calendar.status = status);
    harness.state.write_record(&record).await.expect("memory");
    let shown = page(&harness, Role::Owner).await.body;
    assert!(shown.contains(expected), "{shown}");
    assert!(
        shown.contains("Asked for by <bdi>sales@acme.example</bdi>"),
        "{shown}"
    );
    assert!(!shown.contains("data-method"), "nothing is asked: {shown}");
}

/// An address of a stranger is text, and one that cannot be told is the calendar's id.
#[tokio::test]
async fn a_calendar_without_an_address_is_confirmed_by_its_id() {
    let harness = Harness::new().await;
    let nameless = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-new");
        record.calendar.email = None;
    });
    harness.state.write_record(&nameless).await.expect("memory");
    let path = "/v1/calendars/calendar-new/disconnection";
    let request = Request::get(path).with_token(&token(grant(Role::Operator)));
    let shown = harness
        .send(request.with_header("accept", "text/html"))
        .await;
    assert!(
        shown.body.contains("<code>calendar-new</code>"),
        "{}",
        shown.body
    );
}
