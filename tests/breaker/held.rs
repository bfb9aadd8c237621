//! The mail of a paused handler: held in order, within the bound, and over stops and starts.

use std::time::Duration;

use ringrift_core::{AccountSnapshot, StateName, runtime::Dependents};

use super::{Fragile, Other, fragile, pause, paused};
use crate::desk::{Ask, Desk, Does, sum_of};

#[tokio::test(start_paused = true)]
async fn the_rest_of_the_batch_in_hand_is_held_too_and_goes_before_what_came_later() {
    let desk = Desk::default();
    let kit = fragile(&desk, "").await;
    for n in 0..10 {
        kit.work(n, if n < 4 { Does::Err } else { Does::Well }).await;
    }
    kit.moment().await;
    kit.work(10, Does::Well).await;
    kit.moment().await;
    assert_eq!((desk.begun(), pause(&kit).unwrap().held), (vec![0, 1, 2, 3], 7));
    kit.runtime().resume_handler(Fragile::TYPE, "on_work").unwrap();
    kit.work(11, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done(), [4, 5, 6, 7, 8, 9, 10, 11]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_held_goes_before_what_is_in_the_batch_that_is_in_hand() {
    let desk = Desk::default();
    let kit = paused(&desk, "").await;
    kit.work(4, Does::Well).await;
    kit.moment().await;
    // One batch of three, while the second of which is in hand the pause ends.
    kit.emit(Other(5)).await;
    kit.work(6, Does::Well).await;
    kit.runtime().resume_handler(Fragile::TYPE, "on_work").unwrap();
    kit.work(7, Does::Well).await;
    kit.settle().await;
    let of_work: Vec<u32> = desk.done().into_iter().filter(|n| *n != 5).collect();
    assert_eq!(of_work, [4, 6, 7]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn side_by_side_too_what_is_paused_is_held_and_the_rest_goes_on() {
    let desk = Desk::default();
    let kit = fragile(&desk, "concurrency = 3").await;
    for n in 0..9 {
        kit.work(n, if n < 6 { Does::Err } else { Does::Well }).await;
    }
    kit.emit(Other(20)).await;
    kit.moment().await;
    let held = pause(&kit).unwrap().held;
    assert_eq!((desk.begun().len() as u64 + held, desk.done()), (10, vec![20]));
    assert!((3..=5).contains(&held), "{held}: three may have been in hand");
    kit.runtime().resume_handler(Fragile::TYPE, "on_work").unwrap();
    kit.settle().await;
    assert_eq!((desk.done(), pause(&kit)), (vec![20, 6, 7, 8], None));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_bound_counts_what_is_held_and_a_full_mailbox_does_as_it_was_told() {
    for (overflow, evicted, dropped, dead, done) in [
        ("block", 0, 0, 5, vec![10, 11]),
        ("drop_newest", 0, 1, 4, vec![10, 11]),
        ("drop_oldest", 1, 0, 4, vec![11, 12]),
    ] {
        let desk = Desk::default();
        let kit = paused(&desk, &format!("mailbox = 2\noverflow = \"{overflow}\"")).await;
        let begun = tokio::time::Instant::now();
        for n in 10..=12 {
            kit.work(n, Does::Well).await;
            kit.moment().await;
        }
        assert_eq!(begun.elapsed(), Duration::from_millis(3), "nobody waits for a handler that is paused");
        let expected = AccountSnapshot { owed: 7, evicted, dropped, dead, ..AccountSnapshot::default() };
        assert_eq!(kit.account(Fragile::TYPE), expected, "{overflow}");
        kit.seconds(61).await;
        assert_eq!(desk.done(), done, "{overflow}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_and_what_it_holds_outlast_a_restart_and_a_stop() {
    let desk = Desk::default();
    let kit = paused(&desk, "").await;
    kit.work(4, Does::Well).await;
    kit.moment().await;
    kit.runtime().restart_daemon(Fragile::TYPE).unwrap();
    kit.moment().await;
    kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
    kit.work(5, Does::Well).await;
    assert_eq!(pause(&kit).unwrap().held, 1);
    kit.runtime().start_daemon(Fragile::TYPE).unwrap();
    kit.moment().await;
    assert_eq!((pause(&kit).unwrap().held, desk.done()), (2, vec![]));
    kit.seconds(61).await;
    assert_eq!(desk.done(), [4, 5]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_ends_while_the_daemon_is_stopped_leaves_its_mail_for_the_next_start() {
    let desk = Desk::default();
    let kit = paused(&desk, "").await;
    kit.work(4, Does::Well).await;
    kit.moment().await;
    kit.runtime().stop_daemon(Fragile::TYPE, Dependents::Refuse).await.unwrap();
    kit.seconds(70).await;
    assert_eq!((pause(&kit), desk.done()), (None, vec![]));
    kit.runtime().start_daemon(Fragile::TYPE).unwrap();
    kit.settle().await;
    assert_eq!(desk.done(), [4]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_held_for_a_daemon_that_fails_for_good_is_dead_and_at_the_end_undelivered() {
    let desk = Desk::default();
    let kit = paused(&desk, "restart = \"never\"").await;
    kit.work(4, Does::Well).await;
    kit.moment().await;
    kit.kill(Fragile::TYPE);
    kit.wait_for(Fragile::TYPE, StateName::Failed).await;
    let expected = AccountSnapshot { owed: 5, dead: 5, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Fragile::TYPE), expected);
    kit.finish().await;

    let kit = paused(&desk, "").await;
    kit.work(4, Does::Well).await;
    kit.moment().await;
    let runtime = kit.runtime().clone();
    kit.finish().await;
    let fragile = runtime.snapshot().daemons.into_iter().find(|daemon| daemon.name == "fragile").unwrap();
    let account = fragile.handlers.iter().fold(AccountSnapshot::default(), |sum, it| sum_of(sum, it.deliveries));
    let expected = AccountSnapshot { owed: 5, dead: 4, undelivered_at_stop: 1, ..AccountSnapshot::default() };
    assert_eq!((account, fragile.mailbox.unwrap().queued), (expected, 0));
}
