//! Verify, read, enqueue, answer: in this order.

use callsheet_app::accept::accept;
use callsheet_app::ports::{Clock, Queue};
use callsheet_domain::Timestamp;
use callsheet_recall::{NotSigned, SignatureHeaders, Verified, WebhookSecrets};
use callsheet_runtime::Secret;
use lambda_http::Request;
use lambda_http::http::{HeaderMap, Method};

use crate::answer::Answer;

/// The largest body that is looked at. Other events that the same address
/// receives may be large; those of calendars are a few hundred bytes.
const LARGEST: usize = 1024 * 1024;

/// Where the secrets are held that webhooks are signed with.
pub(crate) trait Secrets: Send + Sync {
    /// Those held.
    fn current(&self) -> impl Future<Output = WebhookSecrets> + Send;

    /// Those in force, unless they were read a moment ago.
    fn again(&self, now: Timestamp) -> impl Future<Output = Option<WebhookSecrets>> + Send;
}

impl Secrets for Secret<WebhookSecrets> {
    async fn current(&self) -> WebhookSecrets {
        self.current().await
    }

    async fn again(&self, now: Timestamp) -> Option<WebhookSecrets> {
        self.again(now).await
    }
}

/// Where webhooks come in.
pub(crate) struct Front<S, Q, K> {
    pub(crate) secrets: S,
    pub(crate) queue: Q,
    pub(crate) clock: K,
}

impl<S: Secrets, Q: Queue, K: Clock> Front<S, Q, K> {
    pub(crate) async fn answer(&self, request: &Request) -> Answer {
        if request.method() != Method::POST {
            return Answer::NotPosted;
        }
        let body: &[u8] = request.body();
        if body.len() > LARGEST {
            tracing::warn!(bytes = body.len(), "refused a webhook: too large");
            return Answer::TooLarge;
        }
        let verified = match self.verify(request.headers(), body).await {
            Ok(verified) => verified,
            Err(reason) => {
                tracing::warn!(%reason, "refused a webhook: not signed by Recall");
                return Answer::NotSigned;
            }
        };
        let incoming = match verified.read() {
            Ok(incoming) => incoming,
            Err(error) => {
                tracing::error!(%error, "refused a signed webhook");
                return Answer::Unreadable;
            }
        };
        match accept(&self.queue, incoming, self.clock.now()).await {
            Ok(accepted) => {
                tracing::info!(?accepted, "took a webhook");
                Answer::Accepted
            }
            Err(error) => {
                tracing::error!(%error, "could not enqueue a webhook");
                Answer::NotNow
            }
        }
    }

    /// Verifies by the secrets held, and by fresh ones if those do not match:
    /// a secret may have been rotated since the start.
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
        match self.secrets.again(now).await {
            Some(secrets) => secrets.verify(signature, body, now),
            None => verified,
        }
    }
}
