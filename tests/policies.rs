//! Mailboxes that drop: the oldest, or the newest.

use ringrift_core::AccountSnapshot;

use crate::desk::{Ask, Desk, Does, Worker, busy_worker, worker};

#[tokio::test(start_paused = true)]
async fn drop_newest_drops_what_finds_no_room_and_counts_it() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 3\noverflow = \"drop_newest\"", 5).await;
    desk.let_go(1);
    kit.settle().await;
    let expected = AccountSnapshot { owed: 6, handled: 3, dropped: 3, ..AccountSnapshot::default() };
    assert_eq!((desk.done(), kit.account(Worker::TYPE)), (vec![0, 1, 2], expected));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn drop_oldest_evicts_what_waits_longest_and_counts_it() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 3\noverflow = \"drop_oldest\"", 5).await;
    desk.let_go(1);
    kit.settle().await;
    let expected = AccountSnapshot { owed: 6, handled: 3, evicted: 3, ..AccountSnapshot::default() };
    assert_eq!((desk.done(), kit.account(Worker::TYPE)), (vec![0, 4, 5], expected));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_of_one_that_drops_the_oldest_has_nothing_to_evict_but_what_is_in_hand() {
    let desk = Desk::default();
    let kit = busy_worker(&desk, "mailbox = 1\noverflow = \"drop_oldest\"", 2).await;
    desk.let_go(1);
    kit.settle().await;
    let expected = AccountSnapshot { owed: 3, handled: 1, dropped: 2, ..AccountSnapshot::default() };
    assert_eq!((desk.done(), kit.account(Worker::TYPE)), (vec![0], expected));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn drop_oldest_evicts_what_was_taken_in_a_batch_and_is_not_begun() {
    for concurrency in [1, 2] {
        let desk = Desk::default();
        let lines = format!("mailbox = 4\noverflow = \"drop_oldest\"\nconcurrency = {concurrency}");
        let kit = worker(&desk, &lines).await;
        for n in 0..4 {
            kit.work(n, Does::Wait).await;
        }
        kit.moment().await;
        for n in 4..8 {
            kit.work(n, Does::Well).await;
        }
        desk.let_go(4);
        kit.settle().await;
        let in_hand = concurrency;
        let newest = 8 - (4 - in_hand)..8;
        assert_eq!(desk.done(), (0..in_hand).chain(newest).collect::<Vec<_>>());
        assert_eq!(kit.account(Worker::TYPE).evicted, 4);
        kit.finish().await;
    }
}
