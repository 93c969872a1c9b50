//! Recall with an API key that an operator may replace while the function runs.

use std::sync::Arc;

use callsheet_app::PortError;
use callsheet_app::ports::{BotReply, Bots, Clock as _, LeaveReply, ScheduleRequest};
use callsheet_domain::{BotEntry, BotId, EventId};
use callsheet_recall::{ApiKey, RecallClient};
use callsheet_runtime::{Secret, SystemClock};

/// Recall's bot operations, called with the API key as it was last read.
#[derive(Debug, Clone)]
pub(crate) struct KeyedRecall {
    pub(crate) client: RecallClient,
    pub(crate) key: Arc<Secret<ApiKey>>,
}

impl KeyedRecall {
    async fn client(&self) -> RecallClient {
        self.client.with_key(self.key.current().await)
    }
}

impl Bots for KeyedRecall {
    async fn renew_key(&self) -> bool {
        let before = self.key.current().await;
        let read = self.key.refresh(SystemClock.now()).await;
        read.is_some_and(|key| key != before)
    }

    async fn schedule(&self, request: &ScheduleRequest<'_>) -> Result<BotReply, PortError> {
        self.client().await.schedule(request).await
    }

    async fn unschedule(&self, event_id: &EventId) -> Result<BotReply, PortError> {
        self.client().await.unschedule(event_id).await
    }

    async fn bots_of(&self, event_id: &EventId) -> Result<Option<Vec<BotEntry>>, PortError> {
        self.client().await.bots_of(event_id).await
    }

    async fn leave_call(&self, bot_id: &BotId) -> Result<LeaveReply, PortError> {
        self.client().await.leave_call(bot_id).await
    }
}
