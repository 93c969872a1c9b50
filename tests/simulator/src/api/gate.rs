//! What stops a call before it is looked at: the firewall and the key.

use super::Answer;
use super::call::Call;

/// The firewall before the service: a GET carries no body, and nothing speaks of `localhost`.
pub(crate) fn firewall(call: &Call) -> Option<Answer> {
    let get_with_body = call.method == "GET" && !call.body.is_empty();
    let speaks_of_localhost = call
        .body
        .to_ascii_lowercase()
        .windows(b"localhost".len())
        .any(|window| window == b"localhost");
    (get_with_body || speaks_of_localhost).then(|| Answer::html(403))
}

/// Whether the call carries `Authorization: Token <key>`.
pub(crate) fn authorized(call: &Call, key: &str) -> bool {
    call.authorization
        .as_deref()
        .and_then(|header| header.strip_prefix("Token "))
        .is_some_and(|given| given.trim() == key)
}
