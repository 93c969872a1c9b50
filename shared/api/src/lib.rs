//! Representations: the documents that a program receives.
//!
//! `callsheet … --json` prints them, and an HTTP API serves the same ones. Each is
//! made from what a use case of `callsheet-app` returns, and each has a published
//! JSON schema ([`schemas()`]), so that a change of a document is seen in review.
//!
//! Instants are in RFC 3339 and UTC. Documents change only by addition: a reader
//! ignores members that it does not know.

pub mod activity;
mod activity_kind;
pub mod agenda;
pub mod calendar_activity;
pub mod calendars;
mod choices;
pub mod console;
pub mod coverage;
pub mod delivery;
pub mod disconnection;
pub mod doctor;
pub mod drift;
pub mod events;
pub mod explain;
mod explained_bot;
mod facts;
mod finding;
mod findings;
pub mod forget;
pub mod init;
pub mod me;
mod meeting_alerts;
pub mod meeting_counts;
pub mod meeting_override;
pub mod override_import;
pub mod override_list;
pub mod overrides;
pub mod pause;
pub mod policy;
pub mod policy_file;
pub mod preview;
pub mod problem;
pub mod rebuild;
pub mod redrive;
mod requested;
pub mod resync;
pub mod retry;
pub mod rules;
mod schemas;
pub mod send;
mod signals;
mod spending_forecast;
pub mod status;
mod told;
pub mod unreadable;
pub mod without_titles;
mod words;
mod work_findings;

pub use schemas::schemas;
