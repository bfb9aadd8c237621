//! How full a mailbox is, as everybody is told: what waits and what is in hand, as its bound counts.

use ringrift_core::{HealthStatus, StateName, builtin::event_router::EventRouter, testing::TestKit};

use crate::{
    desk::{Ask, Desk, Does, Worker, busy_worker, worker},
    look::health,
};

fn queued(kit: &TestKit) -> u64 {
    kit.daemon(Worker::TYPE).mailbox.unwrap().queued
}

#[tokio::test(start_paused = true)]
async fn the_batch_in_hand_was_not_counted_though_the_bound_counts_it() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 4").await;
    for n in 0..3 {
        kit.work(n, Does::Wait).await;
    }
    // All three are taken in one batch, of which one is handled at a time.
    kit.moment().await;
    assert_eq!(queued(&kit), 3);
    kit.work(3, Does::Wait).await;
    assert_eq!(queued(&kit), 4);
    desk.let_go(1);
    kit.moment().await;
    assert_eq!(queued(&kit), 3);
    desk.let_go(3);
    kit.settle().await;
    assert_eq!(queued(&kit), 0);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_full_of_mail_in_hand_was_not_nearly_full_to_the_router() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 100\nhandler_timeout = \"1h\"").await;
    for n in 0..89 {
        kit.work(n, Does::Wait).await;
    }
    kit.seconds(31).await;
    assert_eq!(health(&kit, EventRouter::TYPE).status(), HealthStatus::Running, "less than nine tenths");
    kit.work(89, Does::Wait).await;
    kit.seconds(31).await;
    let found = health(&kit, EventRouter::TYPE);
    assert_eq!((found.status(), &*found.report.message), (HealthStatus::Degraded, "mailboxes nearly full: `worker`"));
    desk.let_go(90);
    kit.settle().await;
    kit.seconds(31).await;
    assert_eq!(health(&kit, EventRouter::TYPE).status(), HealthStatus::Running);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn evicted_returned_refused_and_left_mail_is_counted_once_or_no_more() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 3\noverflow = \"drop_oldest\"\nmax_restarts = 1", 4).await;
    assert_eq!(queued(&kit), 3, "one in hand, two that wait, two evicted");
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    assert_eq!(queued(&kit), 3, "what was in hand waits again");
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    assert_eq!(queued(&kit), 0, "a daemon that has failed has dead letters only");
    kit.expect_dead_letters();
    kit.finish().await;

    let kit = worker(&desk, "").await;
    kit.runtime().stop_daemon(Worker::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    kit.work(0, Does::Well).await;
    assert_eq!(queued(&kit), 1);
    let runtime = kit.runtime().clone();
    kit.finish().await;
    let worker = runtime.snapshot().daemons.into_iter().find(|daemon| daemon.name == "worker").unwrap();
    assert_eq!(worker.mailbox.unwrap().queued, 0, "undelivered at stop, and told so");
}
