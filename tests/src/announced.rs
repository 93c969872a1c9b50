//! Lines at WARN or ERROR that a test causes on purpose.
//!
//! All tests share one stack and its logs. Each announces its lines in a file
//! beside the logs, and after the last test `tests/whole_run` reads both: a line
//! that was not announced is a failure.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::variable;

/// A line that a test expects, once or more often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Name of the test.
    pub test: String,
    /// A part of the line's text.
    pub text: String,
    /// The ids that the line is about: it names one of them, or an event of one of these
    /// calendars. If there are none, it names neither a calendar nor an event.
    pub about: Vec<String>,
    /// Whether the line comes depends on what other tests do at the same time.
    pub may_be_absent: bool,
}

/// Announces a line with `text` about these ids, for the test that runs in this thread.
///
/// # Panics
/// If the announcement cannot be written.
pub fn announce(text: &str, about: Vec<String>) {
    write(text, about, false);
}

/// The same for a line that comes only if other tests have work at the same time.
///
/// # Panics
/// If the announcement cannot be written.
pub fn announce_possible(text: &str, about: Vec<String>) {
    write(text, about, true);
}

fn write(text: &str, about: Vec<String>, may_be_absent: bool) {
    let thread = std::thread::current();
    let announcement = Announcement {
        test: thread.name().unwrap_or("unnamed").to_owned(),
        text: text.to_owned(),
        about,
        may_be_absent,
    };
    let line = serde_json::to_string(&announcement).expect("texts are JSON");
    // One write of a line: tests in other threads append to the same file.
    let written = File::options()
        .create(true)
        .append(true)
        .open(file())
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    written.expect("the folder of the logs can be written");
}

/// All announcements.
///
/// # Panics
/// If the file has another form.
#[must_use]
pub fn announced() -> Vec<Announcement> {
    let text = fs::read_to_string(file()).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("an announcement"))
        .collect()
}

fn file() -> PathBuf {
    Path::new(&variable("CALLSHEET_LOGS")).join("announced.jsonl")
}
