//! How long it takes from an emit to the handler, and from a restart to the next incarnation's first
//! cycle, beside the same with bare tokio: a channel and a task, and a loop over `JoinHandle`s.
//!
//! `cargo bench -p ringrift-core --bench latency -- [rounds]`
//!
//! The candidates take turns within every round, and both are measured from the same thread, which
//! waits for the end of one before it begins the next: nothing queues, so what is measured is the
//! path and the wake-up of a worker thread, not the load.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../common/mod.rs"]
mod common;
mod raw;
mod ringrift;
mod stopwatch;

use common::{arguments, print_head, quantile, runtime};
use stopwatch::Stopwatch;

const ROUNDS: usize = 7;
/// Samples of one round of one candidate.
const SAMPLES: usize = 2000;

fn main() {
    let arguments = arguments();
    let (rounds, samples) = if arguments.is_bench { (ROUNDS, SAMPLES) } else { (1, 10) };
    let rounds = arguments.number(0).unwrap_or(rounds);
    print_head("latency in microseconds, of all rounds", "cargo bench -p ringrift-core --bench latency");
    println!("{:<12} {:<16} {:>8} {:>8} {:>8}", "", "", "p50", "p99", "p50 ratio");
    let mut emits = [Vec::new(), Vec::new()];
    let mut restarts = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        emits[0].extend(runtime().block_on(raw::sends(samples)));
        emits[1].extend(runtime().block_on(ringrift::emits(samples)));
        restarts[0].extend(runtime().block_on(raw::restarts(samples)));
        restarts[1].extend(runtime().block_on(ringrift::restarts(samples)));
    }
    report("emit", ["tokio mpsc", "ringrift"], &emits);
    report("restart", ["JoinHandle loop", "ringrift"], &restarts);
}

fn report(what: &str, names: [&str; 2], micros: &[Vec<f64>; 2]) {
    let middle = micros.each_ref().map(|micros| quantile(micros, 0.5));
    for (name, micros) in names.iter().zip(micros) {
        let (p50, p99) = (quantile(micros, 0.5), quantile(micros, 0.99));
        println!("{what:<12} {name:<16} {p50:>8.1} {p99:>8.1} {:>8.2}", p50 / middle[0]);
    }
}
