//! The functions' processes on this machine: what they weigh, and their end.

use std::path::{Path, PathBuf};

use callsheet_tests::variable;
use tokio::process::Command;

use crate::rig::Done;

/// A process of a deployed function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// What it holds in memory, in kilobytes.
    pub(crate) resident_kb: u64,
    /// What it has computed so far, in ticks of the system's clock.
    pub(crate) ticks: u64,
}

/// Those of the function that `variable_of_name` names, in our own cloud and no other.
pub(crate) fn of_function(variable_of_name: &str) -> Vec<Process> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME={}", variable(variable_of_name));
    let cloud = format!("AWS_ENDPOINT_URL={}", variable("AWS_ENDPOINT_URL"));
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = folders.filter_map(|entry| {
        let folder = entry.path();
        let environment = std::fs::read(folder.join("environ")).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let is_ours = variables.clone().any(|one| one == name.as_bytes())
            && variables.any(|one| one == cloud.as_bytes());
        (is_ours && is_bootstrap(&folder)).then(|| read(&folder))?
    });
    processes.collect()
}

fn is_bootstrap(folder: &Path) -> bool {
    let program: Option<PathBuf> = std::fs::read_link(folder.join("exe")).ok();
    program.is_some_and(|program| program.file_name().is_some_and(|name| name == "bootstrap"))
}

fn read(folder: &Path) -> Option<Process> {
    let status = std::fs::read_to_string(folder.join("status")).ok()?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
    // The name, in parentheses, may hold spaces; the two times stand 11 and 12 fields after it.
    let after_name = stat.rsplit_once(')')?.1;
    let times = after_name.split_whitespace().skip(11).take(2);
    Some(Process {
        pid: folder.file_name()?.to_str()?.parse().ok()?,
        resident_kb: resident.split_whitespace().next()?.parse().ok()?,
        ticks: times.filter_map(|time| time.parse::<u64>().ok()).sum(),
    })
}

/// Ends one at once, as a machine that fails would.
pub(crate) async fn kill(process: Process) -> Done<()> {
    let pid = process.pid.to_string();
    let killed = Command::new("kill").args(["-KILL", &pid]).status().await?;
    if killed.success() {
        Ok(())
    } else {
        Err(format!("process {pid} could not be ended").into())
    }
}
