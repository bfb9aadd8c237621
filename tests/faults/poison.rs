//! One event in a hundred is poison: exactly those are dead letters, and the others flow.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ringrift_core::{
    DeadReason, LetterState,
    prelude::*,
    runtime::letters::{LetterFilter, RetryRate},
    testing::TestKit,
};
use ringrift_tests::crash::torture::place;
use serde::{Deserialize, Serialize};

use crate::look::{daemon, secs};

/// So many events, of which every hundredth is poison.
const LIGHT: u32 = 100_000;
const DURABLE: u32 = 10_000;
const EVERY: u32 = 100;

#[event("POISON_LIGHT", external)]
#[derive(Serialize, Deserialize)]
struct Light(u32);

#[event("POISON_DURABLE", external, durable)]
#[derive(Serialize, Deserialize)]
struct Durable(u32);

#[derive(Clone, Default)]
struct Kitchen {
    has_antidote: Arc<AtomicBool>,
    done: Arc<Mutex<Vec<u32>>>,
}

/// Does not survive poison.
#[daemon(category = "misc", register = false)]
struct Taster {
    #[inject]
    kitchen: Kitchen,
}

impl Daemon for Taster {}

impl Taster {
    fn taste(&self, number: u32) -> DaemonResult {
        if is_poison(&number) && !self.kitchen.has_antidote.load(SeqCst) {
            return Err("poison".into());
        }
        self.kitchen.done.lock().unwrap().push(number);
        Ok(())
    }
}

#[handlers]
impl Taster {
    // The paused clock makes one minute of all of it, in which a breaker would see more than a hundred failures.
    #[on_event("POISON_LIGHT", breaker = "off")]
    async fn on_light(&self, event: &Light, _cx: &Context<Self>) -> DaemonResult {
        self.taste(event.0)
    }

    #[on_event("POISON_DURABLE", breaker = "off")]
    async fn on_durable(&self, event: &Durable, _cx: &Context<Self>) -> DaemonResult {
        self.taste(event.0)
    }
}

fn is_poison(number: &u32) -> bool {
    number % EVERY == 7
}

fn poison(events: u32) -> Vec<u32> {
    (0..events).filter(is_poison).collect()
}

/// What was done since the last look.
fn done(kitchen: &Kitchen) -> Vec<u32> {
    std::mem::take(&mut kitchen.done.lock().unwrap())
}

/// The numbers of the dead letters that wait, oldest first, with what all of them are.
fn dead(kit: &TestKit) -> Vec<u32> {
    let waiting = LetterFilter { state: Some(LetterState::Pending), ..LetterFilter::default() };
    let letters = kit.runtime().dead_letters().list(&waiting);
    assert!(letters.iter().all(|letter| (letter.reason, letter.attempts) == (DeadReason::HandlerError, 1)));
    letters.iter().map(|letter| serde_json::from_value(letter.payload.clone()).unwrap()).collect()
}

async fn check(kit: &TestKit, kitchen: &Kitchen, events: u32) {
    kit.settle().await;
    assert_eq!(dead(kit), poison(events), "exactly the poison is dead");
    assert!(done(kitchen).into_iter().eq((0..events).filter(|number| !is_poison(number))), "the others flow, in order");
    kitchen.has_antidote.store(true, SeqCst);
    let letters = kit.runtime().dead_letters();
    let report = letters.retry_all(&LetterFilter::default(), RetryRate::AtOnce).await;
    assert_eq!((report.retried.len(), report.refused.len()), (poison(events).len(), 0));
    kit.settle().await;
    kit.advance(secs(1)).await;
    assert_eq!(done(kitchen), poison(events), "each comes back once");
    assert_eq!(letters.retry_all(&LetterFilter::default(), RetryRate::AtOnce).await.retried, []);
    let account = kit.snapshot().deliveries;
    assert_eq!((account.owed, account.handled, account.dead), (events.into(), events.into(), 0));
    assert_eq!(daemon(kit, Taster::TYPE).incarnation, 1);
}

fn builder(kitchen: &Kitchen) -> ringrift_core::testing::KitBuilder {
    // Whoever retries is the test.
    let config = "[daemons.dlq_retry.options]\nenabled = false";
    TestKit::builder().daemon::<Taster>().provide(kitchen.clone()).config(config)
}

#[tokio::test(start_paused = true)]
async fn poison_among_transient_events_is_dead_and_the_others_flow() {
    let kitchen = Kitchen::default();
    let kit = builder(&kitchen).start().await;
    kit.expect_failures_of(Taster::TYPE);
    for number in 0..LIGHT {
        kit.emit(Light(number)).await;
    }
    check(&kit, &kitchen, LIGHT).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn poison_among_durable_events_is_dead_and_the_others_flow_and_none_of_it_comes_again() {
    let (_place, folder) = place().unwrap();
    let kitchen = Kitchen::default();
    let start = || builder(&kitchen).data_dir(folder.root()).start();
    let kit = start().await;
    kit.expect_failures_of(Taster::TYPE);
    for number in 0..DURABLE {
        kit.emit(Durable(number)).await;
    }
    check(&kit, &kitchen, DURABLE).await;
    kit.finish().await;
    let later = start().await;
    later.advance(secs(3600)).await;
    assert_eq!((done(&kitchen), dead(&later)), (vec![], vec![]));
    later.finish().await;
}
