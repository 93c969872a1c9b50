//! Recall.ai's calendar API and its signed webhooks, as types of the domain.
//!
//! Every fact about the service that the project relies on is documented here,
//! beside the code that relies on it. The published specification is at
//! <https://docs.recall.ai>. This crate interprets each HTTP status; its callers
//! never see one.

mod bot_life;
mod bots;
mod calendar_events;
mod calendars;
mod client;
mod config;
mod http_reply;
mod lenient;
mod raw_event;
mod signature;
mod test_webhook;
mod webhook;
mod wire;

pub use calendar_events::{RawPage, read_calendar, read_event};
pub use client::{RecallClient, https_client};
pub use config::{ApiKey, BaseUrl, InvalidApiKey, InvalidBaseUrl};
pub use raw_event::RawEvent;
pub use signature::{InvalidSecret, NotSigned, SignatureHeaders, Verified, WebhookSecrets};
pub use test_webhook::{InvalidWebhookUrl, WebhookSender};
pub use webhook::UnreadableWebhook;
