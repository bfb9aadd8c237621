//! What the benchmarks share: the payload, the machine, the middle of several rounds.
//!
//! Rejected: criterion, which runs one candidate after the other, so that a change of the machine's mood
//! between them looks like a difference; and knows neither memory nor the 99th percentile.

use std::time::Duration;

use ringrift_core::event;
use serde::{Deserialize, Serialize};
use tokio::{
    runtime::{Builder, Runtime},
    time::Instant,
};

/// The worker threads of every candidate.
pub(crate) const WORKERS: usize = 2;

/// The payload of every candidate: two strings and a number.
#[event("BENCH_TRAINING_COMPLETED")]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TrainingCompleted {
    pub(crate) config_key: String,
    pub(crate) model_path: String,
    pub(crate) epochs: u64,
}

#[allow(dead_code, reason = "each benchmark takes what it needs of this module")]
impl TrainingCompleted {
    pub(crate) fn number(epochs: u64) -> Self {
        let model_path = format!("models/canonical_hex8_2p_{epochs}.pth");
        Self { config_key: "hex8_2p".to_owned(), model_path, epochs }
    }
}

/// What was said on the command line.
pub(crate) struct Arguments {
    /// Whether `cargo bench` runs this. Anything else, as `cargo test --benches`, only wants to see
    /// that it works.
    pub(crate) is_bench: bool,
    /// The words that are not flags.
    pub(crate) words: Vec<String>,
}

pub(crate) fn arguments() -> Arguments {
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    Arguments { is_bench: flags.iter().any(|flag| flag == "--bench"), words }
}

impl Arguments {
    /// The number at that place of the command line.
    pub(crate) fn number(&self, place: usize) -> Option<usize> {
        self.words.get(place)?.parse().ok()
    }
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().expect("the runtime starts")
}

/// The facts that the figures depend on, and how to get them again.
pub(crate) fn print_head(title: &str, command: &str) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{title}");
    println!("{cores} cores, {WORKERS} workers, {}, repeat: {command}", std::env::consts::ARCH);
}

#[allow(dead_code, reason = "each benchmark takes what it needs of this module")]
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which that share of the values lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// Waits until `is_done`.
///
/// # Panics
/// When it takes longer than a minute.
#[allow(dead_code, reason = "each benchmark takes what it needs of this module")]
pub(crate) async fn until(what: &str, mut is_done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_done() {
        tokio::time::sleep(Duration::from_micros(200)).await;
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not happen in a minute");
    }
}
