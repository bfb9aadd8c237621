//! Random graphs, started and stopped whole: everything waits for what it needs, and for nothing else.
//!
//! Here, and not among the tests of the public API, because a declaration is a `static` outside: the
//! graphs of these tests are made at run time, and leaked.

mod node;

use std::sync::Arc;

use self::node::{Line, Plan, What, entries};
use super::{Runtime, StartError};
use crate::declaration::registry::Registry;

/// The links of a graph, by number: of each node whom it needs, and whom it wants.
pub(super) type Links = Vec<(Vec<usize>, Vec<usize>)>;

/// Mostly small, now and then up to 200.
fn random_links(random: &mut fastrand::Rng) -> Links {
    let nodes = if random.u32(..200) == 0 { random.usize(20..=200) } else { random.usize(2..=12) };
    let some = |random: &mut fastrand::Rng, node: usize, most: usize| -> Vec<usize> {
        let mut found: Vec<usize> = (0..random.usize(..=most.min(node))).map(|_| random.usize(..node)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    (0..nodes).map(|node| (some(random, node, 3), some(random, node, 1))).collect()
}

/// Runs a graph from its start to its end; how the start went, and what was done in which order.
fn life(plan: &Arc<Plan>) -> (Result<(), StartError>, Vec<Line>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let started = runtime.expect("a runtime").block_on(async {
        plan.begin();
        let registry = Registry::empty().with_entries(entries(plan));
        let runtime = Runtime::builder().registry(registry).strict(true).start().await?;
        let report = runtime.shutdown().await;
        assert!(report.leaked.is_empty(), "{report:?}");
        Ok(())
    });
    (started, plan.take())
}

/// When each node did that; a node that did it twice fails the test.
fn times(lines: &[Line], what: What, nodes: usize) -> Vec<Option<(usize, u64)>> {
    let mut times = vec![None; nodes];
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.what == what) {
        assert_eq!(times[line.node].replace((place, line.ms)), None, "{line:?} is not the first");
    }
    times
}

/// Every link is kept; and where it is the last one that is waited for, to the millisecond.
fn check_order(links: &Links, lines: &[Line]) {
    let of = |what| times(lines, what, links.len());
    let (begins, ready, stops, ended) = (of(What::Begins), of(What::Ready), of(What::Stops), of(What::Ended));
    for (node, (needs, wants)) in links.iter().enumerate() {
        let before: Vec<_> = needs.iter().chain(wants).map(|other| ready[*other].expect("all are ready")).collect();
        let (begun, at) = begins[node].expect("all begin");
        assert!(before.iter().all(|(place, _)| *place < begun), "{node} began too early");
        assert_eq!(at, before.iter().map(|(_, ms)| *ms).max().unwrap_or(0), "{node} began too late");
        let needs_it = |(needs, wants): &(Vec<usize>, Vec<usize>)| needs.contains(&node) || wants.contains(&node);
        let dependents = (0..links.len()).filter(|other| needs_it(&links[*other]));
        let after: Vec<_> = dependents.map(|other| ended[other].expect("all end")).collect();
        let (stopped, at) = stops[node].expect("all stop");
        assert!(after.iter().all(|(place, _)| *place < stopped), "{node} stopped too early");
        let told = ready.iter().flatten().map(|(_, ms)| *ms).max().unwrap_or(0);
        assert_eq!(at, after.iter().map(|(_, ms)| *ms).max().unwrap_or(told), "{node} stopped too late");
    }
}

/// What was begun has ended, once; what was ready has stopped, once; and nothing that needs or wants the
/// one that failed was begun, directly or not.
fn check_rollback(links: &Links, failing: usize, lines: &[Line]) {
    let of = |what| times(lines, what, links.len());
    let (begins, ready, stops, ended) = (of(What::Begins), of(What::Ready), of(What::Stops), of(What::Ended));
    let mut held_up = vec![false; links.len()];
    for (node, (needs, wants)) in links.iter().enumerate() {
        held_up[node] = needs.iter().chain(wants).any(|other| *other == failing || held_up[*other]);
        assert!(!held_up[node] || begins[node].is_none(), "{node} began");
        assert_eq!((begins[node].is_some(), ready[node].is_some()), (ended[node].is_some(), stops[node].is_some()));
        for dependency in needs.iter().chain(wants).filter(|_| begins[node].is_some()) {
            assert!(ended[node] < stops[*dependency], "{dependency} stopped before {node} had ended");
        }
    }
}

/// Checks so many graphs; a failure names the seed of its own.
fn check_all(graphs: u64, check: impl Fn(&mut fastrand::Rng)) {
    for seed in 0..graphs {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(&mut fastrand::Rng::with_seed(seed));
        }));
        if let Err(panic) = outcome {
            eprintln!("the graph of seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn ten_thousand_graphs_start_in_order_and_stop_in_reverse_as_early_as_they_may() {
    check_all(10_000, |random| {
        let links = random_links(random);
        let plan = Arc::new(Plan::random(links.clone(), None, random));
        let (started, lines) = life(&plan);
        started.expect("nothing fails");
        check_order(&links, &lines);
    });
}

#[test]
fn five_thousand_graphs_of_which_one_fails_are_rolled_back() {
    check_all(5_000, |random| {
        let links = random_links(random);
        let failing = random.usize(..links.len());
        let plan = Arc::new(Plan::random(links.clone(), Some(failing), random));
        let (started, lines) = life(&plan);
        let Err(StartError::FailedStart { daemon, cause }) = started else { panic!("it is started: {started:?}") };
        assert_eq!((daemon, &*cause), (plan.name(failing), "on_start failed: as planned"));
        check_rollback(&links, failing, &lines);
    });
}
