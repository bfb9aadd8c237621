//! The end of one incarnation: its hooks, its tasks, what is borrowed of it.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    Ref,
    StateName::{Backoff, Leaked, Running, Stopped, Stopping},
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};

use crate::{
    journal::{Ear, Journal},
    look::{millis, secs, state, until},
};

/// Writes down its life.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Diary {
    #[inject]
    journal: Journal,
    born: Mutex<u32>,
}

impl Diary {
    fn note(&self, line: &str) {
        self.journal.note(format!("{line} of {}", self.born.lock().unwrap()));
    }
}

impl Daemon for Diary {
    idle!();

    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        *self.born.lock().unwrap() += cx.incarnation();
        self.note("on_start");
        Ok(())
    }

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.note("on_stop");
        Ok(())
    }

    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        self.note("on_exit");
        Ok(())
    }
}

impl Drop for Diary {
    fn drop(&mut self) {
        self.note("drop");
    }
}

/// Needs the diary.
#[daemon(category = "misc", cycle = "60s", depends_on = [Diary], register = false)]
struct Reader {
    #[inject]
    diary: Handle<Diary>,
}

impl Daemon for Reader {
    idle!();
}

async fn diary() -> (TestKit, Journal) {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Reader>().provide(journal.clone()).start().await;
    (kit, journal)
}

#[tokio::test(start_paused = true)]
async fn on_stop_then_on_exit_then_drop_and_only_then_a_new_instance_begins() {
    let (kit, journal) = diary().await;
    kit.runtime().restart_daemon(Diary::TYPE).unwrap();
    kit.advance(millis(1)).await;
    let lines = ["on_start of 1", "on_stop of 1", "on_exit of 1", "drop of 1", "on_start of 2"];
    assert_eq!(journal.take(), lines);
    kit.finish().await;
    assert_eq!(journal.take(), ["on_stop of 2", "on_exit of 2", "drop of 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_on_stop_and_runs_on_exit() {
    let (kit, journal) = diary().await;
    kit.kill(Diary::TYPE);
    kit.wait_for(Diary::TYPE, Backoff).await;
    assert_eq!(journal.take(), ["on_start of 1", "on_exit of 1", "drop of 1"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_handle_leads_to_the_new_incarnation_and_names_the_state_meanwhile() {
    let (kit, _) = diary().await;
    let reader = kit.get::<Reader>();
    assert_eq!(*reader.diary.get().unwrap().born.lock().unwrap(), 1);
    kit.kill(Diary::TYPE);
    kit.wait_for(Diary::TYPE, Backoff).await;
    let text = reader.diary.get().map(drop).unwrap_err().to_string();
    assert!(text.starts_with("daemon `diary` is not running: backoff (restart 1 after "), "{text}");
    kit.wait_for(Diary::TYPE, Running).await;
    assert_eq!(*reader.diary.get().unwrap().born.lock().unwrap(), 2);
    drop(reader);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_ref_delays_the_restart_until_it_is_dropped() {
    let (kit, journal) = diary().await;
    let borrowed: Ref<Diary> = kit.get();
    kit.runtime().restart_daemon(Diary::TYPE).unwrap();
    kit.advance(secs(4)).await;
    assert_eq!(state(&kit, Diary::TYPE), Stopping);
    assert_eq!(journal.take(), ["on_start of 1", "on_stop of 1", "on_exit of 1"]);
    drop(borrowed);
    assert_eq!(until(&kit, Diary::TYPE, Running).await, 0);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_ref_that_outlives_stop_timeout_leaks_the_incarnation() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Diary>().daemon::<Ear>().provide(journal.clone()).start().await;
    kit.expect_failures_of(Diary::TYPE);
    let borrowed: Ref<Diary> = kit.get();
    kit.runtime().restart_daemon(Diary::TYPE).unwrap();
    let waited = until(&kit, Diary::TYPE, Leaked).await;
    assert!((5_000..5_100).contains(&waited), "{waited}");
    let text = "leaked: 1 still hold a reference to it (a `Ref`, or `cx.this()`)";
    assert_eq!(kit.state(Diary::TYPE).to_string(), text);
    kit.advance(millis(1)).await;
    assert_eq!(journal.take().last().unwrap(), &text.replace("leaked:", "FAILED diary"));
    drop(borrowed);
    kit.advance(secs(3600)).await;
    assert_eq!(state(&kit, Diary::TYPE), Leaked);
    let refused = kit.runtime().restart_daemon(Diary::TYPE).unwrap_err();
    assert!(refused.to_string().ends_with("only a new process runs it again"), "{refused}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_the_end_that_hangs_is_cut_off_and_the_next_one_runs() {
    let (kit, journal) = diary().await;
    kit.fault(Diary::TYPE, FaultAt::Stop, Fault::Hang, 1);
    let before = kit.snapshot().runtime.uptime_ms;
    kit.runtime().stop_daemon(Diary::TYPE, Dependents::Stop).await.unwrap();
    assert_eq!(state(&kit, Diary::TYPE), Stopped);
    let took = kit.snapshot().runtime.uptime_ms - before;
    assert!((5_000..=5_002).contains(&took), "{took}");
    assert_eq!(journal.take()[1..], ["on_exit of 1", "drop of 1"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_leaked_daemon_can_be_disabled_for_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestKit::builder().daemon::<Diary>().provide(Journal::default()).data_dir(folder.path()).start();
    let kit = start().await;
    kit.expect_failures_of(Diary::TYPE);
    let borrowed: Ref<Diary> = kit.get();
    let leaked = kit.runtime().disable_daemon(Diary::TYPE, Dependents::Refuse).await.unwrap_err();
    assert!(leaked.to_string().starts_with("daemon `diary` is leaked: "), "{leaked}");
    kit.finish().await;
    drop(borrowed);
    let kit = start().await;
    assert_eq!(kit.state(Diary::TYPE).to_string(), "disabled: an operator disabled it");
    kit.finish().await;
}

/// Gives itself away, to somebody who wakes nobody when it is dropped.
#[daemon(category = "misc", register = false)]
struct Lent {
    #[inject]
    slot: Slot,
}

type Slot = Arc<Mutex<Option<Arc<Lent>>>>;

impl Daemon for Lent {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        *self.slot.lock().unwrap() = Some(cx.this());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_held_of_it_is_looked_for_every_fifty_milliseconds() {
    let slot = Slot::default();
    let kit = TestKit::builder().daemon::<Lent>().provide(Arc::clone(&slot)).start().await;
    kit.runtime().restart_daemon(Lent::TYPE).unwrap();
    kit.advance(millis(120)).await;
    drop(slot.lock().unwrap().take());
    let waited = until(&kit, Lent::TYPE, Running).await;
    assert!((29..=31).contains(&waited), "{waited}");
    drop(slot.lock().unwrap().take());
    kit.finish().await;
}

/// Fails to start, and leaves something behind.
#[daemon(category = "misc", register = false)]
struct Leaves;

impl Daemon for Leaves {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        std::mem::forget(cx.this());
        Err("no luck".into())
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_that_leaks_is_a_failed_start_for_strict() {
    let error = TestKit::builder().daemon::<Leaves>().try_start().await.map(drop).unwrap_err().to_string();
    assert!(error.starts_with("daemon `leaves` did not start: 1 still hold a reference"), "{error}");
}
