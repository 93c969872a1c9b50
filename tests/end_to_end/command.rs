//! `callsheet`, run as a person runs it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use callsheet_tests::variable;
use serde_json::Value;

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it printed, and after it what it complained of.
    pub(crate) said: String,
    /// What it printed, if that is JSON.
    pub(crate) json: Option<Value>,
}

impl Run {
    /// The answer, of a run with `--json` that went well.
    pub(crate) fn answer(self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.said);
        self.json.expect("it printed JSON")
    }

    /// Holds that it went well.
    pub(crate) fn went_well(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.said);
        self
    }
}

/// Runs `callsheet` with `arguments`, and with `input` where it reads a file called `-`.
pub(crate) fn callsheet(arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(variable("CALLSHEET_COMMAND"))
        .args(arguments)
        .env("CALLSHEET_BY", "lead@acme.example")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin
        .write_all(input.as_bytes())
        .expect("it reads what it asked for");
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("it ends");
    let (said, complained) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    Run {
        code: status.code(),
        json: serde_json::from_str(&said).ok(),
        said: format!("{said}{complained}"),
    }
}
