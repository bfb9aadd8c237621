//! Several operators at once, each with a mind of his own, on real threads.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ringrift_core::{
    Registry, State,
    StateName::{Disabled, Running, Stopped},
    prelude::*,
    runtime::{Dependents, OperateError, Runtime},
};
use ringrift_tests::crash::{files::Folder, torture::place};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

const OPERATORS: u64 = 4;
/// How many wishes each has in a round, and how many rounds there are.
const EACH: u32 = 500;
const ROUNDS: u64 = 12;
/// A command that is not answered by then never is.
const DEADLOCK: Duration = Duration::from_secs(60);
/// Many cycles of a daemon that runs.
const WHILE: Duration = Duration::from_millis(50);

/// Something to handle.
#[event("OPERATORS_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

macro_rules! operated {
    ($(#[$doc:meta])* $name:ident, { $($option:tt)* }) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "1ms", register = false, $($option)*)]
        struct $name;
        impl Daemon for $name {
            idle!();
        }
        #[handlers]
        impl $name {
            #[on_event("OPERATORS_PING")]
            async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
                tokio::task::yield_now().await;
                Ok(())
            }
        }
    };
}

operated!(/** Is needed. */ Ground, {});
operated!(/** Needs, and is needed. */ Floor, { depends_on = [Ground] });
operated!(/** Needs. */ Roof, { depends_on = [Floor], wants = [Shed] });
operated!(/** Needs nobody. */ Shed, {});

const ALL: [DaemonType; 4] = [Ground::TYPE, Floor::TYPE, Roof::TYPE, Shed::TYPE];

async fn start(folder: &Folder) -> Arc<Runtime> {
    let registry = Registry::empty().with::<Ground>().with::<Floor>().with::<Roof>().with::<Shed>();
    Arc::new(Runtime::builder().registry(registry).data_dir(folder.root()).start().await.unwrap())
}

/// One wish after another. Whatever is refused is refused for a reason.
async fn operate(runtime: Arc<Runtime>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..EACH {
        let daemon = ALL[random.usize(..ALL.len())];
        let dependents = if random.bool() { Dependents::Refuse } else { Dependents::Stop };
        let wish = async {
            match random.u32(..8) {
                0 => runtime.stop_daemon(daemon, dependents).await,
                1 => runtime.disable_daemon(daemon, dependents).await,
                2 => runtime.enable_daemon(daemon).await,
                3 => runtime.restart_daemon(daemon),
                4 => runtime.reset_daemon(daemon),
                5 => {
                    _ = runtime.emit(Ping).await;
                    Ok(())
                }
                _ => runtime.start_daemon(daemon),
            }
        };
        match tokio::time::timeout(DEADLOCK, wish).await.expect("a wish is answered") {
            Ok(()) | Err(OperateError::HasDependents { .. }) => {}
            Err(OperateError::Stopping) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

fn operators(runtime: &Arc<Runtime>, seed: u64) -> JoinSet<()> {
    let mut operators = JoinSet::new();
    for operator in 0..OPERATORS {
        operators.spawn(operate(Arc::clone(runtime), seed.wrapping_mul(OPERATORS).wrapping_add(operator)));
    }
    operators
}

async fn until(runtime: &Runtime, what: &str, is_so: impl Fn() -> bool) {
    let become_so = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let states = || ALL.map(|daemon| runtime.state(daemon).unwrap());
    tokio::time::timeout(DEADLOCK, become_so).await.unwrap_or_else(|_| panic!("{what}: {:?}", states()));
}

/// Whether nothing is left to happen by itself.
fn is_at_rest(runtime: &Runtime) -> bool {
    ALL.iter().all(|daemon| match runtime.state(*daemon).unwrap() {
        State::Running | State::Stopped { .. } | State::Disabled { .. } => true,
        // It says whom it waits for, and how they are now.
        State::Waiting { on, cause } => {
            let told = |other: &DaemonType| format!("`{other}` is {}", runtime.state(*other).unwrap().name());
            !on.is_empty() && on.iter().all(|other| cause.contains(&told(other)))
        }
        _ => false,
    })
}

/// What each daemon has done so far: its incarnation, its cycles, its deliveries.
fn done(runtime: &Runtime) -> BTreeMap<String, (u32, u64, u64)> {
    let daemons = runtime.snapshot().daemons.into_iter();
    let done = daemons.map(|daemon| (daemon.name, (daemon.incarnation, daemon.stats.cycles, daemon.stats.events)));
    done.collect()
}

/// Every daemon is where it says: what runs works, and what does not, does not.
async fn states_are_true(runtime: &Runtime, folder: &Folder) {
    until(runtime, "they come to rest", || is_at_rest(runtime)).await;
    let (states, before) = (ALL.map(|daemon| runtime.state(daemon).unwrap()), done(runtime));
    runtime.emit(Ping).await.unwrap();
    tokio::time::sleep(WHILE).await;
    let store = Connection::open(folder.root().join("ringrift.db")).unwrap();
    let mut disabled = store.prepare("SELECT daemon FROM disabled").unwrap();
    let disabled: Vec<String> = disabled.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for (daemon, state) in ALL.into_iter().zip(states) {
        assert_eq!(runtime.state(daemon).unwrap(), state, "`{daemon}` stays where it is");
        let (incarnation, cycles, events) = before[daemon.as_str()];
        let works = || done(runtime)[daemon.as_str()].1 > cycles && done(runtime)[daemon.as_str()].2 > events;
        match state.name() {
            Running => until(runtime, "what runs works", works).await,
            _ => assert_eq!(done(runtime)[daemon.as_str()], (incarnation, cycles, events), "`{daemon}` is {state}"),
        }
        let is_kept = disabled.iter().any(|disabled| disabled == daemon.as_str());
        assert!(state.name() != Disabled || is_kept, "`{daemon}` is {state}, and not in {disabled:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_at_cross_purposes_leave_every_daemon_in_a_state_that_is_true() {
    let seed = fastrand::u64(..1 << 32);
    for seed in seed..seed + ROUNDS {
        eprintln!("seed {seed}");
        let (_place, folder) = place().unwrap();
        let runtime = start(&folder).await;
        operators(&runtime, seed).join_all().await;
        states_are_true(&runtime, &folder).await;
        if seed % 2 == 0 {
            for daemon in ALL {
                runtime.enable_daemon(daemon).await.unwrap();
            }
            let all_run = || ALL.iter().all(|daemon| runtime.state(*daemon).unwrap().name() == Running);
            until(&runtime, "the last one wins", || all_run() && runtime.snapshot().deliveries.is_closed()).await;
        }
        assert_eq!(runtime.shutdown().await.leaked, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_who_go_on_while_the_runtime_stops_start_nothing() {
    let seed = fastrand::u64(..1 << 32);
    for seed in seed..seed + ROUNDS {
        eprintln!("seed {seed}");
        let (_place, folder) = place().unwrap();
        let runtime = start(&folder).await;
        let operators = operators(&runtime, seed);
        tokio::time::sleep(Duration::from_millis(seed % 20)).await;
        assert_eq!(runtime.shutdown().await.leaked, []);
        operators.join_all().await;
        for daemon in ALL {
            let state = runtime.state(daemon).unwrap();
            assert!(matches!(state.name(), Stopped | Disabled), "`{daemon}` is {state}");
        }
    }
}
