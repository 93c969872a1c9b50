//! What this process has used so far, from Linux's `/proc`.

use std::fs;
use std::io;

/// A kernel tick of `/proc/thread-self/stat`, in milliseconds.
const TICK_MS: u32 = 10;

/// The processor time of this thread, of the user and of the system, in milliseconds.
///
/// # Errors
/// If `/proc` cannot be read.
pub(crate) fn processor_ms() -> io::Result<u32> {
    let stat = fs::read_to_string("/proc/thread-self/stat")?;
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let tick = |index: usize| fields[index].parse::<u32>().unwrap_or_default();
    Ok((tick(11) + tick(12)) * TICK_MS)
}

/// The most memory that was resident, with its unit.
///
/// # Errors
/// If `/proc` cannot be read.
pub(crate) fn peak_resident() -> io::Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.unwrap_or_default().trim().to_owned())
}
