use std::{sync::mpsc, task::Poll, thread};

use super::{Store, open::Opening};

#[tokio::test]
async fn who_closes_it_a_second_time_waits_for_the_end_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Opening::open(folder.path()).and_then(Opening::start).expect("a store");
    let (go, wait) = mpsc::channel::<()>();
    let mut slow = Box::pin(store.run(move |_| Ok(wait.recv())));
    assert!(matches!(futures_util::poll!(&mut slow), Poll::Pending));
    let (mut first, mut second) = (Box::pin(store.close()), Box::pin(store.close()));
    assert!(matches!(futures_util::poll!(&mut first), Poll::Pending));
    drop(first);
    assert!(matches!(futures_util::poll!(&mut second), Poll::Pending), "the writer is at work");
    go.send(()).expect("the write waits for it");
    second.await;
    assert!(slow.await.is_ok());
    assert!(Opening::open(folder.path()).is_ok(), "the lock is let go");
}

#[tokio::test]
async fn one_thread_makes_every_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Opening::open(folder.path()).and_then(Opening::start).expect("a store");
    let (begun, has_begun) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let mut first = Box::pin(store.run(move |_| {
        begun.send(()).expect("the test waits for it");
        wait.recv().expect("it is let go");
        Ok(thread::current().id())
    }));
    assert!(matches!(futures_util::poll!(&mut first), Poll::Pending));
    has_begun.recv().expect("it is made");
    // These wait for a thread while that one is made.
    let change = || Box::pin(store.run(|_| Ok(thread::current().id())));
    let mut others = [change(), change(), change()];
    for other in &mut others {
        assert!(matches!(futures_util::poll!(other), Poll::Pending));
    }
    go.send(()).expect("the write waits for it");
    let writer = first.await.expect("there is room");
    for other in others {
        assert_eq!(other.await.expect("there is room"), writer);
    }
    assert_ne!(writer, thread::current().id());
    store.close().await;
}

/// Reads within a read, so many deep.
fn read_at_once(store: &Store, readers: u32) {
    let read = store.read_here(|_| {
        if readers > 1 {
            read_at_once(store, readers - 1);
        }
        Ok(())
    });
    read.expect("the file is there");
}

#[tokio::test]
async fn eight_connections_that_read_are_held_open_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Opening::open(folder.path()).and_then(Opening::start).expect("a store");
    read_at_once(&store, 10);
    assert_eq!(store.readers.lock().expect("unpoisoned").len(), 8);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_outlived_the_writer_left_the_log_unmerged() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Opening::open(folder.path()).and_then(Opening::start).expect("a store");
    let store = std::sync::Arc::new(store);
    let written = store.run(|connection| super::disabled::add(connection, "auto_sync", 1)).await;
    written.expect("there is room");
    let (begun, has_begun) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let reader = std::sync::Arc::clone(&store);
    let reading = thread::spawn(move || {
        reader.read_here(move |connection| {
            let read = super::disabled::all(connection);
            begun.send(()).expect("the test waits for it");
            wait.recv().expect("it is let go");
            read
        })
    });
    has_begun.recv().expect("it reads");
    store.close().await;
    go.send(()).expect("it waits");
    assert_eq!(reading.join().expect("it ends").expect("it is read").len(), 1);
    drop(store);
    let log = std::fs::metadata(folder.path().join("ringrift.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "bytes that are not in the file");
}
