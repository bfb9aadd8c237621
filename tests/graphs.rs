//! Whatever is chosen of a graph, and however long it takes: starts are in topological order, and
//! stops in reverse.

use std::time::Duration;

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use ringrift_core::{prelude::*, testing::TestKit};

use crate::journal::Journal;

/// How long each start and stop takes, by the daemon's number.
#[derive(Debug, Clone)]
struct Pace(Vec<(u64, u64)>);

macro_rules! node {
    ($(#[$doc:meta])* $name:ident, $number:literal, [$($on:ident),*], [$($want:ident),*]) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "1h", depends_on = [$($on),*], wants = [$($want),*], register = false)]
        struct $name {
            #[inject]
            pace: Pace,
            #[inject]
            journal: Journal,
        }

        impl Daemon for $name {
            idle!();

            async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
                self.journal.note(concat!("begins ", $number));
                tokio::time::sleep(Duration::from_millis(self.pace.0[$number].0)).await;
                self.journal.note(concat!("ready ", $number));
                Ok(())
            }

            async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
                self.journal.note(concat!("stops ", $number));
                tokio::time::sleep(Duration::from_millis(self.pace.0[$number].1)).await;
                Ok(())
            }

            async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
                self.journal.note(concat!("ended ", $number));
                Ok(())
            }
        }
    };
}

// A diamond (0 to 3), a chain out of it (4, 5), a fan in from both (6), and one apart (7).
node!(/** The root. */ N0, 0, [], []);
node!(/** The left. */ N1, 1, [N0], []);
node!(/** The right. */ N2, 2, [N0], []);
node!(/** The bottom. */ N3, 3, [N1, N2], []);
node!(/** Wants the bottom. */ N4, 4, [N0], [N3]);
node!(/** The end of the chain. */ N5, 5, [N4], []);
node!(/** Needs both sides. */ N6, 6, [N2, N5], [N7]);
node!(/** Apart. */ N7, 7, [], []);

/// Who needs or wants whom, where both are there.
const EDGES: [(usize, usize); 11] =
    [(1, 0), (2, 0), (3, 1), (3, 2), (4, 0), (4, 3), (5, 4), (6, 2), (6, 5), (6, 7), (3, 0)];

fn chosen(choice: u8) -> ringrift_core::testing::KitBuilder {
    let builder = TestKit::builder();
    let builder = if choice & 1 != 0 { builder.daemon::<N3>() } else { builder };
    let builder = if choice & 2 != 0 { builder.daemon::<N4>() } else { builder };
    let builder = if choice & 4 != 0 { builder.daemon::<N5>() } else { builder };
    let builder = if choice & 8 != 0 { builder.daemon::<N6>() } else { builder };
    if choice & 16 != 0 { builder.daemon::<N7>() } else { builder }
}

/// What the daemons of that choice did, from the start to the end.
fn life(choice: u8, pace: Pace) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let journal = Journal::default();
        let kit = chosen(choice).provide(pace).provide(journal.clone()).start().await;
        kit.finish().await;
        journal.take()
    })
}

fn check(lines: &[String]) -> Result<(), TestCaseError> {
    let place = |what: &str, number: usize| lines.iter().position(|line| *line == format!("{what} {number}"));
    for (dependent, dependency) in EDGES {
        let (Some(begins), Some(ended)) = (place("begins", dependent), place("ended", dependent)) else { continue };
        // A wanted one may not be there.
        let (Some(ready), Some(stops)) = (place("ready", dependency), place("stops", dependency)) else { continue };
        prop_assert!(ready < begins, "{dependent} began before {dependency} was ready: {lines:?}");
        prop_assert!(ended < stops, "{dependency} stopped before {dependent} had ended: {lines:?}");
    }
    Ok(())
}

#[test]
fn starts_are_in_topological_order_and_stops_in_reverse() {
    let seed = [7; 32];
    println!("seed {seed:?}");
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let paces = proptest::collection::vec((0..3_000_u64, 0..1_500_u64), 8);
    let result = runner.run(&(0..32_u8, paces), |(choice, pace)| check(&life(choice, Pace(pace))));
    result.unwrap_or_else(|error| panic!("{error}"));
}
