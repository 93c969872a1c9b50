//! How the webhook endpoint answers a webhook without a signature, and a signed one.
//!
//! The signed one says that a known calendar changed, so that it goes through the queue like a
//! webhook of Recall's. It costs one read of that calendar. While no calendar is known, it is of a
//! type that the endpoint accepts and ignores: then it shows the secret, and not the queue.

use callsheet_domain::{CalendarId, Timestamp};

use crate::PortError;
use crate::ports::{Clock, EndpointReply, TestWebhook, WebhookEndpoint};

/// The answers of the webhook endpoint.
#[derive(Debug)]
pub struct EndpointEvidence {
    /// The answer to a webhook without a signature.
    pub unsigned: Result<EndpointReply, PortError>,
    /// The answer to a signed webhook; none without a secret to sign with.
    pub signed: Option<Result<EndpointReply, PortError>>,
    /// Whether the signed webhook was about a calendar, and so went through the queue.
    pub is_about_calendar: bool,
    /// When the last answer came.
    pub received_at: Timestamp,
}

/// Sends both webhooks; the signed one only if the endpoint has a secret to sign it with.
pub async fn examine_endpoint(
    endpoint: &impl WebhookEndpoint,
    clock: &impl Clock,
    about: Option<CalendarId>,
    has_secret: bool,
) -> EndpointEvidence {
    let unsigned = endpoint.send(&TestWebhook::Unsigned).await;
    let is_about_calendar = about.is_some();
    let signed = if has_secret && unsigned.is_ok() {
        let at = clock.now();
        Some(endpoint.send(&TestWebhook::Signed { about, at }).await)
    } else {
        None
    };
    EndpointEvidence {
        unsigned,
        signed,
        is_about_calendar,
        received_at: clock.now(),
    }
}
