//! A process is killed in the middle of its work, over and over: nothing that was acknowledged is lost.

use std::{os::unix::process::ExitStatusExt, path::Path, time::Duration};

use ringrift_tests::crash::{
    files::{Folder, Lines},
    kill::{drain, kill_in_the_middle, succeeded, victim},
    torture::{ABORTED, place},
    verdict,
};

const ROUNDS: u64 = 25;

pub(super) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_torture"))
}

pub(super) fn folder() -> (tempfile::TempDir, Folder) {
    place().unwrap()
}

/// Drains what is left, and looks whether all is well.
pub(super) fn check(folder: &Folder) -> verdict::Verdict {
    drain(program(), folder).unwrap();
    let verdict = verdict::of(folder).unwrap();
    assert!(verdict.violations.is_empty(), "{verdict:#?}");
    verdict
}

#[test]
fn kill_9_at_a_random_moment_loses_nothing_that_was_acknowledged_and_doubles_no_effect() {
    let (_place, folder) = folder();
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..ROUNDS {
        kill_in_the_middle(program(), &folder, round, Duration::from_micros(random.u64(0..120_000))).unwrap();
    }
    let verdict = check(&folder);
    eprintln!("{verdict:?}");
    assert!(verdict.acknowledged as u64 > ROUNDS && verdict.kept as u64 > ROUNDS, "{verdict:#?}");
}

#[test]
fn a_crash_at_any_point_of_the_store_loses_nothing_that_was_acknowledged() {
    for point in ringrift_core::FAIL_POINTS {
        let (_place, folder) = folder();
        for (round, passes) in [0, 3, 20].into_iter().enumerate() {
            let path = folder.root().to_string_lossy().into_owned();
            let mut command = victim(program(), &["work", &path, &round.to_string()]);
            let killed = command.env("FAILPOINTS", format!("{point}={passes}*off->return(kill)")).output().unwrap();
            assert_eq!(killed.status.signal(), Some(ABORTED), "{point} was never passed: {killed:?}");
        }
        check(&folder);
    }
}

#[test]
fn an_orderly_end_leaves_every_event_handled_once() {
    let (_place, folder) = folder();
    let path = folder.root().to_string_lossy().into_owned();
    succeeded(&victim(program(), &["work", &path, "0", "50"]).output().unwrap()).unwrap();
    let verdict = check(&folder);
    assert_eq!(verdict.acknowledged, 200);
    assert_eq!(folder.count(Lines::Effect).unwrap().len(), 200);
    let beside = folder.count(Lines::Beside).unwrap();
    assert!(beside.len() == 200 && beside.values().all(|count| *count == 1), "{beside:?}");
}
