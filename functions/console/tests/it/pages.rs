//! The pages: fragments of HTML.

mod controls;

use callsheet_app::ports::Calendars as _;
use callsheet_auth::Role;
use callsheet_domain::{
    CalendarMetadata, CalendarStatus, DisconnectReason, RuleName, Verdict, plus,
};
use callsheet_testkit::{With as _, a_calendar_record, a_decision, at, id};
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
