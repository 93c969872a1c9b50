//! Somebody who previews a policy again and again, from the command line: one
//! more who lists, from the same budget.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callsheet_tests::variable;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::task::AbortHandle;

use crate::rig::{Done, Rates, progress};

/// Previews until dropped.
#[derive(Debug)]
pub(crate) struct Previews {
    made: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Previews {
    /// Begins.
    pub(crate) fn begun() -> Self {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let task = tokio::spawn(async move {
            loop {
                match preview().await {
                    Ok(()) => count.fetch_add(1, Ordering::Relaxed),
                    Err(error) => return progress(format!("no preview: {error}")),
                };
            }
        });
        Self {
            made,
            task: task.abort_handle(),
        }
    }

    /// How many there were.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }
}

impl Drop for Previews {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn preview() -> Result<(), String> {
    run().await.map_err(|error| error.to_string())
}

async fn run() -> Done<()> {
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
    let mut stdin = child.stdin.take().ok_or("it is piped")?;
    stdin.write_all(policy.to_string().as_bytes()).await?;
    drop(stdin);
    let ended = child.wait_with_output().await?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&ended.stderr).into())
    }
}
