use std::{sync::Arc, task::Poll};

use futures_util::poll;
use rusqlite::Connection;

use super::{super::error::StoreError, *};

/// A write that somebody waits for, or nobody.
struct Idle {
    is_kept: bool,
}

impl Write for Idle {
    fn run(&mut self, _connection: &Connection) -> rusqlite::Result<()> {
        Ok(())
    }

    fn end(self: Box<Self>, _result: Result<(), StoreError>) {}

    fn is_kept(&self) -> bool {
        self.is_kept
    }
}

const HOUR: Duration = Duration::from_secs(3600);

fn push(queue: &Queue, is_kept: bool) {
    assert!(queue.push(Box::new(Idle { is_kept })).is_ok(), "it is open");
}

fn taken(queue: &Queue, patience: Duration) -> usize {
    queue.take(GROUP, patience).expect("it is open").len()
}

#[test]
fn what_nobody_waits_for_goes_with_the_next_that_somebody_does() {
    let queue = Arc::new(Queue::default());
    push(&queue, true);
    let writer = Arc::clone(&queue);
    let taking = std::thread::spawn(move || taken(&writer, HOUR));
    while queue.state().writer == Writer::Works {
        std::thread::yield_now();
    }
    push(&queue, true);
    assert_eq!(queue.state().writer, Writer::Dozes, "it was woken");
    push(&queue, false);
    assert_eq!(taking.join().expect("it ends"), 3);
}

#[test]
fn what_nobody_waits_for_does_not_wait_for_ever() {
    let queue = Queue::default();
    push(&queue, true);
    assert_eq!(taken(&queue, Duration::ZERO), 1);
}

#[test]
fn a_whole_group_that_nobody_waits_for_is_taken_at_once() {
    let queue = Queue::default();
    (0..1025).for_each(|_| push(&queue, true));
    assert_eq!(taken(&queue, HOUR), 1024);
    push(&queue, false);
    assert_eq!(taken(&queue, HOUR), 2);
}

#[test]
fn a_closed_queue_is_emptied_at_once() {
    let queue = Queue::default();
    push(&queue, true);
    queue.close();
    assert_eq!(taken(&queue, HOUR), 1);
    assert!(queue.take(GROUP, HOUR).is_none());
}

#[test]
fn whoever_sleeps_is_woken_by_anything() {
    let queue = Arc::new(Queue::default());
    let writer = Arc::clone(&queue);
    let sleeping = std::thread::spawn(move || writer.sleep(HOUR));
    while queue.state().writer == Writer::Works {
        std::thread::yield_now();
    }
    push(&queue, true);
    assert!(sleeping.join().is_ok());
}

#[tokio::test]
async fn while_4096_writes_wait_there_is_no_room_for_those_that_can_wait() {
    let queue = Queue::default();
    (0..4095).for_each(|_| push(&queue, true));
    assert_eq!(poll!(Box::pin(queue.room())), Poll::Ready(()));
    push(&queue, true);
    let mut room = Box::pin(queue.room());
    assert_eq!(poll!(&mut room), Poll::Pending);
    queue.take(1, HOUR);
    assert_eq!(poll!(room), Poll::Ready(()));
}
