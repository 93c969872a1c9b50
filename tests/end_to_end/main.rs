//! The deployed template at work: signed webhooks in, bots at Recall out.
//!
//! Every test has calendars of its own in the one stack that `make test`
//! deploys, so all of them run side by side.

mod calendars;
mod command;
mod dead_letters;
mod directory;
mod faults;
mod logs;
mod meetings;
mod policies;
mod sweeps;
mod sync;
mod tenant;
mod veto;
mod webhooks;
