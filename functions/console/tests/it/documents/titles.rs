//! Titles that only owners see.

use callsheet_api::without_titles::WITHHELD;
use callsheet_auth::Role;
use callsheet_console::{Settings, Titles};
use callsheet_domain::{Fact, FactValue, RuleName, Verdict};
use callsheet_testkit::{With as _, a_decision, at};
use serde_json::{Value, json};

use crate::alerts::an_alerted_meeting;
use crate::harness::{Harness, OWN, Request, grant, settings, token};

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
