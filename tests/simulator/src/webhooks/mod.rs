//! Webhooks: batching, signatures, delivery and retries.

mod deliver;
mod outbox;
mod sign;

pub(crate) use self::deliver::{http_client, run_jobs};
pub(crate) use self::outbox::{Outbox, WebhookDispatcher};
pub use self::sign::{InvalidSecret, sign};
