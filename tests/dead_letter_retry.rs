//! Retries by hand: to the one handler that failed, and never twice.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use ringrift_core::{
    LetterId, LetterState, StateName,
    prelude::*,
    runtime::letters::{DeadLetterOffice, LetterError, LetterFilter, RetryRate},
    testing::TestKit,
};

use crate::desk::{Ask, Desk, Does, Work, Worker, options};

fn id(number: u32) -> LetterId {
    LetterId::new(number).unwrap()
}

fn state(letters: &DeadLetterOffice, number: u32) -> (LetterState, u32, u32) {
    let letter = letters.show(id(number)).unwrap();
    (letter.state, letter.attempts, letter.retries)
}

/// A worker whose letters nobody retries but the test.
async fn by_hand(desk: &Desk, lines: &str) -> (TestKit, DeadLetterOffice) {
    let config = format!("[daemons.dlq_retry.options]\nenabled = false\n{}", options(lines));
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Bystander>();
    let kit = builder.provide(desk.clone()).config(&config).start().await;
    kit.expect_failures_of(Worker::TYPE);
    let letters = kit.runtime().dead_letters();
    (kit, letters)
}

/// Handles the same, and well.
#[daemon(category = "misc", register = false)]
struct Bystander {
    handled: AtomicU32,
}

impl Daemon for Bystander {}

#[handlers]
impl Bystander {
    #[on_event("WORK")]
    async fn on_work(&self, _work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.handled.fetch_add(1, Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_keeps_the_id_counts_as_an_attempt_and_goes_to_the_handler_that_failed() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "").await;
    kit.work(1, Does::ErrFirst(2)).await;
    kit.settle().await;
    let event_id = letters.show(id(1)).unwrap().event_id;
    letters.retry(id(1)).unwrap();
    kit.moment().await;
    assert_eq!(state(&letters, 1), (LetterState::Pending, 2, 1));
    letters.retry(id(1)).unwrap();
    kit.moment().await;
    assert_eq!(state(&letters, 1), (LetterState::Recovered, 3, 1));
    assert_eq!(letters.show(id(1)).unwrap().event_id, event_id);
    assert_eq!((desk.begun(), desk.done()), (vec![1, 1, 1], vec![1]));
    assert_eq!(kit.get::<Bystander>().handled.load(Relaxed), 1);
    let account = kit.account(Worker::TYPE);
    assert_eq!((account.owed, account.handled, account.dead), (1, 1, 0));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_one_is_retried_by_hand_as_often_as_you_like() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "").await;
    kit.work(1, Does::ErrFirst(8)).await;
    kit.settle().await;
    for retries in 1..=7 {
        letters.retry(id(1)).unwrap();
        kit.moment().await;
        let expected = if retries < 5 { LetterState::Pending } else { LetterState::Exhausted };
        assert_eq!(state(&letters, 1), (expected, retries + 1, retries));
    }
    letters.retry(id(1)).unwrap();
    kit.moment().await;
    assert_eq!(state(&letters, 1), (LetterState::Recovered, 9, 7));
    assert_eq!(kit.snapshot().dead_letter_counts.exhausted_total, 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn of_eight_operators_at_once_one_retries_and_the_event_is_delivered_once() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    let outcomes: Vec<Result<(), LetterError>> = std::thread::scope(|scope| {
        let operators: Vec<_> = (0..8).map(|_| scope.spawn(|| letters.retry(id(1)))).collect();
        operators.into_iter().map(|operator| operator.join().unwrap()).collect()
    });
    let refused: Vec<String> = outcomes.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert_eq!(
        refused,
        ["dead letter 1 is being retried already; look at it again once that has ended"; 7].map(str::to_owned)
    );
    let discarded = letters.discard(id(1));
    assert!(matches!(discarded, Err(LetterError::AlreadyRetrying { .. })), "{discarded:?}");
    kit.moment().await;
    assert_eq!((desk.begun(), desk.done()), (vec![1, 1], vec![1]));
    assert_eq!(letters.retry(id(1)).unwrap_err().to_string(), "dead letter 1 is recovered already");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_spent_while_the_daemon_does_not_run_or_has_no_room() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "restart = \"never\"\nmailbox = 2").await;
    kit.work(1, Does::Err).await;
    kit.settle().await;
    kit.work(2, Does::Wait).await;
    kit.work(3, Does::Well).await;
    kit.moment().await;
    let full = letters.retry(id(1)).unwrap_err().to_string();
    assert_eq!(full, "dead letter 1 is not retried while the mailbox of daemon `worker` is full; retry again later");
    desk.let_go(1);
    kit.settle().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    let failed = letters.retry(id(1)).unwrap_err().to_string();
    assert_eq!(failed, "dead letter 1 is not retried while daemon `worker` is failed; start it, and retry again");
    assert_eq!(state(&letters, 1), (LetterState::Pending, 1, 0));
    kit.finish().await;
}

/// Five letters, of which the third is discarded; the work succeeds the next time.
async fn five(desk: &Desk, lines: &str) -> (TestKit, DeadLetterOffice) {
    let (kit, letters) = by_hand(desk, lines).await;
    for n in 1..=5 {
        kit.work(n, Does::ErrFirst(1)).await;
        kit.settle().await;
    }
    letters.discard(id(3)).unwrap();
    (kit, letters)
}

#[tokio::test(start_paused = true)]
async fn many_are_retried_oldest_first_at_the_rate_that_was_asked_for() {
    let desk = Desk::default();
    let (kit, letters) = five(&desk, "").await;
    let begun = tokio::time::Instant::now();
    let two = NonZeroU32::new(2).unwrap();
    let report = letters.retry_all(&LetterFilter::default(), RetryRate::PerSecond(two)).await;
    assert_eq!(report.retried, [id(1), id(2), id(4), id(5)]);
    assert_eq!((report.refused.len(), begun.elapsed()), (0, Duration::from_millis(1500)));
    kit.moment().await;
    assert_eq!(desk.done(), [1, 2, 4, 5]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_who_retry_all_at_once_retry_each_once_between_them() {
    let desk = Desk::default();
    let (kit, letters) = five(&desk, "").await;
    let most = RetryRate::PerSecond(NonZeroU32::MAX);
    let all = LetterFilter::default();
    let (one, other) = tokio::join!(letters.retry_all(&all, most), letters.retry_all(&all, most));
    let mut retried = [one.retried, other.retried].concat();
    retried.sort();
    assert_eq!(retried, [id(1), id(2), id(4), id(5)]);
    assert_eq!(one.refused.len() + other.refused.len(), 4);
    kit.settle().await;
    kit.moment().await;
    assert_eq!((desk.begun().len(), desk.done()), (9, vec![1, 2, 4, 5]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_would_be_and_changes_nothing() {
    let desk = Desk::default();
    let (kit, letters) = five(&desk, "").await;
    let first_two = LetterFilter { limit: Some(2), ..LetterFilter::default() };
    letters.retry(id(2)).unwrap();
    let report = letters.dry_run(&first_two);
    assert_eq!(report.retried, [id(1)]);
    let [(refused, error)] = report.refused.as_slice() else { panic!("one is refused: {report:?}") };
    assert_eq!((*refused, error.to_string().contains("is being retried already")), (id(2), true));
    kit.moment().await;
    assert_eq!((state(&letters, 1), state(&letters, 4)), ((LetterState::Pending, 1, 0), (LetterState::Pending, 1, 0)));
    assert_eq!((desk.begun().len(), desk.done()), (6, vec![2]));
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    let report = letters.dry_run(&LetterFilter::default());
    assert_eq!((report.retried.len(), report.refused.len()), (0, 3));
    let said = report.refused[0].1.to_string();
    assert_eq!(said, "dead letter 1 is not retried while daemon `worker` is backoff; start it, and retry again");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_come_back_once_through_a_mailbox_of_eight() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "mailbox = 8").await;
    for n in 0..1000 {
        kit.work(n, Does::ErrFirst(1)).await;
    }
    kit.settle().await;
    let report = letters.retry_all(&LetterFilter::default(), RetryRate::AtOnce).await;
    assert_eq!((report.retried.len(), report.refused.len()), (1000, 0));
    kit.settle().await;
    kit.moment().await;
    assert_eq!(desk.done(), (0..1000).collect::<Vec<u32>>());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_room_within_five_seconds_is_refused() {
    let desk = Desk::default();
    let (kit, letters) = by_hand(&desk, "mailbox = 1\nhandler_timeout = \"1h\"").await;
    kit.work(1, Does::Err).await;
    kit.settle().await;
    kit.work(2, Does::Wait).await;
    let begun = tokio::time::Instant::now();
    let report = letters.retry_all(&LetterFilter::default(), RetryRate::AtOnce).await;
    assert_eq!((report.retried.len(), begun.elapsed()), (0, Duration::from_secs(5)));
    assert!(matches!(report.refused.as_slice(), [(_, LetterError::MailboxFull { .. })]), "{report:?}");
    desk.let_go(1);
    kit.settle().await;
    kit.finish().await;
}
