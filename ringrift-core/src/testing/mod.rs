//! The test kit: a runtime of chosen daemons under a paused clock, with faults.
//!
//! A day of daemon life is one short test:
//!
//! ```
//! use ringrift_core::{prelude::*, testing::TestKit};
//!
//! /// Counts.
//! #[daemon(category = "misc", cycle = "60s", register = false)]
//! struct Counter;
//! impl Daemon for Counter {
//!     async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let kit = TestKit::builder().daemon::<Counter>().start().await;
//! kit.advance(std::time::Duration::from_secs(24 * 3600)).await;
//! assert!(kit.stats(Counter::TYPE).cycles >= 1440);
//! kit.finish().await;
//! # }
//! ```

mod builder;
mod expect;
mod verdict;

pub use self::{
    builder::KitBuilder,
    expect::{Published, TestKit},
};
pub use crate::declaration::live::faults::{Fault, FaultAt};
use crate::declaration::{registry::Registry, wiring};

/// Fails the test when the wiring of the whole program has an error; warnings are printed.
///
/// # Panics
/// With every problem, when there is an error.
pub fn check_wiring() {
    let problems = wiring::check(&Registry::collected());
    let list = || problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
    let is_wrong = problems.iter().any(|problem| problem.severity == wiring::Severity::Error);
    assert!(!is_wrong, "the wiring is wrong:\n{}", list());
}
