//! The console: it shows what the command line shows, to those who may see it.

use callsheet_app::ports::Policies as _;
use callsheet_auth::Grant;
use callsheet_console::{Access, Route};
use callsheet_domain::EventId;
use recall_simulator::Platform;
use reqwest::Method;
use serde_json::json;

use crate::console_client::ConsoleClient;
use crate::policies::{POLICY, policy};
use crate::tenant::Tenant;

#[tokio::test]
async fn an_owner_reads_the_agenda_of_their_calendar_and_of_no_other() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    let other = tenant.create_in(1, tenant.internal(6)).await;
    tenant.assert_bots("created", 1).await;
    let now = tenant.stack.now();
    let console = ConsoleClient::of_environment(now).await;
    let calendars = vec![tenant.calendar_id(0)];
    let token = console.token(Grant::Owner { calendars }, now);

    let agenda = async |index: usize| {
        let path = format!("/v1/calendars/{}/agenda", tenant.calendar_id(index));
        console.get(&path, Some(&token)).await
    };
    let own = agenda(0).await;
    assert_eq!(own.status, 200);
    let events = own.json["events"].as_array().expect("events");
    let [shown] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(shown["id"], event.id.to_string());
    assert_eq!(
        (&shown["verdict"], &shown["rule"]),
        (&"record".into(), &"external".into())
    );
    assert_eq!(shown["bot"], "scheduled");
    assert_eq!(agenda(1).await.status, 404);
    let foreign = format!("/v1/events/{}", other.id);
    assert_eq!(console.get(&foreign, Some(&token)).await.status, 404);
    assert_eq!(console.get("/v1/status", Some(&token)).await.status, 403);
    assert_eq!(console.get("/v1/me", None).await.status, 401);
}

/// The owner's no goes to the bot without a list at Recall, and the way back brings the bot again.
#[tokio::test]
async fn a_no_removes_the_bot_and_the_policy_brings_it_back() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let event = tenant.create(tenant.external(5)).await;
    tenant.assert_bots("created", 1).await;
    let now = tenant.stack.now();
    let console = ConsoleClient::of_environment(now).await;
    let calendars = vec![tenant.calendar_id(0)];
    let token = console.token(Grant::Owner { calendars }, now);
    let path = format!("/v1/events/{}/override", event.id);
    let no = json!({"override": "skip"});
    let answer = console
        .send((Method::PUT, &path), Some(&token), Some(&no))
        .await;
    assert_eq!(
        (answer.status, &answer.json["takes_effect"]),
        (200, &json!("now"))
    );
    tenant.assert_bots("skipped by the owner", 0).await;
    let answer = console
        .send((Method::DELETE, &path), Some(&token), None)
        .await;
    assert_eq!(
        (answer.status, &answer.json["choice"]),
        (200, &json!("clear"))
    );
    tenant.assert_bots("back to the policy", 1).await;
}

/// A sync deletes the calendar at Recall: the console has no key.
#[tokio::test]
async fn a_disconnection_deletes_the_calendar_and_its_bots_and_no_others() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::GoogleCalendar).await;
    tenant.create(tenant.external(5)).await;
    tenant.create_in(1, tenant.external(6)).await;
    tenant.assert_bots("created", 2).await;
    let now = tenant.stack.now();
    let console = ConsoleClient::of_environment(now).await;
    let calendars = vec![tenant.calendar_id(0)];
    let token = console.token(Grant::Owner { calendars }, now);
    let path = format!("/v1/calendars/{}/disconnection", tenant.calendar_id(0));
    let ask = async |seen: Option<&str>| {
        let request = (Method::PUT, path.as_str());
        console.send_over(request, Some(&token), None, seen).await
    };
    assert_eq!(ask(None).await.status, 428);
    assert_eq!(ask(Some("\"of-yesterday\"")).await.status, 412);
    let shown = console.get(&path, Some(&token)).await;
    assert_eq!(
        (&shown.json["meetings"], &shown.json["bots"]),
        (&json!(1), &json!(1))
    );
    let asked = ask(shown.tag.as_deref()).await;
    assert_eq!(asked.status, 202, "{}", asked.json);
    let disconnected = tenant.calendar_id(0);
    tenant
        .assert_eventually("disconnected", |decisions, comparison| {
            let mut own = decisions
                .iter()
                .filter(|row| row.calendar_id == disconnected);
            comparison.bots == 1
                && own.all(|row| row.verdict.reason().rule.as_str() == "disconnected")
        })
        .await;
    let shown = console.get(&path, Some(&token)).await.json;
    assert_eq!(shown["status"], "deleted");
    assert_eq!(shown["requested"]["by"], "lead@acme.example");
}

/// So that each permission of the role is used, and each document is held to the published one.
#[tokio::test]
async fn every_route_answers_on_the_deployed_stack() {
    let _alone = POLICY.lock().await;
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::GoogleCalendar).await;
    let recorded = tenant.create(tenant.external(5)).await;
    let skipped = tenant.create(tenant.internal(6)).await;
    tenant.create_in(1, tenant.external(7)).await;
    tenant.assert_bots("created", 2).await;
    let now = tenant.stack.now();
    let console = ConsoleClient::of_environment(now).await;
    let token = console.token(Grant::Operator, now);
    let calendar = tenant.calendar_id(0).to_string();
    let calendar_token = console.token(
        Grant::Owner {
            calendars: vec![tenant.calendar_id(0)],
        },
        now,
    );
    let participant_token = console.token(
        Grant::Participant {
            event: EventId::parse(recorded.id.to_string()).expect("an id"),
        },
        now,
    );
    for route in Route::ALL {
        let template = route.template();
        let paths = match route {
            Route::Event
            | Route::OverrideEvent
            | Route::ClearEvent
            | Route::OverrideMeeting
            | Route::ClearMeeting
            | Route::OverrideSeries
            | Route::ClearSeries
            | Route::RetryEvent => {
                let ids = [recorded.id, skipped.id].map(|id| id.to_string());
                ids.map(|id| template.replace("{id}", &id)).to_vec()
            }
            Route::Consent => vec![template.replace("{id}", &recorded.id.to_string())],
            Route::Events => vec![format!("{template}?calendar={calendar}")],
            // One would reopen the decisions that other tests have abandoned; the other one takes
            // an ID token, and has tests of its own.
            Route::Retry | Route::SignIn => Vec::new(),
            Route::PolicyRevision => vec![template.replace("{id}", "0")],
            // The routes that follow need the first one.
            Route::Disconnect => vec![template.replace("{id}", tenant.calendar_id(1).as_str())],
            _ => vec![template.replace("{id}", &calendar)],
        };
        for path in paths {
            let is_public = route.access() == Access::Public;
            let token = match route {
                Route::Me => &calendar_token,
                Route::Consent => &participant_token,
                _ => &token,
            };
            let token = (!is_public).then_some(token.as_str());
            let body = match route {
                Route::OverrideEvent | Route::OverrideMeeting | Route::OverrideSeries => {
                    Some(json!({"override": "skip"}))
                }
                Route::Pause => Some(json!({"for": "PT1H"})),
                Route::Resync => Some(json!({"full": false})),
                Route::LintPolicy | Route::Preview => {
                    Some(json!({"version": 1, "default": "skip"}))
                }
                Route::PushPolicy => {
                    let document = policy(&tenant, json!([]), "Console");
                    Some(json!({"document": document, "note": "over HTTP"}))
                }
                _ => None,
            };
            let seen = match route {
                Route::PushPolicy => {
                    let active = tenant.stack.state.active_revision().await;
                    Some(format!("\"policy-{}\"", active.expect("the table").0))
                }
                Route::Disconnect => console.get(&path, token).await.tag,
                _ => None,
            };
            let request = (route.method(), path.as_str());
            let answer = console
                .send_over(request, token, body.as_ref(), seen.as_deref())
                .await;
            let expected = route.success().as_u16();
            assert_eq!(answer.status, expected, "{path}: {}", answer.json);
        }
    }
}
