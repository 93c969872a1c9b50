//! Checks that precede every operation: the firewall and the API key.

use super::ApiResponse;
use super::call::Call;

/// The firewall's 403 for a GET with a body and for a body that contains `localhost`.
pub(crate) fn firewall_rejection(call: &Call) -> Option<ApiResponse> {
    let get_with_body = call.method == "GET" && !call.body.is_empty();
    let contains_localhost = call
        .body
        .to_ascii_lowercase()
        .windows(b"localhost".len())
        .any(|window| window == b"localhost");
    (get_with_body || contains_localhost).then(|| ApiResponse::html(403))
}

/// Whether the call carries `Authorization: Token <key>`.
pub(crate) fn is_authorized(call: &Call, key: &str) -> bool {
    call.authorization
        .as_deref()
        .and_then(|header| header.strip_prefix("Token "))
        .is_some_and(|token| token.trim() == key)
}
