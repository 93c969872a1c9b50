//! Tests of the deployed template, from signed webhooks to bots at Recall.
//!
//! Every test has calendars of its own in the one stack that `make test`
//! deploys, so all of them run concurrently.

mod calendar_list;
mod calendars;
mod command;
mod dead_letters;
mod faults;
mod logs;
mod meetings;
mod outcomes;
mod policies;
mod resync;
mod sync;
mod tenant;
mod veto;
mod webhooks;
