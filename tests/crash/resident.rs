//! How much memory a process has, as Linux says.

use std::{fs, io};

/// The most that this process ever had, in KiB.
///
/// # Errors
/// When the system has no such file, or no such line.
pub fn peak_kib() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse().ok());
    peak.ok_or_else(|| io::Error::other("/proc/self/status has no VmHWM"))
}
