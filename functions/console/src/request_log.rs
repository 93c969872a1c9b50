//! The line that each request leaves in the log: route, role, key, status and milliseconds.
//! Neither address nor query, which may hold a person's text.

use callsheet_auth::AccessToken;
use callsheet_domain::Timestamp;

use crate::route::Route;

/// What is known of a request when it is logged.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Requested<'a> {
    /// The route, if there is one.
    pub(crate) route: Option<Route>,
    /// The token, if there is a valid one.
    pub(crate) token: Option<&'a AccessToken>,
}

/// Logs a request that was answered.
pub(crate) fn log_request(
    requested: Requested<'_>,
    status: i64,
    (began_at, ended_at): (Timestamp, Timestamp),
) {
    let route = requested.route.map_or("unknown route", Route::template);
    let role = requested
        .token
        .map_or("none", |token| token.role().as_str());
    let key = requested.token.map_or("none", AccessToken::key);
    let milliseconds = ended_at.duration_since(began_at).as_millis();
    tracing::info!(
        route,
        role,
        key,
        status,
        milliseconds = u64::try_from(milliseconds).unwrap_or_default(),
        "answered {route} with {status}"
    );
}
