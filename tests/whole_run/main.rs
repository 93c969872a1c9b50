//! Checks of what a whole run of the end-to-end tests logged and requested.
//!
//! All tests share one stack and its logs, so these tests run after all others:
//! they are ignored unless `make test` asks for them, as its last step.

mod alarms;
mod log_lines;
mod requests;
mod rows;
mod strict_json;
