//! A handler that is a hundred times slower than its input, for ten minutes: what waits is bounded, what is
//! lost is counted, nothing runs twice, and somebody says so.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use ringrift_core::{
    AccountSnapshot, HealthStatus,
    StateName::Running,
    prelude::*,
    testing::{KitBuilder, TestKit},
};
use ringrift_tests::crash::torture::place;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::look::{daemon, health, millis, secs};

/// An event every tenth of a second, and ten seconds for each.
const EVENTS: u32 = 6_000;
const MAILBOX: u64 = 16;
/// How many are emitted at once at the most: each waits up to five seconds for room.
const EMITTERS: usize = 50;

#[event("SLOW_LIGHT", external)]
#[derive(Serialize, Deserialize)]
struct Light(u32);

#[event("SLOW_DURABLE", external, durable)]
#[derive(Serialize, Deserialize)]
struct Durable(u32);

/// The numbers for which the handler was begun.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<Vec<u32>>>);

/// Takes ten seconds for each.
#[daemon(category = "misc", mailbox = 16, stall_after = "8s", register = false)]
struct Snail {
    #[inject]
    begun: Begun,
}

impl Daemon for Snail {}

impl Snail {
    async fn crawl(&self, number: u32) -> DaemonResult {
        self.begun.0.lock().unwrap().push(number);
        tokio::time::sleep(secs(10)).await;
        Ok(())
    }
}

#[handlers]
impl Snail {
    #[on_event("SLOW_LIGHT", breaker = "off")]
    async fn on_light(&self, event: &Light, _cx: &Context<Self>) -> DaemonResult {
        self.crawl(event.0).await
    }

    #[on_event("SLOW_DURABLE", breaker = "off")]
    async fn on_durable(&self, event: &Durable, _cx: &Context<Self>) -> DaemonResult {
        self.crawl(event.0).await
    }
}

fn builder(begun: &Begun, overflow: &str) -> KitBuilder {
    // Whoever retries would be another emitter.
    let config =
        format!("[daemons.dlq_retry.options]\nenabled = false\n[daemons.snail.options]\noverflow = \"{overflow}\"");
    TestKit::builder().daemon::<Snail>().provide(begun.clone()).config(&config)
}

/// What waits is bounded, nothing was begun twice, and it is said who is slow.
fn check(kit: &TestKit, begun: &Begun) {
    let snail = daemon(kit, Snail::TYPE);
    assert!(snail.mailbox.is_some_and(|mailbox| mailbox.queued <= MAILBOX), "{:?}", snail.mailbox);
    let begun = begun.0.lock().unwrap().clone();
    let once: HashSet<u32> = begun.iter().copied().collect();
    assert_eq!(once.len(), begun.len(), "nothing runs twice");
    assert_eq!((snail.state, snail.incarnation), (Running, 1));
}

fn check_health(kit: &TestKit, handler: &str) {
    let report = health(kit, Snail::TYPE).report;
    assert_eq!(report.status, HealthStatus::Degraded, "{report:?}");
    assert!(report.message.starts_with(&format!("stalled in {handler} for ")), "{report:?}");
    assert_eq!(health(kit, EventRouter::TYPE).report.message, "mailboxes nearly full: `snail`");
}

/// Ten minutes of it; the account of the snail then, and once all is over.
async fn ten_minutes(overflow: &str) -> (AccountSnapshot, AccountSnapshot, u64) {
    let begun = Begun::default();
    let kit = builder(&begun, overflow).start().await;
    kit.expect_failures_of(Snail::TYPE);
    kit.expect_dead_letters();
    let mut emitters = JoinSet::new();
    for number in 0..EVENTS {
        let runtime = kit.runtime().clone();
        emitters.spawn(async move { runtime.emit(Light(number)).await });
        while emitters.try_join_next().is_some() {}
        assert!(emitters.len() <= EMITTERS + 1, "{}", emitters.len());
        kit.advance(millis(100)).await;
        check(&kit, &begun);
    }
    // In the middle of one.
    kit.advance(millis(9_000)).await;
    check_health(&kit, "on_light");
    emitters.join_all().await;
    let account = daemon(&kit, Snail::TYPE).handlers[0].deliveries;
    kit.settle().await;
    check(&kit, &begun);
    let (end, handled) = (daemon(&kit, Snail::TYPE).handlers[0].deliveries, begun.0.lock().unwrap().len() as u64);
    kit.finish().await;
    (account, end, handled)
}

#[tokio::test(start_paused = true)]
async fn a_handler_a_hundred_times_too_slow_loses_what_its_policy_says_and_all_of_it_is_counted() {
    for overflow in ["block", "drop_oldest", "drop_newest"] {
        let (account, end, handled) = ten_minutes(overflow).await;
        let lost = match overflow {
            "block" => account.dead,
            "drop_oldest" => account.evicted,
            _ => account.dropped,
        };
        // One every ten seconds, and then what is in the mailbox.
        assert!((60..=62).contains(&account.handled), "{overflow}: {account:?}");
        assert_eq!(account.owed, u64::from(EVENTS), "{overflow}");
        let waiting = account.owed - account.handled - lost;
        assert!((MAILBOX - 1..=MAILBOX).contains(&waiting), "{overflow}: {account:?}");
        let all = account.handled + waiting;
        assert_eq!((end.handled, handled), (all, all), "{overflow}: {end:?}");
        assert_eq!(end.owed, end.handled + lost, "{overflow}: {end:?}");
    }
}

/// Within one handler's time it is said that it is slow.
async fn is_reported(kit: &TestKit) {
    for _ in 0..110 {
        kit.advance(millis(100)).await;
        if health(kit, Snail::TYPE).report.message.starts_with("stalled in on_durable for ") {
            return;
        }
    }
    panic!("{:?}", health(kit, Snail::TYPE));
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_handler_is_owed_of_durable_events_waits_in_the_store_and_is_not_lost() {
    let ((_place, folder), begun) = (place().unwrap(), Begun::default());
    let kit = builder(&begun, "drop_newest").data_dir(folder.root()).start().await;
    kit.expect_failures_of(Snail::TYPE);
    for number in 0..EVENTS {
        kit.emit(Durable(number)).await;
        kit.advance(millis(100)).await;
        check(&kit, &begun);
    }
    let account = kit.snapshot().deliveries;
    assert_eq!(account.owed, u64::from(EVENTS));
    assert_eq!(account.dropped + account.evicted + account.dead, 0, "{account:?}");
    assert!((55..70).contains(&account.handled), "{account:?}");
    let in_store = daemon(&kit, Snail::TYPE).mailbox.unwrap().in_store;
    assert!(in_store >= account.owed - account.handled - MAILBOX, "{in_store} of {account:?}");
    is_reported(&kit).await;
    kit.settle().await;
    check(&kit, &begun);
    assert_eq!(*begun.0.lock().unwrap(), (0..EVENTS).collect::<Vec<u32>>(), "each once, in order");
    kit.finish().await;
}
