//! Recall under the stack's API key, which may be replaced while the function lives.

use std::sync::Arc;
use std::time::Duration;

use callsheet_app::PortError;
use callsheet_app::ports::{CalendarEvents, Clock as _, EventQuery, PageOfEvents};
use callsheet_domain::{Calendar, CalendarId, EventId, PageCursor};
use callsheet_recall::{ApiKey, BaseUrl, RecallClient};
use callsheet_runtime::{Function, Secret, SystemClock};
use lambda_http::Error;

/// Timeout of a call: a preview starts its last one ten seconds after its begin, and the function
/// has fifteen.
const CALL: Duration = Duration::from_secs(4);

/// Recall, as far as a preview calls it.
#[derive(Debug, Clone)]
pub(crate) struct KeyedRecall {
    client: RecallClient,
    key: Arc<Secret<ApiKey>>,
}

impl KeyedRecall {
    /// Recall at the address and with the key of the stack.
    pub(crate) async fn new(function: &Function) -> Result<Self, Error> {
        let base = function
            .environment
            .parsed_by("RECALL_BASE_URL", BaseUrl::parse)?;
        let key = function.secret("RECALL_API_KEY_ARN", ApiKey::parse).await?;
        Ok(Self {
            client: RecallClient::waiting(base, key.current().await, CALL),
            key: Arc::new(key),
        })
    }

    async fn client(&self) -> RecallClient {
        self.client.with_key(self.key.current().await)
    }

    /// Passes a reply on. If it denies the key, the next call is made with the one that is stored.
    async fn noted<T>(&self, reply: Result<T, PortError>) -> Result<T, PortError> {
        if matches!(reply, Err(PortError::Denied { .. })) {
            self.key.refresh(SystemClock.now()).await;
        }
        reply
    }
}

impl CalendarEvents for KeyedRecall {
    async fn calendar(&self, id: &CalendarId) -> Result<Option<Calendar>, PortError> {
        let reply = self.client().await.calendar(id).await;
        self.noted(reply).await
    }

    async fn event(&self, id: &EventId) -> Result<PageOfEvents, PortError> {
        let reply = self.client().await.event(id).await;
        self.noted(reply).await
    }

    async fn page(
        &self,
        query: &EventQuery,
        cursor: Option<&PageCursor>,
    ) -> Result<PageOfEvents, PortError> {
        let reply = self.client().await.page(query, cursor).await;
        self.noted(reply).await
    }
}
