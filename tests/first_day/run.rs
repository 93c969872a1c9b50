//! Runs the commands of a page, each in a shell, in a folder of their own.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, process};

use callsheet_domain::CalendarId;
use callsheet_tests::{Stack, variable, wait_until};
use serde_json::Value;

use crate::page::{Page, Part, Step};
use crate::stable::Stable;

/// Far longer than any change takes.
const TIMEOUT: Duration = Duration::from_mins(8);

/// A run of a page.
pub(crate) struct Run {
    stack: Stack,
    columns: usize,
    folder: Folder,
    stable: Stable,
}

impl Run {
    pub(crate) fn new(stack: Stack, columns: usize) -> Result<Self, String> {
        let stable = Stable::new(stack.now());
        let folder = Folder::create().map_err(|error| format!("a folder: {error}"))?;
        Ok(Self {
            stack,
            columns,
            folder,
            stable,
        })
    }

    /// Does what the page says, in order, and returns the page with what was printed.
    pub(crate) async fn page(&mut self, page: &Page) -> Result<Page, String> {
        let mut parts = Vec::new();
        for part in &page.parts {
            parts.push(match part {
                Part::Line(_) => part.clone(),
                Part::File { name, block } => {
                    let content = block[1..block.len() - 1].join("\n") + "\n";
                    let written = fs::write(self.folder.0.join(name), content);
                    written.map_err(|error| format!("{name}: {error}"))?;
                    part.clone()
                }
                Part::Console(steps) => {
                    let mut printed = Vec::new();
                    for step in steps {
                        printed.push(self.step(step).await?);
                    }
                    Part::Console(printed)
                }
            });
        }
        Ok(Page { parts })
    }

    /// Runs a command, and waits until what it changed has taken effect.
    async fn step(&mut self, step: &Step) -> Result<Step, String> {
        let command = self.stable.command(&step.command)?;
        let (printed, code) = self.shell(&command)?;
        let shown = self.stable.shown(&printed, self.stack.now());
        let mut output: Vec<_> = shown.lines().map(str::to_owned).collect();
        if code != Some(0) {
            output.push(format!("[exit code {}]", code.unwrap_or(-1)));
        }
        if !is_reading(&step.command)
            && !wait_until(TIMEOUT, async || self.is_settled().await).await
        {
            return Err(format!(
                "`{}` does not take effect within {TIMEOUT:?}",
                step.command
            ));
        }
        Ok(Step {
            command: step.command.clone(),
            output,
        })
    }

    fn shell(&self, command: &str) -> Result<(String, Option<i32>), String> {
        let built = PathBuf::from(variable("CALLSHEET_COMMAND"));
        let built = built.parent().unwrap_or(Path::new("."));
        #[expect(
            clippy::disallowed_methods,
            reason = "a shell finds its programs by it"
        )]
        let path = env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(&self.folder.0)
            .env("PATH", format!("{}:{path}", built.display()))
            .env("COLUMNS", self.columns.to_string())
            .env("TZ", "UTC")
            .env("CALLSHEET_BY", "lead@acme.example")
            .stdin(Stdio::null())
            .output();
        let output = output.map_err(|error| format!("sh: {error}"))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((printed, output.status.code()))
    }

    /// Whether every event is decided by the newest inputs, and every bot is as wanted.
    async fn is_settled(&self) -> bool {
        let Ok((printed, _)) = self.shell("callsheet status --json") else {
            return false;
        };
        let Ok(status) = serde_json::from_str::<Value>(&printed) else {
            return false;
        };
        let calendars = status["calendars"].as_array().cloned().unwrap_or_default();
        let ids = calendars
            .iter()
            .filter_map(|calendar| calendar["id"].as_str());
        let ids: Vec<_> = ids.filter_map(|id| CalendarId::parse(id).ok()).collect();
        let meetings = || calendars.iter().map(|calendar| &calendar["meetings"]);
        let count = |name: &str| -> u64 { meetings().filter_map(|one| one[name].as_u64()).sum() };
        let in_state = |name: &str| -> u64 {
            let bots = meetings().map(|one| &one["bots"][name]);
            bots.filter_map(Value::as_u64).sum()
        };
        let events = self
            .stack
            .recall
            .events()
            .await
            .map_or(0, |events| events.len());
        !calendars
            .iter()
            .any(|calendar| calendar["needs_full_sync"] == true)
            && count("record") + count("skip") >= events as u64
            && in_state("due") + in_state("retrying") + in_state("uncertain") == 0
            && self.stack.queued().await == 0
            && self.stack.compare(&ids).await.agrees()
    }
}

/// Whether a command changes nothing that has to take effect.
fn is_reading(command: &str) -> bool {
    const READING: [&str; 10] = [
        "sed",
        "callsheet policy lint",
        "callsheet policy history",
        "callsheet policy pull",
        "callsheet preview",
        "callsheet events",
        "callsheet explain",
        "callsheet override list",
        "callsheet calendars list",
        "callsheet status",
    ];
    READING.iter().any(|reading| command.starts_with(reading))
}

/// A folder with the documents, which ends with the run.
struct Folder(PathBuf);

impl Folder {
    fn create() -> std::io::Result<Self> {
        let folder = env::temp_dir().join(format!("callsheet-first-day-{}", process::id()));
        fs::create_dir_all(&folder)?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        symlink(root.join("docs"), folder.join("docs"))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.0));
    }
}
