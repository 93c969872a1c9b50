//! Verifies, parses, enqueues and answers a webhook, in this order.

#[cfg(test)]
mod tests;

use callsheet_app::Metric;
use callsheet_app::accept::accept;
use callsheet_app::ports::{Clock, Queue};
use callsheet_domain::Timestamp;
use callsheet_recall::{NotSigned, SignatureHeaders, Verified, WebhookSecrets};
use callsheet_runtime::{HttpRequest, Secret};
use lambda_http::http::Method;

use crate::response::WebhookResponse;

/// The largest body that is verified. Other events that the same address receives
/// may be large; those of calendars have a few hundred bytes.
const LARGEST: usize = 256 * 1024;

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
    /// Handles the request in one event of the HTTP API.
    pub(crate) async fn handle(&self, event: &str) -> WebhookResponse {
        let request = match HttpRequest::read(event) {
            Ok(request) => request,
            Err(error) => {
                Metric::WebhooksMalformed.count(1_u32);
                tracing::warn!(%error, "refused webhook: the request cannot be read");
                return WebhookResponse::Invalid;
            }
        };
        if request.method != Method::POST.as_str() {
            Metric::WebhooksMalformed.count(1_u32);
            return WebhookResponse::NotPosted;
        }
        let body = request.body.as_slice();
        if body.len() > LARGEST {
            Metric::WebhooksMalformed.count(1_u32);
            tracing::warn!(bytes = body.len(), "refused webhook: body too large");
            return WebhookResponse::TooLarge;
        }
        let verified = match self.verify(&request, body).await {
            Ok(verified) => verified,
            Err(reason) => {
                refused_for(reason).count(1_u32);
                tracing::warn!(%reason, "refused webhook: not signed by Recall");
                return WebhookResponse::NotSigned;
            }
        };
        let incoming = match verified.parse() {
            Ok(incoming) => incoming,
            Err(error) => {
                Metric::WebhooksUnreadable.count(1_u32);
                tracing::error!(%error, "refused webhook: signed but unreadable");
                return WebhookResponse::Unreadable;
            }
        };
        match accept(&self.queue, incoming, self.clock.now()).await {
            Ok(accepted) => {
                Metric::WebhooksAccepted.count(1_u32);
                tracing::info!(?accepted, "accepted webhook");
                WebhookResponse::Accepted
            }
            Err(error) => {
                Metric::WebhooksNotEnqueued.count(1_u32);
                tracing::error!(%error, "could not enqueue the webhook's sync job: Recall will retry");
                WebhookResponse::NotEnqueued
            }
        }
    }

    /// Verifies with the current secrets. If none matches, loads them again: a
    /// secret may have been rotated since the start.
    async fn verify<'a>(
        &self,
        request: &HttpRequest,
        body: &'a [u8],
    ) -> Result<Verified<'a>, NotSigned> {
        let signature = SignatureHeaders::find(|name| request.header(name));
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

/// The metric that counts refusals for this reason.
fn refused_for(reason: NotSigned) -> Metric {
    match reason {
        NotSigned::NoHeaders | NotSigned::NoTimestamp => Metric::WebhooksUnsigned,
        NotSigned::OutsideWindow => Metric::WebhooksOutdated,
        NotSigned::NoMatch => Metric::WebhooksUnmatched,
    }
}
