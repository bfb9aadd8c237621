//! One daemon panics, at every place where a user's code runs and under every restart policy: the others
//! miss nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ringrift_core::{
    DeadReason,
    StateName::{self, Failed, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::look::{daemon, millis, secs};

const OTHERS: usize = 100;

/// Something to handle.
#[event("PANICKING_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Whether the next drop of the fragile one panics.
#[derive(Clone, Default)]
struct Fuse(Arc<AtomicBool>);

/// Has every hook, and a drop.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Fragile {
    #[inject]
    fuse: Fuse,
}

impl Daemon for Fragile {
    idle!();
}

#[handlers]
impl Fragile {
    #[on_event("PANICKING_PING")]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(!self.fuse.0.swap(false, SeqCst), "the drop panics");
    }
}

/// One of the others.
#[daemon(category = "misc", cycle = "1s", register = false)]
struct Other;
impl Daemon for Other {
    idle!();
}

#[handlers]
impl Other {
    #[on_event("PANICKING_PING")]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// Where it panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    Start,
    Cycle,
    Handler,
    Health,
    Stop,
    Drop,
}

const SITES: [Site; 6] = [Site::Start, Site::Cycle, Site::Handler, Site::Health, Site::Stop, Site::Drop];

/// Lets it panic there, once.
async fn strike(kit: &TestKit, fuse: &Fuse, site: Site) {
    let at = match site {
        Site::Start => FaultAt::Start,
        Site::Cycle => FaultAt::Cycle,
        Site::Handler => FaultAt::Handler,
        Site::Health => FaultAt::Health,
        Site::Stop => FaultAt::Stop,
        Site::Drop => {
            fuse.0.store(true, SeqCst);
            return kit.runtime().restart_daemon(Fragile::TYPE).unwrap();
        }
    };
    kit.fault(Fragile::TYPE, at, Fault::Panic, 1);
    match site {
        Site::Start | Site::Stop => kit.runtime().restart_daemon(Fragile::TYPE).unwrap(),
        Site::Handler => kit.emit(Ping).await,
        Site::Cycle | Site::Health | Site::Drop => {}
    }
}

/// The others have run a cycle every second, and nothing is held against them.
fn check_others(kit: &TestKit, seconds: u64) {
    let snapshot = kit.snapshot();
    let others: Vec<_> = snapshot.daemons.iter().filter(|daemon| daemon.name.starts_with("other")).collect();
    assert!(!others.is_empty());
    for other in others {
        let found = (other.state, other.stats.cycles, other.health.healthy, other.incarnation);
        assert_eq!(found, (Running, 1 + seconds, true, 1), "{}", other.name);
        assert!(other.handlers.iter().all(|handler| handler.deliveries.handled == handler.deliveries.owed));
    }
}

/// The state and the incarnation of the fragile one, 75 seconds after it panicked there.
async fn panicked(site: Site, policy: &str) -> (StateName, u32) {
    let (fuse, config) = (Fuse::default(), format!("[daemons.fragile.options]\nrestart = \"{policy}\""));
    let builder = TestKit::builder().daemon::<Fragile>().daemon::<Other>().provide(fuse.clone()).config(&config);
    let kit = builder.start().await;
    kit.expect_failures_of(Fragile::TYPE);
    kit.advance(millis(500)).await;
    strike(&kit, &fuse, site).await;
    kit.advance(secs(1)).await;
    let letters = kit.snapshot().dead_letters;
    let reasons: Vec<_> = letters.iter().map(|letter| letter.reason).collect();
    assert_eq!(reasons, vec![DeadReason::Panic; usize::from(site == Site::Handler)], "{site:?} under {policy}");
    kit.advance(secs(74)).await;
    check_others(&kit, 75);
    let fragile = daemon(&kit, Fragile::TYPE);
    assert_eq!(fragile.stats.panics, 1, "{site:?} under {policy}");
    kit.finish().await;
    (fragile.state, fragile.incarnation)
}

#[tokio::test(start_paused = true)]
async fn a_panic_anywhere_under_any_policy_concerns_nobody_else() {
    for policy in ["on_failure", "always", "never"] {
        for site in SITES {
            let is_failure = matches!(site, Site::Start | Site::Cycle);
            // A restart was asked for, and of a failed start there is another incarnation.
            let incarnation = match site {
                Site::Start => 3,
                Site::Cycle | Site::Stop | Site::Drop => 2,
                Site::Handler | Site::Health => 1,
            };
            let expected = match policy {
                "never" if is_failure => (Failed, incarnation - 1),
                _ => (Running, incarnation),
            };
            assert_eq!(panicked(site, policy).await, expected, "{site:?} under {policy}");
        }
    }
}

/// Is started again and again.
#[daemon(category = "misc", cycle = "10ms", max_restarts = 2000, backoff = ("10ms", "10ms"), register = false)]
struct Tireless;
impl Daemon for Tireless {
    idle!();
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_panics_a_thousand_times_among_a_hundred_costs_them_no_cycle() {
    let kit = TestKit::builder().replicate::<Other>(OTHERS - 1).daemon::<Tireless>().start().await;
    kit.fault(Tireless::TYPE, FaultAt::Cycle, Fault::Panic, 1000);
    kit.advance(millis(60_500)).await;
    check_others(&kit, 60);
    let tireless = daemon(&kit, Tireless::TYPE);
    assert_eq!((tireless.state, tireless.stats.panics, tireless.restarts), (Running, 1000, 1000));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_panics_for_ever_is_restarted_five_times_and_then_failed() {
    let kit = TestKit::builder().daemon::<Fragile>().daemon::<Other>().provide(Fuse::default()).start().await;
    kit.fault(Fragile::TYPE, FaultAt::Start, Fault::Panic, u32::MAX);
    kit.advance(millis(500)).await;
    let begun = tokio::time::Instant::now();
    kit.runtime().restart_daemon(Fragile::TYPE).unwrap();
    let mut restarts = Vec::new();
    for restart in 1..=5 {
        while kit.stats(Fragile::TYPE).panics <= restart {
            assert_ne!(kit.state(Fragile::TYPE).name(), Failed, "after {restart} restarts");
            kit.advance(millis(10)).await;
        }
        restarts.push(begun.elapsed().as_secs_f64());
    }
    let failed = kit.wait_for(Fragile::TYPE, Failed).await;
    assert_eq!(failed.cause(), "on_start panicked: an injected panic");
    for (found, nominal) in restarts.iter().zip([1.0_f64, 3.0, 7.0, 15.0, 31.0]) {
        // Each delay is moved by a tenth at most.
        assert!((found - nominal).abs() <= nominal * 0.1 + 0.02, "{restarts:?}");
    }
    kit.advance(secs(3600)).await;
    let fragile = daemon(&kit, Fragile::TYPE);
    assert_eq!((fragile.state, fragile.stats.panics, restarts.len()), (Failed, 6, 5));
    kit.finish().await;
}
