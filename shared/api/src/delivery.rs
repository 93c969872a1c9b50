//! Whether the stack was told about a change.

use callsheet_app::notify::Notification;
use schemars::JsonSchema;
use serde::Serialize;

/// Whether a message was sent to the sync queue, so that a change takes effect at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "status", content = "reason")]
pub enum Delivery {
    /// It is on the queue.
    Sent,
    /// None was needed: the change has taken effect.
    NotNeeded,
    /// It is not, for this reason. The change takes effect with the next resync.
    NotSent(String),
}

/// The answer to a change that requests a sync.
pub trait RequestsSync {
    /// Whether the sync was requested.
    fn sync_request(&mut self) -> &mut Delivery;

    /// The same for people who run no stack.
    #[must_use]
    fn without_reason(mut self) -> Self
    where
        Self: Sized,
    {
        let request = self.sync_request();
        *request = request.clone().without_reason();
        self
    }
}

impl Delivery {
    /// The same for people who run no stack: without the reason, which may be the text of an error
    /// of AWS, with names of queues and accounts.
    #[must_use]
    pub fn without_reason(self) -> Self {
        match self {
            Self::NotSent(_) => Self::NotSent("the queue did not answer".to_owned()),
            told => told,
        }
    }

    /// Represents what became of a notification.
    #[must_use]
    pub fn of(notification: &Notification) -> Self {
        match notification {
            Notification::Sent => Self::Sent,
            Notification::NotNeeded => Self::NotNeeded,
            Notification::NoQueue => Self::NotSent("CALLSHEET_QUEUE_URL is not set".to_owned()),
            Notification::Failed(error) => Self::NotSent(error.to_string()),
        }
    }
}
