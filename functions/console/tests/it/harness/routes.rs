//! A request to each route.

use callsheet_auth::Role;
use callsheet_console::{Access, Route};
use serde_json::json;

use super::{Harness, OTHER, OWN, Request, grant, token};

/// A path of the route, about an own thing of each role, or a foreign one.
pub(crate) fn path(route: Route, is_own: bool) -> String {
    let calendar = if is_own { OWN } else { OTHER };
    let event = if is_own { "event-1" } else { "event-2" };
    let id = match route {
        Route::Event
        | Route::OverrideEvent
        | Route::ClearEvent
        | Route::Consent
        | Route::OverrideMeeting
        | Route::ClearMeeting
        | Route::OverrideSeries
        | Route::ClearSeries
        | Route::RetryEvent => event,
        Route::PolicyRevision => "0",
        _ => calendar,
    };
    let path = route.template().replace("{id}", id);
    match route {
        Route::Events => format!("{path}?calendar={calendar}"),
        _ => path,
    }
}

/// A request to the route, with a body if it takes one.
pub(crate) fn request(route: Route, is_own: bool) -> Request {
    let method = match route.method().as_str() {
        "PUT" => "PUT",
        "POST" => "POST",
        "DELETE" => "DELETE",
        _ => "GET",
    };
    let request = Request::get(&path(route, is_own)).with_method(method);
    match route {
        Route::SignIn => Request::sign_in(&json!({"groups": "callsheet-operators"})),
        Route::OverrideEvent | Route::OverrideMeeting | Route::OverrideSeries => {
            request.with_json(&json!({"override": "skip"}))
        }
        Route::Pause => request.with_json(&json!({"for": "P3D"})),
        Route::Resync | Route::LintPolicy => request.with_json(&json!({})),
        Route::Preview => request.with_json(&json!({"version": 1, "default": "skip"})),
        Route::PushPolicy => request
            .with_json(&json!({"document": {"version": 1, "default": "skip"}}))
            .with_header("if-match", "\"policy-0\""),
        _ => request,
    }
}

/// Whether the route changes something.
pub(crate) fn writes(route: Route) -> bool {
    route.method() != "GET"
}

/// A request of a role, with what it depends on.
pub(crate) async fn of_role(harness: &Harness, route: Route, role: Role, is_own: bool) -> Request {
    let request = request(route, is_own).with_token(&token(grant(role)));
    if route != Route::Disconnect {
        return request;
    }
    // What it depends on is what its GET shows now.
    let shown = harness.get(Role::Operator, &request.path).await;
    request.with_header("if-match", shown.header("etag").expect("a tag"))
}

/// The roles that may use a route; none of those without an access token.
pub(crate) fn roles(route: Route) -> &'static [Role] {
    match route.access() {
        Access::Public | Access::SignedIn => &[],
        Access::Roles(roles) => roles,
    }
}

/// The paths of a route with the parameters that change what its answer shows.
pub(crate) fn variants(route: Route) -> Vec<String> {
    let queries: &[&str] = match route {
        Route::Event => &["", "?part=why", "?part=json"],
        Route::Calendars => &["?meetings=true", "?problem=true"],
        Route::Coverage => &[
            "?by=day",
            "?by=calendar",
            "?by=rule",
            "?by=policy",
            "?by=platform",
            "?by=class",
        ],
        Route::PolicyRevision => return vec!["/v1/policies/0".into(), "/v1/policies/1".into()],
        Route::Events => return vec![Route::Events.template().into(), path(route, true)],
        _ => &[""],
    };
    let with = |query: &&str| format!("{}{query}", path(route, true));
    queries.iter().map(with).collect()
}
