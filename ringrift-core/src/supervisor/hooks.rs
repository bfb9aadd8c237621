//! Runs one hook of a daemon on its own task: stamped for the ticker, safe from panics, and ended
//! when something else is wanted.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    declaration::{
        daemon::DaemonResult,
        live::{
            drops::drop_safely,
            incarnation::{Boxed, Life},
            record::{Hook, Record},
            signals::Signal,
        },
    },
    delivery::guard::{Outcome, guarded},
};

/// Runs a hook under the ticker's eye. Wherever it is cut off, a panic of what is dropped then is
/// logged and counted, and nothing else.
pub(super) async fn run<T>(life: &Life, hook: Hook, future: Boxed<'_, DaemonResult<T>>) -> Outcome<T> {
    life.world.begin_activity();
    life.record.hook.begin(hook as u32, life.world.clock.coarse_ms());
    guarded(UnderWay { life, hook, future: Some(future) }, life.record.watched_hook()).await
}

/// A hook's future, until it is dropped.
struct UnderWay<'a, T> {
    life: &'a Life,
    hook: Hook,
    /// Taken in `drop` only.
    future: Option<Boxed<'a, T>>,
}

impl<T> Future for UnderWay<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.future.as_mut().expect("taken by `drop` only").as_mut().poll(cx)
    }
}

impl<T> Drop for UnderWay<'_, T> {
    fn drop(&mut self) {
        drop_safely(self.life, self.hook.as_str(), self.future.take());
    }
}

/// Runs a hook of the end under a limit of its own; what goes wrong is logged and counted, and the
/// end goes on.
pub(super) async fn run_at_the_end(life: &Life, hook: Hook, limit: Duration, future: Boxed<'_, DaemonResult>) {
    let outcome = tokio::time::timeout(limit, run(life, hook, future)).await;
    let record = &life.record;
    record.hook.end();
    let problem = match outcome {
        Ok(Outcome::Ok(())) => return,
        Ok(Outcome::Err(error)) => crate::delivery::guard::Chain(&*error).to_string(),
        Ok(Outcome::Panic(panic)) => {
            record.counters.panic();
            format!("panicked: {panic}")
        }
        Ok(Outcome::Timeout) | Err(_) => {
            format!("took longer than {}", humantime::format_duration(limit))
        }
    };
    tracing::error!(hook = hook.as_str(), error = %problem, "a hook of the end went wrong; the stop goes on");
    record.counters.error(hook.as_str(), problem, life.world.clock.wall());
}

/// Why something was ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// The daemon is not wanted any more.
    Stop,
    /// An operator wants a new incarnation.
    Restart,
}

/// What is asked of the daemon's task now. Registers the task for what will be.
pub(super) fn interrupt(record: &Record, cx: &Context<'_>) -> Option<Interrupt> {
    record.signals.register(cx);
    if !record.is_wanted() {
        return Some(Interrupt::Stop);
    }
    record.signals.take(Signal::Restart).then_some(Interrupt::Restart)
}

/// Awaits `future`, unless something else is wanted first.
pub(super) async fn unless_interrupted<T>(record: &Record, future: impl Future<Output = T>) -> Result<T, Interrupt> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        if let Some(interrupt) = interrupt(record, cx) {
            return Poll::Ready(Err(interrupt));
        }
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}
