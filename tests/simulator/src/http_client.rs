//! HTTP client that the delivery of webhooks and the client of the control API share.

use std::time::Duration;

use reqwest::redirect;

/// HTTP client for unencrypted connections to this machine.
pub(crate) fn http_client(timeout: Option<Duration>) -> Result<reqwest::Client, reqwest::Error> {
    // The client cannot be built without a cryptography provider, even though no connection is
    // encrypted. An error means that a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none());
    match timeout {
        Some(timeout) => client.timeout(timeout),
        None => client,
    }
    .build()
}
