//! What an operator stops and starts.

use ringrift_core::{
    StateName::{Running, Stopped},
    runtime::{Dependents, OperateError},
    testing::TestKit,
};

use super::{Base, Middle, Top, base, fail};
use crate::{
    journal::Journal,
    look::{daemon, health, millis, secs, state},
};

#[tokio::test(start_paused = true)]
async fn a_stop_lasts_until_a_start() {
    let kit = base().await;
    kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.state(Base::TYPE).to_string(), "stopped: an operator stopped it");
    kit.advance(secs(24 * 3600)).await;
    assert_eq!(state(&kit, Base::TYPE), Stopped);
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    assert_eq!(daemon(&kit, Base::TYPE).incarnation, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn starting_what_runs_and_stopping_what_is_stopped_change_nothing() {
    let kit = base().await;
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.advance(millis(1)).await;
    assert_eq!((state(&kit, Base::TYPE), daemon(&kit, Base::TYPE).incarnation), (Running, 1));
    for _ in 0..2 {
        kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    }
    assert_eq!(state(&kit, Base::TYPE), Stopped);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_would_hurt_dependents_names_them_all_and_is_refused() {
    let kit = TestKit::builder().daemon::<Top>().provide(Journal::default()).start().await;
    let refused = kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse).await.unwrap_err();
    let text = "`middle`, `top` depend on daemon `base`; stop them with it (`Dependents::Stop`)";
    assert_eq!(refused.to_string(), text);
    assert_eq!(state(&kit, Base::TYPE), Running);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_with_its_dependents_ends_them_first() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Top>().provide(journal.clone()).start().await;
    kit.runtime().stop_daemon(Base::TYPE, Dependents::Stop).await.unwrap();
    assert_eq!(journal.take(), ["top stops", "middle stops", "base stops"]);
    for daemon in [Top::TYPE, Middle::TYPE, Base::TYPE] {
        assert_eq!(kit.state(daemon).to_string(), "stopped: an operator stopped it");
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_answers_at_once_during_a_backoff() {
    let kit = base().await;
    fail(&kit, Base::TYPE).await;
    let before = kit.snapshot().runtime.uptime_ms;
    assert!(health(&kit, Base::TYPE).report.message.starts_with("backoff (restart 1 after "));
    kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.snapshot().runtime.uptime_ms, before);
    assert_eq!(state(&kit, Base::TYPE), Stopped);
    kit.advance(secs(3600)).await;
    assert_eq!(state(&kit, Base::TYPE), Stopped);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_daemon_is_an_error() {
    let kit = base().await;
    let unknown = kit.runtime().restart_daemon(Top::TYPE).unwrap_err();
    assert!(matches!(&unknown, OperateError::Unknown(_)), "{unknown}");
    assert_eq!(unknown.to_string(), "no daemon is called `top`");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_right_after_a_stop_leaves_a_state_that_is_true() {
    let kit = base().await;
    {
        // Told to stop, and not looked at yet.
        let mut stop = std::pin::pin!(kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse));
        let told = std::future::poll_fn(|cx| std::task::Poll::Ready(stop.as_mut().poll(cx).is_pending())).await;
        assert!(told);
    }
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.advance(secs(61)).await;
    assert_eq!(state(&kit, Base::TYPE), Running);
    assert_eq!(kit.stats(Base::TYPE).cycles, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_once_the_runtime_has_stopped() {
    let kit = base().await;
    kit.runtime().shutdown().await;
    let runtime = kit.runtime();
    let refused =
        [runtime.start_daemon(Base::TYPE), runtime.restart_daemon(Base::TYPE), runtime.enable_daemon(Base::TYPE).await];
    for outcome in refused {
        assert_eq!(outcome.unwrap_err().to_string(), "the runtime stops");
    }
    assert_eq!(state(&kit, Base::TYPE), Stopped);
    kit.finish().await;
}
