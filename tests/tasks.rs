//! The helper tasks of a daemon: told, aborted, and named when they can't be ended.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    StateName::{Backoff, Stopping},
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};
use tokio::sync::Notify;

use crate::{
    journal::Journal,
    look::{daemon, millis, secs},
};

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
    idle!();

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
    idle!();

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
                () = tokio::time::advance(millis(10)) => {}
            }
        }
    };
    let before = kit.snapshot().runtime.uptime_ms;
    let report = report.await;
    let took = kit.snapshot().runtime.uptime_ms - before;
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    let cause = "1 of its spawned tasks can't be ended".to_owned();
    assert_eq!(report.leaked, [(Stuck::TYPE, cause)]);
    assert!((6_000..=6_100).contains(&took), "five seconds to end by itself, and one after the abort: {took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn each_hook_of_the_end_has_a_second_when_the_five_of_the_stop_are_used_up() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Helped>().provide(journal.clone()).start().await;
    kit.fault(Helped::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.fault(Helped::TYPE, FaultAt::Stop, Fault::Hang, 1);
    kit.fault(Helped::TYPE, FaultAt::Exit, Fault::Hang, 1);
    kit.advance(secs(61)).await;
    let before = kit.snapshot().runtime.uptime_ms;
    kit.runtime().stop_daemon(Helped::TYPE, Dependents::Refuse).await.unwrap();
    let took = kit.snapshot().runtime.uptime_ms - before;
    assert!((7_000..=7_010).contains(&took), "{took}");
    kit.finish().await;
}

/// Hands out its context, and spawns at its very end.
#[daemon(category = "misc", register = false)]
struct Outlived {
    #[inject]
    journal: Journal,
    #[inject]
    contexts: Contexts,
}

type Contexts = Arc<Mutex<Vec<Context<Outlived>>>>;

impl Daemon for Outlived {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        self.contexts.lock().unwrap().push(cx.clone());
        Ok(())
    }

    async fn on_exit(&self, cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        let (awaited, left) = (self.journal.clone(), self.journal.clone());
        cx.spawn(async move { awaited.note("awaited by on_exit") }).await?;
        cx.spawn(async move {
            let _note = OnDrop(left, "left by on_exit, aborted");
            std::future::pending::<()>().await;
        });
        tokio::task::yield_now().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_spawned_by_a_context_that_outlived_its_incarnation_was_never_ended() {
    let (journal, contexts) = (Journal::default(), Contexts::default());
    let kit = TestKit::builder().daemon::<Outlived>().provide(journal.clone()).provide(contexts.clone()).start().await;
    kit.runtime().stop_daemon(Outlived::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(journal.take(), ["awaited by on_exit", "left by on_exit, aborted"]);

    let cx = contexts.lock().unwrap().pop().unwrap();
    let (spawned, dropped, blocking) = (journal.clone(), journal.clone(), journal.clone());
    let late = OnDrop(dropped, "dropped");
    let task = cx.spawn(async move {
        let _late = late;
        spawned.note("ran");
    });
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(cx.spawn_blocking(move || blocking.note("ran too")).await.unwrap_err().is_cancelled());
    assert_eq!(journal.take(), ["dropped"]);

    kit.runtime().start_daemon(Outlived::TYPE).unwrap();
    kit.advance(millis(1)).await;
    let next = contexts.lock().unwrap().pop().unwrap();
    next.spawn(async move { journal.note("of the next incarnation") }).await.unwrap();
    assert!(cx.spawn(async {}).await.is_err(), "the old context stays what it was");
    kit.finish().await;
}
