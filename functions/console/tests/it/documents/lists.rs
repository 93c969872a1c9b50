//! Lists that are newest first, page by page: overrides, activity and policies.

use callsheet_app::ports::{NewPolicy, OverrideStore as _, Policies as _};
use callsheet_auth::Role;
use callsheet_domain::{
    OverrideChoice, OverrideScope, PlatformEventId, PolicyRevision, SeriesId, plus,
};
use callsheet_testkit::{With as _, a_calendar, a_decision, a_policy_document, an_actor, at, id};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OWN, Request, grant, token};

/// Overrides of events and series, one that was cleared, a choice for a meeting, a pause and three
/// policies.
async fn a_workspace() -> Harness {
    let harness = Harness::new().await;
    let (owner, by) = (a_calendar().owner(), an_actor());
    for number in 0..6_i64 {
        let platform_id = PlatformEventId::parse(format!("platform-{number}"));
        let platform_id = platform_id.expect("an id");
        harness.decisions.put(a_decision().with(|row| {
            row.key.event_id = id(format!("event-{number}-listed"));
            row.platform_id = Some(platform_id.clone());
            row.starts_at = plus(row.starts_at, SignedDuration::from_hours(number));
        }));
        let scope = match number {
            4 => OverrideScope::PlatformSeries(SeriesId::parse("weekly").expect("an id")),
            _ => OverrideScope::Event(platform_id),
        };
        let choice = match number {
            5 => OverrideChoice::Clear,
            _ => OverrideChoice::Skip,
        };
        // Two of them at once.
        let now = plus(at("08:00"), SignedDuration::from_mins(number / 2));
        let state = &harness.state;
        let set = state.set_override(&owner, &scope, choice, &by, now).await;
        set.expect("memory");
    }
    let paused = harness.state.pause(&owner, at("23:00"), &by, at("08:01"));
    paused.await.expect("memory");
    let no = Request::get("/v1/events/event-1/meeting/override").with_method("PUT");
    let no = no.with_json(&json!({"override": "skip"}));
    let no = harness
        .send(no.with_token(&token(grant(Role::Owner))))
        .await;
    assert_eq!(no.status, 200);
    for over in 0..3 {
        let new = NewPolicy {
            document: a_policy_document().canonical(),
            by: an_actor(),
            at: at("09:00"),
            note: None,
            newest_used: PolicyRevision(0),
        };
        let pushed = harness.state.push(&new, PolicyRevision(over)).await;
        pushed.expect("memory");
    }
    harness
}

/// Pages one after the other are one large page, and each leads to the next one.
#[test_case("/v1/calendars/{OWN}/overrides", "overrides", 6; "overrides")]
#[test_case("/v1/calendars/{OWN}/activity", "actions", 8; "activity")]
#[test_case("/v1/policies", "policies", 3; "policies")]
#[tokio::test]
async fn pages_one_after_the_other_are_the_list(path: &str, name: &str, count: usize) {
    let harness = a_workspace().await;
    let path = path.replace("{OWN}", OWN);
    let whole = harness.get(Role::Operator, &path).await;
    assert_eq!(whole.header("link"), None, "{}", whole.body);
    let whole = whole.json();
    assert_eq!(whole["next"], Value::Null);
    let all = whole[name].as_array().expect("a list");
    assert_eq!(all.len(), count, "{whole}");
    for limit in 1..=3 {
        let (mut read, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            let page = harness
                .get(Role::Operator, &format!("{path}?{query}"))
                .await;
            let (link, page) = (page.header("link").map(str::to_owned), page.json());
            let entries = page[name].as_array().expect("a list");
            assert!(entries.len() <= limit, "{page}");
            read.extend(entries.clone());
            let Some(cursor) = page["next"].as_str() else {
                assert_eq!(link, None);
                break;
            };
            query = format!("limit={limit}&cursor={cursor}");
            assert_eq!(link, Some(format!("<?{query}>; rel=\"next\"")));
        }
        assert_eq!(&read, all, "{limit} a page");
    }
}

/// A page has a link to the next one, and that one a link back.
#[test_case("/calendars/{OWN}/overrides"; "overrides")]
#[test_case("/calendars/{OWN}/activity"; "activity")]
#[test_case("/policies"; "policies")]
#[tokio::test]
async fn a_list_has_a_link_to_its_next_page(address: &str) {
    let harness = a_workspace().await;
    let address = address.replace("{OWN}", OWN);
    let page = async |query: &str| {
        let request = Request::get(&format!("/v1{address}?{query}"));
        let request = request.with_token(&token(grant(Role::Operator)));
        let request = request.with_header("accept", "text/html");
        harness.send(request).await.body
    };
    let first = page("limit=2").await;
    let link = format!("id=\"later\" href=\"#{address}?limit=2&amp;cursor=");
    let (_, cursor) = first.split_once(&link).expect("a next page");
    let (cursor, _) = cursor.split_once('"').expect("an address");
    let second = page(&format!("limit=2&cursor={cursor}")).await;
    let back = format!("id=\"first\" href=\"#{address}?limit=2\"");
    assert!(second.contains(&back), "{second}");
    assert!(!first.contains("id=\"first\""), "{first}");
}

#[test_case("/v1/calendars/{OWN}/overrides?cursor=4"; "overrides")]
#[test_case("/v1/calendars/{OWN}/activity?cursor=AbCd"; "activity")]
#[test_case("/v1/policies?cursor=first"; "policies")]
#[tokio::test]
async fn what_is_no_cursor_is_refused(path: &str) {
    let harness = Harness::new().await;
    let path = path.replace("{OWN}", OWN);
    let reply = harness.get(Role::Operator, &path).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
}

/// An owner learns from no cursor who said no to a meeting.
#[tokio::test]
async fn a_cursor_names_no_person() {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

    let harness = a_workspace().await;
    for list in ["overrides", "activity"] {
        let mut query = "limit=1".to_owned();
        loop {
            let path = format!("/v1/calendars/{OWN}/{list}?{query}");
            let page = harness.get(Role::Owner, &path).await.json();
            let Some(cursor) = page["next"].as_str() else {
                break;
            };
            let text = BASE64_URL_SAFE_NO_PAD.decode(cursor).expect("base64");
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains('@'), "{text}");
            query = format!("limit=1&cursor={cursor}");
        }
    }
}
