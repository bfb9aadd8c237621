//! What an operator does: stop, start, restart, reset, disable, enable.

use ringrift_core::{
    StateName::{Backoff, Disabled, Failed, Running, Stopped},
    prelude::*,
    runtime::{Dependents, OperateError},
    testing::TestKit,
};

use crate::{
    journal::{Ear, Journal},
    look::{daemon, health, millis, secs, state, until},
};

/// Works every minute.
#[daemon(category = "misc", cycle = "60s", max_restarts = 2, register = false)]
struct Base {
    #[inject]
    journal: Journal,
}

impl Daemon for Base {
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("base stops");
        Ok(())
    }
}

/// Needs the base.
#[daemon(category = "misc", cycle = "60s", depends_on = [Base], register = false)]
struct Middle {
    #[inject]
    journal: Journal,
}

impl Daemon for Middle {
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("middle stops");
        Ok(())
    }
}

/// Needs what needs the base.
#[daemon(category = "misc", cycle = "60s", depends_on = [Middle], register = false)]
struct Top {
    #[inject]
    journal: Journal,
}

impl Daemon for Top {
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("top stops");
        Ok(())
    }
}

async fn base() -> TestKit {
    TestKit::builder().daemon::<Base>().provide(Journal::default()).start().await
}

async fn fail(kit: &TestKit, daemon: DaemonType) {
    kit.wait_for(daemon, Running).await;
    kit.kill(daemon);
    kit.wait_for(daemon, Backoff).await;
}

/// Which restart the backoff leads to.
fn attempt(kit: &TestKit, daemon: DaemonType) -> u32 {
    match kit.state(daemon) {
        ringrift_core::State::Backoff { attempt, .. } => attempt,
        other => panic!("{other}"),
    }
}

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
async fn restart_and_reset_end_a_backoff_at_once_with_the_count_at_zero() {
    let operations = [ringrift_core::runtime::Runtime::restart_daemon, ringrift_core::runtime::Runtime::reset_daemon];
    for operation in operations {
        let kit = base().await;
        fail(&kit, Base::TYPE).await;
        fail(&kit, Base::TYPE).await;
        assert_eq!(attempt(&kit, Base::TYPE), 2);
        operation(kit.runtime(), Base::TYPE).unwrap();
        assert_eq!(until(&kit, Base::TYPE, Running).await, 0);
        fail(&kit, Base::TYPE).await;
        assert_eq!(attempt(&kit, Base::TYPE), 1);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn restart_and_reset_start_a_failed_daemon_with_the_count_at_zero() {
    let operations = [ringrift_core::runtime::Runtime::restart_daemon, ringrift_core::runtime::Runtime::reset_daemon];
    for operation in operations {
        let kit = base().await;
        fail(&kit, Base::TYPE).await;
        fail(&kit, Base::TYPE).await;
        kit.wait_for(Base::TYPE, Running).await;
        kit.kill(Base::TYPE);
        kit.wait_for(Base::TYPE, Failed).await;
        operation(kit.runtime(), Base::TYPE).unwrap();
        kit.wait_for(Base::TYPE, Running).await;
        fail(&kit, Base::TYPE).await;
        assert_eq!(attempt(&kit, Base::TYPE), 1);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_what_runs_stops_it_and_starts_the_next_incarnation() {
    let journal = Journal::default();
    let builder = TestKit::builder().daemon::<Base>().daemon::<Ear>().provide(journal.clone());
    let kit = builder.start().await;
    kit.runtime().restart_daemon(Base::TYPE).unwrap();
    kit.advance(millis(1)).await;
    let base = daemon(&kit, Base::TYPE);
    assert_eq!((base.state, base.incarnation, base.restarts), (Running, 2, 1));
    let lines = journal.take();
    assert_eq!(lines, ["STARTED base 1", "base stops", "RESTARTED base 2", "STARTED base 2"]);
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
async fn disabled_is_kept_on_disk_until_it_is_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestKit::builder().daemon::<Base>().provide(Journal::default()).data_dir(folder.path()).start();
    let kit = start().await;
    kit.runtime().disable_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
    kit.finish().await;

    let kit = start().await;
    assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
    kit.advance(secs(3600)).await;
    assert_eq!((state(&kit, Base::TYPE), health(&kit, Base::TYPE).healthy), (Disabled, false));
    kit.runtime().enable_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;

    let kit = start().await;
    assert_eq!(state(&kit, Base::TYPE), Running);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_of_a_disabled_daemon_waits_and_says_so() {
    let config = "[daemons.base.options]\nenabled = false";
    let kit = TestKit::builder().daemon::<Middle>().provide(Journal::default()).config(config).start().await;
    assert_eq!(
        kit.state(Middle::TYPE).to_string(),
        "waiting: `base` is disabled: `daemons.base.options.enabled` is false"
    );
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Middle::TYPE, Running).await;
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
async fn reset_of_a_running_daemon_clears_its_count() {
    let kit = base().await;
    fail(&kit, Base::TYPE).await;
    fail(&kit, Base::TYPE).await;
    kit.wait_for(Base::TYPE, Running).await;
    kit.runtime().reset_daemon(Base::TYPE).unwrap();
    fail(&kit, Base::TYPE).await;
    assert_eq!(attempt(&kit, Base::TYPE), 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_a_stopped_daemon_clears_its_count() {
    let kit = base().await;
    fail(&kit, Base::TYPE).await;
    fail(&kit, Base::TYPE).await;
    kit.runtime().stop_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    kit.runtime().restart_daemon(Base::TYPE).unwrap();
    fail(&kit, Base::TYPE).await;
    assert_eq!(attempt(&kit, Base::TYPE), 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_while_it_waits_does_not_throw_the_next_incarnation_away() {
    let kit = TestKit::builder().daemon::<Middle>().provide(Journal::default()).start().await;
    fail(&kit, Base::TYPE).await;
    kit.runtime().restart_daemon(Middle::TYPE).unwrap();
    kit.wait_for(Middle::TYPE, ringrift_core::StateName::Waiting).await;
    kit.runtime().restart_daemon(Middle::TYPE).unwrap();
    kit.wait_for(Middle::TYPE, Running).await;
    kit.advance(secs(1)).await;
    assert_eq!((state(&kit, Middle::TYPE), daemon(&kit, Middle::TYPE).incarnation), (Running, 2));
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
async fn a_start_of_a_failed_daemon_starts_it() {
    let kit = base().await;
    fail(&kit, Base::TYPE).await;
    fail(&kit, Base::TYPE).await;
    kit.wait_for(Base::TYPE, Running).await;
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Failed).await;
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_once_the_runtime_has_stopped() {
    let kit = base().await;
    kit.runtime().shutdown().await;
    let operations = [
        ringrift_core::runtime::Runtime::start_daemon,
        ringrift_core::runtime::Runtime::restart_daemon,
        ringrift_core::runtime::Runtime::enable_daemon,
    ];
    for operation in operations {
        assert_eq!(operation(kit.runtime(), Base::TYPE).unwrap_err().to_string(), "the runtime stops");
        assert_eq!(state(&kit, Base::TYPE), Stopped);
    }
    kit.finish().await;
}
