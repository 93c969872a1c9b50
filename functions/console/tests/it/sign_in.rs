//! People sign in with a company login: who gets which token, and who gets none.

use callsheet_app::ports::Calendars as _;
use callsheet_auth::{Grant, Role, SigningKey, SigningKeys};
use callsheet_console::Settings;
use callsheet_domain::{CalendarId, CalendarStatus, Platform, plus};
use callsheet_testkit::{With as _, a_calendar_record, at, id};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_case::test_case;

use crate::harness::{Harness, OTHER, OWN, Reply, Request, SECRET, keys, settings};

/// The access token that a person with these claims gets, verified.
async fn signed_in(harness: &Harness, claims: &Value) -> callsheet_auth::AccessToken {
    let reply = harness.send(Request::sign_in(claims)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    verified(&reply)
}

fn verified(reply: &Reply) -> callsheet_auth::AccessToken {
    let document = reply.json();
    let token = document["token"].as_str().expect("a token");
    let verified = keys().verify(token, at("09:10")).expect("a valid token");
    let expires_at = document["expires_at"].as_str().expect("an instant");
    assert_eq!(expires_at.parse().ok(), Some(verified.expires_at()));
    verified
}

/// The status of a sign-in, and the reason if it is refused.
async fn refused(harness: &Harness, request: Request) -> (i64, String, String) {
    let reply = harness.send(request).await;
    let detail = reply.json()["detail"].as_str().map(str::to_owned);
    (reply.status, reply.problem(), detail.expect("a reason"))
}

/// A calendar of the person of [`OWN`], by another connection.
async fn connect(harness: &Harness, id: &str, status: CalendarStatus) {
    let record = a_calendar_record().with(|record| {
        record.calendar.id = CalendarId::parse(id).expect("an id");
        record.calendar.status = status;
    });
    harness.state.write_record(&record).await.expect("memory");
}

// As API Gateway writes claims, as issuers do, and as an odd one might.
#[test_case(json!("callsheet-operators"), true; "a text")]
#[test_case(json!("[callsheet-operators]"), true; "a list of one, as text")]
#[test_case(json!("[staff callsheet-operators]"), true; "the last of a list, as text")]
#[test_case(json!("[callsheet-operators staff]"), true; "the first of a list, as text")]
#[test_case(json!(["staff", "callsheet-operators"]), true; "a list")]
#[test_case(json!("staff"), false; "another text")]
#[test_case(json!("[staff callsheet-operators-of-acme]"), false; "a longer value in a list")]
#[test_case(json!("callsheet-operators staff"), false; "a text with two words")]
#[test_case(json!("[not-callsheet-operators]"), false; "a value that ends so")]
#[test_case(json!("Callsheet-Operators"), false; "another case")]
#[test_case(json!("[]"), false; "an empty list, as text")]
#[test_case(json!([["callsheet-operators"]]), false; "a list in a list")]
#[test_case(json!({"callsheet-operators": true}), false; "an object")]
#[test_case(json!(null), false; "nothing")]
#[tokio::test]
async fn an_operator_is_named_by_the_claim(groups: Value, is_operator: bool) {
    let harness = Harness::new().await;
    let request = Request::sign_in(&json!({"groups": groups}));
    let reply = harness.send(request).await;
    if is_operator {
        assert_eq!(verified(&reply).role(), Role::Operator);
    } else {
        assert_eq!((reply.status, reply.problem().as_str()), (403, "no-access"));
    }
}

#[test_case(json!("true"), true; "as API Gateway writes it")]
#[test_case(json!(true), true; "as a flag")]
#[test_case(json!("false"), false; "not, as text")]
#[test_case(json!(false), false; "not, as a flag")]
#[test_case(json!("yes"), false; "another text")]
#[test_case(json!(1), false; "a number")]
#[test_case(json!(null), false; "null")]
#[tokio::test]
async fn an_owner_has_a_verified_address(verified: Value, is_owner: bool) {
    let harness = Harness::new().await;
    let claims = json!({"email": "sales@acme.example", "email_verified": verified});
    if is_owner {
        let calendars = vec![id(OWN)];
        let token = signed_in(&harness, &claims).await;
        assert_eq!(token.grant(), &Grant::Owner { calendars });
    } else {
        let (status, problem, detail) = refused(&harness, Request::sign_in(&claims)).await;
        assert_eq!((status, problem.as_str()), (403, "no-access"));
        assert!(detail.contains("address is verified"), "{detail}");
    }
}

#[test_case(json!({}), "has no address"; "no address")]
#[test_case(json!({"email": "sales", "email_verified": "true"}), "has no address"; "a name")]
#[test_case(json!({"email": "sales@acme.example"}), "address is verified"; "an issuer that verifies none")]
#[test_case(json!({"email": "nobody@acme.example", "email_verified": "true"}), "no calendar of your address"; "a person without a calendar")]
#[tokio::test]
async fn whoever_gets_no_access_is_told_why(claims: Value, expected: &str) {
    let harness = Harness::new().await;
    let (status, problem, detail) = refused(&harness, Request::sign_in(&claims)).await;
    assert_eq!((status, problem.as_str()), (403, "no-access"));
    assert!(detail.contains(expected), "{detail}");
}

// Calendars write addresses in such forms; of an issuer they may be other mailboxes.
#[test_case("SALES@Acme.Example", true; "in another case")]
#[test_case("Sales <sales@acme.example>", false; "with a name")]
#[test_case("'sales@acme.example'", false; "in quotes")]
#[test_case("SMTP:sales@acme.example", false; "with a scheme")]
#[test_case("sales_acme.example#EXT#@evil.example", false; "of a guest")]
#[test_case("sales%40acme.example@evil.example", false; "encoded")]
#[tokio::test]
async fn an_address_is_compared_as_a_whole(email: &str, is_owner: bool) {
    let harness = Harness::new().await;
    let claims = json!({"email": email, "email_verified": "true"});
    let reply = harness.send(Request::sign_in(&claims)).await;
    assert_eq!(reply.status == 201, is_owner, "{}", reply.body);
}

/// Nobody becomes an operator by an address that they entered themselves.
#[test_case(json!("true"), 201; "verified")]
#[test_case(json!("false"), 403; "not verified")]
#[test_case(json!(null), 403; "of an issuer that verifies none")]
#[tokio::test]
async fn an_address_makes_an_operator_only_if_it_is_verified(verified: Value, status: i64) {
    let text = "https://id.acme.example callsheet https://id.acme.example/authorize \
                https://id.acme.example/token email=lead@acme.example";
    let harness = Harness::set_up(Settings {
        sign_in: Some(text.parse().expect("an issuer")),
        ..settings()
    });
    let claims = json!({"email": "lead@acme.example", "email_verified": verified});
    let reply = harness.await.send(Request::sign_in(&claims)).await;
    assert_eq!(reply.status, status, "{}", reply.body);
}

#[tokio::test]
async fn an_owner_gets_every_calendar_of_the_address_that_exists() {
    let harness = Harness::new().await;
    connect(&harness, "calendar-2", CalendarStatus::Connected).await;
    let on_outlook = a_calendar_record().with(|record| {
        record.calendar.id = id("calendar-outlook");
        record.calendar.platform = Platform::Outlook;
    });
    let written = harness.state.write_record(&on_outlook).await;
    written.expect("memory");
    connect(&harness, "calendar-lost", CalendarStatus::Disconnected).await;
    connect(&harness, "calendar-gone", CalendarStatus::Deleted).await;
    let claims = json!({"email": "sales@acme.example", "email_verified": "true"});
    let token = signed_in(&harness, &claims).await;
    let includes = |id: &str| {
        let id = CalendarId::parse(id).expect("an id");
        token.grant().includes_calendar(&id)
    };
    let theirs = [OWN, "calendar-2", "calendar-outlook", "calendar-lost"];
    assert_eq!(theirs.map(includes), [true; 4]);
    assert_eq!(["calendar-gone", OTHER].map(includes), [false; 2]);
}

#[tokio::test]
async fn of_many_calendars_a_token_has_twenty_and_the_connected_ones_first() {
    let harness = Harness::new().await;
    for number in 0..30 {
        let id = format!("calendar-a{number:02}");
        connect(&harness, &id, CalendarStatus::Disconnected).await;
    }
    let claims = json!({"email": "sales@acme.example", "email_verified": "true"});
    let token = signed_in(&harness, &claims).await;
    let Grant::Owner { calendars } = token.grant() else {
        panic!("{:?}", token.grant());
    };
    assert_eq!(calendars.len(), 20);
    assert!(calendars.contains(&id(OWN)), "the connected one");
}

/// An operator who has a calendar is an operator: the token gives access to it, too.
#[tokio::test]
async fn a_token_lives_as_long_as_its_role_allows_and_names_the_person() {
    let harness = Harness::new().await;
    let address = json!({"email": "Sales@acme.example", "email_verified": "true"});
    let owner = signed_in(&harness, &address).await;
    assert_eq!(owner.subject().as_str(), "sales@acme.example");
    assert_eq!(owner.key(), "console");
    let [hour, day] = [1, 8].map(|hours| plus(at("09:10"), SignedDuration::from_hours(hours)));
    assert_eq!(owner.expires_at(), hour);
    let mut both = address.clone();
    both["groups"] = json!("[staff callsheet-operators]");
    let operator = signed_in(&harness, &both).await;
    assert_eq!(operator.role(), Role::Operator);
    assert_eq!(operator.expires_at(), day);
    let without_address = json!({"groups": "callsheet-operators"});
    let unnamed = signed_in(&harness, &without_address).await;
    assert_eq!(unnamed.subject().as_str(), "00u-1");
}

#[tokio::test]
async fn a_token_of_a_person_who_signed_in_opens_the_console() {
    let harness = Harness::new().await;
    let claims = json!({"email": "sales@acme.example", "email_verified": "true"});
    let reply = harness.send(Request::sign_in(&claims)).await;
    let document = reply.json();
    let token = document["token"].as_str().expect("a token");
    let me = harness
        .send(Request::get("/v1/me").with_token(token))
        .await
        .json();
    assert_eq!(
        (&me["role"], &me["name"]),
        (&json!("owner"), &json!("sales@acme.example"))
    );
    let status = Request::get("/v1/status").with_token(token);
    assert_eq!(harness.send(status).await.status, 403);
}

/// What a client sends is never taken for what API Gateway has verified.
#[tokio::test]
async fn claims_count_only_if_api_gateway_has_verified_them() {
    let harness = Harness::new().await;
    let claims = json!({
        "iss": "https://id.acme.example",
        "aud": "callsheet",
        "sub": "00u-1",
        "groups": "callsheet-operators",
    });
    let verified = json!({"requestContext": {"authorizer": {"jwt": {"claims": claims}}}});
    let forged = || Request::get("/v1/tokens").with_method("POST");
    let requests = [
        forged(),
        forged().with_json(&claims),
        forged().with_json(&verified),
        forged().with_token("eyJhbGciOiJub25lIn0.eyJncm91cHMiOiJjYWxsc2hlZXQtb3BlcmF0b3JzIn0."),
        forged().with_header("x-amzn-authorizer-claims", &claims.to_string()),
        forged().with_header("requestcontext", &verified["requestContext"].to_string()),
    ];
    for request in requests {
        let reply = harness.send(request.clone()).await;
        let found = (reply.status, reply.problem());
        assert_eq!(found, (401, "not-signed-in".to_owned()), "{request:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    // Claims of another kind of authorizer, or beside the authorizer.
    for (pointer, other) in [
        ("authorizer", json!({"lambda": claims})),
        ("authorizer", json!({"claims": claims})),
        ("authorizer", json!({"jwt": [claims]})),
        ("authorizer", json!({"jwt": {"claims": claims.to_string()}})),
        ("jwt", json!({"claims": claims})),
    ] {
        let mut event = forged().event();
        event["requestContext"][pointer] = other;
        let reply = harness.send_event(&event.to_string()).await;
        assert_eq!(reply.status, 401, "{event}");
    }
}

/// The authorizer also takes a token without an audience whose client is ours: one for another service.
#[test_case("iss", json!("https://id.globex.example"); "of another issuer")]
#[test_case("iss", json!(null); "of no issuer")]
#[test_case("aud", json!("crm"); "for another client")]
#[test_case("aud", json!("[crm erp]"); "for other clients")]
#[test_case("aud", json!(null); "without an audience")]
#[tokio::test]
async fn an_id_token_is_for_this_console(claim: &str, other: Value) {
    let harness = Harness::new().await;
    let claims = json!({"groups": "callsheet-operators", "client_id": "callsheet", claim: other});
    let (status, problem, _) = refused(&harness, Request::sign_in(&claims)).await;
    assert_eq!((status, problem.as_str()), (401, "not-signed-in"));
}

#[test_case("POST"; "as people sign in")]
#[test_case("GET"; "by another method")]
#[tokio::test]
async fn without_an_issuer_there_is_no_such_route(method: &'static str) {
    let harness = Harness::set_up(Settings {
        sign_in: None,
        ..settings()
    });
    let request = Request::sign_in(&json!({"groups": "callsheet-operators"})).with_method(method);
    let reply = harness.await.send_event(&request.event().to_string()).await;
    assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"));
}

/// A rotation may take the stack's first key away, and leave those of host applications.
#[tokio::test]
async fn a_role_that_no_key_may_sign_is_not_granted() {
    let harness = Harness::new().await;
    let crm = SigningKey::new("crm", [Role::Owner], SECRET).expect("a key");
    let text = json!({"name": "crm", "roles": ["owner"], "secret": SECRET}).to_string();
    harness
        .keys
        .store(SigningKeys::parse(&text).expect("a key"));
    harness.clock.advance_to(at("09:12"));
    let operator = Request::sign_in(&json!({"groups": "callsheet-operators"}));
    let (status, problem, detail) = refused(&harness, operator).await;
    assert_eq!((status, problem.as_str()), (403, "no-access"));
    assert!(detail.contains("signing key"), "{detail}");
    let owner = json!({"email": "sales@acme.example", "email_verified": "true"});
    let reply = harness.send(Request::sign_in(&owner)).await;
    assert_eq!(reply.status, 201);
    let document = reply.json();
    let token = document["token"].as_str().expect("a token");
    let keys = keys().with(crm).expect("another name");
    let verified = keys.verify(token, at("09:12")).expect("a valid token");
    assert_eq!(verified.key(), "crm");
}

/// The page learns where people sign in, and may ask the issuer for nothing but tokens.
#[tokio::test]
async fn the_shell_says_where_people_sign_in() {
    let harness = Harness::new().await;
    let shell = harness
        .send_event(&Request::get("/").event().to_string())
        .await;
    for part in [
        r#"data-client="callsheet""#,
        r#"data-authorize="https://id.acme.example/authorize""#,
        r#"data-token="https://id.acme.example/token""#,
        "data-sign-in",
    ] {
        assert!(shell.body.contains(part), "{part}: {}", shell.body);
    }
    assert!(
        !shell.body.contains("callsheet-operators"),
        "{}",
        shell.body
    );
    let policy = shell.header("content-security-policy").expect("a policy");
    let directive = "; connect-src 'self' https://id.acme.example/token;";
    assert!(policy.contains(directive), "{policy}");
}

#[tokio::test]
async fn without_an_issuer_the_page_offers_no_sign_in() {
    let harness = Harness::set_up(Settings {
        sign_in: None,
        ..settings()
    });
    let harness = harness.await;
    let get = async |path: &str| {
        let event = Request::get(path).event().to_string();
        harness.send_event(&event).await
    };
    let shell = get("/").await;
    assert!(shell.body.contains("Open this page by a link"));
    assert!(!shell.body.contains("sign-in"), "{}", shell.body);
    let policy = shell.header("content-security-policy").expect("a policy");
    assert!(policy.contains("; connect-src 'self';"), "{policy}");
    let with_issuer = Harness::new().await;
    let event = Request::get("/").event().to_string();
    let other = with_issuer.send_event(&event).await.body;
    let names = other.split('"').find(|text| text.starts_with("sign_in-"));
    let module = format!("/{}", names.expect("the module"));
    assert_eq!(get(&module).await.status, 404);
}
