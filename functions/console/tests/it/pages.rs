//! The pages: fragments of HTML.

use callsheet_app::ports::{Calendars as _, OverrideStore as _};
use callsheet_auth::Role;
use callsheet_domain::{
    CalendarMetadata, CalendarStatus, DisconnectReason, OverrideChoice, OverrideScope, RuleName,
    SeriesId, Verdict, Wanted, plus,
};
use callsheet_testkit::{With as _, a_calendar, a_calendar_record, a_decision, at, id};
use jiff::SignedDuration;
use serde_json::json;
use test_case::test_case;

use crate::harness::{Harness, OTHER, OWN, Reply, Request, grant, token};

pub(crate) async fn fragment(harness: &Harness, role: Role, path: &str) -> Reply {
    let request = Request::get(path).with_token(&token(grant(role)));
    harness
        .send(request.with_header("accept", "text/html"))
        .await
}

#[tokio::test]
async fn an_agenda_has_the_events_by_day_with_their_controls() {
    let harness = Harness::new().await;
    harness.decisions.put(a_decision().with(|row| {
        row.key.event_id = id("event-3");
        row.title = None;
        row.starts_at = at("23:30");
        row.ends_at = plus(at("23:30"), SignedDuration::from_hours(1));
    }));
    let path = format!("/v1/calendars/{OWN}/agenda?zone=Asia/Kolkata");
    let reply = fragment(&harness, Role::Owner, &path).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    for part in [
        r#"<li class="row" id="row-event-1" data-event="policy">"#,
        "Today, </span><span class=\"date\">Monday 6 March</span>",
        "Tomorrow, </span><span class=\"date\">Tuesday 7 March</span>",
        "Times in Asia/Kolkata",
        "Untitled",
        r#"datetime="2090-03-06T23:30:00Z">05:00–06:00</time>"#,
    ] {
        assert!(reply.body.contains(part), "{part}: {}", reply.body);
    }
}

#[test_case("", &["Kick-off", "Given up", "Internal"], "All"; "all")]
#[test_case("?verdict=skip", &["Internal"], "Skipped"; "those that are skipped")]
#[test_case("?needs_attention=true", &["Given up"], "Needs attention"; "those that need attention")]
#[tokio::test]
async fn the_filters_of_an_agenda_have_the_numbers_of_its_events(
    query: &str,
    shown: &[&str],
    chosen: &str,
) {
    let harness = Harness::new().await;
    harness.decisions.put(
        a_decision()
            .with(|row| {
                row.key.event_id = id("event-2");
                row.title = Some("Given up".to_owned());
            })
            .abandon("no link"),
    );
    harness.decisions.put(a_decision().with(|row| {
        row.key.event_id = id("event-3");
        row.title = Some("Internal".to_owned());
        row.verdict = Verdict::skip(RuleName::DEFAULT, "no rule applies");
    }));
    let path = format!("/v1/calendars/{OWN}/agenda{query}");
    let page = fragment(&harness, Role::Owner, &path).await.body;
    for title in ["Kick-off", "Given up", "Internal"] {
        let is_shown = page.contains(&format!(">{title}</a>"));
        assert_eq!(is_shown, shown.contains(&title), "{title}: {page}");
    }
    for (word, count) in [
        ("All", 3),
        ("To record", 2),
        ("Skipped", 1),
        ("Needs attention", 1),
    ] {
        let current = if word == chosen {
            r#" aria-current="true""#
        } else {
            ""
        };
        let (_, link) = page.split_once(&format!("{current}>{word} ")).expect(word);
        let (number, _) = link.split_once("</span></a>").expect("a number");
        assert!(number.ends_with(&format!(">{count}")), "{word}: {number}");
    }
    let counts = harness.get(Role::Owner, &path).await.json()["counts"].clone();
    assert_eq!(
        counts,
        json!({"all": 3, "record": 2, "skip": 1, "needs_attention": 1})
    );
}

/// A code that Recall adds later is shown as it is.
#[test_case("AADSTS50057", Some("the owner's account does not exist or is disabled"), "disabled (AADSTS50057)"; "a known code")]
#[test_case("ErrorNew", None, "since 2090-03-06 09:00 UTC: ErrorNew"; "a new code")]
#[tokio::test]
async fn a_disconnected_calendar_says_why(code: &str, meaning: Option<&str>, shown: &str) {
    let harness = Harness::new().await;
    let record = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-gone");
        record.calendar.status = CalendarStatus::Disconnected;
        record.calendar.disconnect_reason = DisconnectReason::parse(code);
        record.changed_at = at("09:00");
    });
    let written = harness.state.write_record(&record).await;
    written.expect("memory");
    let path = "/v1/calendars?status=disconnected";
    let listed = harness.get(Role::Reader, path).await.json();
    let [listed] = &listed["calendars"].as_array().expect("a list")[..] else {
        panic!("one calendar: {listed}");
    };
    let reason = json!({"code": code, "meaning": meaning});
    assert_eq!(listed["disconnect_reason"], reason);
    let page = fragment(&harness, Role::Reader, path).await.body;
    let page = page.replace("&#39;", "'");
    assert!(page.contains(shown), "{page}");
}

#[test_case("?metadata=team%3Dsales", &["calendar-north", "calendar-south"]; "a value")]
#[test_case("?metadata=team%3Dsales&metadata=region%3Dnorth", &["calendar-north"]; "two values")]
#[test_case("?metadata=team%3DSales", &[]; "a value in another case")]
#[test_case("?metadata=team%3Dsales&q=south", &["calendar-south"]; "a value and a part of the id")]
#[tokio::test]
async fn calendars_are_selected_by_their_metadata(query: &str, expected: &[&str]) {
    let harness = Harness::new().await;
    for region in ["north", "south"] {
        let record = a_calendar_record().with(|record| {
            record.calendar.id = id(format!("calendar-{region}"));
            let values = [("team", "sales"), ("region", region)];
            let values = values.map(|(key, value)| (key.to_owned(), Some(value.to_owned())));
            record.calendar.metadata = CalendarMetadata::shown(values);
        });
        let written = harness.state.write_record(&record).await;
        written.expect("memory");
    }
    let path = format!("/v1/calendars{query}");
    let listed = harness.get(Role::Reader, &path).await.json();
    let listed = listed["calendars"].as_array().expect("a list");
    let ids: Vec<_> = listed.iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, expected);
}

#[test_case("team"; "a key alone")]
#[test_case("=sales"; "a value alone")]
#[test_case("team="; "an empty value")]
#[tokio::test]
async fn metadata_that_no_policy_can_name_is_refused(metadata: &str) {
    let harness = Harness::new().await;
    let metadata = metadata.replace('=', "%3D");
    let path = format!("/v1/calendars?metadata={metadata}");
    let reply = harness.get(Role::Reader, &path).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
}

#[tokio::test]
async fn a_reader_has_no_controls() {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/agenda");
    let overrides = format!("/v1/calendars/{OWN}/overrides");
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, by) = (a_calendar().owner(), id("sales@acme.example"));
    let state = &harness.state;
    let set = state.set_override(&owner, &scope, OverrideChoice::Skip, &by, at("09:05"));
    set.await.expect("memory");
    for path in [path.as_str(), overrides.as_str(), "/v1/events/event-1"] {
        let reply = fragment(&harness, Role::Reader, path).await;
        assert!(reply.body.contains("Kick-off"), "{}", reply.body);
        for control in ["data-write", "data-method", "data-event=", "<fieldset"] {
            assert!(!reply.body.contains(control), "{control}: {}", reply.body);
        }
    }
}

#[tokio::test]
async fn a_meeting_that_is_over_has_no_control() {
    let harness = Harness::new().await;
    harness.clock.advance_to(at("12:00"));
    for path in [&format!("/v1/calendars/{OWN}/agenda"), "/v1/events/event-1"] {
        let request = Request::get(path).with_token(&late_token());
        let reply = harness
            .send(request.with_header("accept", "text/html"))
            .await;
        assert_eq!(reply.status, 200);
        for control in ["data-event=", "<fieldset"] {
            assert!(!reply.body.contains(control), "{control}: {}", reply.body);
        }
    }
}

fn late_token() -> String {
    use crate::harness::a_key;
    let new = callsheet_auth::NewToken {
        subject: id("sales@acme.example"),
        grant: grant(Role::Owner),
        zone: None,
        issued_at: at("11:59"),
        life: SignedDuration::from_mins(50),
    };
    a_key().sign(&new).expect("a token")
}

/// What is locked has a lock and a text in place of its control, in every list and on its page.
#[test_case(Role::Owner, "/v1/calendars/{OWN}/agenda"; "agenda")]
#[test_case(Role::Owner, "/v1/events/event-1"; "event")]
#[test_case(Role::Operator, "/v1/events"; "events")]
#[tokio::test]
async fn a_locked_event_shows_a_lock_and_offers_no_choice(role: Role, path: &str) {
    let harness = Harness::new().await;
    harness.decisions.put(a_decision().with(|row| {
        row.verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address is invited");
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = true;
        }
        row.wanted = Wanted::Nothing;
        row.offer = None;
        row.series = SeriesId::parse("weekly").ok();
    }));
    let path = path.replace("{OWN}", OWN);
    let page = fragment(&harness, role, &path).await.body;
    assert!(page.contains("#icon-lock"), "{page}");
    let text = "Skipped: rule legal-hold, locked by the policy";
    assert!(page.contains(text), "{page}");
    for control in [
        "event-1/override",
        "series/override",
        "data-event=",
        "data-series=",
    ] {
        assert!(!page.contains(control), "{control}: {page}");
    }
    let json = harness.get(role, &path).await.json();
    let event = json["events"].as_array().map_or(&json, |events| &events[0]);
    assert_eq!(
        (&event["rule"], &event["locked"]),
        (&json!("legal-hold"), &json!(true))
    );
}

/// Participants have no rows to go through, and readers nothing to decide.
#[test_case(Role::Participant, None; "a participant")]
#[test_case(Role::Reader, Some("read"); "a reader")]
#[test_case(Role::Owner, Some("decide"); "an owner")]
#[test_case(Role::Operator, Some("decide"); "an operator")]
#[tokio::test]
async fn the_header_offers_the_keys_that_do_something(role: Role, expected: Option<&str>) {
    let harness = Harness::new().await;
    let header = fragment(&harness, role, "/v1/me").await.body;
    let (_, keys) = header.split_once("data-keys=\"").unzip();
    let keys = keys.and_then(|rest| rest.split_once('"'));
    assert_eq!(keys.map(|(keys, _)| keys), expected, "{header}");
}

/// A list of overrides says of each one that changes nothing why not, in place of its control. Of a
/// series more events may come than are known.
#[test_case(false, false, None; "a coming event")]
#[test_case(false, true, Some("It has no effect: the meeting is over."); "an event that is over")]
#[test_case(true, false, Some("It has no effect for now: the policy locks"); "a locked event")]
#[tokio::test]
async fn an_override_without_effect_says_why_and_offers_no_choice(
    is_locked: bool,
    is_over: bool,
    obstacle: Option<&str>,
) {
    let harness = Harness::new().await;
    let row = a_decision().with(|row| {
        if is_over {
            row.starts_at = at("08:00");
            row.ends_at = at("08:30");
        }
        if is_locked {
            row.verdict = Verdict::skip(RuleName::named("legal-hold"), "a listed address");
        }
        if let Verdict::Skip(reason) = &mut row.verdict {
            reason.is_locked = is_locked;
        }
        row.series = SeriesId::parse("weekly").ok();
    });
    harness.decisions.put(row.clone());
    let (owner, by) = (a_calendar().owner(), id("sales@acme.example"));
    let scopes = [
        OverrideScope::Event(row.platform_id.expect("an id")),
        OverrideScope::PlatformSeries(row.series.expect("an id")),
    ];
    for scope in &scopes {
        let state = &harness.state;
        let set = state.set_override(&owner, scope, OverrideChoice::Skip, &by, at("09:05"));
        set.await.expect("memory");
    }
    let path = format!("/v1/calendars/{OWN}/overrides");
    let page = fragment(&harness, Role::Owner, &path).await.body;
    let has_control = |scope: &str| page.contains(&format!("event-1/{scope}\""));
    assert_eq!(has_control("override"), obstacle.is_none(), "{page}");
    assert_eq!(has_control("series/override"), !is_locked, "{page}");
    assert!(obstacle.is_none_or(|words| page.contains(words)), "{page}");
}

#[tokio::test]
async fn a_change_answers_what_was_saved() {
    let harness = Harness::new().await;
    let send = async |method: &'static str, path: &str, body: Option<serde_json::Value>| {
        let request = Request::get(path).with_method(method);
        let request = request.with_token(&token(grant(Role::Owner)));
        let request = match body {
            Some(body) => request.with_json(&body),
            None => request,
        };
        harness
            .send(request.with_header("accept", "text/html"))
            .await
    };
    let path = "/v1/events/event-1/override";
    let no = send("PUT", path, Some(json!({"override": "skip"}))).await;
    assert!(no.body.contains("Saved."), "{}", no.body);
    let agenda = fragment(
        &harness,
        Role::Owner,
        &format!("/v1/calendars/{OWN}/agenda"),
    )
    .await;
    assert!(
        agenda.body.contains(r#"data-event="skip""#),
        "{}",
        agenda.body
    );
    let back = send("DELETE", path, None).await;
    assert!(back.body.contains("Back to the policy"), "{}", back.body);
    let pause = format!("/v1/calendars/{OWN}/pause");
    let paused = send("PUT", &pause, Some(json!({"for": "PT1H"}))).await;
    assert!(paused.body.contains("paused until"), "{}", paused.body);
    let resumed = send("DELETE", &pause, None).await;
    assert!(
        resumed.body.contains("Recording goes on"),
        "{}",
        resumed.body
    );
}

#[tokio::test]
async fn the_events_of_a_day_have_links_to_the_days_beside_it() {
    let harness = Harness::new().await;
    let today = fragment(&harness, Role::Reader, "/v1/events?zone=Europe/Berlin").await;
    for part in [
        "Today, </span><span class=\"date\">Monday 6 March</span>",
        r##"href="#/events?from=2090-03-06T23:00:00Z&amp;until=2090-03-07T23:00:00Z""##,
        r##"href="#/events?verdict=skip""##,
        r##"href="#/calendars/calendar-other/agenda""##,
        "Kick-off",
    ] {
        assert!(today.body.contains(part), "{part}: {}", today.body);
    }
    let path = "/v1/events?zone=Europe/Berlin&from=2090-03-06T23:00:00Z&until=2090-03-07T23:00:00Z";
    let tomorrow = fragment(&harness, Role::Reader, path).await;
    assert!(tomorrow.body.contains("Nothing here"), "{}", tomorrow.body);
    assert!(
        tomorrow.body.contains("Tuesday 7 March"),
        "{}",
        tomorrow.body
    );
    let page = fragment(&harness, Role::Reader, "/v1/events?limit=1").await;
    assert!(
        page.body
            .contains(r##"id="later" href="#/events?limit=1&amp;"##),
        "{}",
        page.body
    );
}

/// The addresses of the links to the first page and to the next one.
fn page_links(body: &str) -> [Option<String>; 2] {
    ["first", "later"].map(|id| {
        let (_, after) = body.split_once(&format!("id=\"{id}\" href=\""))?;
        let (address, _) = after.split_once('"')?;
        Some(address.replace("&amp;", "&"))
    })
}

#[test_case("/calendars/calendar-sales/agenda", "verdict=record&bot=due&q=kick&limit=1"; "an agenda")]
#[test_case("/events", "verdict=record&bot=due&q=kick&calendar=calendar-sales&limit=1"; "events")]
#[test_case("/calendars", "status=connected&q=calendar&meetings=true&limit=1"; "calendars")]
#[tokio::test]
async fn the_links_of_a_list_keep_its_filters(address: &str, filters: &str) {
    let harness = Harness::new().await;
    let another = a_decision().with(|row| row.key.event_id = id("event-1-later"));
    harness.decisions.put(another);
    let page = async |query: &str| {
        let path = format!("/v1{address}?{query}");
        fragment(&harness, Role::Reader, &path).await.body
    };
    let [first, later] = page_links(&page(filters).await);
    let later = later.expect("another page");
    assert_eq!(first, None, "this is the first page");
    let query = later.strip_prefix(&format!("#{address}?"));
    let query = query.expect("the same list");
    assert!(query.contains("cursor="), "{query}");
    let [first, later] = page_links(&page(query).await);
    assert_eq!(later, None, "that is the last page");
    for link in [query, first.expect("a way back").as_str()] {
        for filter in filters.split('&') {
            assert!(link.contains(filter), "{filter}: {link}");
        }
    }
}

#[tokio::test]
async fn a_problem_is_a_fragment_too() {
    let harness = Harness::new().await;
    let foreign = format!("/v1/calendars/{OTHER}/agenda");
    let reply = fragment(&harness, Role::Owner, &foreign).await;
    assert_eq!(reply.status, 404);
    assert!(reply.body.contains(r#"role="alert""#), "{}", reply.body);
    let invalid = format!("/v1/calendars/{OWN}/agenda?zone={}", "%3Cb%3E");
    let reply = fragment(&harness, Role::Owner, &invalid).await;
    assert_eq!(reply.status, 422);
    assert!(reply.body.contains("<code>zone</code>"), "{}", reply.body);
}

#[tokio::test]
async fn a_fragment_has_a_tag_of_its_own() {
    let harness = Harness::new().await;
    let path = format!("/v1/calendars/{OWN}/agenda");
    let json = harness.get(Role::Owner, &path).await;
    let html = fragment(&harness, Role::Owner, &path).await;
    let tag = html.header("etag").expect("a tag").to_owned();
    assert_ne!(json.header("etag"), Some(tag.as_str()));
    harness.clock.advance_to(at("09:11"));
    let request = Request::get(&path).with_token(&token(grant(Role::Owner)));
    let request = request.with_header("accept", "text/html");
    let again = harness
        .send(request.with_header("if-none-match", &tag))
        .await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}
