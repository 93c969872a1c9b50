//! The page of an event: what happened to it, newest first, and its document as text.

use callsheet_app::ports::OverrideStore as _;
use callsheet_auth::Role;
use callsheet_domain::{
    Actor, BotStatus, CallRecord, Cause, Decision, History, Operation, OverrideChoice,
    OverrideRevision, OverrideScope, PastVerdict, PastVerdicts, PolicyRevision, RecordedResult,
    RuleName,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, at, id};
use serde_json::{Value, json};

use crate::harness::{Harness, Request, grant, token, token_of};

async fn page(harness: &Harness, path: &str) -> String {
    let request = Request::get(path).with_token(&token(grant(Role::Owner)));
    let reply = harness
        .send(request.with_header("accept", "text/html"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

fn past(time: &str, is_recorded: bool, rule: RuleName, policy: u64) -> PastVerdict {
    PastVerdict {
        at: at(time),
        is_recorded,
        rule,
        policy: PolicyRevision(policy),
        overrides: OverrideRevision(0),
    }
}

/// A decision of which something of each kind is known.
fn an_event_with_a_past() -> Decision {
    let row = a_decision().with(|row| {
        row.verdicts = PastVerdicts::kept([
            past("08:00", false, RuleName::DEFAULT, 3),
            past("08:30", true, RuleName::named("external"), 4),
        ]);
        row.history = History::kept([CallRecord {
            at: at("08:31"),
            operation: Operation::ScheduleBot,
            cause: Cause::New,
            outcome: RecordedResult::Done,
            is_late: false,
        }]);
    });
    let status = |code, time| BotStatus::new(code, None, at(time)).expect("a code");
    let statuses = [
        status("joining_call", "09:58"),
        status("in_call_not_recording", "09:59"),
        status("in_call_recording", "10:00"),
    ];
    row.with_statuses(&id("bot-1"), &statuses, true)
}

#[tokio::test]
async fn the_timeline_shows_the_newest_first() {
    let harness = Harness::new().await;
    let row = an_event_with_a_past();
    let scope = OverrideScope::Event(row.platform_id.clone().expect("an id"));
    let (owner, by) = (a_calendar().owner(), id("sales@acme.example"));
    let state = &harness.state;
    let set = state.set_override(&owner, &scope, OverrideChoice::Record, &by, at("09:05"));
    set.await.expect("memory");
    let paused = state.pause(&owner, at("23:00"), &by, at("09:06"));
    paused.await.expect("memory");
    harness.decisions.put(row);
    let page = page(&harness, "/v1/events/event-1").await;
    let (_, timeline) = page
        .split_once("<ol class=\"timeline\">")
        .expect("a timeline");
    let (timeline, _) = timeline.split_once("</ol>").expect("its end");
    let words = [
        "the bot began to record",
        "the bot joined the call",
        "paused recording until",
        "chose to record this event",
        "schedule bot: done",
        "policy 4: record by external (before: skip by default)",
        "policy 3: skip by default<",
    ];
    let places = words.map(|words| {
        timeline
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {timeline}"))
    });
    assert!(places.is_sorted(), "{places:?}: {timeline}");
}

/// Also what was replaced since, and choices for the whole meeting; an owner is not told whose the
/// others are.
#[tokio::test]
async fn the_timeline_has_everything_that_people_chose_for_the_event() {
    let harness = Harness::new().await;
    let row = a_decision();
    let scope = OverrideScope::Event(row.platform_id.clone().expect("an id"));
    let owner = a_calendar().owner();
    let by = id::<Actor>("sales@acme.example").signed_with(Some("crm".to_owned()));
    let state = &harness.state;
    for (choice, time) in [
        (OverrideChoice::Record, "09:01"),
        (OverrideChoice::Skip, "09:02"),
        (OverrideChoice::Clear, "09:03"),
    ] {
        let set = state.set_override(&owner, &scope, choice, &by, at(time));
        set.await.expect("memory");
    }
    let no = Request::get("/v1/events/event-1/meeting/override").with_method("PUT");
    let no = no.with_json(&json!({"override": "skip"}));
    let guest = token_of("guest@globex.example", grant(Role::Participant));
    assert_eq!(harness.send(no.with_token(&guest)).await.status, 200);
    let document = harness.get(Role::Owner, "/v1/events/event-1").await.json();
    let choices = document["choices"].as_array().expect("a list").iter();
    let choices: Vec<_> = choices
        .map(|made| ["scope", "action", "by", "via"].map(|name| made[name].clone()))
        .collect();
    let own = |action| json!(["event", action, "sales@acme.example", "crm"]);
    let expected = json!([
        ["meeting", "skip", "another person", null],
        own("clear"),
        own("skip"),
        own("record"),
    ]);
    assert_eq!(json!(choices), expected);
    let page = page(&harness, "/v1/events/event-1").await;
    let words = [
        "another person</bdi> chose to skip the whole meeting",
        "went back to the policy for this event",
        "chose to skip this event",
        "chose to record this event",
    ];
    let places = words.map(|words| {
        page.find(words)
            .unwrap_or_else(|| panic!("{words}: {page}"))
    });
    assert!(places.is_sorted(), "{places:?}: {page}");
    assert!(
        page.contains("<code>crm</code>") && !page.contains("globex.example</bdi>"),
        "{page}"
    );
    let operators = harness
        .get(Role::Operator, "/v1/events/event-1")
        .await
        .json();
    assert_eq!(operators["choices"][0]["by"], "guest@globex.example");
}

#[tokio::test]
async fn an_event_can_be_read_as_json_on_its_page() {
    let harness = Harness::new().await;
    harness.decisions.put(an_event_with_a_past());
    let whole = page(&harness, "/v1/events/event-1").await;
    assert!(
        whole.contains("data-src=\"v1/events/event-1?part=json\""),
        "{whole}"
    );
    assert!(
        whole.contains("<code>callsheet explain event-1 --json</code>"),
        "{whole}"
    );
    let shown = page(&harness, "/v1/events/event-1?part=json").await;
    let (_, text) = shown.split_once("<code>").expect("the document");
    let (text, _) = text.split_once("</code>").expect("its end");
    let text = text
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    let shown: Value = serde_json::from_str(&text.replace("&amp;", "&")).expect("JSON");
    let document = harness.get(Role::Owner, "/v1/events/event-1").await.json();
    assert_eq!(shown, document);
    assert_eq!(document["verdicts"][1]["rule"], "external");
}
