//! The end of one incarnation: its hooks, its tasks, what is borrowed of it.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    Ref,
    StateName::{Backoff, Leaked, Running, Stopped, Stopping},
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};
use tokio::sync::Notify;

use crate::{
    journal::{Ear, Journal},
    look::{daemon, millis, secs, state, until},
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

impl Daemon for Reader {}

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

/// Has helper tasks.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Helped {
    #[inject]
    journal: Journal,
}

struct OnDrop(Journal, &'static str);
impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

impl Daemon for Helped {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let (deaf, polite, token) = (self.journal.clone(), self.journal.clone(), cx.shutdown().clone());
        cx.spawn(async move {
            let _note = OnDrop(deaf, "deaf task aborted");
            std::future::pending::<()>().await;
        });
        cx.spawn(async move {
            token.cancelled().await;
            polite.note("polite task ended");
        });
        Ok(())
    }

    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        self.journal.note("on_exit");
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn spawned_tasks_are_told_and_after_five_seconds_aborted_and_end_with_the_daemon() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Helped>().provide(journal.clone()).start().await;
    let before = kit.snapshot().runtime.uptime_ms;
    kit.runtime().stop_daemon(Helped::TYPE, Dependents::Refuse).await.unwrap();
    let took = kit.snapshot().runtime.uptime_ms - before;
    assert!((5_000..=5_002).contains(&took), "{took}");
    assert_eq!(journal.take(), ["polite task ended", "deaf task aborted", "on_exit"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_failed_is_not_ready_while_its_tasks_end() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Helped>().provide(journal.clone()).start().await;
    kit.kill(Helped::TYPE);
    kit.advance(secs(1)).await;
    let helped = daemon(&kit, Helped::TYPE);
    assert_eq!((helped.state, &*helped.reason, helped.ready), (Stopping, "failed: killed by the test", false));
    kit.wait_for(Helped::TYPE, Backoff).await;
    kit.finish().await;
}

/// Blocks a thread of the blocking pool until it is let go.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Stuck {
    #[inject]
    gate: Arc<(Mutex<bool>, std::sync::Condvar)>,
    #[inject]
    begun: Arc<Notify>,
}

impl Daemon for Stuck {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let (gate, begun) = (Arc::clone(&self.gate), Arc::clone(&self.begun));
        cx.spawn_blocking(move || {
            begun.notify_one();
            drop(gate.1.wait_while(gate.0.lock().unwrap(), |open| !*open).unwrap());
        });
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn blocking_work_that_does_not_end_is_leaked_and_named_in_the_report() {
    let gate: Arc<(Mutex<bool>, std::sync::Condvar)> = Arc::default();
    let begun: Arc<Notify> = Arc::default();
    let kit = TestKit::builder().daemon::<Stuck>().provide(Arc::clone(&gate)).provide(Arc::clone(&begun));
    let kit = kit.start().await;
    begun.notified().await;
    kit.expect_failures_of(Stuck::TYPE);
    // The paused clock stands still while a blocking task runs, unless it is pushed on.
    let report = async {
        let shutdown = kit.runtime().shutdown();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                report = &mut shutdown => return report,
                () = tokio::time::advance(millis(100)) => {}
            }
        }
    };
    let report = report.await;
    let cause = "1 of its spawned tasks can't be ended".to_owned();
    assert_eq!(report.leaked, [(Stuck::TYPE, cause)]);
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
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
async fn everything_that_hangs_at_once_is_over_within_nine_seconds() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Helped>().provide(journal.clone()).start().await;
    kit.fault(Helped::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.fault(Helped::TYPE, FaultAt::Stop, Fault::Hang, 1);
    kit.fault(Helped::TYPE, FaultAt::Exit, Fault::Hang, 1);
    kit.advance(secs(61)).await;
    let before = kit.snapshot().runtime.uptime_ms;
    kit.runtime().stop_daemon(Helped::TYPE, Dependents::Refuse).await.unwrap();
    let took = kit.snapshot().runtime.uptime_ms - before;
    assert!(took <= 9_000, "{took}");
    kit.finish().await;
}
