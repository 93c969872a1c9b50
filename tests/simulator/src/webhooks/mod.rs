//! Webhooks: what is announced, gathered, signed, sent, and sent again.

mod deliver;
mod outbox;
mod sign;

pub(crate) use self::deliver::{deliveries, http_client};
pub(crate) use self::outbox::{Outbox, Post};
pub use self::sign::{BadSecret, sign};
