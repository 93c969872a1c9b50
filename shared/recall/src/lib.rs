//! Recall.ai's calendar API and its signed webhooks, in the domain's words.
//!
//! Every fact about the service that is relied on stands here, beside the code
//! that relies on it; the published specification is at
//! <https://docs.recall.ai>. Whether the key is good for the region, and what
//! each status means, is answered here: nobody past this crate sees a status.

mod bots;
mod calendar_events;
mod calendars;
mod client;
mod config;
mod http_reply;
mod json_text;
mod signature;
mod webhook;
mod wire;

pub use calendar_events::{RawEvent, RawPage, read_calendar, read_event};
pub use client::RecallClient;
pub use config::{ApiKey, BaseUrl, InvalidApiKey, InvalidBaseUrl};
pub use signature::{InvalidSecret, NotSigned, SignatureHeaders, Verified, WebhookSecrets};
pub use webhook::UnreadableWebhook;
