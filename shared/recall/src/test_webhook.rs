//! Sends a webhook to a deployed webhook function as Recall does, to see how it answers.

use std::time::Duration;

use callsheet_app::ports::{EndpointReply, EndpointResult, TestWebhook, WebhookEndpoint};
use callsheet_app::{PortError, Service};
use reqwest::{Client, StatusCode, Url};
use serde_json::json;

use crate::WebhookSecrets;
use crate::client::{date_of, did_not_answer, https_client};

/// Recall waits for an answer for as long.
const TIMEOUT: Duration = Duration::from_secs(15);

/// An address that cannot be that of a webhook function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the URL of the webhook function must be https://…, the output WebhookUrl of the stack, or a loopback address"
)]
pub struct InvalidWebhookUrl;

/// Sends webhooks to one address.
#[derive(Debug, Clone)]
pub struct WebhookSender {
    http: Client,
    url: Url,
    secrets: Option<WebhookSecrets>,
}

impl WebhookSender {
    /// Sends to `url`, and signs with the first of `secrets`.
    ///
    /// # Errors
    /// If the address is neither https nor a loopback address.
    ///
    /// # Panics
    /// If the machine's certificates cannot be read: no call could be made.
    pub fn new(url: &str, secrets: Option<WebhookSecrets>) -> Result<Self, InvalidWebhookUrl> {
        let url = Url::parse(url).map_err(|_| InvalidWebhookUrl)?;
        let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback) {
            return Err(InvalidWebhookUrl);
        }
        // To Recall, a redirect is a failure, and this client follows none.
        let http = https_client(TIMEOUT);
        Ok(Self { http, url, secrets })
    }
}

impl WebhookEndpoint for WebhookSender {
    async fn send(&self, webhook: &TestWebhook) -> Result<EndpointReply, PortError> {
        let body = body_of(webhook);
        let mut request = self.http.post(self.url.clone());
        request = request.header("content-type", "application/json");
        if let (TestWebhook::Signed { at, .. }, Some(secrets)) = (webhook, &self.secrets) {
            let id = format!("callsheet_doctor_{}", at.as_microsecond());
            request = request
                .header("webhook-id", &id)
                .header("webhook-timestamp", at.as_second())
                .header("webhook-signature", secrets.sign(&id, *at, &body));
        }
        let response = request.body(body).send().await;
        let response = response.map_err(|error| did_not_answer(Service::WebhookEndpoint, error))?;
        Ok(EndpointReply {
            result: result_of(response.status()),
            answered_at: date_of(&response),
        })
    }
}

fn body_of(webhook: &TestWebhook) -> Vec<u8> {
    let about = match webhook {
        TestWebhook::Unsigned => None,
        TestWebhook::Signed { about, .. } => about.as_ref(),
    };
    let body = match about {
        Some(calendar) => {
            json!({"event": "calendar.update", "data": {"calendar_id": calendar.as_str()}})
        }
        None => json!({"event": "callsheet.doctor", "data": {}}),
    };
    body.to_string().into_bytes()
}

fn result_of(status: StatusCode) -> EndpointResult {
    match status.as_u16() {
        204 => EndpointResult::Accepted,
        401 => EndpointResult::NotSigned,
        500..=599 => EndpointResult::NotTaken,
        429 => EndpointResult::Other(
            "429: more webhooks came than WebhookRatePerSecond allows".to_owned(),
        ),
        _ => EndpointResult::Other(status.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_app::accept::Incoming;
    use callsheet_domain::{CalendarId, SyncReason, Timestamp};
    use test_case::test_case;

    use crate::SignatureHeaders;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn calendar() -> CalendarId {
        CalendarId::parse("cal_abc123").expect("an id")
    }

    #[test_case(None, Incoming::NotOurs; "without a calendar it is ignored")]
    #[test_case(Some(calendar()), Incoming::Calendar { calendar_id: calendar(), reason: SyncReason::CalendarChanged }; "about a calendar it goes through the queue")]
    fn a_test_webhook_is_what_the_webhook_function_reads(
        about: Option<CalendarId>,
        expected: Incoming,
    ) {
        let secrets = WebhookSecrets::parse(SECRET).expect("a secret");
        let at = Timestamp::from_second(1_614_265_330).expect("in range");
        let body = body_of(&TestWebhook::Signed { about, at });
        let (id, time) = ("id", at.as_second().to_string());
        let signature = secrets.sign(id, at, &body);
        let headers = SignatureHeaders::find(|name| match name {
            "webhook-id" => Some(id),
            "webhook-timestamp" => Some(&time),
            "webhook-signature" => Some(&signature),
            _ => None,
        });
        let verified = secrets.verify(headers, &body, at).expect("it is signed");
        assert_eq!(verified.parse(), Ok(expected));
    }

    #[test_case(204, EndpointResult::Accepted; "accepted")]
    #[test_case(401, EndpointResult::NotSigned; "not signed")]
    #[test_case(503, EndpointResult::NotTaken; "the queue did not take it")]
    #[test_case(500, EndpointResult::NotTaken; "the function failed")]
    #[test_case(404, EndpointResult::Other("404 Not Found".to_owned()); "another address")]
    #[test_case(200, EndpointResult::Other("200 OK".to_owned()); "another server")]
    fn a_status_says_what_became_of_a_webhook(status: u16, expected: EndpointResult) {
        assert_eq!(
            result_of(StatusCode::from_u16(status).expect("a status")),
            expected
        );
    }

    #[test_case("https://abc.execute-api.eu-central-1.amazonaws.com/webhook", true; "an HTTP API")]
    #[test_case("http://127.0.0.1:4566/_aws/execute-api/abc/webhook", true; "the local cloud")]
    #[test_case("http://abc.example/webhook", false; "without TLS")]
    #[test_case("webhook", false; "no address")]
    fn an_address_is_https_or_loopback(url: &str, expected: bool) {
        assert_eq!(WebhookSender::new(url, None).is_ok(), expected);
    }
}
