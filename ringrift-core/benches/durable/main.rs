//! How many durable events a second are on disk, and how long an emit takes, beside the same rows written by
//! hand: a thread that commits all that waits in one transaction, and a commit for each event. And how long a
//! process takes to deliver what an earlier one left.
//!
//! `cargo bench -p ringrift-core --bench durable -- [rounds] [events] [pending] [emitters]`
//!
//! The candidates take turns within every round, on the same folder of the same disk, with the same settings
//! of SQLite: write-ahead log, `synchronous = FULL`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../common/mod.rs"]
mod common;
mod raw;
mod ringrift;

use std::path::Path;

use common::{arguments, median, print_head, quantile, runtime};

const ROUNDS: usize = 5;
/// Events of one round of one candidate.
const EVENTS: usize = 12_800;
/// Deliveries that an earlier process left.
const PENDING: usize = 100_000;
const EMITTERS: [usize; 3] = [1, 8, 64];

/// One round of one candidate: the events a second, and the microseconds of each emit.
pub(crate) struct Round {
    pub(crate) per_second: f64,
    pub(crate) micros: Vec<f64>,
}

fn main() {
    let arguments = arguments();
    let (rounds, events, pending) = if arguments.is_bench { (ROUNDS, EVENTS, PENDING) } else { (1, 64, 100) };
    let rounds = arguments.number(0).unwrap_or(rounds);
    let events = arguments.number(1).unwrap_or(events);
    let pending = arguments.number(2).unwrap_or(pending);
    print_head(
        "durable events: thousands a second, and microseconds of an emit",
        "cargo bench -p ringrift-core --bench durable",
    );
    println!("{:<9} {:<20} {:>9} {:>7} {:>9} {:>9}", "emitters", "", "k/s", "ratio", "p50", "p99");
    for emitters in EMITTERS {
        if arguments.number(3).is_none_or(|wanted| wanted == emitters) {
            emits(rounds, events, emitters);
        }
    }
    recovery(pending);
}

fn emits(rounds: usize, events: usize, emitters: usize) {
    type Candidate = fn(&Path, usize, usize) -> Round;
    let candidates: [(&str, Candidate); 3] = [
        ("group commit", raw::group_commit),
        ("a commit for each", raw::commit_for_each),
        ("ringrift", ringrift::emits),
    ];
    let mut results: [Vec<Round>; 3] = Default::default();
    for _ in 0..rounds {
        for ((_, candidate), results) in candidates.iter().zip(&mut results) {
            let folder = tempfile::tempdir().expect("a folder");
            results.push(candidate(folder.path(), events, emitters));
        }
    }
    let rate = |results: &[Round]| median(&results.iter().map(|round| round.per_second).collect::<Vec<_>>());
    let floor = rate(&results[0]);
    for ((name, _), results) in candidates.iter().zip(&results) {
        let micros: Vec<f64> = results.iter().flat_map(|round| round.micros.iter().copied()).collect();
        let (p50, p99) = (quantile(&micros, 0.5), quantile(&micros, 0.99));
        let rate = rate(results);
        println!("{emitters:<9} {name:<20} {:>9.2} {:>7.2} {p50:>9.0} {p99:>9.0}", rate / 1000.0, rate / floor);
    }
}

fn recovery(pending: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    runtime().block_on(ringrift::leave(folder.path(), pending));
    let seconds = runtime().block_on(ringrift::recover(folder.path(), pending));
    println!("recovery: {pending} pending deliveries handled {seconds:.2} s after the start of a process");
}
