//! The deployed functions and their logs.

use std::fs;
use std::path::Path;

use crate::variable;

/// The functions of the stack, by the names of their folders and logs.
pub const FUNCTIONS: [&str; 5] = ["webhook", "sync", "scheduler", "events", "console"];

/// The log of a function so far.
#[must_use]
pub fn log_of(function: &str) -> String {
    let file = Path::new(&variable("CALLSHEET_LOGS")).join(format!("{function}.log"));
    fs::read_to_string(file).unwrap_or_default()
}
