//! The hop limit: handlers that emit in a circle are cut off.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use ringrift_core::{DeadReason, EmitError, Event, HOP_LIMIT, LetterState, prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

/// Emitted by `ping`.
#[event("PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Emitted by `pong`.
#[event("PONG", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pong;

/// Answers a pong with a ping.
#[daemon(category = "misc", emits = [Ping], register = false)]
struct Pinger {
    handled: AtomicU32,
}

impl Daemon for Pinger {}

#[handlers]
impl Pinger {
    #[on_event("PONG")]
    async fn on_pong(&self, _pong: &Pong, cx: &Context<Self>) -> DaemonResult {
        self.handled.fetch_add(1, Relaxed);
        // A clone, and a task, are as far from the first emit as the handler.
        let other = cx.clone();
        cx.spawn(async move { other.emit(Ping).await }).await??;
        Ok(())
    }
}

/// Answers a ping with a pong.
#[daemon(category = "misc", emits = [Pong], register = false)]
struct Ponger {
    handled: AtomicU32,
}

impl Daemon for Ponger {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        Ok(cx.emit(Pong).await?)
    }
}

#[handlers]
impl Ponger {
    #[on_event("PING")]
    async fn on_ping(&self, _ping: &Ping, cx: &Context<Self>) -> DaemonResult {
        self.handled.fetch_add(1, Relaxed);
        Ok(cx.try_emit(Pong)?)
    }
}

#[tokio::test(start_paused = true)]
async fn the_thirty_second_hop_of_a_circle_is_cut_with_a_named_error_and_counted() {
    let kit = TestKit::builder().daemon::<Pinger>().daemon::<Ponger>().start().await;
    kit.emit(Ping).await;
    kit.settle().await;
    let handled = (kit.get::<Ponger>().handled.load(Relaxed), kit.get::<Pinger>().handled.load(Relaxed));
    assert_eq!((HOP_LIMIT, handled), (32, (16, 16)));
    let snapshot = kit.snapshot();
    let [letter] = snapshot.dead_letters.as_slice() else { panic!("one letter: {:?}", snapshot.dead_letters) };
    assert_eq!(
        (letter.daemon.as_str(), letter.reason, letter.state),
        ("pinger", DeadReason::HopLimit, LetterState::Pending)
    );
    assert_eq!(
        letter.error,
        "`PING` was not emitted: 32 handlers in a row emitted an event, which looks like a circle; \
         break it, or emit from a cycle"
    );
    let counts = |name: &str| {
        let event = snapshot.events.iter().find(|event| event.name == name).unwrap();
        (event.emitted, event.hop_limited)
    };
    assert_eq!((counts(Ping::NAME), counts(Pong::NAME)), ((16, 1), (16, 0)));
    kit.expect_failures_of(Pinger::TYPE);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_emit_from_a_cycle_begins_anew() {
    /// Goes round by way of its cycle.
    #[daemon(category = "misc", emits = [Ping], register = false)]
    struct Round {
        rounds: AtomicU32,
    }
    impl Daemon for Round {
        async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
            if self.rounds.fetch_add(1, Relaxed) < 100 {
                cx.emit(Ping).await?;
            }
            Ok(())
        }
    }
    #[handlers]
    impl Round {
        #[on_event("PING")]
        async fn on_ping(&self, _ping: &Ping, cx: &Context<Self>) -> DaemonResult {
            cx.request_cycle();
            Ok(())
        }
    }
    let kit = TestKit::builder().daemon::<Round>().start().await;
    kit.emit(Ping).await;
    kit.settle().await;
    kit.advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(kit.get::<Round>().rounds.load(Relaxed), 101);
    kit.finish().await;
}

#[test]
fn the_error_is_a_value_that_a_handler_can_match() {
    let error = EmitError::HopLimit { event: "PING" };
    assert!(matches!(error, EmitError::HopLimit { event: "PING" }));
}
