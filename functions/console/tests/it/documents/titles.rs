//! Titles that only owners see.

use callsheet_api::without_titles::WITHHELD;
use callsheet_app::ports::OverrideStore as _;
use callsheet_auth::Role;
use callsheet_console::{Route, Settings, Titles};
use callsheet_domain::{Fact, FactValue, OverrideChoice, OverrideScope, RuleName, Verdict};
use callsheet_testkit::{
    With as _, a_calendar, a_calendar_record, a_decision, an_actor, an_event, at, id,
};

use crate::alerts::an_alerted_meeting;
use crate::harness::{
    Harness, OWN, Request, grant, of_role, roles, settings, token, variants, writes,
};

const TITLE: &str = "Negotiation of the merger";

/// A console with titles for owners only, and meetings whose title is wherever one can be: a coming
/// one, one that needs help, one that is given up and one that is over.
async fn a_workspace() -> Harness {
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
    let abandoned = row
        .clone()
        .with(|row| row.key.event_id = id("event-abandoned"));
    let reason = format!("Recall refused \"{TITLE}\"");
    harness.decisions.put(abandoned.abandon(reason));
    harness.decisions.put(row.clone().with(|row| {
        row.key.event_id = id("event-failing");
        row.attempts.count = 9;
        row.attempts.last_error = Some(format!("Recall refuses \"{TITLE}\""));
    }));
    harness.decisions.put(row.clone().with(|row| {
        row.key.event_id = id("event-over");
        row.starts_at = at("08:00");
        row.ends_at = at("08:30");
    }));
    harness.decisions.put(row);
    harness.decisions.put(an_alerted_meeting(TITLE));
    harness.recall.put_calendar(a_calendar_record().calendar);
    let mut event = an_event();
    event.facts.title = Some(TITLE.to_owned());
    harness.recall.put_event(event);
    let scope = OverrideScope::Event(a_decision().platform_id.expect("an id"));
    let (owner, no, by) = (a_calendar().owner(), OverrideChoice::Skip, an_actor());
    let set = harness
        .state
        .set_override(&owner, &scope, no, &by, at("09:00"));
    set.await.expect("memory");
    harness
}

/// Whatever an operator or a reader asks for or changes, on every route and in every form.
#[tokio::test]
async fn hidden_titles_appear_in_no_answer_to_an_operator() {
    let mut answers = 0;
    for route in Route::ALL {
        let of_company = [Role::Reader, Role::Operator];
        for role in of_company
            .into_iter()
            .filter(|role| roles(route).contains(role))
        {
            for accept in ["application/json", "text/html", "application/yaml"] {
                let harness = a_workspace().await;
                let paths = if writes(route) {
                    vec![of_role(&harness, route, role, true).await.path]
                } else {
                    variants(route)
                };
                for path in paths {
                    let mut request = of_role(&harness, route, role, true).await;
                    request.path.clone_from(&path);
                    let reply = harness.send(request.with_header("accept", accept)).await;
                    assert!(!reply.body.contains("merger"), "{path}: {}", reply.body);
                    answers += usize::from(reply.status < 300);
                }
            }
        }
    }
    assert!(answers >= 80, "{answers} answers were looked at");
}

/// A reason that quotes a title says so, and nobody finds a title that is not shown. The owner sees
/// it.
#[tokio::test]
async fn a_withheld_title_is_not_found_either() {
    let harness = a_workspace().await;
    let ask = async |role, path: &str, accept: &str| {
        let request = Request::get(path).with_token(&token(grant(role)));
        let reply = harness.send(request.with_header("accept", accept)).await;
        assert!(reply.status < 300, "{path}: {}", reply.body);
        reply.body
    };
    let list = format!("/v1/events?calendar={OWN}");
    let listed = ask(Role::Reader, &list, "application/json").await;
    assert!(!listed.contains("merger"), "{listed}");
    assert!(listed.contains(WITHHELD), "{listed}");
    for path in [&list, &format!("/v1/calendars/{OWN}/agenda")] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}q=merger");
        let found = harness.get(Role::Operator, &path).await;
        assert_eq!((found.status, found.problem().as_str()), (422, "invalid"));
    }
    let agenda = format!("/v1/calendars/{OWN}/agenda?q=merger");
    let own = ask(Role::Owner, &agenda, "application/json").await;
    assert!(own.contains(TITLE), "{own}");
}
