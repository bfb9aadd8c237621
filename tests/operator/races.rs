//! Two operators, of whom one overtakes the other: what is wanted last is what is.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use ringrift_core::{
    StateName::{Completed, Disabled, Failed, Running, Stopping, Waiting},
    prelude::*,
    runtime::{Dependents, OperateError, Runtime},
    testing::{Fault, FaultAt, TestKit},
};

use super::{Base, Middle, base, fail};
use crate::{
    journal::Journal,
    look::{daemon, secs, state},
};

type Outcome = Result<(), OperateError>;

/// Polls once: the daemon is told, and its task has not looked.
async fn told(wish: &mut Pin<&mut impl Future<Output = Outcome>>) {
    let is_pending = poll_fn(|cx| Poll::Ready(wish.as_mut().poll(cx).is_pending())).await;
    assert!(is_pending, "it waits for the end");
}

/// A daemon that failed for good.
async fn failed() -> TestKit {
    let kit = base().await;
    fail(&kit, Base::TYPE).await;
    fail(&kit, Base::TYPE).await;
    kit.wait_for(Base::TYPE, Running).await;
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Failed).await;
    kit
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_is_overtaken_by_a_start_returns_and_the_daemon_runs() {
    for overtakes in [Runtime::start_daemon, Runtime::enable_daemon, Runtime::restart_daemon] {
        let kit = base().await;
        let begun = kit.snapshot().runtime.uptime_ms;
        let runtime = kit.runtime().clone();
        let mut stop = pin!(runtime.stop_daemon(Base::TYPE, Dependents::Refuse));
        told(&mut stop).await;
        overtakes(kit.runtime(), Base::TYPE).unwrap();
        stop.await.unwrap();
        assert_eq!(kit.snapshot().runtime.uptime_ms, begun, "nothing is waited for");
        kit.advance(secs(3630)).await;
        assert_eq!((state(&kit, Base::TYPE), kit.stats(Base::TYPE).cycles), (Running, 61));
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_is_overtaken_while_the_daemon_stops_returns_and_the_next_incarnation_runs() {
    let kit = base().await;
    kit.fault(Base::TYPE, FaultAt::Stop, Fault::Slow(secs(2)), 1);
    let runtime = kit.runtime().clone();
    let mut stop = pin!(runtime.stop_daemon(Base::TYPE, Dependents::Refuse));
    told(&mut stop).await;
    kit.advance(secs(1)).await;
    assert_eq!(state(&kit, Base::TYPE), Stopping);
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    stop.await.unwrap();
    assert_eq!(state(&kit, Base::TYPE), Stopping, "the old one is still on its way out");
    kit.wait_for(Base::TYPE, Running).await;
    assert_eq!(daemon(&kit, Base::TYPE).incarnation, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_whose_dependent_is_started_again_goes_on_without_it() {
    let kit = TestKit::builder().daemon::<Middle>().provide(Journal::default()).start().await;
    kit.fault(Middle::TYPE, FaultAt::Stop, Fault::Slow(secs(2)), 1);
    let runtime = kit.runtime().clone();
    let mut stop = pin!(runtime.stop_daemon(Base::TYPE, Dependents::Stop));
    told(&mut stop).await;
    kit.advance(secs(1)).await;
    kit.runtime().start_daemon(Middle::TYPE).unwrap();
    stop.await.unwrap();
    assert_eq!(kit.state(Base::TYPE).to_string(), "stopped: an operator stopped it");
    let waiting = kit.wait_for(Middle::TYPE, Waiting).await;
    assert_eq!(waiting.to_string(), "waiting: `base` is stopped: an operator stopped it");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_disable_that_is_overtaken_while_the_daemon_stops_stops_it_again() {
    for overtakes in [Runtime::start_daemon, Runtime::enable_daemon] {
        let folder = tempfile::tempdir().unwrap();
        let start = || TestKit::builder().daemon::<Base>().provide(Journal::default()).data_dir(folder.path()).start();
        let kit = start().await;
        kit.fault(Base::TYPE, FaultAt::Stop, Fault::Slow(secs(2)), 1);
        let runtime = kit.runtime().clone();
        let mut disable = pin!(runtime.disable_daemon(Base::TYPE, Dependents::Refuse));
        told(&mut disable).await;
        kit.advance(secs(1)).await;
        overtakes(kit.runtime(), Base::TYPE).unwrap();
        disable.await.unwrap();
        assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
        kit.advance(secs(3600)).await;
        assert_eq!((state(&kit, Base::TYPE), kit.stats(Base::TYPE).cycles), (Disabled, 1));
        kit.finish().await;
        let later = start().await;
        assert_eq!(state(&later, Base::TYPE), Disabled, "the file says so, too");
        later.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_daemon_is_disabled_and_enabled() {
    let kit = failed().await;
    kit.runtime().disable_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
    kit.advance(secs(3600)).await;
    assert_eq!(state(&kit, Base::TYPE), Disabled);
    kit.runtime().enable_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_right_after_the_stop_of_a_failed_daemon_starts_it() {
    let kit = failed().await;
    drop(poll_fn(|cx| Poll::Ready(pin!(kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse)).poll(cx))).await);
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;
}

/// Runs once.
#[daemon(category = "misc", kind = "task", register = false)]
struct Once;
impl Daemon for Once {}

#[tokio::test(start_paused = true)]
async fn a_start_right_after_the_stop_of_a_completed_task_runs_it_again() {
    let kit = TestKit::builder().daemon::<Once>().start().await;
    kit.wait_for(Once::TYPE, Completed).await;
    drop(poll_fn(|cx| Poll::Ready(pin!(kit.runtime().stop_daemon(Once::TYPE, Dependents::Refuse)).poll(cx))).await);
    kit.runtime().start_daemon(Once::TYPE).unwrap();
    kit.advance(secs(1)).await;
    let once = daemon(&kit, Once::TYPE);
    assert_eq!((once.state, once.incarnation), (Completed, 2));
    kit.finish().await;
}
