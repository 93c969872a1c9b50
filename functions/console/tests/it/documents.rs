//! The documents: what the routes answer, in pages, with entity tags, and as the command line has
//! it.

use callsheet_api::explain::Explanation;
use callsheet_api::without_titles::WITHHELD;
use callsheet_app::explain::explain_decision;
use callsheet_app::ports::{Decisions as _, OverrideStore as _, Policies as _};
use callsheet_auth::Role;
use callsheet_console::{Settings, Titles};
use callsheet_domain::{
    Decision, Fact, FactValue, OverrideChoice, OverrideScope, PlatformEventId, RuleName, Verdict,
    plus,
};
use callsheet_testkit::{
    With as _, a_calendar, a_calendar_record, a_decision, a_policy_document, an_actor, at, id,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::alerts::an_alerted_meeting;
use crate::harness::{Harness, OTHER, OWN, Request, grant, settings, token};

fn event(number: usize, minutes: i64) -> Decision {
    a_decision().with(|row| {
        row.key.event_id = id(format!("event-1-{number:03}"));
        row.starts_at = plus(at("10:00"), SignedDuration::from_mins(minutes));
        row.ends_at = plus(row.starts_at, SignedDuration::from_mins(30));
    })
}

fn ids(document: &Value) -> Vec<String> {
    let events = document["events"].as_array().expect("a list");
    let ids = events
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[tokio::test]
async fn the_agenda_comes_in_pages_that_its_links_lead_through() {
    let harness = Harness::new().await;
    for number in 0..25 {
        let minutes = i64::try_from(number / 3).expect("small") * 60;
        harness.decisions.put(event(number, minutes));
    }
    let base = format!("/v1/calendars/{OWN}/agenda");
    let whole = harness.get(Role::Owner, &format!("{base}?limit=200")).await;
    assert_eq!(whole.header("link"), None);
    let (mut path, mut found) = (format!("{base}?limit=4&q=kick"), Vec::new());
    loop {
        let page = harness.get(Role::Owner, &path).await;
        found.extend(ids(&page.json()));
        let Some(link) = page.header("link") else {
            break;
        };
        let query = link
            .strip_prefix("<?")
            .and_then(|link| link.strip_suffix(">; rel=\"next\""));
        path = format!("{base}?{}", query.expect("a link"));
        assert!(
            path.contains("limit=4") && path.contains("q=kick"),
            "{path}"
        );
    }
    assert_eq!(found, ids(&whole.json()));
    assert_eq!(found.len(), 26);
}

#[tokio::test]
async fn the_agenda_begins_with_the_day_in_the_time_zone() {
    let harness = Harness::new().await;
    let begin = async |zone: &str| {
        let path = format!("/v1/calendars/{OWN}/agenda?zone={zone}");
        let agenda = harness.get(Role::Owner, &path).await.json();
        (
            agenda["from"].clone(),
            agenda["until"].clone(),
            agenda["zone"].clone(),
        )
    };
    let expected = |from: &str, until: &str, zone: &str| (json!(from), json!(until), json!(zone));
    assert_eq!(
        begin("UTC").await,
        expected("2090-03-06T00:00:00Z", "2090-04-03T00:00:00Z", "UTC")
    );
    assert_eq!(
        begin("Asia/Kolkata").await,
        expected(
            "2090-03-05T18:30:00Z",
            "2090-04-02T18:30:00Z",
            "Asia/Kolkata"
        )
    );
}

#[tokio::test]
async fn the_agenda_shows_the_override_and_that_the_verdict_is_older() {
    let harness = Harness::new().await;
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, by) = (a_calendar().owner(), an_actor());
    let set = harness
        .state
        .set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:05"));
    set.await.expect("memory");
    let agenda = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/agenda"))
        .await
        .json();
    let event = &agenda["events"][0];
    assert_eq!(
        event["overrides"],
        json!({"meeting": null, "event": "skip", "series": null})
    );
    assert_eq!(
        (&event["verdict"], &event["is_outdated"]),
        (&json!("record"), &json!(true))
    );
    let path = format!("/v1/calendars/{OWN}/overrides");
    let overrides = harness.get(Role::Owner, &path).await.json();
    assert_eq!(overrides["overrides"][0]["choice"], "skip");
    assert_eq!(overrides["overrides"][0]["title"], "Kick-off");
    let path = format!("/v1/calendars/{OTHER}/overrides");
    let others = harness.get(Role::Operator, &path).await.json();
    assert_eq!(others["overrides"], json!([]));
}

#[tokio::test]
async fn an_event_is_explained_as_the_command_line_explains_it() {
    let harness = Harness::new().await;
    let read = harness.get(Role::Reader, "/v1/events/event-1").await.json();
    let row = harness.decisions.get(&a_decision().key).expect("stored");
    let explained = explain_decision(&harness.state, &harness.decisions, row).await;
    let explained = Explanation::of(&explained.expect("memory"), at("09:10"));
    assert_eq!(read, serde_json::to_value(&explained).expect("JSON"));
}

#[tokio::test]
async fn an_owner_is_told_that_a_bot_stays_but_not_for_whom() {
    let harness = Harness::new().await;
    let row = a_decision().with(|row| {
        row.wanted = callsheet_domain::Wanted::Nothing;
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
    });
    harness.decisions.put(row);
    let owner = harness.get(Role::Owner, "/v1/events/event-1").await;
    let kept_by = &owner.json()["bot"]["kept_by"];
    assert_eq!(kept_by[0]["state"], "to_be_scheduled");
    for secret in [OTHER, "other@acme.example", "event-2", "Salary"] {
        assert!(!owner.body.contains(secret), "{}", owner.body);
    }
    let reader = harness.get(Role::Reader, "/v1/events/event-1").await;
    assert_eq!(reader.json()["bot"]["kept_by"][0]["calendar"], OTHER);
}

#[tokio::test]
async fn events_are_listed_by_calendar() {
    let harness = Harness::new().await;
    let listed = async |query: &str| {
        let reply = harness
            .get(Role::Operator, &format!("/v1/events?{query}"))
            .await;
        ids(&reply.json())
    };
    assert_eq!(
        listed(&format!("calendar={OWN}&calendar={OTHER}")).await,
        ["event-1", "event-2"]
    );
    assert_eq!(listed("calendar=other@acme.example").await, ["event-2"]);
    assert_eq!(listed(&format!("calendar={OWN}&q=salary")).await, [""; 0]);
}

#[tokio::test]
async fn events_come_in_pages_that_their_links_lead_through() {
    let harness = Harness::new().await;
    for number in 0..25 {
        let minutes = i64::try_from(number / 3).expect("small") * 60;
        harness.decisions.put(event(number, minutes));
    }
    let base = format!("/v1/events?calendar={OWN}&calendar={OTHER}");
    let whole = harness
        .get(Role::Reader, &format!("{base}&limit=200"))
        .await;
    assert_eq!(
        (whole.header("link"), &whole.json()["next"]),
        (None, &Value::Null)
    );
    let (mut path, mut found) = (format!("{base}&limit=4"), Vec::new());
    loop {
        let page = harness.get(Role::Reader, &path).await;
        found.extend(ids(&page.json()));
        let Some(link) = page.header("link") else {
            break;
        };
        let link = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(">; rel=\"next\""));
        path = format!("/v1/events{}", link.expect("a link"));
    }
    assert_eq!(found, ids(&whole.json()));
    assert_eq!(found.len(), 27);
}

#[test_case("until=2090-04-06T00:00:00Z", 200; "31 days")]
#[test_case("until=2090-04-06T00:00:01Z", 422; "longer")]
#[test_case("until=2090-03-06T00:00:00Z", 422; "nothing")]
#[test_case("limit=201", 422; "more than a page")]
#[test_case("cursor=elsewhere", 422; "no cursor")]
#[tokio::test]
async fn a_list_of_events_is_bounded(query: &str, expected: i64) {
    let harness = Harness::new().await;
    let path = format!("/v1/events?calendar={OWN}&{query}");
    assert_eq!(harness.get(Role::Reader, &path).await.status, expected);
}

/// Of all calendars a day is listed, which may have 25 hours.
#[test_case("until=2090-03-07T01:00:00Z", 200; "a long day")]
#[test_case("until=2090-03-07T01:00:01Z", 422; "longer")]
#[test_case("from=2090-03-06T09:00:00Z&until=2090-03-06T12:00:00Z", 200; "hours")]
#[tokio::test]
async fn a_list_of_all_calendars_is_of_a_day(query: &str, expected: i64) {
    let harness = Harness::new().await;
    let path = format!("/v1/events?{query}");
    let listed = harness.get(Role::Reader, &path).await;
    assert_eq!(listed.status, expected);
    if expected == 200 {
        let listed = listed.json();
        let calendars = listed["events"].as_array().expect("a list").iter();
        let calendars: Vec<_> = calendars.map(|event| event["calendar"].as_str()).collect();
        assert_eq!(calendars.len(), 2, "{listed}");
        assert!(calendars.contains(&Some(OTHER)) && calendars.contains(&Some(OWN)));
    }
}

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
    assert_eq!(did(&later), ["resume", "clear"]);
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

#[tokio::test]
async fn a_calendar_has_the_counts_of_its_meetings() {
    let harness = Harness::new().await;
    let calendar = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}"))
        .await
        .json();
    assert_eq!(
        (&calendar["owner"], &calendar["status"]),
        (&json!("sales@acme.example"), &json!("connected"))
    );
    assert!(calendar["meetings"].is_object(), "{calendar}");
}

#[tokio::test]
async fn policies_are_read_by_revision() {
    let harness = Harness::new().await;
    let built_in = harness.get(Role::Reader, "/v1/policy").await.json();
    assert_eq!(
        (&built_in["revision"], &built_in["by"]),
        (&json!(0), &Value::Null)
    );
    let new = callsheet_app::ports::NewPolicy {
        document: a_policy_document().canonical(),
        by: an_actor(),
        at: at("09:00"),
        note: Some("the first".to_owned()),
        newest_used: callsheet_domain::PolicyRevision(0),
    };
    let active = callsheet_domain::PolicyRevision(0);
    harness.state.push(&new, active).await.expect("memory");
    let read = harness.get(Role::Reader, "/v1/policy").await.json();
    assert_eq!(
        (&read["revision"], &read["note"]),
        (&json!(1), &json!("the first"))
    );
    let old = harness.get(Role::Reader, "/v1/policies/0").await.json();
    assert_eq!(old["is_active"], false);
    let listed = harness
        .get(Role::Reader, "/v1/policies?limit=1")
        .await
        .json();
    assert_eq!(listed["policies"][0]["revision"], 1);
    for unknown in ["2", "-1", "one"] {
        let reply = harness
            .get(Role::Reader, &format!("/v1/policies/{unknown}"))
            .await;
        assert_eq!(reply.status, 404);
    }
}

#[tokio::test]
async fn a_status_is_read_again_after_ten_seconds() {
    let harness = Harness::new().await;
    let read_at = async || harness.get(Role::Reader, "/v1/status").await.json()["now"].clone();
    let first = read_at().await;
    harness.clock.advance_to(at("09:10:09"));
    assert_eq!(read_at().await, first);
    harness.clock.advance_to(at("09:10:10"));
    assert_ne!(read_at().await, first);
}

/// Readers in two time zones do not make each other's status be read again.
#[tokio::test]
async fn a_status_is_kept_for_each_time_zone() {
    let harness = Harness::new().await;
    let read_at = async |zone: &str| {
        let path = format!("/v1/status?zone={zone}");
        harness.get(Role::Reader, &path).await.json()["now"].clone()
    };
    let first = [
        read_at("Europe/Berlin").await,
        read_at("Asia/Kolkata").await,
    ];
    harness.clock.advance_to(at("09:10:09"));
    let again = [
        read_at("Europe/Berlin").await,
        read_at("Asia/Kolkata").await,
    ];
    assert_eq!(again, first);
    // However many zones are asked for, few are kept.
    for number in 0..20 {
        read_at(&format!("Etc/GMT-{}", number % 14)).await;
        read_at(&format!("Etc/GMT%2B{}", number % 12)).await;
    }
    assert_ne!(read_at("Europe/Berlin").await, first[0]);
}

#[tokio::test]
async fn a_document_that_is_known_is_not_sent_again() {
    let harness = Harness::new().await;
    let token = token(grant(Role::Reader));
    for path in [
        "/v1/events/event-1",
        "/v1/calendars",
        "/v1/status",
        "/v1/policy",
        "/openapi.json",
    ] {
        let request = Request::get(path).with_token(&token);
        let first = harness.send(request.clone()).await;
        let tag = first.header("etag").expect("a tag").to_owned();
        harness.clock.advance(SignedDuration::from_secs(20));
        let again = harness
            .send(request.clone().with_header("if-none-match", &tag))
            .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        let other = harness
            .send(request.with_header("if-none-match", "\"other\""))
            .await;
        assert_eq!(other.status, 200);
    }
    let path = Request::get("/v1/events/event-1").with_token(&token);
    let tag = harness
        .send(path.clone())
        .await
        .header("etag")
        .expect("a tag")
        .to_owned();
    let stored = harness.decisions.get(&a_decision().key).expect("stored");
    let changed = stored.with(|row| row.title = Some("Kick-off, moved".to_owned()));
    harness.decisions.write(&changed).await.expect("memory");
    let changed = harness.send(path.with_header("if-none-match", &tag)).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn a_head_has_the_headers_of_a_get() {
    let harness = Harness::new().await;
    let request = Request::get("/v1/me").with_token(&token(grant(Role::Reader)));
    let get = harness.send(request.clone()).await;
    let head = harness.send(request.with_method("HEAD")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[test_case("application/json", 200; "json")]
#[test_case("text/html, application/json;q=0.5", 200; "json after another")]
#[test_case("*/*", 200; "anything")]
#[test_case("application/*", 200; "a range")]
#[test_case("", 200; "nothing")]
#[test_case("text/html", 406; "a page")]
#[test_case("application/json;q=0, image/*", 406; "not json")]
#[tokio::test]
async fn a_form_that_there_is_not_is_refused(accept: &str, expected: i64) {
    let harness = Harness::new().await;
    let request = Request::get("/v1/policies").with_token(&token(grant(Role::Reader)));
    let reply = harness.send(request.with_header("accept", accept)).await;
    assert_eq!(reply.status, expected);
}

#[test_case("agenda", "from=yesterday&until=2090-03-07T00:00:00Z&limit=0", &["from", "limit"]; "each that is invalid")]
#[test_case("agenda", "limit=201", &["limit"]; "too many")]
#[test_case("agenda", "limit=1&limit=2", &["limit"]; "given twice")]
#[test_case("agenda", "from=2090-03-07T00:00:00Z&until=2090-03-06T00:00:00Z", &["until"]; "a period that ends before it begins")]
#[test_case("agenda", "from=2090-03-07T00:00:00Z&until=2090-05-09T00:00:00Z", &["until"]; "a period that is too long")]
#[test_case("agenda", "zone=Mars/Olympus", &["zone"]; "an unknown zone")]
#[test_case("agenda", "verdict=maybe&bot=tired", &["verdict", "bot"]; "unknown words")]
#[test_case("agenda", "cursor=AAAA", &["cursor"]; "no cursor")]
#[test_case("agenda", "q=%20", &["q"]; "a blank text")]
#[tokio::test]
async fn invalid_parameters_are_named(part: &str, query: &str, expected: &[&str]) {
    let harness = Harness::new().await;
    let reply = harness
        .get(Role::Owner, &format!("/v1/calendars/{OWN}/{part}?{query}"))
        .await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let problems = reply.json()["problems"].as_array().expect("a list").clone();
    let places: Vec<_> = problems
        .iter()
        .map(|one| one["place"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(places, expected);
}

#[tokio::test]
async fn a_list_of_events_is_of_twenty_calendars_at_most() {
    let harness = Harness::new().await;
    let path = format!("/v1/events?{}", ["calendar=one"; 21].join("&"));
    let reply = harness.get(Role::Reader, &path).await;
    assert_eq!(reply.json()["problems"][0]["place"], "calendar");
}

/// With titles for owners only, whatever an operator asks for or changes, in either form.
#[tokio::test]
async fn hidden_titles_appear_in_no_answer_to_an_operator() {
    const TITLE: &str = "Negotiation of the merger";
    let harness = Harness::set_up(Settings {
        titles: Titles::Owners,
        ..settings()
    });
    let harness = harness.await;
    let row = a_decision().with(|row| {
        row.title = Some(TITLE.to_owned());
        let reason = format!("it is about \"{TITLE}\"");
        row.verdict = Verdict::record(RuleName::DEFAULT, reason);
        if let Verdict::Record(reason) = &mut row.verdict {
            let title = FactValue::Text(TITLE.to_owned());
            reason.facts.insert(Fact::Title, title);
        }
        row.starts_at = at("09:30");
        row.ends_at = at("10:00");
    });
    harness.decisions.put(row);
    harness.decisions.put(an_alerted_meeting(TITLE));
    let ask = async |role, path: &str, accept: &str, method, body: Option<&Value>| {
        let request = Request::get(path).with_method(method);
        let request = request.with_token(&token(grant(role)));
        let request = request.with_header("accept", accept);
        let request = match body {
            Some(body) => request.with_json(body),
            None => request,
        };
        let reply = harness.send(request).await;
        assert!(reply.status < 300, "{path}: {}", reply.body);
        reply.body
    };
    let yes = json!({"override": "record"});
    let requests = [
        ("PUT", "/v1/events/event-1/override".to_owned(), Some(&yes)),
        ("GET", format!("/v1/calendars/{OWN}/agenda"), None),
        ("GET", format!("/v1/calendars/{OWN}/overrides"), None),
        ("GET", format!("/v1/calendars/{OWN}/activity"), None),
        ("GET", "/v1/events/event-1".to_owned(), None),
        ("GET", "/v1/events/event-1?part=why".to_owned(), None),
        ("GET", "/v1/status".to_owned(), None),
        ("GET", "/v1/events".to_owned(), None),
        ("GET", "/v1/events/event-9".to_owned(), None),
    ];
    for (method, path, body) in &requests {
        for accept in ["application/json", "text/html"] {
            let answer = ask(Role::Operator, path, accept, method, *body).await;
            assert!(!answer.contains("merger"), "{path}: {answer}");
        }
    }
    let list = format!("/v1/events?calendar={OWN}");
    let listed = ask(Role::Reader, &list, "application/json", "GET", None).await;
    assert!(!listed.contains("merger"), "{listed}");
    assert!(listed.contains(WITHHELD), "{listed}");
    for path in [&list, &format!("/v1/calendars/{OWN}/agenda")] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}q=merger");
        let found = harness.get(Role::Operator, &path).await;
        assert_eq!((found.status, found.problem().as_str()), (422, "invalid"));
    }
    let agenda = format!("/v1/calendars/{OWN}/agenda?q=merger");
    let own = ask(Role::Owner, &agenda, "application/json", "GET", None).await;
    assert!(own.contains(TITLE), "{own}");
}
