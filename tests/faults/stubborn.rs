//! A process of daemons that do not end is told to: its exit code and its last words say what was left behind.

use std::time::Duration;

use ringrift_tests::crash::stubborn::{Stubborn, end};

use super::kills::program;

const STOP_TIMEOUT: Duration = Duration::from_millis(200);

/// The exit code, and how many daemons it says it left behind.
fn told(deaf: usize, clings: usize, stop_timeout: Duration, signals: u32) -> (Option<i32>, usize) {
    let ended = end(program(), Stubborn { deaf, clings, blocked: 0, stop_timeout }, signals).unwrap();
    (ended.code, ended.leaked())
}

#[test]
fn what_can_be_cut_off_is_and_the_exit_code_is_0() {
    assert_eq!(told(1, 0, STOP_TIMEOUT, 1), (Some(0), 0));
    assert_eq!(told(50, 0, STOP_TIMEOUT, 1), (Some(0), 0));
}

#[test]
fn what_can_not_be_ended_is_named_and_the_exit_code_is_70() {
    assert_eq!(told(0, 1, STOP_TIMEOUT, 1), (Some(70), 1));
    assert_eq!(told(0, 50, STOP_TIMEOUT, 1), (Some(70), 50));
}

#[test]
fn signals_are_heard_while_every_worker_is_blocked() {
    let blocked = Stubborn { deaf: 1, clings: 0, blocked: 2, stop_timeout: STOP_TIMEOUT };
    let ended = end(program(), blocked, 2).unwrap();
    assert_eq!((ended.code, ended.leaked()), (Some(70), 3), "{}", ended.said);
}

#[test]
fn a_second_signal_ends_it_at_once_and_names_all_that_had_not_ended() {
    // Were the signal not heard, this would take an hour.
    assert_eq!(told(50, 50, Duration::from_secs(3600), 2), (Some(70), 100));
}
