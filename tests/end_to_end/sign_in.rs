//! People sign in to the console with a company login: API Gateway verifies their ID token.

use callsheet_tests::wait_until;
use recall_simulator::Platform;
use serde_json::{Value, json};

use crate::console_client::ConsoleClient;
use crate::tenant::{TIMEOUT, Tenant};

#[tokio::test]
async fn an_owner_signs_in_to_the_calendars_of_the_address() {
    let mut tenant = Tenant::on(Platform::GoogleCalendar).await;
    tenant.connect(Platform::GoogleCalendar).await;
    let console = ConsoleClient::of_environment(tenant.stack.now()).await;
    let claims = json!({"email": tenant.address(1), "email_verified": true, "groups": ["staff"]});
    let id_token = console.id_token(&claims).await;
    let is_known = async || console.exchange(Some(&id_token)).await.0 == 201;
    assert!(
        wait_until(TIMEOUT, is_known).await,
        "the calendar is known, and its owner signs in"
    );
    let (_, document) = console.exchange(Some(&id_token)).await;
    let token = document["token"].as_str().expect("a token");
    let me = console.get("/v1/me", Some(token)).await;
    assert_eq!(me.status, 200);
    let calendars = me.json["calendars"].as_array().expect("calendars");
    let ids = calendars
        .iter()
        .filter_map(|calendar| calendar["id"].as_str());
    assert_eq!(ids.collect::<Vec<_>>(), [tenant.calendar_id(0).as_str()]);
    assert_eq!(me.json["name"], json!(tenant.address(1)));
    let other = format!("/v1/calendars/{}", tenant.calendar_id(1));
    assert_eq!(console.get(&other, Some(token)).await.status, 404);
    // The ID token itself opens nothing else.
    assert_eq!(console.get("/v1/me", Some(&id_token)).await.status, 401);
}

#[tokio::test]
async fn an_operator_signs_in_by_a_group() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let console = ConsoleClient::of_environment(tenant.stack.now()).await;
    let groups = ["staff", "callsheet-operators"];
    let claims = json!({"groups": groups, "email": "lead@acme.example"});
    let id_token = console.id_token(&claims).await;
    let (status, document) = console.exchange(Some(&id_token)).await;
    assert_eq!(status, 201, "{document}");
    let token = document["token"].as_str().expect("a token");
    let me = console.get("/v1/me", Some(token)).await.json;
    assert_eq!(
        (&me["role"], &me["name"]),
        (&json!("operator"), &json!("lead@acme.example"))
    );
}

/// API Gateway refuses all but the last two, before the function is called; the function refuses these.
#[tokio::test]
async fn an_id_token_that_does_not_hold_is_refused() {
    let tenant = Tenant::on(Platform::GoogleCalendar).await;
    let now = tenant.stack.now().as_second();
    let console = ConsoleClient::of_environment(tenant.stack.now()).await;
    let operator = |changed: Value| {
        let mut claims = json!({"groups": ["callsheet-operators"]});
        for (name, value) in changed.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        claims
    };
    assert_eq!(console.exchange(None).await.0, 401, "no token");
    for (changed, reason) in [
        (json!({"aud": "crm"}), "another audience"),
        (
            json!({"iss": "https://id.globex.example"}),
            "another issuer",
        ),
        (json!({"exp": now - 60}), "expired"),
    ] {
        let id_token = console.id_token(&operator(changed)).await;
        assert_eq!(console.exchange(Some(&id_token)).await.0, 401, "{reason}");
    }
    let id_token = console.id_token(&operator(json!({}))).await;
    let (signed, _) = id_token.rsplit_once('.').expect("three parts");
    let forged = format!("{signed}.{}", "A".repeat(342));
    assert_eq!(console.exchange(Some(&forged)).await.0, 401, "forged");
    // The client alone is enough for the authorizer, if there is no audience.
    let claims = operator(json!({"aud": null, "client_id": "callsheet"}));
    let id_token = console.id_token(&claims).await;
    assert_eq!(
        console.exchange(Some(&id_token)).await.0,
        401,
        "no audience"
    );
    let stranger = json!({"email": "nobody@globex.example", "email_verified": true});
    let id_token = console.id_token(&stranger).await;
    let (status, problem) = console.exchange(Some(&id_token)).await;
    assert_eq!(
        (status, &problem["type"]),
        (403, &json!("urn:callsheet:problem:no-access"))
    );
}
