//! Deliveries per second from publishers to S subscribers: ringrift's whole path, from `cx.emit` to
//! the handlers, beside bare tokio mpsc (one channel per subscriber) and async-broadcast; and what is left
//! of its speed while the store is open.
//!
//! `cargo bench -p ringrift-core --bench fan_out -- [rounds] [publishers] [subscribers] [ringrift]`
//!
//! With the last word ringrift runs alone, for a profiler.
//!
//! The candidates take turns within every round, so that a change of the machine's mood meets all of
//! them; what counts is the ratio to the best raw figure of the same run.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../common/mod.rs"]
mod common;
mod raw;
mod ringrift;

use std::time::Duration;

use common::{arguments, median, print_head, runtime};

/// Deliveries of one round of one candidate.
const DELIVERIES: u64 = 2_000_000;
const ROUNDS: usize = 7;
const NAMES: [&str; 3] = ["tokio mpsc", "async-broadcast", "ringrift"];

/// How many speak, how many hear, how much is said.
#[derive(Debug, Clone, Copy)]
struct Shape {
    publishers: usize,
    subscribers: usize,
    /// The events of each publisher.
    events: u64,
    /// The ratio to the best raw figure that ringrift has to reach.
    bar: f64,
}

impl Shape {
    fn new(publishers: usize, subscribers: usize, bar: f64, deliveries: u64) -> Self {
        Self { publishers, subscribers, events: deliveries / (publishers * subscribers) as u64, bar }
    }

    fn deliveries(self) -> u64 {
        self.events * (self.publishers * self.subscribers) as u64
    }

    fn rate(self, took: Duration) -> f64 {
        self.deliveries() as f64 / took.as_secs_f64() / 1e6
    }
}

fn main() {
    let arguments = arguments();
    let (rounds, deliveries) = if arguments.is_bench { (ROUNDS, DELIVERIES) } else { (1, 6400) };
    let shapes = [(1, 1, 1.1), (1, 8, 1.5), (1, 64, 1.5), (2, 8, 1.2), (2, 64, 1.2)];
    print_head(
        "fan-out: millions of deliveries per second, median of all rounds",
        "cargo bench -p ringrift-core --bench fan_out",
    );
    println!(
        "{:>4} {:>4} {:>12} {:>16} {:>10} {:>17} {:>6} {:>5} {:>10}",
        "pubs", "subs", NAMES[0], NAMES[1], NAMES[2], "[least - most]", "ratio", "bar", "with store"
    );
    for (publishers, subscribers, bar) in shapes {
        let is_asked_for = |place, number| arguments.number(place).is_none_or(|wanted| wanted == number);
        if is_asked_for(1, publishers) && is_asked_for(2, subscribers) {
            let shape = Shape::new(publishers, subscribers, bar, deliveries);
            let is_alone = arguments.words.get(3).is_some();
            report(shape, &rates(shape, arguments.number(0).unwrap_or(rounds), is_alone));
        }
    }
}

/// Of each candidate the rate of every round.
fn rates(shape: Shape, rounds: usize, is_alone: bool) -> [Vec<f64>; 4] {
    let mut rates = [const { Vec::new() }; 4];
    for round in 0..rounds {
        if is_alone {
            rates[2].push(shape.rate(runtime().block_on(ringrift::run(shape, None))));
            continue;
        }
        rates[0].push(shape.rate(runtime().block_on(raw::mpsc(shape))));
        rates[1].push(shape.rate(runtime().block_on(raw::broadcast(shape))));
        // Whoever comes first finds another machine than the second, so they change places.
        for has_store in [round % 2 == 0, round % 2 == 1] {
            let folder = has_store.then(|| tempfile::tempdir().expect("a folder"));
            let took = runtime().block_on(ringrift::run(shape, folder.as_ref().map(tempfile::TempDir::path)));
            rates[2 + usize::from(has_store)].push(shape.rate(took));
        }
    }
    rates
}

fn report(shape: Shape, rates: &[Vec<f64>; 4]) {
    let [mpsc, broadcast, ours, with_store] = rates.each_ref().map(|rates| median(rates));
    let least = rates[2].iter().copied().fold(f64::INFINITY, f64::min);
    let most = rates[2].iter().copied().fold(0.0, f64::max);
    println!(
        "{:>4} {:>4} {mpsc:>12.2} {broadcast:>16.2} {ours:>10.2} {:>17} {:>6.2} {:>5.1} {:>10.2}",
        shape.publishers,
        shape.subscribers,
        format!("[{least:.1} - {most:.1}]"),
        ours / mpsc.max(broadcast),
        shape.bar,
        with_store / ours
    );
}
