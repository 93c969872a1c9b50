//! The playground of the policy page: an editor, its check, a preview and the push.

use callsheet_app::ports::{Calendars as _, Policies as _};
use callsheet_auth::Role;
use callsheet_domain::PolicyRevision;
use callsheet_testkit::{With as _, a_calendar_record, an_event, id};
use serde_json::json;
use test_case::test_case;

use crate::harness::{Harness, OWN, Reply, Request, grant, settings, token};

const MARKUP: &str = "<img src=x onerror=alert(1)>";
const ESCAPED: &str = "&lt;img src=x onerror=alert(1)&gt;";

async fn page(harness: &Harness, role: Role, request: Request) -> Reply {
    let request = request.with_token(&token(grant(role)));
    harness
        .send(request.with_header("accept", "text/html"))
        .await
}

async fn policy_page(harness: &Harness, role: Role) -> String {
    let reply = page(harness, role, Request::get("/v1/policy")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

fn yaml(path: &str, text: &str) -> Request {
    let mut request = Request::get(path).with_method("POST");
    request.body = Some(text.to_owned());
    request.with_header("content-type", "application/yaml")
}

fn push(document: &str, tag: &str) -> Request {
    let body = json!({"document": document, "note": "tried in the playground"});
    let request = Request::get("/v1/policy").with_method("PUT");
    request.with_json(&body).with_header("if-match", tag)
}

/// The text of the editor, as a browser reads it.
fn text_of(page: &str) -> String {
    let (_, rest) = page.split_once("<textarea").expect("an editor");
    let (_, rest) = rest.split_once(">\n").expect("its text");
    let (text, _) = rest.split_once("</textarea>").expect("its end");
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

#[tokio::test]
async fn only_an_operator_gets_an_editor_and_only_for_the_active_policy() {
    let harness = Harness::new().await;
    let operator = policy_page(&harness, Role::Operator).await;
    assert!(
        operator.contains(r#"data-match="&quot;policy-0&quot;""#),
        "{operator}"
    );
    assert!(text_of(&operator).contains("version: 1"), "{operator}");
    assert!(!operator.contains("<pre class=\"document\" tabindex=\"0\" data-key"));
    let earlier = Request::get("/v1/policies/0");
    let earlier = page(&harness, Role::Operator, earlier).await.body;
    for shown in [policy_page(&harness, Role::Reader).await, earlier] {
        for control in ["<textarea", "<dialog", "data-playground"] {
            assert!(!shown.contains(control), "{control}: {shown}");
        }
        assert!(shown.contains("<pre"), "{shown}");
    }
}

/// So that what an operator edits is what is active, whatever characters it has.
#[tokio::test]
async fn the_untouched_text_of_the_editor_is_the_active_policy() {
    let harness = Harness::new().await;
    let document = json!({"version": 1, "default": "record", "rules": [
        {"name": "odd", "when": {"title_has": ["on", "01", "a \u{2013} \"b\" & <b>c</b>: #d"]}, "then": "skip"},
    ]});
    let first = push(&document.to_string(), "\"policy-0\"");
    let first = page(&harness, Role::Operator, first).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let shown = policy_page(&harness, Role::Operator).await;
    let same = push(&text_of(&shown), "\"policy-1\"");
    let same = page(&harness, Role::Operator, same).await;
    assert!(same.body.contains("was active already"), "{}", same.body);
    let active = harness.state.active_revision().await.expect("memory");
    assert_eq!(active, PolicyRevision(1));
}

/// The parts that are replaced while the page is open are always the same, since a page with other
/// parts is replaced as a whole, with what a person has typed.
#[tokio::test]
async fn a_push_with_a_note_changes_no_part_of_the_page() {
    let harness = Harness::new().await;
    let parts = |page: &str| {
        let parts = page.split("data-key=\"").skip(1);
        let names = parts.filter_map(|part| part.split('"').next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = policy_page(&harness, Role::Operator).await;
    let pushed = push("version: 1\ndefault: record\n", "\"policy-0\"");
    let pushed = page(&harness, Role::Operator, pushed).await;
    assert!(
        pushed.body.contains("Revision 1 is active"),
        "{}",
        pushed.body
    );
    assert_eq!(pushed.header("etag"), Some("\"policy-1\""));
    let after = policy_page(&harness, Role::Operator).await;
    assert!(after.contains("tried in the playground"), "{after}");
    assert_eq!(parts(&before), ["pushed", "note"]);
    assert_eq!(parts(&before), parts(&after));
}

#[tokio::test]
async fn the_calendars_of_a_preview_are_those_that_are_connected() {
    let harness = Harness::new().await;
    let gone = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-gone");
        record.calendar.status = callsheet_domain::CalendarStatus::Disconnected;
    });
    harness.state.write_record(&gone).await.expect("memory");
    let shown = policy_page(&harness, Role::Operator).await;
    assert!(shown.contains(&format!("value=\"{OWN}\"")), "{shown}");
    assert!(!shown.contains("calendar-gone"), "{shown}");
    let without = Harness::with_preview(settings(), false).await;
    let shown = policy_page(&without, Role::Operator).await;
    assert!(
        !shown.contains(OWN) && !shown.contains("data-start"),
        "{shown}"
    );
    assert!(shown.contains("ConsolePreview=false"), "{shown}");
}

const DOUBTFUL: &str = "version: 1\ndefault: skip\nrules:\n  - name: outside\n    when: {externl: true}\n    then: record\n";

#[test_case(DOUBTFUL, &["Invalid, 1 problem.", r#"data-marked="true" data-line="5" data-column="12""#, "Line 5, column 12"]; "a fact that there is not")]
#[test_case("version: 1\ndefault: [", &["Invalid", r#"data-line="2""#]; "no yaml")]
#[test_case("version: 1\ndefault: record\n", &["Valid, 0 rules.", r#"data-problems="0""#]; "a valid one")]
#[test_case("version: 1\ndefault: <img src=x onerror=alert(1)>\n", &["Invalid", ESCAPED]; "markup")]
#[tokio::test]
async fn a_check_marks_each_problem_at_its_place(text: &str, parts: &[&str]) {
    let harness = Harness::new().await;
    for role in [Role::Reader, Role::Operator] {
        let shown = page(&harness, role, yaml("/v1/policies/lint", text)).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert!(!shown.body.contains("<img"), "{}", shown.body);
        for part in parts {
            assert!(shown.body.contains(part), "{part}: {}", shown.body);
        }
    }
}

/// A title, and what a rule says, come from outside.
#[tokio::test]
async fn a_preview_shows_each_change_with_its_rule() {
    let harness = Harness::new().await;
    harness.recall.put_calendar(a_calendar_record().calendar);
    harness.recall.put_event(an_event().with(|event| {
        event.facts.title = Some(MARKUP.to_owned());
    }));
    let path = format!("/v1/calendars/{OWN}/preview");
    let policy = "version: 1\ndefault: skip\n";
    let shown = page(&harness, Role::Operator, yaml(&path, policy))
        .await
        .body;
    for part in [
        r#"data-gains="0" data-loses="1" data-changes="0" data-keeps="0""#,
        "loses its bot",
        "<bdi>default</bdi>",
        ESCAPED,
        "Upcoming: 0 bots, 0.0 hours.",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("<img"), "{shown}");
    let same = yaml(&path, "version: 1\ndefault: record\n");
    let same = page(&harness, Role::Operator, same).await;
    assert!(
        same.body.contains("Upcoming: 1 bot, 1.0 hours."),
        "{}",
        same.body
    );
}
