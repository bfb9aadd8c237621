//! The count of failures: it is zero again after a daemon has run for `restart_reset`, and not before. Ten
//! thousand random histories, each of a daemon of its own, against ten lines of arithmetic.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ringrift_core::{
    Registry, Runtime,
    StateName::{self, Failed, Running},
    prelude::*,
};

use crate::look::secs;

const HISTORIES: usize = 10_000;
const LONGEST: usize = 8;
/// Instead of the five minutes, which `restart.rs` looks at: the ticker looks at all of them ten times a second.
const RESET: Duration = Duration::from_secs(3);
const MAX_RESTARTS: u32 = 5;

/// How long each incarnation of each daemon runs until it fails; after the last it runs on.
type Plans = Arc<HashMap<String, Vec<Duration>>>;

/// Fails as planned.
#[daemon(category = "misc", runner = as_planned, restart_reset = "3s", backoff = ("10ms", "100ms"), register = false)]
struct Doomed {
    #[inject]
    plans: Plans,
}

impl Daemon for Doomed {}

async fn as_planned(daemon: &Doomed, cx: &Context<Doomed>) -> DaemonResult {
    match daemon.plans[cx.daemon_type().as_str()].get(cx.incarnation() as usize - 1) {
        Some(ran) => tokio::time::sleep(*ran).await,
        None => cx.shutdown().cancelled().await,
    }
    if cx.shutdown().is_cancelled() { Ok(()) } else { Err("as planned".into()) }
}

/// The model: the state at the end, and how many restarts there were.
fn expected(plan: &[Duration]) -> (StateName, u32) {
    let (mut in_a_row, mut restarts) = (0, 0);
    for ran in plan {
        in_a_row = if *ran >= RESET { 1 } else { in_a_row + 1 };
        if in_a_row > MAX_RESTARTS {
            return (Failed, restarts);
        }
        restarts += 1;
    }
    (Running, restarts)
}

/// Mostly short, at times about the limit: a timer fires within a millisecond.
fn plan(random: &mut fastrand::Rng) -> Vec<Duration> {
    let millis = |random: &mut fastrand::Rng| match random.u32(..6) {
        0 => 2_990,
        1 => 3_010,
        2 => random.u64(3_010..4_000),
        _ => random.u64(..2_990),
    };
    (0..random.usize(..=LONGEST)).map(|_| Duration::from_millis(millis(random))).collect()
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_random_histories_end_as_the_model_says() {
    let mut random = fastrand::Rng::with_seed(7);
    let plans = (0..HISTORIES).map(|number| (format!("doomed#{number}"), plan(&mut random)));
    let plans: Plans = Arc::new(plans.collect());
    let registry = Registry::empty().__with_copies::<Doomed>(HISTORIES);
    let runtime = Runtime::builder().registry(registry).provide(Arc::clone(&plans)).start().await.unwrap();
    // The longest plan, and the longest delays between.
    tokio::time::sleep(secs(LONGEST as u64 * 5)).await;
    let mut seen = HashMap::new();
    for daemon in runtime.snapshot().daemons.iter().filter(|daemon| daemon.name.starts_with("doomed")) {
        let expected = expected(&plans[&daemon.name]);
        assert_eq!((daemon.state, daemon.restarts), expected, "{}: {:?}", daemon.name, plans[&daemon.name]);
        *seen.entry(expected).or_insert(0) += 1;
    }
    eprintln!("{seen:?}");
    assert!(seen.len() > 8 && seen.values().sum::<usize>() == HISTORIES);
    assert_eq!(runtime.shutdown().await.leaked, []);
}
