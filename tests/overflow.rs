//! Full mailboxes: the bound, the wait, and the three policies.

use std::time::Duration;

use ringrift_core::{
    DeadReason, LetterState, StateName,
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};
use tokio::time::Instant;

use crate::desk::{Ask, Desk, Does, Work, Worker, busy_worker, options, worker};

/// How long the emit of one piece of work takes.
async fn time_of_work(kit: &TestKit, n: u32) -> Duration {
    let begun = Instant::now();
    kit.work(n, Does::Well).await;
    begun.elapsed()
}

/// A dead letter for want of room.
fn no_room() -> (String, DeadReason, LetterState, u32) {
    ("on_work".to_owned(), DeadReason::MailboxFull, LetterState::Pending, 0)
}

#[tokio::test(start_paused = true)]
async fn the_bound_is_1024_with_what_is_in_hand() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    kit.work(0, Does::Wait).await;
    for n in 1..512 {
        kit.work(n, Does::Well).await;
    }
    // The first half is taken in one batch, and counts.
    kit.moment().await;
    for n in 512..1024 {
        assert_eq!(time_of_work(&kit, n).await, Duration::ZERO, "{n}");
    }
    assert_eq!(time_of_work(&kit, 1024).await, Duration::from_secs(5));
    assert_eq!(kit.letters(), [no_room()]);
    assert_eq!(kit.snapshot().dead_letters[0].error, "the mailbox is full with 1024 events");
    desk.let_go(1);
    kit.settle().await;
    assert_eq!(desk.done(), (0..1024).collect::<Vec<_>>());
    kit.expect_dead_letters();
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_emit_waits_until_there_is_room() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 2", 1).await;
    let later = async {
        kit.seconds(3).await;
        desk.let_go(1);
    };
    let (took, ()) = tokio::join!(time_of_work(&kit, 2), later);
    assert_eq!(took, Duration::from_secs(3));
    kit.settle().await;
    assert_eq!((desk.done(), kit.letters()), (vec![0, 1, 2], vec![]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn room_in_the_middle_of_a_batch_is_enough() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 3").await;
    kit.work(0, Does::Wait).await;
    kit.work(1, Does::Wait).await;
    kit.work(2, Does::Wait).await;
    kit.moment().await;
    desk.let_go(1);
    assert_eq!(time_of_work(&kit, 3).await, Duration::ZERO);
    let later = async {
        kit.seconds(1).await;
        desk.let_go(2);
    };
    let (took, ()) = tokio::join!(time_of_work(&kit, 4), later);
    assert_eq!(took, Duration::from_secs(1));
    kit.settle().await;
    assert_eq!(desk.done(), [0, 1, 2, 3, 4]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_full_mailboxes_share_one_wait_after_those_with_room_have_the_event() {
    /// Has room.
    #[daemon(category = "misc", register = false)]
    struct Roomy {
        #[inject]
        desk: Desk,
    }
    impl Daemon for Roomy {}
    #[handlers]
    impl Roomy {
        #[on_event("WORK")]
        async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
            // Only the last is for both.
            if work.n == 9 { self.desk.perform(work).await } else { Ok(()) }
        }
    }

    let desk = Desk::default();
    let builder = TestKit::builder().replicate::<Worker>(3).daemon::<Roomy>().provide(desk.clone());
    let kit = builder.config(&options("mailbox = 1")).start().await;
    kit.work(0, Does::Hang).await;
    kit.moment().await;
    let when_the_roomy_had_it = async {
        kit.moment().await;
        desk.done()
    };
    let (took, done) = tokio::join!(time_of_work(&kit, 9), when_the_roomy_had_it);
    assert_eq!((took, done), (Duration::from_secs(5), vec![9]));
    assert_eq!(kit.letters(), vec![no_room(); 3]);
    kit.expect_dead_letters();
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_emitter_never_waits_for_itself() {
    /// Emits to itself, more than it can take.
    #[daemon(category = "misc", emits = [Work], cycle = "1d", mailbox = 2, register = false)]
    struct Narcissus {
        #[inject]
        desk: Desk,
    }
    impl Daemon for Narcissus {
        async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
            let begun = Instant::now();
            for n in 0..3 {
                cx.emit(Work::new(n, Does::Well)).await?;
            }
            assert_eq!(begun.elapsed(), Duration::ZERO);
            Ok(())
        }
    }
    #[handlers]
    impl Narcissus {
        #[on_event("WORK")]
        async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
            self.desk.perform(work).await
        }
    }

    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Narcissus>().provide(desk.clone()).start().await;
    kit.moment().await;
    kit.settle().await;
    assert_eq!((desk.done(), kit.letters()), (vec![0, 1], vec![no_room()]));
    kit.expect_dead_letters();
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_is_stopped_takes_what_fits_and_the_rest_is_dead_at_once() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 2").await;
    kit.runtime().stop_daemon(Worker::TYPE, Dependents::Refuse).await.unwrap();
    check_held(&kit, &desk).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_in_backoff_takes_what_fits_and_the_rest_is_dead_at_once() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 2").await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    check_held(&kit, &desk).await;
    kit.finish().await;
}

async fn check_held(kit: &TestKit, desk: &Desk) {
    for n in 0..3 {
        assert_eq!(time_of_work(kit, n).await, Duration::ZERO, "{n}");
    }
    assert_eq!((kit.letters(), desk.begun()), (vec![no_room()], vec![]));
    kit.expect_dead_letters();
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_starts_takes_what_fits_and_the_rest_is_dead_at_once() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 2").await;
    kit.fault(Worker::TYPE, FaultAt::Start, Fault::Slow(Duration::from_secs(10)), 1);
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    kit.wait_for(Worker::TYPE, StateName::Starting).await;
    check_held(&kit, &desk).await;
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.settle().await;
    assert_eq!(desk.done(), [0, 1]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_emit_that_waits_gives_up_when_the_subscriber_fails() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 1", 0).await;
    let later = async {
        kit.seconds(2).await;
        kit.kill(Worker::TYPE);
    };
    let (took, ()) = tokio::join!(time_of_work(&kit, 1), later);
    assert_eq!((took, kit.letters()), (Duration::from_secs(2), vec![no_room()]));
    desk.let_go(1);
    kit.settle().await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_emit_that_waits_is_a_dead_letter() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 1", 0).await;
    let emit = kit.runtime().emit(Work::new(1, Does::Well));
    assert!(tokio::time::timeout(Duration::from_secs(1), emit).await.is_err());
    assert_eq!(kit.letters(), [no_room()]);
    drop(kit.runtime().emit(Work::new(2, Does::Well)));
    assert_eq!(kit.account(Worker::TYPE).owed, 2, "an emit that was never polled is none");
    desk.let_go(1);
    kit.expect_dead_letters();
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn try_emit_never_waits_not_even_on_a_thread_without_a_runtime() {
    /// Emits from a thread of its own, as the watchdog does.
    #[daemon(category = "misc", depends_on = [Worker], emits = [Work], cycle = "1d", register = false)]
    struct Outsider;
    impl Daemon for Outsider {
        async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
            let other = cx.clone();
            let thread = std::thread::spawn(move || {
                other.try_emit(Work::new(0, Does::Well))?;
                other.try_emit(Work::new(1, Does::Well))
            });
            thread.join().map_err(|_| "the thread panicked")??;
            Ok(cx.try_emit(Work::new(2, Does::Well))?)
        }
    }

    let desk = Desk::default();
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Outsider>().provide(desk.clone());
    let kit = builder.config(&options("mailbox = 1")).start().await;
    kit.settle().await;
    assert_eq!(kit.letters().len() + desk.done().len(), 3);
    assert!(kit.letters().iter().all(|letter| *letter == no_room()) && !kit.letters().is_empty());
    kit.expect_dead_letters();
    kit.finish().await;
}
