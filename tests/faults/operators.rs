//! Several operators at once, each with a mind of his own, on real threads.

use std::{sync::Arc, time::Duration};

use ringrift_core::{
    Registry,
    StateName::{Completed, Running, Stopped},
    prelude::*,
    runtime::{Dependents, OperateError, Runtime},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

const OPERATORS: u64 = 4;
const EACH: u32 = 2_500;
/// A command that is not answered by then never is.
const DEADLOCK: Duration = Duration::from_secs(60);

/// Something to handle.
#[event("OPERATORS_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

macro_rules! operated {
    ($(#[$doc:meta])* $name:ident, { $($option:tt)* }) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "1ms", register = false, $($option)*)]
        struct $name;
        impl Daemon for $name {}
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
                2 => runtime.enable_daemon(daemon),
                3 => runtime.restart_daemon(daemon),
                4 => runtime.reset_daemon(daemon),
                5 => {
                    runtime.emit(Ping).await.unwrap();
                    Ok(())
                }
                _ => runtime.start_daemon(daemon),
            }
        };
        match tokio::time::timeout(DEADLOCK, wish).await.expect("a wish is answered") {
            Ok(()) | Err(OperateError::HasDependents { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_at_cross_purposes_block_nobody_and_the_last_one_wins() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let registry = Registry::empty().with::<Ground>().with::<Floor>().with::<Roof>().with::<Shed>();
    let runtime = Arc::new(Runtime::builder().registry(registry).start().await.unwrap());
    runtime.started().await;
    let mut operators = JoinSet::new();
    for operator in 0..OPERATORS {
        operators.spawn(operate(Arc::clone(&runtime), seed.wrapping_add(operator)));
    }
    while let Some(ended) = operators.join_next().await {
        ended.unwrap();
    }
    ALL.iter().for_each(|daemon| runtime.enable_daemon(*daemon).unwrap());
    let settled = async {
        while !ALL.iter().all(|daemon| runtime.state(*daemon).unwrap().name() == Running)
            || !runtime.snapshot().deliveries.is_closed()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let states = || ALL.map(|daemon| runtime.state(daemon).unwrap());
    tokio::time::timeout(DEADLOCK, settled).await.unwrap_or_else(|_| panic!("{:?}", states()));
    assert_eq!(runtime.shutdown().await.leaked, []);
    assert!(states().iter().all(|state| matches!(state.name(), Stopped | Completed)), "{:?}", states());
}
