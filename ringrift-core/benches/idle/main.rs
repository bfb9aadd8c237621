//! What an idle daemon costs: resident memory and start time of many at once, beside as many bare
//! tasks with a mailbox and a timer.
//!
//! `cargo bench -p ringrift-core --bench idle -- [rounds] [daemons]`
//!
//! Each figure comes from a process of its own, so that no memory is second-hand.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../common/mod.rs"]
mod common;
mod shapes;

use std::process::Command;

use common::{arguments, median, print_head};

/// One kind of thing to start many of.
type Shape = (&'static str, fn(usize));

/// All of them.
const SHAPES: [Shape; 3] =
    [("bare task", shapes::bare), ("daemon", shapes::daemons), ("daemon, 4 kB futures", shapes::fat_daemons)];
const CHILD: &str = "child";

fn main() {
    let arguments = arguments();
    if let [word, shape, count] = &arguments.words[..]
        && word == CHILD
    {
        let numbers = (shape.parse::<usize>(), count.parse::<usize>());
        let (Ok(shape), Ok(count)) = numbers else { return };
        return SHAPES[shape].1(count);
    }
    let rounds = arguments.number(0).unwrap_or(if arguments.is_bench { 3 } else { 1 });
    let counts = match arguments.number(1) {
        Some(count) => vec![count],
        None if arguments.is_bench => vec![10_000, 100_000],
        None => vec![100],
    };
    print_head("idle cost per daemon, median of all rounds", "cargo bench -p ringrift-core --bench idle");
    println!("{:>8} {:<22} {:>8} {:>8}   bar 2048 B, 2 us", "count", "", "bytes", "us");
    for count in counts {
        report(count, rounds);
    }
}

fn report(count: usize, rounds: usize) {
    let mut figures = [const { (Vec::new(), Vec::new()) }; SHAPES.len()];
    for _ in 0..rounds {
        for (shape, (bytes, micros)) in figures.iter_mut().enumerate() {
            let (b, us) = in_a_child(shape, count);
            bytes.push(b);
            micros.push(us);
        }
    }
    for ((name, _), (bytes, micros)) in SHAPES.iter().zip(&figures) {
        println!("{count:>8} {name:<22} {:>8.0} {:>8.2}", median(bytes), median(micros));
    }
}

/// Bytes and microseconds per piece.
fn in_a_child(shape: usize, count: usize) -> (f64, f64) {
    let program = std::env::current_exe().expect("it is there");
    let output = Command::new(program).args([CHILD, &shape.to_string(), &count.to_string()]).output();
    let output = output.expect("it starts").stdout;
    let mut numbers = std::str::from_utf8(&output).expect("it is text").split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next().expect("two numbers").expect("a number");
    (next(), next())
}
