//! The floor: the rows of an event and of one delivery, written by hand.

use std::{
    path::Path,
    sync::{Mutex, PoisonError, mpsc},
};

use rusqlite::{Connection, params};
use tokio::{sync::oneshot, time::Instant};

use crate::{
    Round,
    common::{TrainingCompleted, runtime},
};

/// An event, and who waits for it.
type Job = (String, oneshot::Sender<()>);

/// The most that share a transaction, as in the store.
const GROUP: usize = 1024;

fn connection(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("raw.db")).expect("a file");
    connection.pragma_update(None, "journal_mode", "WAL").expect("a log");
    connection.pragma_update(None, "synchronous", "FULL").expect("a sync");
    let tables =
        "CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, event TEXT NOT NULL,
            payload TEXT NOT NULL, emitted INTEGER NOT NULL) STRICT;
        CREATE TABLE deliveries (handler INTEGER NOT NULL, event INTEGER NOT NULL, state INTEGER NOT NULL,
            PRIMARY KEY (handler, event)) STRICT, WITHOUT ROWID;";
    connection.execute_batch(tables).expect("tables");
    connection
}

fn insert(connection: &Connection, payload: &str) {
    let event = "INSERT INTO events (id, event, payload, emitted) VALUES (?, 'BENCH', ?, 0)";
    let id = uuid::Uuid::now_v7().into_bytes();
    connection.prepare_cached(event).and_then(|mut insert| insert.execute(params![id, payload])).expect("a row");
    let delivery = "INSERT INTO deliveries VALUES (1, ?, 0)";
    let seq = connection.last_insert_rowid();
    connection.prepare_cached(delivery).and_then(|mut insert| insert.execute([seq])).expect("a row");
}

fn payload(number: usize) -> String {
    serde_json::to_string(&TrainingCompleted::number(number as u64)).expect("JSON")
}

/// One thread makes a transaction of all that waits.
pub(crate) fn group_commit(folder: &Path, events: usize, emitters: usize) -> Round {
    let mut connection = connection(folder);
    let (jobs, waiting) = mpsc::channel::<Job>();
    let writer = std::thread::spawn(move || {
        while let Ok(first) = waiting.recv() {
            let group: Vec<Job> = std::iter::once(first).chain(waiting.try_iter()).take(GROUP).collect();
            let transaction = connection.transaction().expect("a transaction");
            group.iter().for_each(|(payload, _)| insert(&transaction, payload));
            transaction.commit().expect("a commit");
            group.into_iter().for_each(|(_, done)| _ = done.send(()));
        }
    });
    let round = runtime().block_on(measure(events, emitters, move |number| {
        let (done, outcome) = oneshot::channel();
        let sent = jobs.send((payload(number), done));
        async move {
            sent.expect("the writer lives");
            outcome.await.expect("the writer answers");
        }
    }));
    writer.join().expect("the writer ends");
    round
}

/// Each event has a transaction of its own.
pub(crate) fn commit_for_each(folder: &Path, events: usize, emitters: usize) -> Round {
    let connection = std::sync::Arc::new(Mutex::new(connection(folder)));
    runtime().block_on(measure(events, emitters, move |number| {
        let connection = std::sync::Arc::clone(&connection);
        async move {
            let written = tokio::task::spawn_blocking(move || {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let transaction = connection.transaction().expect("a transaction");
                insert(&transaction, &payload(number));
                transaction.commit().expect("a commit");
            });
            written.await.expect("it is written");
        }
    }))
}

/// So many tasks emit, each its share, one after the other.
pub(crate) async fn measure<F: Future<Output = ()> + Send>(
    events: usize,
    emitters: usize,
    emit: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Round {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..emitters {
        let emit = emit.clone();
        tasks.spawn(async move {
            let mut micros = Vec::with_capacity(events / emitters);
            for number in 0..events / emitters {
                let begun = Instant::now();
                emit(number).await;
                micros.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            micros
        });
    }
    drop(emit);
    let micros = tasks.join_all().await.concat();
    Round { per_second: micros.len() as f64 / begun.elapsed().as_secs_f64(), micros }
}
