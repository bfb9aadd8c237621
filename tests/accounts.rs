//! Every delivery owed ends in exactly one column: at every moment, from every thread.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
};

use ringrift_core::{
    AccountSnapshot, Registry, config::layers::Layers, prelude::*, runtime::Runtime, runtime::snapshot::Snapshot,
};
use tokio::task::JoinSet;

use crate::desk::{Ask, Desk, Does, Work, Worker, sum_of, worker};

const EMITTERS: u32 = 4;
const EACH: u32 = 6_000;

/// Fails every second piece of work.
#[daemon(category = "misc", mailbox = 64, concurrency = 2, register = false)]
struct Failing {}

impl Daemon for Failing {}

#[handlers]
impl Failing {
    #[on_event("WORK", breaker = "off")]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        tokio::task::yield_now().await;
        if work.n.is_multiple_of(2) { Err("even".into()) } else { Ok(()) }
    }
}

/// Has no room for most, and handles no content twice.
#[daemon(category = "misc", mailbox = 8, overflow = "drop_oldest", register = false)]
struct Evicting {}

impl Daemon for Evicting {}

#[handlers]
impl Evicting {
    #[on_event("WORK", dedup)]
    async fn on_work(&self, _work: &Work, _cx: &Context<Self>) -> DaemonResult {
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// Has no room for most.
#[daemon(category = "misc", mailbox = 8, overflow = "drop_newest", register = false)]
struct Dropping {}

impl Daemon for Dropping {}

#[handlers]
impl Dropping {
    #[on_event("WORK")]
    async fn on_work(&self, _work: &Work, _cx: &Context<Self>) -> DaemonResult {
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// Checks every account of a snapshot, and each sum of them.
fn check(snapshot: &Snapshot, holds: impl Fn(&AccountSnapshot) -> bool) {
    for daemon in &snapshot.daemons {
        for handler in &daemon.handlers {
            assert!(holds(&handler.deliveries), "{}: {:?}", daemon.name, handler.deliveries);
        }
    }
    for event in &snapshot.events {
        assert!(holds(&event.deliveries), "{}: {:?}", event.name, event.deliveries);
    }
    assert!(holds(&snapshot.deliveries), "{:?}", snapshot.deliveries);
}

async fn started() -> Runtime {
    let registry = Registry::empty().with::<Failing>().with::<Evicting>().with::<Dropping>();
    let registry = registry.with::<EventRouter>();
    let restarts = "max_restarts = 100000\nbackoff = [\"1ms\", \"1ms\"]\n";
    let sections = ["failing", "evicting", "dropping"].map(|name| format!("[daemons.{name}.options]\n{restarts}"));
    let config = Layers::default().text("test.toml", sections.concat()).build().unwrap();
    let runtime = Runtime::builder().registry(registry).config(config).start().await.unwrap();
    runtime.started().await;
    runtime
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn owed_is_never_less_than_settled_and_equal_when_idle() {
    let runtime = started().await;
    let (is_over, readings) = (AtomicBool::new(false), Arc::new(AtomicU32::new(0)));
    std::thread::scope(|threads| {
        let reader = threads.spawn(|| {
            // Counted also when a check fails, or the emitters would wait for ever.
            let _last = Last(&readings);
            while !is_over.load(SeqCst) {
                check(&runtime.snapshot(), |account| account.owed >= account.settled());
                readings.fetch_add(1, SeqCst);
            }
        });
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(hammer(&runtime, &readings)));
        is_over.store(true, SeqCst);
        reader.join().unwrap();
    });
    let snapshot = runtime.snapshot();
    check(&snapshot, AccountSnapshot::is_closed);
    let sum = snapshot.deliveries;
    assert_eq!(sum.owed, u64::from(3 * EMITTERS * EACH));
    assert!(sum.discarded > 0 && sum.evicted > 0 && sum.dropped > 0 && sum.deduplicated > 0, "{sum:?}");
    assert_eq!(sum.dead, 10_000, "the bound of the store");
    let by_daemon = snapshot.daemons.iter().flat_map(|daemon| &daemon.handlers).map(|handler| handler.deliveries);
    assert_eq!(by_daemon.fold(AccountSnapshot::default(), sum_of), sum);
    runtime.shutdown().await;
    check(&runtime.snapshot(), AccountSnapshot::is_closed);
}

/// The end of the reader: nobody waits for readings any more.
struct Last<'a>(&'a AtomicU32);

impl Drop for Last<'_> {
    fn drop(&mut self) {
        self.0.store(EACH, SeqCst);
    }
}

/// Emits from several tasks and restarts daemons meanwhile, with at least one reading for every 500
/// events, until all is settled.
async fn hammer(runtime: &Runtime, readings: &Arc<AtomicU32>) {
    let mut tasks = JoinSet::new();
    for emitter in 0..EMITTERS {
        let (runtime, readings) = (runtime.clone(), Arc::clone(readings));
        tasks.spawn(async move {
            for n in 0..EACH {
                // Contents repeat, for the dedup.
                runtime.emit(Work::new((emitter + n) % 3000, Does::Well)).await.unwrap();
                if n % 500 == 0 {
                    while readings.load(SeqCst) < n / 500 {
                        tokio::task::yield_now().await;
                    }
                    runtime
                        .restart_daemon([Failing::TYPE, Evicting::TYPE, Dropping::TYPE][n as usize / 500 % 3])
                        .unwrap();
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let patience = std::time::Duration::from_secs(60);
    let closed = async {
        while !runtime.snapshot().deliveries.is_closed() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, closed).await.unwrap_or_else(|_| panic!("{:?}", runtime.snapshot().deliveries));
}

#[tokio::test(start_paused = true)]
async fn an_account_is_open_by_what_is_queued_and_in_hand() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    for n in 0..5 {
        kit.work(n, Does::Wait).await;
    }
    desk.let_go(2);
    kit.moment().await;
    let account = kit.account(Worker::TYPE);
    assert_eq!((account.owed, account.settled(), account.is_closed()), (5, 2, false));
    desk.let_go(3);
    kit.settle().await;
    assert!(kit.account(Worker::TYPE).is_closed());
    kit.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_emitted_while_the_runtime_ends_is_accounted_for() {
    for _ in 0..30 {
        let runtime = started().await;
        let mut tasks = JoinSet::new();
        for _ in 0..EMITTERS {
            let runtime = runtime.clone();
            tasks.spawn(async move { while runtime.emit(Work::new(1, Does::Well)).await.is_ok() {} });
        }
        runtime.shutdown().await;
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        check(&runtime.snapshot(), AccountSnapshot::is_closed);
    }
}
