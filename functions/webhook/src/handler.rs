//! Verifies, parses, enqueues and answers a webhook, in this order.

use callsheet_app::accept::accept;
use callsheet_app::ports::{Clock, Queue};
use callsheet_domain::Timestamp;
use callsheet_recall::{NotSigned, SignatureHeaders, Verified, WebhookSecrets};
use callsheet_runtime::Secret;
use lambda_http::Request;
use lambda_http::http::{HeaderMap, Method};

use crate::response::WebhookResponse;

/// The largest body that is verified. Other events that the same address receives
/// may be large; those of calendars have a few hundred bytes.
const LARGEST: usize = 1024 * 1024;

/// The secrets that webhooks are signed with.
pub(crate) trait Secrets: Send + Sync {
    /// The secrets as they were last loaded.
    fn current(&self) -> impl Future<Output = WebhookSecrets> + Send;

    /// The secrets, loaded again; none if they were loaded less than 50 seconds ago.
    fn refresh(&self, now: Timestamp) -> impl Future<Output = Option<WebhookSecrets>> + Send;
}

impl Secrets for Secret<WebhookSecrets> {
    async fn current(&self) -> WebhookSecrets {
        self.current().await
    }

    async fn refresh(&self, now: Timestamp) -> Option<WebhookSecrets> {
        self.refresh(now).await
    }
}

/// Handles webhooks.
pub(crate) struct WebhookHandler<S, Q, K> {
    pub(crate) secrets: S,
    pub(crate) queue: Q,
    pub(crate) clock: K,
}

impl<S: Secrets, Q: Queue, K: Clock> WebhookHandler<S, Q, K> {
    /// Handles one request.
    pub(crate) async fn handle(&self, request: &Request) -> WebhookResponse {
        if request.method() != Method::POST {
            return WebhookResponse::NotPosted;
        }
        let body: &[u8] = request.body();
        if body.len() > LARGEST {
            tracing::warn!(bytes = body.len(), "refused webhook: body too large");
            return WebhookResponse::TooLarge;
        }
        let verified = match self.verify(request.headers(), body).await {
            Ok(verified) => verified,
            Err(reason) => {
                tracing::warn!(%reason, "refused webhook: not signed by Recall");
                return WebhookResponse::NotSigned;
            }
        };
        let incoming = match verified.parse() {
            Ok(incoming) => incoming,
            Err(error) => {
                tracing::error!(%error, "refused webhook: signed but unreadable");
                return WebhookResponse::Unreadable;
            }
        };
        match accept(&self.queue, incoming, self.clock.now()).await {
            Ok(accepted) => {
                tracing::info!(?accepted, "accepted webhook");
                WebhookResponse::Accepted
            }
            Err(error) => {
                tracing::error!(%error, "could not enqueue the webhook's sync request: Recall will retry");
                WebhookResponse::NotEnqueued
            }
        }
    }

    /// Verifies with the current secrets. If none matches, loads them again: a
    /// secret may have been rotated since the start.
    async fn verify<'a>(
        &self,
        headers: &HeaderMap,
        body: &'a [u8],
    ) -> Result<Verified<'a>, NotSigned> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = SignatureHeaders::find(header);
        let now = self.clock.now();
        let verified = self.secrets.current().await.verify(signature, body, now);
        if !matches!(verified, Err(NotSigned::NoMatch)) {
            return verified;
        }
        match self.secrets.refresh(now).await {
            Some(secrets) => secrets.verify(signature, body, now),
            None => verified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use callsheet_domain::{SyncJob, SyncReason};
    use callsheet_testkit::{Counts, Faults, Intercepted, ManualClock, MemoryQueue, When};
    use serde_json::json;
    use std::sync::Mutex;
    use test_case::test_case;

    // The secret and time of the Standard Webhooks reference example, with a body of our own.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ROTATED: &str = "whsec_b3RoZXIgc2VjcmV0";
    const TIME: i64 = 1_614_265_330;
    const BODY: &str = r#"{"event":"calendar.update","data":{"calendar_id":"cal_abc123"}}"#;

    /// Secrets that were rotated after the function loaded them.
    struct Rotating {
        loaded: Mutex<&'static str>,
        rotated: &'static str,
    }

    impl Secrets for Rotating {
        async fn current(&self) -> WebhookSecrets {
            let loaded = *self.loaded.lock().unwrap();
            WebhookSecrets::parse(loaded).unwrap()
        }

        async fn refresh(&self, _now: Timestamp) -> Option<WebhookSecrets> {
            *self.loaded.lock().unwrap() = self.rotated;
            WebhookSecrets::parse(self.rotated).ok()
        }
    }

    /// A request as an HTTP API sends it, signed with `secret`.
    fn request(secret: &str, body: &str, is_base64: bool) -> Request {
        let signature = recall_simulator::sign(secret, "msg_1", TIME, body.as_bytes()).unwrap();
        let sent = if is_base64 {
            BASE64_STANDARD.encode(body)
        } else {
            body.to_owned()
        };
        let event = json!({
            "version": "2.0",
            "routeKey": "POST /webhook",
            "rawPath": "/webhook",
            "rawQueryString": "",
            "headers": {
                "content-type": "application/json",
                "webhook-id": "msg_1",
                "webhook-timestamp": TIME.to_string(),
                "webhook-signature": signature,
            },
            "requestContext": {
                "accountId": "111122223333",
                "apiId": "api",
                "domainName": "api.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "api",
                "http": {
                    "method": "POST",
                    "path": "/webhook",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "Svix-Webhooks",
                },
                "requestId": "id",
                "routeKey": "POST /webhook",
                "stage": "$default",
                "time": "25/Feb/2021:15:02:10 +0000",
                "timeEpoch": 1_614_265_330_000_i64,
            },
            "body": sent,
            "isBase64Encoded": is_base64,
        });
        lambda_http::request::from_str(&event.to_string()).expect("an event of an HTTP API")
    }

    fn handler<Q: Queue>(
        queue: Q,
        rotated: &'static str,
    ) -> WebhookHandler<Rotating, Q, ManualClock> {
        let now = Timestamp::from_second(TIME).expect("in range");
        WebhookHandler {
            secrets: Rotating {
                loaded: Mutex::new(SECRET),
                rotated,
            },
            queue,
            clock: ManualClock::at(now),
        }
    }

    #[test_case(false; "as text")]
    #[test_case(true; "as base64")]
    #[tokio::test]
    async fn a_signed_webhook_is_on_the_queue_before_it_is_answered(is_base64: bool) {
        let queue = MemoryQueue::new();
        let response = handler(queue.clone(), SECRET)
            .handle(&request(SECRET, BODY, is_base64))
            .await;
        assert_eq!(response, WebhookResponse::Accepted);
        let sent = queue.sent();
        assert_eq!(sent.len(), 1);
        let SyncJob::Request(request) = &sent[0] else {
            panic!("a webhook causes a sync request");
        };
        assert_eq!(request.reason, SyncReason::CalendarChanged);
        assert_eq!(request.sent_at.as_second(), TIME);
    }

    #[tokio::test]
    async fn a_rotated_secret_is_loaded_again() {
        let queue = MemoryQueue::new();
        let response = handler(queue.clone(), ROTATED)
            .handle(&request(ROTATED, BODY, false))
            .await;
        assert_eq!(
            (response, queue.sent().len()),
            (WebhookResponse::Accepted, 1)
        );
    }

    #[test_case(When::Before; "it did not take the message")]
    #[test_case(When::After; "its response was lost")]
    #[tokio::test]
    async fn recall_retries_after_the_queue_failed(when: When) {
        let queue = Intercepted::new(MemoryQueue::new(), &Faults::once(0, when));
        let response = handler(queue, SECRET)
            .handle(&request(SECRET, BODY, false))
            .await;
        assert_eq!(response, WebhookResponse::NotEnqueued);
    }

    #[test_case(request(ROTATED, BODY, false), WebhookResponse::NotSigned; "signed with another secret")]
    #[test_case(request(SECRET, "{}", false), WebhookResponse::Unreadable; "signed and unreadable")]
    #[test_case(request(SECRET, r#"{"event":"bot.done"}"#, false), WebhookResponse::Accepted; "another type of event")]
    #[test_case(request(SECRET, &" ".repeat(LARGEST + 1), false), WebhookResponse::TooLarge; "too large")]
    #[tokio::test]
    async fn a_refused_or_ignored_webhook_is_not_enqueued(
        request: Request,
        expected: WebhookResponse,
    ) {
        let counts = Counts::default();
        let queue = Intercepted::new(MemoryQueue::new(), &counts);
        assert_eq!(
            handler(queue.clone(), SECRET).handle(&request).await,
            expected
        );
        assert_eq!(counts.total(), 0);
    }

    #[tokio::test]
    async fn only_posted_webhooks_are_handled() {
        let mut request = request(SECRET, BODY, false);
        *request.method_mut() = Method::GET;
        let counts = Counts::default();
        let queue = Intercepted::new(MemoryQueue::new(), &counts);
        assert_eq!(
            handler(queue.clone(), SECRET).handle(&request).await,
            WebhookResponse::NotPosted
        );
        assert_eq!(counts.total(), 0);
    }

    #[test_case(WebhookResponse::Accepted, 204, false)]
    #[test_case(WebhookResponse::NotSigned, 401, false)]
    #[test_case(WebhookResponse::Unreadable, 400, true; "a retry would not change it")]
    #[test_case(WebhookResponse::NotPosted, 405, false)]
    #[test_case(WebhookResponse::TooLarge, 413, false)]
    #[test_case(WebhookResponse::NotEnqueued, 503, false)]
    fn each_response_has_its_status(response: WebhookResponse, status: u16, ends_retries: bool) {
        let response = response.response().expect("a response");
        assert_eq!(response.status(), status);
        let header = response.headers().get("webhook-delivery");
        assert_eq!(
            header.is_some_and(|value| value == "abort-message"),
            ends_retries
        );
    }
}
