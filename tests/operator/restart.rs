//! What an operator restarts or resets, and the count of its failures.

use ringrift_core::{
    StateName::{Failed, Running, Waiting},
    runtime::{Dependents, Runtime},
    testing::TestKit,
};

use super::{Base, Middle, attempt, base, fail};
use crate::{
    journal::{Ear, Journal},
    look::{daemon, millis, secs, state, until},
};

#[tokio::test(start_paused = true)]
async fn restart_and_reset_end_a_backoff_at_once_with_the_count_at_zero() {
    for operation in [Runtime::restart_daemon, Runtime::reset_daemon] {
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
    for operation in [Runtime::restart_daemon, Runtime::reset_daemon] {
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
    kit.wait_for(Middle::TYPE, Waiting).await;
    kit.runtime().restart_daemon(Middle::TYPE).unwrap();
    kit.wait_for(Middle::TYPE, Running).await;
    kit.advance(secs(1)).await;
    assert_eq!((state(&kit, Middle::TYPE), daemon(&kit, Middle::TYPE).incarnation), (Running, 2));
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
