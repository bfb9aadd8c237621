//! A process is stopped for a while and goes on, as SIGSTOP and SIGCONT do it.

use std::time::Duration;

use ringrift_tests::crash::suspend::suspend;

use super::kills::{check, folder, program};

#[test]
fn a_process_that_was_stopped_goes_on_restarts_nothing_and_loses_nothing() {
    let (_place, folder) = folder();
    let found = suspend(program(), &folder, Duration::from_secs(2)).unwrap();
    assert_eq!((found.restarted, found.dead), (0, 0), "{found:?}");
    let verdict = check(&folder);
    assert_eq!(verdict.repeated, 0, "{verdict:?}");
    assert!(verdict.acknowledged > 0, "{verdict:?}");
}
