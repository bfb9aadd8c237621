//! Reads this machine's figures from the operating system.

use std::io;
use std::path::Path;
use std::thread;

use serde::Serialize;
use sysinfo::{Disks, System};
use thiserror::Error;

use crate::data_folder::DataFolder;

/// The figures of one machine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Reading {
    /// Runnable threads over the last minute, in percent of the cores.
    pub(super) load_percent: f64,
    /// Used memory.
    pub(super) memory_percent: f64,
    /// Used space of the disk with the data folder; `None` when it is on no disk that the system
    /// lists, as in some containers.
    pub(super) disk_percent: Option<f64>,
}

/// The machine could not be read.
#[derive(Debug, Error)]
pub(super) enum ReadingError {
    /// The data folder is not there.
    #[error("the data folder cannot be looked at")]
    Folder(#[source] io::Error),
    /// The system does not give its figures.
    #[error("the figures of the machine cannot be read")]
    System(#[from] sysinfo::Error),
    /// The system does not say how much memory there is.
    #[error("the system does not say how much memory there is")]
    NoMemory,
}

/// Reads the machine that this runs on. Blocks.
pub(super) fn read_machine(folder: &DataFolder) -> Result<Reading, ReadingError> {
    let root = folder.root().canonicalize().map_err(ReadingError::Folder)?;
    let mut system = System::new()?;
    system.refresh_memory();
    let memory = used_percent(system.available_memory(), system.total_memory());
    Ok(Reading {
        load_percent: load_percent()?,
        memory_percent: memory.ok_or(ReadingError::NoMemory)?,
        disk_percent: disk_percent(&root)?,
    })
}

fn load_percent() -> Result<f64, sysinfo::Error> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Ok(System::load_average()?.one / cores as f64 * 100.0)
}

/// The disk whose mount point is nearest to the folder.
fn disk_percent(folder: &Path) -> Result<Option<f64>, sysinfo::Error> {
    let disks = Disks::new_with_refreshed_list()?;
    let holding = disks.iter().filter(|disk| folder.starts_with(disk.mount_point()));
    let nearest = holding.max_by_key(|disk| disk.mount_point().components().count());
    Ok(nearest.and_then(|disk| used_percent(disk.available_space(), disk.total_space())))
}

fn used_percent(available: u64, total: u64) -> Option<f64> {
    (total > 0).then(|| 100.0 - available as f64 / total as f64 * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_figures_that_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let reading = read_machine(&DataFolder::new(folder.path())).unwrap();
        let is_percent = |figure: f64| figure > 0.0 && figure <= 100.0;
        assert!(is_percent(reading.memory_percent), "{reading:?}");
        assert!(reading.disk_percent.is_none_or(is_percent), "{reading:?}");
        assert!(reading.load_percent >= 0.0, "{reading:?}");
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_machine(&DataFolder::new(folder.path().join("gone"))).unwrap_err();
        assert_eq!(error.to_string(), "the data folder cannot be looked at");
    }

    #[test]
    fn used_is_what_is_not_available() {
        assert_eq!(used_percent(25, 100), Some(75.0));
        assert_eq!(used_percent(0, 0), None);
    }
}
