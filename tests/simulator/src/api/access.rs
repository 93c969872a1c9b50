//! Checks that precede every operation: the firewall and the API key.

use crate::call::Call;
use crate::response::ApiResponse;

/// Start of a URL that the firewall blocks.
const LOCALHOST: &[u8] = b"://localhost";

/// The firewall's 403 for a GET with a body, which is a page of HTML.
pub(crate) fn rejection_of_get_with_body(call: &Call) -> Option<ApiResponse> {
    let get_with_body = call.method == "GET" && !call.body.is_empty();
    get_with_body.then(|| ApiResponse::html(403))
}

/// The firewall's 403 for a body that contains a `localhost` URL. It is not a violation of the
/// specification: the title of an event, which other people write, can contain one.
pub(crate) fn rejection_of_localhost_url(call: &Call) -> Option<ApiResponse> {
    let body = call.body.to_ascii_lowercase();
    let contains_url = body
        .windows(LOCALHOST.len())
        .any(|window| window == LOCALHOST);
    contains_url.then(|| ApiResponse::coded(403, "request_blocked", "The request was blocked."))
}

/// Whether the call carries `Authorization: Token <key>`.
pub(crate) fn is_authorized(call: &Call, key: &str) -> bool {
    call.authorization
        .as_deref()
        .and_then(|header| header.strip_prefix("Token "))
        .is_some_and(|token| token.trim() == key)
}
