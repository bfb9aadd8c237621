//! How much memory a process has, as Linux says.

use std::{fs, io};

/// The most that this process ever had, in KiB.
///
/// # Errors
/// When the system has no such file, or no such line.
pub fn peak_kib() -> io::Result<u64> {
    line("VmHWM:")
}

/// What this process has now, in KiB.
///
/// # Errors
/// As [`peak_kib`].
pub fn now_kib() -> io::Result<u64> {
    line("VmRSS:")
}

fn line(name: &str) -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse().ok());
    kib.ok_or_else(|| io::Error::other(format!("/proc/self/status has no {name}")))
}
