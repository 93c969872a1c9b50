//! Every route, role, and own or foreign thing.

use callsheet_auth::Role;
use callsheet_console::{Access, Route, open_api};
use test_case::test_matrix;

use crate::harness::{ERROR_OF_AWS, Harness, OTHER, OWN, grant, of_role, request, token, writes};

/// Whether the route is about one calendar or event.
fn is_about_one(route: Route) -> bool {
    match route {
        Route::Calendar
        | Route::Agenda
        | Route::Overrides
        | Route::Activity
        | Route::Event
        | Route::OverrideEvent
        | Route::ClearEvent
        | Route::Consent
        | Route::OverrideMeeting
        | Route::ClearMeeting
        | Route::OverrideSeries
        | Route::ClearSeries
        | Route::Pause
        | Route::Resume
        | Route::Disconnection
        | Route::Disconnect
        | Route::Preview
        | Route::RetryEvent => true,
        Route::OpenApi
        | Route::SignIn
        | Route::Me
        | Route::Calendars
        | Route::Events
        | Route::Retry
        | Route::Resync
        | Route::Status
        | Route::Coverage
        | Route::Policy
        | Route::PushPolicy
        | Route::LintPolicy
        | Route::Policies
        | Route::PolicyRevision => false,
    }
}

/// The table of the design: what a role may read and write.
fn expected(route: Route, role: Role, is_own: bool) -> i64 {
    let reads_all = matches!(role, Role::Reader | Role::Operator);
    match route {
        Route::OpenApi | Route::Me => 200,
        // Whoever has signed in, whatever access there was before.
        Route::SignIn => 201,
        Route::Calendars => {
            if role == Role::Participant {
                403
            } else {
                200
            }
        }
        Route::Preview | Route::RetryEvent | Route::Retry | Route::PushPolicy | Route::Resync => {
            let done = if route == Route::Resync { 202 } else { 200 };
            if role == Role::Operator { done } else { 403 }
        }
        Route::Consent if role != Role::Participant => 403,
        Route::Consent | Route::OverrideMeeting | Route::ClearMeeting
            if role == Role::Participant =>
        {
            if is_own {
                200
            } else {
                404
            }
        }
        _ if is_about_one(route) => match role {
            Role::Participant => 403,
            Role::Reader if writes(route) || route == Route::Disconnection => 403,
            Role::Owner if !is_own => 404,
            Role::Owner | Role::Operator if route == Route::Disconnect => 202,
            Role::Owner | Role::Reader | Role::Operator => 200,
        },
        _ => {
            if reads_all {
                200
            } else {
                403
            }
        }
    }
}

#[test_matrix(
    [Role::Participant, Role::Owner, Role::Reader, Role::Operator],
    [true, false]
)]
#[tokio::test]
async fn a_role_reads_and_writes_what_the_table_says(role: Role, is_own: bool) {
    let harness = Harness::new().await;
    for route in Route::ALL {
        let request = of_role(&harness, route, role, is_own).await;
        let reply = harness.send(request).await;
        let expected = expected(route, role, is_own);
        assert_eq!(reply.status, expected, "{route:?}: {}", reply.body);
        if expected >= 400 {
            let problem = if expected == 403 {
                "forbidden"
            } else {
                "not-found"
            };
            assert_eq!(reply.problem(), problem);
        }
    }
}

#[tokio::test]
async fn only_a_read_is_answered_as_known() {
    for route in Route::ALL {
        let Access::Roles(roles) = route.access() else {
            continue;
        };
        let harness = Harness::new().await;
        let role = *roles.last().expect("a role");
        let request = of_role(&harness, route, role, true).await;
        let reply = harness
            .send(request.with_header("if-none-match", "*"))
            .await;
        if writes(route) {
            let success = i64::from(route.success().as_u16());
            assert_eq!(reply.status, success, "{route:?}: {}", reply.body);
            assert!(!reply.body.is_empty(), "{route:?}");
        } else {
            let answer = (reply.status, reply.body.as_str());
            assert_eq!(answer, (304, ""), "{route:?}");
        }
    }
}

/// It names queues and accounts, which only those who run the stack are to know.
#[test_matrix([Role::Participant, Role::Owner, Role::Operator])]
#[tokio::test]
async fn only_operators_learn_why_a_sync_could_not_be_requested(role: Role) {
    let mut told = 0;
    let may_use = |route: &Route| match route.access() {
        Access::Roles(roles) => roles.contains(&role),
        Access::Public | Access::SignedIn => false,
    };
    for route in Route::ALL.into_iter().filter(|route| writes(*route)) {
        if !may_use(&route) {
            continue;
        }
        let harness = Harness::new().await;
        harness.queue_outage.begin();
        let request = of_role(&harness, route, role, true).await;
        let reply = harness.send(request).await;
        if reply.body.contains(ERROR_OF_AWS) {
            told += 1;
        }
        if reply.status < 300 && route != Route::SignIn {
            let status = &reply.json()["sync_request"]["status"];
            assert!(status != "sent", "{route:?}: {}", reply.body);
        }
    }
    assert_eq!(told > 0, role == Role::Operator, "{told} answers");
}

/// The names of the parameters of a query, as the OpenAPI document has them.
fn documented_parameters(route: Route) -> Vec<String> {
    let method = route.method().as_str().to_ascii_lowercase();
    let parameters = &open_api()["paths"][route.template()][method]["parameters"];
    let parameters = parameters.as_array().expect("a list").iter();
    let of_query = parameters.filter(|one| one["in"] == "query");
    let names = of_query.map(|one| one["name"].as_str().expect("a name").to_owned());
    names.collect()
}

/// A filter that is misspelt would otherwise select everything.
#[tokio::test]
async fn an_unknown_parameter_is_refused_with_those_that_there_are() {
    for route in Route::ALL {
        let role = match route.access() {
            Access::Public => continue,
            Access::SignedIn => Role::Owner,
            Access::Roles(roles) => *roles.last().expect("a role"),
        };
        let harness = Harness::new().await;
        let mut request = of_role(&harness, route, role, true).await;
        let mark = if request.path.contains('?') { '&' } else { '?' };
        request.path = format!("{}{mark}verdikt=skip&verdikt=skip", request.path);
        let reply = harness.send(request).await;
        let refused = (reply.status, reply.problem());
        assert_eq!(refused, (422, "invalid".to_owned()), "{route:?}");
        let problems = reply.json()["problems"].clone();
        assert_eq!(problems.as_array().map(Vec::len), Some(1), "{problems}");
        assert_eq!(problems[0]["place"], "verdikt");
        let detail = problems[0]["detail"].as_str().expect("a sentence");
        for name in documented_parameters(route) {
            assert!(detail.contains(&name), "{route:?}: {name}: {detail}");
        }
        assert_eq!(harness.queue.sent(), [], "{route:?} has done nothing");
    }
}

#[tokio::test]
async fn without_a_token_only_what_holds_no_data_is_answered() {
    let harness = Harness::new().await;
    for route in Route::ALL {
        let reply = harness.send(request(route, true)).await;
        match route.access() {
            Access::Public => assert_eq!(reply.status, 200),
            Access::SignedIn => assert_eq!(reply.status, 201),
            Access::Roles(_) => {
                assert_eq!(
                    (reply.status, reply.problem().as_str()),
                    (401, "token-missing")
                );
                assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_id_is_answered_like_one_that_does_not_exist() {
    let harness = Harness::new().await;
    let is_owners = |route: &Route| expected(*route, Role::Owner, true) != 403;
    let about_one = Route::ALL.into_iter().filter(|route| is_about_one(*route));
    for route in about_one.filter(is_owners) {
        let owner = token(grant(Role::Owner));
        let foreign = harness.send(request(route, false).with_token(&owner)).await;
        for unknown in ["calendar-nowhere", "..", "%2e%2e", "a b"] {
            let mut request = request(route, false).with_token(&owner);
            request.path = route.template().replace("{id}", unknown);
            let unknown = harness.send(request).await;
            assert_eq!(
                (unknown.status, &unknown.body),
                (404, &foreign.body),
                "{route:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_list_of_an_owner_has_only_the_calendars_in_the_token() {
    let harness = Harness::new().await;
    let ids = |reply: &serde_json::Value| {
        let calendars = reply["calendars"].as_array().expect("a list").clone();
        let ids = calendars
            .iter()
            .map(|one| one["id"].as_str().expect("an id").to_owned());
        ids.collect::<Vec<_>>()
    };
    let own = harness
        .get(Role::Owner, "/v1/calendars?q=other")
        .await
        .json();
    assert_eq!(ids(&own), [OWN]);
    let all = harness.get(Role::Reader, "/v1/calendars").await.json();
    assert_eq!(ids(&all), [OTHER, OWN]);
    let me = harness.get(Role::Owner, "/v1/me").await.json();
    assert_eq!(ids(&me), [OWN]);
}

#[tokio::test]
async fn another_method_is_refused_with_those_that_there_are() {
    let harness = Harness::new().await;
    for route in Route::ALL {
        let of_path = Route::ALL.into_iter();
        let of_path = of_path.filter(|other| other.template() == route.template());
        let mut methods: Vec<_> = of_path.map(|other| other.method().to_string()).collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".to_owned());
        }
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            if methods.iter().any(|one| one == method) {
                continue;
            }
            let reply = harness.send(request(route, true).with_method(method)).await;
            assert_eq!(
                (reply.status, reply.problem().as_str()),
                (405, "method-not-allowed")
            );
            assert_eq!(
                reply.header("allow"),
                Some(methods.join(", ").as_str()),
                "{route:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_participants_token_ends_with_the_meeting() {
    let harness = Harness::new().await;
    let before = harness.get(Role::Participant, "/v1/me").await;
    assert_eq!(before.json()["event"], "event-1");
    let row = callsheet_testkit::a_decision();
    harness.decisions.put(callsheet_domain::Decision {
        ends_at: callsheet_testkit::at("09:10"),
        ..row
    });
    let after = harness.get(Role::Participant, "/v1/me").await;
    assert_eq!(
        (after.status, after.problem().as_str()),
        (401, "token-expired")
    );
}
