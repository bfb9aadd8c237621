//! The time that a handler has, and what ends it.

use std::time::Duration;

use ringrift_core::{DeadReason::Timeout, LetterState::Pending, prelude::*, testing::TestKit};

use crate::desk::{Ask, Desk, Does, Work, Worker, erring_worker, letter, options};

/// After how many milliseconds the worker's handler for a hanging piece of work is ended.
async fn time_to_timeout(kit: &TestKit) -> u128 {
    let begun = tokio::time::Instant::now();
    kit.work(1, Does::Hang).await;
    kit.settle().await;
    begun.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn a_handler_has_thirty_seconds_or_what_its_daemon_says() {
    for (lines, seconds) in [("", 30), ("handler_timeout = \"2s\"", 2), ("handler_timeout = \"45s\"", 45)] {
        let kit = erring_worker(&Desk::default(), lines).await;
        let took = time_to_timeout(&kit).await;
        assert!((seconds * 1000..=seconds * 1000 + 700).contains(&took), "{lines}: {took}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_looked_at_every_hundred_milliseconds_and_noticed_at_the_second_look_after_it() {
    let kit = erring_worker(&Desk::default(), "handler_timeout = \"2s\"").await;
    let begun = tokio::time::Instant::now();
    kit.work(1, Does::Hang).await;
    while kit.letters().is_empty() {
        kit.moment().await;
    }
    let took = begun.elapsed().as_millis();
    assert!((2_199..=2_202).contains(&took), "{took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_up_to_a_second_late_counts_and_a_later_one_is_that_of_a_process_that_was_stopped() {
    for (stopped, expected) in [(1_090, 2_100..2_300), (1_110, 3_100..3_300)] {
        let kit = erring_worker(&Desk::default(), "handler_timeout = \"2s\"").await;
        let begun = tokio::time::Instant::now();
        kit.work(1, Does::Hang).await;
        kit.moment().await;
        // The next look is due in 99 ms. As SIGSTOP and SIGCONT: nothing runs meanwhile.
        tokio::time::advance(Duration::from_millis(stopped)).await;
        while kit.letters().is_empty() {
            kit.moment().await;
        }
        let took = begun.elapsed().as_millis();
        assert!(expected.contains(&took), "{stopped}: {took}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_handlers_own_timeout_goes_before_its_daemons() {
    /// Hurries.
    #[daemon(category = "misc", handler_timeout = "10s", register = false)]
    struct Hurried {
        #[inject]
        desk: Desk,
    }
    impl Daemon for Hurried {}
    #[handlers]
    impl Hurried {
        #[on_event("WORK", timeout = "3s")]
        async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
            self.desk.perform(work).await
        }
    }
    let kit = TestKit::builder().daemon::<Hurried>().provide(Desk::default()).start().await;
    kit.expect_failures_of(Hurried::TYPE);
    let took = time_to_timeout(&kit).await;
    assert!((3000..=3300).contains(&took), "{took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_does_not_hit_the_next_delivery() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "handler_timeout = \"2s\"").await;
    for n in 0..5 {
        kit.work(2 * n, Does::Hang).await;
        kit.work(2 * n + 1, Does::Sleep(1900)).await;
    }
    kit.settle().await;
    assert_eq!((desk.done(), kit.letters().len()), (vec![1, 3, 5, 7, 9], 5));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_batch_does_not_put_the_deadlines_to_sleep() {
    let desk = Desk::default();
    // Nothing else happens that would wake the ticker.
    let quiet = ["event_router", "dlq_retry"].map(|daemon| {
        format!("[daemons.{daemon}.options]\nhealth_check_interval = \"1d\"\ncycle = \"1d\"\nstartup_grace = \"0s\"\n")
    });
    let lines = "handler_timeout = \"2s\"\nhealth_check_interval = \"1d\"\nmailbox = 5000";
    let config = format!("{}{}", options(lines), quiet.concat());
    let kit = TestKit::builder().daemon::<Worker>().provide(desk.clone()).config(&config).start().await;
    kit.expect_failures_of(Worker::TYPE);
    for round in 1..=10 {
        kit.work(0, Does::Sleep(20 * round)).await;
        for n in 1..300 {
            kit.work(n, Does::Well).await;
        }
    }
    kit.work(300, Does::Hang).await;
    kit.seconds(5).await;
    assert_eq!((desk.done().len(), kit.letters()), (3000, vec![letter(Timeout, Pending, 0)]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_short_limit_is_never_cut_shorter_by_what_went_on_before() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "handler_timeout = \"60ms\"").await;
    for n in 0..100 {
        kit.work(n, Does::Sleep(u64::from(n % 50))).await;
        kit.advance(Duration::from_millis(u64::from(n % 9) * 7)).await;
    }
    kit.settle().await;
    assert_eq!((desk.done().len(), kit.letters()), (100, vec![]));
    kit.finish().await;
}
