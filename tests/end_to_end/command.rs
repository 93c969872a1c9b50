//! The command line, run as a process.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use callsheet_tests::variable;
use serde_json::Value;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Its standard output, followed by its standard error.
    pub(crate) output: String,
    /// Its standard output, if that is JSON.
    pub(crate) json: Option<Value>,
}

impl Run {
    /// The JSON output of a run with `--json` that succeeded.
    pub(crate) fn printed_json(self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.output);
        self.json.expect("it printed JSON")
    }

    /// Asserts that the run succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.output);
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
        .expect("it reads its input");
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("it ends");
    let (output, errors) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    Run {
        code: status.code(),
        json: serde_json::from_str(&output).ok(),
        output: format!("{output}{errors}"),
    }
}
