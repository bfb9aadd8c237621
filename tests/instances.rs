//! Which runtime `X::instance()` means, and that two runtimes of a process don't see each other.

use ringrift_core::{
    StateName::{Failed, Running},
    prelude::*,
    testing::TestKit,
};

use crate::{
    journal::Journal,
    look::{daemon, millis, state},
};

/// Bears a number.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Numbered {
    #[inject]
    number: u32,
}
impl Daemon for Numbered {
    idle!();
}

/// Asks for the numbered one from every place.
#[daemon(category = "misc", cycle = "1h", depends_on = [Numbered], health_check_interval = "1s", register = false)]
struct Asks {
    #[inject]
    journal: Journal,
}

fn number() -> String {
    match Numbered::instance() {
        Ok(handle) => handle.get().unwrap().number.to_string(),
        Err(error) => error.to_string(),
    }
}

impl Daemon for Asks {
    idle!();

    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        self.journal.note(format!("on_start {}", number()));
        let (spawned, blocking) = (self.journal.clone(), self.journal.clone());
        cx.spawn(async move { spawned.note(format!("spawn {}", number())) }).await?;
        cx.spawn_blocking(move || blocking.note(format!("spawn_blocking {}", number()))).await?;
        Ok(())
    }

    async fn health(&self, _cx: &Context<Self>) -> HealthReport {
        self.journal.note(format!("health {}", number()));
        HealthReport::running()
    }
}

async fn kit(number: u32) -> (TestKit, Journal) {
    let journal = Journal::default();
    (TestKit::builder().daemon::<Asks>().provide(number).provide(journal.clone()).start().await, journal)
}

#[tokio::test(start_paused = true)]
async fn instance_is_that_of_the_own_runtime_wherever_a_daemon_asks() {
    let (first, journal_of_first) = kit(1).await;
    let (second, journal_of_second) = kit(2).await;
    second.advance(millis(1_100)).await;
    for (number, journal) in [(1, journal_of_first), (2, journal_of_second)] {
        let lines: Vec<_> = journal.take().into_iter().take(4).collect();
        assert_eq!(lines, ["on_start", "spawn", "spawn_blocking", "health"].map(|place| format!("{place} {number}")));
    }
    first.finish().await;
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn outside_of_every_runtime_there_is_no_instance() {
    let (kit, _) = kit(1).await;
    // A kit's runtime is not the process's.
    let text = "no runtime with daemon `numbered` runs here; call this from a daemon's task, or start the process's runtime first";
    assert_eq!(number(), text);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_happens_in_one_runtime_is_not_seen_in_another() {
    let (first, _) = kit(1).await;
    let (second, _) = kit(2).await;
    first.kill(Numbered::TYPE);
    first.runtime().stop_daemon(Asks::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    assert_ne!(state(&first, Numbered::TYPE), Failed);
    assert_eq!((state(&second, Numbered::TYPE), state(&second, Asks::TYPE)), (Running, Running));
    first.finish().await;
    assert_eq!((state(&second, Numbered::TYPE), daemon(&second, Numbered::TYPE).incarnation), (Running, 1));
    second.finish().await;
}

/// Panics on the blocking pool.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Helper;

impl Daemon for Helper {
    idle!();

    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        assert!(cx.spawn(async { panic!("in a task") }).await.is_err());
        assert!(cx.spawn_blocking(|| panic!("on the pool")).await.is_err());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_helper_is_an_error_of_its_daemon_and_the_daemon_lives() {
    let kit = TestKit::builder().daemon::<Helper>().start().await;
    kit.expect_failures_of(Helper::TYPE);
    let stats = kit.stats(Helper::TYPE);
    let errors: Vec<_> = stats.last_errors.iter().map(|error| (&*error.hook, &*error.message)).collect();
    assert_eq!(errors, [("spawn", "panicked: in a task"), ("spawn_blocking", "panicked: on the pool")]);
    assert_eq!((stats.panics, state(&kit, Helper::TYPE)), (2, Running));
    kit.finish().await;
}
