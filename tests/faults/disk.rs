//! A disk that is full, and one that fails to sync.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use ringrift_tests::crash::{
    disk::FAILS_AT_FIRST,
    files::{Folder, Item, Lines},
    kill::{succeeded, victim},
    narrow, starved,
};
use rusqlite::Connection;

use super::kills::{check, folder, program};

/// States of a delivery, as the store has them.
const PENDING: u8 = 0;
const DEAD: u8 = 2;
const EXHAUSTED: u8 = 3;

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
    let output = victim(program(), &["work", &folder.root().to_string_lossy(), "1", "5"]).output().unwrap();
    succeeded(&output).unwrap();
    assert_eq!(check(&folder).acknowledged, 1 + 20, "the next process takes new events");
    assert_eq!(folder.count(Lines::Begun).unwrap().len(), 1 + 20);
}

#[test]
fn what_fails_because_the_disk_is_full_is_held_against_nobody_and_goes_on_when_there_is_room() {
    let (_place, folder) = folder();
    let output = victim(program(), &["starve", &folder.root().to_string_lossy()]).output().unwrap();
    let found: starved::Figures = serde_json::from_str(&succeeded(&output).unwrap()).unwrap();
    assert!(found.is_well(), "{found:#?}");
}

#[test]
fn what_finds_no_room_where_others_do_is_tried_again_every_second() {
    let (_place, folder) = folder();
    let output = victim(program(), &["narrow", &folder.root().to_string_lossy()]).output().unwrap();
    let found: narrow::Figures = serde_json::from_str(&succeeded(&output).unwrap()).unwrap();
    // How much later it goes on that has waited is up to the machine.
    assert!(found.ms.len() >= 2 && found.ms.iter().all(|ms| *ms >= 990), "{found:?}");
    assert_eq!(found.dead, 0);
}

/// The state of the delivery that fails at first, and whether it has a letter.
fn first_failure(folder: &Folder) -> (u8, bool) {
    let select = "SELECT d.state, d.letter IS NOT NULL FROM deliveries d
        JOIN handlers h ON h.id = d.handler WHERE h.handler = 'on_work' ORDER BY d.event LIMIT 1";
    let store = Connection::open(folder.store()).unwrap();
    store.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

/// How often the handler was begun for the event that fails at first.
fn begun(folder: &Folder) -> u32 {
    folder.count(Lines::Begun).unwrap()[&Item { emitter: 0, number: FAILS_AT_FIRST }]
}

#[test]
fn a_dead_letter_that_finds_no_room_is_written_when_there_is_some() {
    let (_place, folder) = folder();
    let output = victim(program(), &["letter", &folder.root().to_string_lossy(), "room"]).output().unwrap();
    succeeded(&output).unwrap();
    assert_eq!((first_failure(&folder), begun(&folder)), ((DEAD, true), 1));
    check(&folder);
    assert_eq!(begun(&folder), 1, "its retry is not due");
}

#[test]
fn a_delivery_whose_dead_letter_found_no_room_before_a_kill_is_not_acknowledged_and_is_handled_again() {
    let (_place, folder) = folder();
    let output = victim(program(), &["letter", &folder.root().to_string_lossy(), "kill"]).output().unwrap();
    assert!(!output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((first_failure(&folder), begun(&folder)), ((PENDING, false), 1));
    check(&folder);
    // It fails at first in each process; or for good, when the kill left it open whether its effect was made.
    let (state, has_letter) = first_failure(&folder);
    assert!(matches!(state, DEAD | EXHAUSTED) && has_letter, "{state}");
    assert_eq!(begun(&folder), 2);
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
    fills("fill", &folder);
}

#[test]
fn a_store_at_sqlites_page_limit_loses_nothing_and_resumes_when_the_limit_is_lifted() {
    let (_place, folder) = folder();
    fills("pages", &folder);
}

/// The store is full at some time, and has room again.
fn fills(role: &str, folder: &Folder) {
    let output = victim(program(), &[role, &folder.root().to_string_lossy()]).output().unwrap();
    let said = succeeded(&output).unwrap();
    eprintln!("{}", said.lines().take(2).collect::<Vec<_>>().join("; "));
    let verdict = check(folder);
    assert!(verdict.acknowledged > 50, "{verdict:?}");
    assert_eq!(folder.count(Lines::Begun).unwrap().len(), verdict.acknowledged, "what was refused is not kept");
}
