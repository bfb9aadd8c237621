//! Futures that panic when they are cut off: every hook, wherever it is cut off.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    StateName::{Backoff, Running, Stopped},
    prelude::*,
    runtime::Dependents,
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

use crate::{
    journal::Journal,
    look::{daemon, health, secs, state},
};

/// Something to handle.
#[event("BOMBS_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Panics when it is dropped.
struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("the bomb");
        }
    }
}

/// Which hook hangs on a bomb, once; or panics before it even returns its future.
#[derive(Clone, Default)]
struct Place(Arc<Mutex<Option<&'static str>>>);

impl Place {
    fn arm(&self, hook: &'static str) {
        *self.0.lock().unwrap() = Some(hook);
    }

    fn take(&self, hook: &'static str) -> bool {
        let mut place = self.0.lock().unwrap();
        let is_here = *place == Some(hook);
        if is_here {
            *place = None;
        }
        is_here
    }

    async fn pass(&self, hook: &'static str) {
        if self.take(hook) {
            let _bomb = Bomb;
            std::future::pending::<()>().await;
        }
    }
}

/// Hangs where it is told to.
#[daemon(category = "misc", cycle = "60s", cycle_timeout = "10s", handler_timeout = "10s", register = false)]
struct Fragile {
    #[inject]
    place: Place,
    #[inject]
    journal: Journal,
}

impl Daemon for Fragile {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let journal = self.journal.clone();
        // Only an abort ends it.
        cx.spawn(async move {
            let _note = OnDrop(journal);
            std::future::pending::<()>().await;
        });
        self.place.pass("on_start").await;
        Ok(())
    }

    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.place.pass("run_cycle").await;
        Ok(())
    }

    fn on_stop(&self, _cx: &Context<Self>) -> impl Future<Output = DaemonResult> + Send {
        if self.place.take("call of on_stop") {
            panic!("before the future");
        }
        async {
            self.place.pass("on_stop").await;
            Ok(())
        }
    }

    async fn on_exit(&self, _cx: &Context<Self>, reason: &ExitReason) -> DaemonResult {
        self.journal.note(format!("on_exit {reason}"));
        self.place.pass("on_exit").await;
        Ok(())
    }

    fn health(&self, _cx: &Context<Self>) -> impl Future<Output = HealthReport> + Send {
        if self.place.take("call of health") {
            panic!("before the future");
        }
        async {
            self.place.pass("health").await;
            HealthReport::running()
        }
    }
}

struct OnDrop(Journal);
impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.note("its task ended");
    }
}

#[handlers]
impl Fragile {
    #[on_event("BOMBS_PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        self.place.pass("on_ping").await;
        Ok(())
    }
}

async fn fragile() -> (TestKit, Place, Journal) {
    let (place, journal) = (Place::default(), Journal::default());
    let kit = TestKit::builder().daemon::<Fragile>().provide(place.clone()).provide(journal.clone()).start().await;
    kit.expect_failures_of(Fragile::TYPE);
    (kit, place, journal)
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_start_that_times_out_skips_neither_on_exit_nor_the_end_of_its_tasks() {
    let (kit, place, journal) = fragile().await;
    place.arm("on_start");
    kit.runtime().restart_daemon(Fragile::TYPE).unwrap();
    let backoff = kit.wait_for(Fragile::TYPE, Backoff).await;
    assert_eq!(backoff.cause(), "on_start took longer than 30s");
    let lines = journal.take();
    assert_eq!(lines[2..], ["its task ended", "on_exit failed: on_start took longer than 30s"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_start_that_is_stopped_does_not_keep_it_from_stopping() {
    let (kit, place, journal) = fragile().await;
    place.arm("on_start");
    kit.runtime().restart_daemon(Fragile::TYPE).unwrap();
    kit.advance(secs(10)).await;
    journal.take();
    kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(state(&kit, Fragile::TYPE), Stopped);
    assert_eq!(journal.take(), ["its task ended", "on_exit stopped: an operator stopped it"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_cycle_that_times_out_is_counted_and_the_daemon_lives() {
    let (kit, place, _) = fragile().await;
    place.arm("run_cycle");
    kit.advance(secs(120)).await;
    let stats = kit.stats(Fragile::TYPE);
    assert_eq!((state(&kit, Fragile::TYPE), daemon(&kit, Fragile::TYPE).incarnation), (Running, 1));
    assert_eq!((stats.panics, stats.cycle_errors), (1, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_cycle_that_a_stop_cuts_off_is_counted_and_the_stop_goes_on() {
    let (kit, place, journal) = fragile().await;
    place.arm("run_cycle");
    kit.advance(secs(61)).await;
    kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!((state(&kit, Fragile::TYPE), kit.stats(Fragile::TYPE).panics), (Stopped, 1));
    assert_eq!(journal.take().last().unwrap(), "on_exit stopped: an operator stopped it");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_hook_of_the_end_that_times_out_is_counted_and_the_stop_goes_on() {
    for hook in ["on_stop", "on_exit"] {
        let (kit, place, journal) = fragile().await;
        place.arm(hook);
        kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
        assert_eq!((state(&kit, Fragile::TYPE), kit.stats(Fragile::TYPE).panics), (Stopped, 1), "{hook}");
        assert_eq!(journal.take(), ["its task ended", "on_exit stopped: an operator stopped it"], "{hook}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_handler_that_times_out_is_a_dead_letter_and_the_daemon_lives() {
    let (kit, place, _) = fragile().await;
    kit.expect_dead_letters();
    place.arm("on_ping");
    kit.emit(Ping).await;
    kit.emit(Ping).await;
    kit.advance(secs(11)).await;
    assert_eq!((state(&kit, Fragile::TYPE), daemon(&kit, Fragile::TYPE).incarnation), (Running, 1));
    let deliveries = kit.snapshot().deliveries;
    assert_eq!((deliveries.dead, deliveries.handled), (1, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_the_end_that_panics_before_it_returns_its_future_does_not_skip_the_rest() {
    let (kit, place, journal) = fragile().await;
    place.arm("call of on_stop");
    kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!((state(&kit, Fragile::TYPE), kit.stats(Fragile::TYPE).panics), (Stopped, 1));
    assert_eq!(journal.take(), ["its task ended", "on_exit stopped: an operator stopped it"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_health_check_that_panics_before_its_future_or_in_its_drop_is_not_the_last() {
    for place_of_panic in ["call of health", "health"] {
        let (kit, place, _) = fragile().await;
        kit.advance(secs(31)).await;
        place.arm(place_of_panic);
        kit.advance(secs(36)).await;
        assert_eq!(health(&kit, Fragile::TYPE).failed_checks, 1, "{place_of_panic}");
        kit.advance(secs(36)).await;
        let found = health(&kit, Fragile::TYPE);
        assert!(found.healthy && found.checked_ms_ago.unwrap() <= 36_000, "{place_of_panic}: {found:?}");
        kit.finish().await;
    }
}

/// Hangs on a bomb beside handlers that hold something, once each.
#[daemon(category = "misc", concurrency = 4, stop_timeout = "1s", register = false)]
struct Crowded {
    #[inject]
    journal: Journal,
}

impl Daemon for Crowded {}

#[handlers]
impl Crowded {
    #[on_event("BOMBS_PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        if cx.incarnation() == 1 {
            let _note = OnDrop(self.journal.clone());
            let _bomb = (self.journal.count("begun") == 1).then(|| Bomb);
            self.journal.note("begun");
            std::future::pending::<()>().await;
        }
        self.journal.note("handled");
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_bomb_in_a_handler_leaked_those_beside_it() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Crowded>().provide(journal.clone()).start().await;
    for _ in 0..4 {
        kit.emit(Ping).await;
    }
    kit.advance(secs(1)).await;
    assert_eq!(journal.take(), ["begun"; 4]);
    kit.kill(Crowded::TYPE);
    kit.wait_for(Crowded::TYPE, Backoff).await;
    assert_eq!(journal.take(), ["its task ended"; 4], "every handler is dropped");
    let stats = kit.stats(Crowded::TYPE);
    assert_eq!((stats.panics, &*stats.last_errors[0].message), (1, "the drop of a handler panicked: the bomb"));
    kit.settle().await;
    assert_eq!((journal.take(), daemon(&kit, Crowded::TYPE).incarnation), (vec!["handled".to_owned(); 4], 2));
    assert_eq!(kit.snapshot().deliveries.handled, 4);
    kit.finish().await;
}
