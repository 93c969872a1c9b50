//! Webhooks as Recall sends them, or a forger.

use recall_simulator::sign;
use reqwest::{Client, Response};

use crate::variable;

/// A sender of webhooks to the deployed webhook function.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The address of the webhook function.
    pub url: String,
    /// The secret that Recall signs with.
    pub secret: String,
    http: Client,
}

impl Webhook {
    /// A sender to the webhook function that the environment names.
    ///
    /// # Panics
    /// If the environment does not name it.
    #[must_use]
    pub fn of_environment() -> Self {
        // Every address here is plain HTTP, but the client needs a TLS provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            url: variable("CALLSHEET_WEBHOOK_URL"),
            secret: variable("CALLSHEET_WEBHOOK_SECRET"),
            http: Client::new(),
        }
    }

    /// Sends `body` as `id`, signed with `secret` at `timestamp` (seconds since 1970).
    ///
    /// # Panics
    /// If it cannot be sent.
    pub async fn send(&self, id: &str, timestamp: i64, secret: &str, body: &[u8]) -> Response {
        let signature = sign(secret, id, timestamp, body).expect("a secret of the right form");
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature);
        request
            .body(body.to_vec())
            .send()
            .await
            .expect("the webhook function responds")
    }

    /// Sends `body` without any signature.
    ///
    /// # Panics
    /// If it cannot be sent.
    pub async fn send_unsigned(&self, body: &[u8]) -> Response {
        let request = self.http.post(&self.url).body(body.to_vec());
        request.send().await.expect("the webhook function responds")
    }
}
