//! Tests of the deployed template, from signed webhooks to bots at Recall.
//!
//! Every test has calendars of its own in the one stack that `make test`
//! deploys, so all of them run concurrently.

mod calendar_list;
mod calendars;
mod command;
mod connect;
mod console;
mod console_client;
mod coverage;
mod dead_letters;
mod doctor;
mod events;
mod faults;
mod lives;
mod logs;
mod meetings;
mod metadata;
mod one_document;
mod outcomes;
mod policies;
mod resync;
mod sign_in;
mod spending;
mod sync;
mod tenant;
mod veto;
mod webhooks;
