//! The logs of the functions, and what they must not contain.

use callsheet_auth::Grant;
use callsheet_tests::{FUNCTIONS, log_of, variable, wait_until};
use recall_simulator::Platform;
use reqwest::Method;
use serde_json::json;

use crate::console_client::ConsoleClient;
use crate::tenant::{TIMEOUT, Tenant};

#[tokio::test]
async fn nothing_secret_or_personal_is_logged() {
    let tenant = Tenant::on(Platform::MicrosoftOutlook).await;
    let mut draft = tenant.external(5);
    // What is searched for below is also the title of a meeting, of which a bot is made.
    draft.title = "never-log-me: Negotiation of the merger".to_owned();
    let event = tenant.create(draft).await;
    tenant.assert_bots("created", 1).await;
    let (calendar, event) = (tenant.calendars[0].id.to_string(), event.id.to_string());
    let is_logged =
        async || log_of("sync").contains(&calendar) && log_of("scheduler").contains(&event);
    assert!(
        wait_until(TIMEOUT, is_logged).await,
        "the sync and the call are logged"
    );
    // The console has answered too, about these things.
    let console = ConsoleClient::of_environment(tenant.stack.now()).await;
    let token = console.token(Grant::Reader, tenant.stack.now());
    let path = format!("/v1/calendars/{calendar}/agenda?q=never-log-me");
    assert_eq!(console.get(&path, Some(&token)).await.status, 200);
    // The title is in an explanation, in a list of all calendars, and in what is written.
    for path in [format!("/v1/events/{event}"), "/v1/events".to_owned()] {
        assert_eq!(console.get(&path, Some(&token)).await.status, 200);
    }
    let calendars = vec![tenant.calendar_id(0)];
    let owner = console.token(Grant::Owner { calendars }, tenant.stack.now());
    let (path, no) = (
        format!("/v1/events/{event}/override"),
        json!({"override": "skip"}),
    );
    let no = console
        .send((Method::PUT, &path), Some(&owner), Some(&no))
        .await;
    assert_eq!(no.status, 200);
    let is_logged = async || log_of("console").contains("answered /v1/calendars/{id}/agenda");
    assert!(
        wait_until(TIMEOUT, is_logged).await,
        "the request is logged"
    );
    // Somebody has signed in, too.
    let claims = json!({"email": tenant.address(1), "email_verified": true});
    let id_token = console.id_token(&claims).await;
    let (status, signed_in) = console.exchange(Some(&id_token)).await;
    assert_eq!(status, 201, "{signed_in}");
    let is_logged = async || log_of("console").contains("signed a person in as owner");
    assert!(
        wait_until(TIMEOUT, is_logged).await,
        "the sign-in is logged"
    );
    let secrets = [
        token,
        id_token,
        signed_in["token"].as_str().expect("a token").to_owned(),
        variable("CALLSHEET_RECALL_API_KEY"),
        variable("CALLSHEET_WEBHOOK_SECRET"),
    ];
    let personal = [
        "never-log",
        "Negotiation of the merger",
        "meet.example",
        "@acme.example",
        "@globex.example",
    ];
    for function in FUNCTIONS {
        let log = log_of(function);
        assert!(!log.is_empty(), "{function} has a log");
        for secret in personal
            .into_iter()
            .chain(secrets.iter().map(String::as_str))
        {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{function} logs {secret}");
        }
    }
}
