//! A disk that is full, and one that fails to sync.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use ringrift_tests::crash::{
    files::Lines,
    kill::{succeeded, victim},
};

use super::kills::{check, folder, program};

#[test]
fn a_full_disk_refuses_durable_events_only_and_resumes_when_there_is_room() {
    let (_place, folder) = folder();
    let output = victim(program(), &["full", &folder.root().to_string_lossy()]).output().unwrap();
    let said = succeeded(&output).unwrap();
    assert!(said.starts_with("resumed after "), "{said}");
    check(&folder);
    assert_eq!(folder.read(Lines::Acknowledged).unwrap().len(), 2);
    assert_eq!(folder.count(Lines::Begun).unwrap().len(), 2, "what was refused is not kept");
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_in_this_process() {
    let (_place, folder) = folder();
    let output = victim(program(), &["sync", &folder.root().to_string_lossy()]).output().unwrap();
    succeeded(&output).unwrap();
    check(&folder);
    assert_eq!(folder.count(Lines::Begun).unwrap().len(), 1);
}

/// A small disk in memory, until it is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, and a line that says so, where this process may not mount.
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("skipped: this process may not mount a file system");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).output();
        assert!(std::thread::panicking() || unmounted.is_ok_and(|output| output.status.success()));
    }
}

#[test]
fn a_small_disk_that_is_full_loses_nothing_and_resumes_when_there_is_room() {
    let (_place, folder) = folder();
    let Some(_disk) = SmallDisk::mount(&folder.store_folder()) else { return };
    let output = victim(program(), &["fill", &folder.root().to_string_lossy()]).output().unwrap();
    let said = succeeded(&output).unwrap();
    eprintln!("{}", said.lines().take(2).collect::<Vec<_>>().join("; "));
    let verdict = check(&folder);
    assert!(verdict.acknowledged > 50, "{verdict:?}");
    assert_eq!(folder.count(Lines::Begun).unwrap().len(), verdict.acknowledged, "what was refused is not kept");
}
