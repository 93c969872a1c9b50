//! The requests to AWS that each command of the command line made, in a file
//! beside the logs, for `tests/whole_run`.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::variable;

/// A request that a command made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CommandRequest {
    /// The command, such as `policy push`.
    pub command: String,
    /// IAM's name of the action.
    pub action: String,
    /// Table, index or queue, by its deployed name.
    pub resource: String,
}

/// Notes requests.
///
/// # Panics
/// If they cannot be written.
pub fn note_command_requests(requests: &[CommandRequest]) {
    let lines = requests.iter().map(|request| {
        let line = serde_json::to_string(request).expect("texts are JSON");
        format!("{line}\n")
    });
    let lines: String = lines.collect();
    let written = File::options()
        .create(true)
        .append(true)
        .open(file())
        .and_then(|mut file| file.write_all(lines.as_bytes()));
    written.expect("the folder of the logs can be written");
}

/// All requests that were noted.
///
/// # Panics
/// If the file has another form.
#[must_use]
pub fn command_requests() -> Vec<CommandRequest> {
    let text = fs::read_to_string(file()).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a request"))
        .collect()
}

fn file() -> PathBuf {
    Path::new(&variable("CALLSHEET_LOGS")).join("command-requests.jsonl")
}
