//! What an operator does with dead letters: looks at them, discards them, purges them.

use std::time::{Duration, UNIX_EPOCH};

use ringrift_core::{
    AccountSnapshot,
    DeadReason::{HandlerError, Panic, Timeout},
    LetterId, LetterState,
    runtime::letters::{LetterFilter, Purge},
    testing::TestKit,
};

use crate::desk::{Ask, Desk, Does, Worker, erring_worker, options};

fn id(number: u32) -> LetterId {
    LetterId::new(number).unwrap()
}

/// The numbers of the letters that are meant.
fn listed(kit: &TestKit, filter: LetterFilter) -> Vec<u32> {
    kit.runtime().dead_letters().list(&filter).iter().map(|letter| letter.id.get()).collect()
}

/// Three letters, of 10, 20 and 32 s: an error, a panic, a timeout; the retrier is off.
async fn three() -> TestKit {
    let desk = Desk::default();
    let off = "[daemons.dlq_retry.options]\nenabled = false\n";
    let config = format!("{off}{}", options("handler_timeout = \"2s\""));
    let kit = TestKit::builder().daemon::<Worker>().provide(desk).config(&config).start().await;
    kit.expect_failures_of(Worker::TYPE);
    for does in [Does::Err, Does::Panic, Does::Hang] {
        kit.seconds(10).await;
        kit.work(1, does).await;
    }
    kit.settle().await;
    kit
}

#[tokio::test(start_paused = true)]
async fn a_filter_means_the_letters_of_which_all_is_true() {
    let kit = three().await;
    let at = |seconds: u64| Some(UNIX_EPOCH + Duration::from_secs(seconds));
    let all = LetterFilter::default;
    let cases = [
        (all(), vec![1, 2, 3]),
        (LetterFilter { state: Some(LetterState::Pending), ..all() }, vec![1, 2, 3]),
        (LetterFilter { state: Some(LetterState::Exhausted), ..all() }, vec![]),
        (LetterFilter { reason: Some(HandlerError), ..all() }, vec![1]),
        (LetterFilter { reason: Some(Panic), ..all() }, vec![2]),
        (LetterFilter { reason: Some(Timeout), ..all() }, vec![3]),
        (LetterFilter { event: Some("WORK".into()), ..all() }, vec![1, 2, 3]),
        (LetterFilter { event: Some("JOB".into()), ..all() }, vec![1, 2, 3]),
        (LetterFilter { event: Some("PLAY".into()), ..all() }, vec![]),
        (LetterFilter { daemon: Some("worker".into()), ..all() }, vec![1, 2, 3]),
        (LetterFilter { daemon: Some("dlq_retry".into()), ..all() }, vec![]),
        (LetterFilter { handler: Some("on_work".into()), ..all() }, vec![1, 2, 3]),
        (LetterFilter { handler: Some("on_play".into()), ..all() }, vec![]),
        (LetterFilter { since: at(10), until: at(20), ..all() }, vec![1]),
        (LetterFilter { since: at(20), ..all() }, vec![2, 3]),
        (LetterFilter { limit: Some(2), ..all() }, vec![1, 2]),
        (LetterFilter { since: at(20), reason: Some(Panic), limit: Some(9), ..all() }, vec![2]),
    ];
    for (filter, expected) in cases {
        assert_eq!(listed(&kit, filter.clone()), expected, "{filter:?}");
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_is_shown_by_its_number_or_said_not_to_be_there() {
    let kit = three().await;
    let letters = kit.runtime().dead_letters();
    assert_eq!(letters.show(id(2)).unwrap().reason, Panic);
    assert_eq!(letters.show(id(4)).unwrap_err().to_string(), "there is no dead letter 4");
    assert_eq!(("7".parse::<LetterId>().ok(), "0".parse::<LetterId>().ok()), (Some(id(7)), None));
    assert_eq!(LetterId::new(0), None);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_discarded_is_not_retried_counts_and_stays_to_be_looked_at() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    let letters = kit.runtime().dead_letters();
    letters.discard(id(1)).unwrap();
    let account = AccountSnapshot { owed: 1, discarded: 1, ..AccountSnapshot::default() };
    assert_eq!((kit.account(Worker::TYPE), kit.letters()), (account, vec![]));
    assert_eq!(letters.show(id(1)).unwrap().state, LetterState::Discarded);
    assert_eq!(letters.discard(id(1)).unwrap_err().to_string(), "dead letter 1 is discarded already");
    assert_eq!(letters.retry(id(1)).unwrap_err().to_string(), "dead letter 1 is discarded already");
    kit.seconds(3600).await;
    assert_eq!(desk.begun(), [1]);
    let counts = kit.snapshot().dead_letter_counts;
    assert_eq!((counts.discarded, counts.discarded_total, counts.pending), (1, 1, 0));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_of_a_filter_are_discarded_together() {
    let kit = three().await;
    let letters = kit.runtime().dead_letters();
    let panics = LetterFilter { reason: Some(Panic), ..LetterFilter::default() };
    assert_eq!(letters.discard_all(&panics), [id(2)]);
    assert_eq!(letters.discard_all(&LetterFilter::default()), [id(1), id(3)]);
    assert_eq!(kit.snapshot().deliveries.discarded, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_purge_takes_what_is_settled_and_the_rest_only_when_asked_to() {
    let kit = three().await;
    let letters = kit.runtime().dead_letters();
    letters.discard(id(3)).unwrap();
    let all = LetterFilter::default();
    assert_eq!(letters.purge(&LetterFilter { reason: Some(Panic), ..all.clone() }, Purge::Settled), 0);
    assert_eq!((letters.purge(&all, Purge::Settled), listed(&kit, all.clone())), (1, vec![1, 2]));
    let first = LetterFilter { limit: Some(1), ..all.clone() };
    assert_eq!((letters.purge(&first, Purge::Everything), listed(&kit, all.clone())), (1, vec![2]));
    assert_eq!((letters.purge(&all, Purge::Everything), listed(&kit, all)), (1, vec![]));
    let snapshot = kit.snapshot();
    assert_eq!((snapshot.deliveries.dead, snapshot.deliveries.discarded), (0, 3));
    assert_eq!((snapshot.dead_letter_counts.discarded, snapshot.dead_letter_counts.discarded_total), (0, 3));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_recovered_is_kept_for_a_week() {
    let desk = Desk::default();
    let rarely = "cycle = \"10m\"\nhealth_check_interval = \"1d\"";
    let config = format!(
        "[daemons.dlq_retry.options]\n{rarely}\n[daemons.event_router.options]\nhealth_check_interval = \"1d\"\n{}",
        options("health_check_interval = \"1d\"")
    );
    let kit = TestKit::builder().daemon::<Worker>().provide(desk).config(&config).start().await;
    kit.expect_failures_of(Worker::TYPE);
    kit.work(1, Does::ErrFirst(1)).await;
    kit.seconds(601).await;
    let letter = kit.runtime().dead_letters().show(id(1)).unwrap();
    assert_eq!((letter.state, letter.attempts, letter.retries), (LetterState::Recovered, 2, 0));
    assert_eq!(letter.in_state_since, UNIX_EPOCH + Duration::from_secs(600));
    kit.seconds(168 * 3600 - 601).await;
    assert_eq!(listed(&kit, LetterFilter::default()), [1]);
    kit.seconds(1201).await;
    assert!(listed(&kit, LetterFilter::default()).is_empty());
    assert_eq!(kit.snapshot().dead_letter_counts.recovered_total, 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_bound_pushes_out_what_is_settled_first() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "mailbox = 20000").await;
    for n in 0..10_000 {
        kit.work(n, Does::Fatal).await;
    }
    kit.settle().await;
    let letters = kit.runtime().dead_letters();
    letters.discard(id(5000)).unwrap();
    kit.work(10_000, Does::Fatal).await;
    kit.settle().await;
    assert_eq!(letters.show(id(5000)).unwrap_err().to_string(), "there is no dead letter 5000");
    assert_eq!((letters.show(id(1)).is_ok(), kit.account(Worker::TYPE).discarded), (true, 1));
    kit.work(10_001, Does::Fatal).await;
    kit.settle().await;
    assert_eq!((letters.show(id(1)).is_ok(), kit.account(Worker::TYPE).discarded), (false, 2));
    kit.finish().await;
}
