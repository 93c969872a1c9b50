//! Background load: `callsheet preview` runs repeatedly, and shares the rate limit of lists with the
//! functions.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callsheet_tests::variable;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::task::AbortHandle;

use crate::result::BenchResult;
use crate::testbed::{Rates, progress};

/// Previews that run one after another until this is dropped.
#[derive(Debug)]
pub(crate) struct Previews {
    completed: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Previews {
    /// Starts the first preview.
    pub(crate) fn start() -> Self {
        let completed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&completed);
        let task = tokio::spawn(async move {
            loop {
                match preview().await {
                    Ok(()) => count.fetch_add(1, Ordering::Relaxed),
                    Err(error) => return progress(format!("the previews stopped: {error}")),
                };
            }
        });
        Self {
            completed,
            task: task.abort_handle(),
        }
    }

    /// Number of previews that completed.
    pub(crate) fn completed(&self) -> usize {
        self.completed.load(Ordering::Relaxed)
    }
}

impl Drop for Previews {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Runs one preview. The error is a text, because it crosses threads.
async fn preview() -> Result<(), String> {
    run_preview().await.map_err(|error| error.to_string())
}

async fn run_preview() -> BenchResult<()> {
    let policy = json!({
        "version": 1,
        "rules": [{"name": "external", "when": {"external": true}, "then": "record"}],
        "default": "skip",
        "bot": {"bot_name": "Callsheet"},
    });
    let mut child = Command::new(variable("CALLSHEET_COMMAND"))
        .args(["preview", "--json", "--policy", "-"])
        .env(
            "CALLSHEET_LIST_EVENTS_PER_MINUTE",
            Rates::PUBLISHED.list_events.to_string(),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("standard input is not piped")?;
    stdin.write_all(policy.to_string().as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}
