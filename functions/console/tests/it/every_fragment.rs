//! What holds for every fragment, of all routes and roles: it escapes text from outside, and is
//! small.

use callsheet_app::ports::{Calendars as _, NewPolicy, OverrideStore as _, Policies as _};
use callsheet_auth::{Grant, Role};
use callsheet_console::Route;
use callsheet_domain::{
    Actor, CalendarId, CalendarStatus, Decision, DisconnectReason, OverrideChoice, OverrideScope,
    PolicyDocument, PolicyRevision, RequestedDisconnection, RuleName, SeriesId, Verdict, plus,
};
use callsheet_testkit::{With as _, a_calendar_record, a_decision, an_email, an_event, at, id};
use jiff::SignedDuration;
use serde_json::json;

use crate::alerts::an_alerted_meeting;
use crate::harness::{
    Harness, OTHER, Reply, Request, grant, of_role, roles, token, token_of, variants, writes,
};

/// A text with markup, told apart from others by its name.
fn hostile(name: &str) -> String {
    format!("<img src=x onerror=alert(1)>\"'&{name}")
}

/// The same as a fragment may have it.
fn escaped(name: &str) -> String {
    format!("&lt;img src=x onerror=alert(1)&gt;&quot;'&amp;{name}")
}

/// An address has no brackets, so it cannot begin an element.
const OWNER: &str = "o'neil&sons@acme.example";

/// Every text that people, platforms or Recall give is markup.
async fn a_hostile_workspace() -> Harness {
    let harness = Harness::new().await;
    let actor = |name: &str| id::<Actor>(hostile(name));
    let record = a_calendar_record().with(|record| record.calendar.email = Some(an_email(OWNER)));
    harness.recall.put_calendar(record.calendar.clone());
    harness.recall.put_event(an_event());
    let lost = a_calendar_record().with(|record| {
        record.calendar.id = id(OTHER);
        record.calendar.email = Some(an_email(OWNER));
        record.calendar.status = CalendarStatus::Disconnected;
        record.calendar.disconnect_reason = DisconnectReason::parse(&hostile("code"));
        record.disconnection = Some(RequestedDisconnection {
            by: actor("disconnector"),
            at: at("09:00"),
        });
    });
    for record in [&record, &lost] {
        let stored = harness.state.record(&record.calendar.id).await;
        let version = stored.expect("memory").expect("stored").version;
        let record = record.clone().with(|record| record.version = version);
        let written = harness.state.write_disconnection(&record).await;
        written.expect("memory");
    }
    harness.decisions.put(hostile_row());
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, no) = (record.calendar.owner(), OverrideChoice::Skip);
    let (state, by, lead) = (&harness.state, actor("overrider"), actor("pauser"));
    let set = state.set_override(&owner, &scope, no, &by, at("09:05"));
    set.await.expect("memory");
    let paused = state.pause(&owner, at("23:00"), &lead, at("09:06"));
    paused.await.expect("memory");
    let no = Request::get("/v1/events/event-1/meeting/override").with_method("PUT");
    let no = no.with_json(&json!({"override": "skip"}));
    let no = no.with_token(&token_of(&hostile("participant"), grant(Role::Participant)));
    assert_eq!(harness.send(no).await.status, 200);
    // After the no, which would take their bots away.
    for row in further_rows() {
        harness.decisions.put(row);
    }
    push_hostile_policies(&harness, &actor("pusher")).await;
    harness
}

/// An upcoming meeting.
fn hostile_row() -> Decision {
    a_decision().with(|row| {
        row.title = Some(hostile("title"));
        let rule = RuleName::named(hostile("rule"));
        row.verdict = Verdict::record(rule, hostile("reason"));
    })
}

/// A meeting that is given up, one that needs help and one that is over.
fn further_rows() -> [Decision; 3] {
    let abandoned = hostile_row().with(|row| row.key.event_id = id("event-abandoned"));
    let over = hostile_row().with(|row| {
        row.key.event_id = id("event-over");
        row.starts_at = at("08:00");
        row.ends_at = at("08:30");
    });
    [
        abandoned.abandon(hostile("abandonment")),
        an_alerted_meeting(&hostile("alerted")),
        over,
    ]
}

/// An older policy and the active one, which differs in a word of the author's.
async fn push_hostile_policies(harness: &Harness, by: &Actor) {
    for (over, word) in [(0, "older-word"), (1, "word")] {
        let rule =
            json!({"name": "titles", "when": {"title_has": [hostile(word)]}, "then": "record"});
        let document = json!({"version": 1, "rules": [rule], "default": "skip"});
        let document = PolicyDocument::parse(&document.to_string()).expect("a policy");
        let new = NewPolicy {
            document: document.canonical(),
            by: by.clone(),
            at: at("09:00"),
            note: Some(hostile("note")),
            newest_used: PolicyRevision(0),
        };
        let pushed = harness.state.push(&new, PolicyRevision(over)).await;
        pushed.expect("memory");
    }
}

/// The answers of a route to a role as a page; none if it has no page.
async fn fragments(harness: &Harness, route: Route, role: Role) -> Vec<(String, Reply)> {
    let mut fragments = Vec::new();
    let paths = if writes(route) {
        vec![of_role(harness, route, role, true).await.path]
    } else {
        variants(route)
    };
    for path in paths {
        let mut request = of_role(harness, route, role, true).await;
        request.path.clone_from(&path);
        if route == Route::LintPolicy {
            request.body = Some(json!({"version": 1, "default": hostile("lint")}).to_string());
        }
        let reply = harness
            .send(request.with_header("accept", "text/html"))
            .await;
        if reply.status != 406 {
            fragments.push((format!("{role:?} {path}"), reply));
        }
    }
    fragments
}

#[tokio::test]
async fn text_from_outside_is_escaped_in_every_fragment() {
    let mut names = vec![
        "title",
        "reason",
        "rule",
        "abandonment",
        "alerted",
        "overrider",
        "pauser",
        "participant",
        "pusher",
        "note",
        "older-word",
        "word",
        "lint",
    ];
    let (mut pages, mut has_owner) = (0, false);
    for route in Route::ALL {
        for role in roles(route) {
            let harness = a_hostile_workspace().await;
            for (asked, reply) in fragments(&harness, route, *role).await {
                pages += 1;
                let body = &reply.body;
                assert!(reply.status < 500, "{asked}: {body}");
                assert!(!body.contains("<img"), "{asked}: {body}");
                assert!(!body.contains("neil&sons"), "{asked}: {body}");
                names.retain(|name| !body.contains(&escaped(name)));
                has_owner |= body.contains("o'neil&amp;sons");
            }
        }
    }
    assert!(pages >= 60, "{pages} fragments were looked at");
    assert_eq!(
        (names, has_owner),
        (vec![], true),
        "each text is shown somewhere"
    );
}

/// The most bytes of a fragment of fifty events.
const BUDGET: usize = 40 * 1_024;

/// Fifty events of two weeks, with ids, titles and reasons as long as real ones, all of series and
/// with controls.
#[tokio::test]
async fn a_page_of_fifty_events_stays_within_its_budget() {
    let harness = Harness::new().await;
    let calendar: CalendarId = id("5f1c7f0a-2b1e-4b60-9a55-0c8f4f6f8e21");
    let record = a_calendar_record().with(|record| record.calendar.id = calendar.clone());
    harness.state.write_record(&record).await.expect("memory");
    for number in 0..60_i64 {
        harness.decisions.put(a_decision().with(|row| {
            row.calendar_id = calendar.clone();
            row.key.event_id = id(format!("0195a1f4-6f8e-7c1d-9d5b-{number:012}"));
            row.title = Some(format!(
                "Quarterly review of project {number:02} with Globex"
            ));
            row.series = SeriesId::parse("weekly").ok();
            // Some on each day; those of all calendars are of one.
            let later = SignedDuration::from_mins(number * 6 * 60);
            row.starts_at = plus(row.starts_at, later);
            row.ends_at = plus(row.ends_at, later);
        }));
    }
    let agenda = format!("/v1/calendars/{calendar}/agenda");
    let events = format!(
        "/v1/events?calendar={calendar}&from=2090-03-06T00:00:00Z&until=2090-03-30T00:00:00Z"
    );
    for (role, path) in [
        (Role::Owner, agenda.as_str()),
        (Role::Operator, agenda.as_str()),
        (Role::Reader, agenda.as_str()),
        (Role::Operator, events.as_str()),
    ] {
        let grant = match role {
            Role::Owner => Grant::Owner {
                calendars: vec![calendar.clone()],
            },
            _ => grant(role),
        };
        let request = Request::get(path).with_token(&token(grant));
        let reply = harness
            .send(request.with_header("accept", "text/html"))
            .await;
        let rows = reply.body.matches("<li class=\"row\"").count();
        assert_eq!(rows, 50, "{role:?} {path}");
        let has_controls = reply.body.matches(" data-series=").count() == rows;
        let may_choose = role != Role::Reader && path == agenda;
        assert_eq!(has_controls, may_choose, "{role:?} {path}");
        let bytes = reply.body.len();
        assert!(bytes <= BUDGET, "{role:?} {path}: {bytes} bytes");
    }
}
