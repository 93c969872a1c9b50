//! Processes of the deployed functions on this machine: memory, processor time, killing.

use std::path::{Path, PathBuf};

use callsheet_tests::variable;
use tokio::process::Command;

use crate::result::BenchResult;

/// Process of a deployed function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// Resident size in kilobytes.
    pub(crate) resident_kb: u64,
    /// Processor time used so far, in ticks of the system's clock.
    pub(crate) ticks: u64,
}

/// Processes of the function whose name is in the environment variable `name_variable`, in the local
/// cloud of this benchmark.
pub(crate) fn of_function(name_variable: &str) -> Vec<Process> {
    let name = format!("AWS_LAMBDA_FUNCTION_NAME={}", variable(name_variable));
    let cloud = format!("AWS_ENDPOINT_URL={}", variable("AWS_ENDPOINT_URL"));
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = folders.filter_map(|entry| {
        let folder = entry.path();
        let environment = std::fs::read(folder.join("environ")).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let is_of_function = variables
            .clone()
            .any(|variable| variable == name.as_bytes())
            && variables.any(|variable| variable == cloud.as_bytes());
        (is_of_function && is_bootstrap(&folder)).then(|| read(&folder))?
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

/// Kills a process without warning, as the failure of a machine would.
pub(crate) async fn kill(process: Process) -> BenchResult<()> {
    let pid = process.pid.to_string();
    let killed = Command::new("kill").args(["-KILL", &pid]).status().await?;
    if killed.success() {
        Ok(())
    } else {
        Err(format!("process {pid} could not be killed").into())
    }
}
