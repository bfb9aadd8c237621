//! A disk that is full, and one that fails to sync.

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
