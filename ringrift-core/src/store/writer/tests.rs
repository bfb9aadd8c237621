mod bench;

use std::{
    sync::{Mutex, mpsc},
    thread,
};

use rusqlite::ffi;

use self::bench::{Bench, FULL, PANIC, REFUSED, SYNC};
use super::*;
use crate::store::{
    deliveries, open,
    settled::{Settle, Settled},
};

/// What a transaction is made of: notes when it runs, and when it is on disk.
struct Noted {
    log: Arc<Mutex<Vec<&'static str>>>,
    /// Comes in while this one is made.
    next: Option<(Arc<Queue>, Box<dyn Write>)>,
    is_kept: bool,
}

impl Write for Noted {
    fn run(&mut self, _connection: &Connection) -> rusqlite::Result<()> {
        self.log.lock().expect("unpoisoned").push("made");
        if let Some((queue, next)) = self.next.take() {
            assert!(queue.push(next).is_ok(), "it is open");
        }
        Ok(())
    }

    fn end(self: Box<Self>, _result: Result<(), StoreError>) {
        self.log.lock().expect("unpoisoned").push("on disk");
    }

    fn is_kept(&self) -> bool {
        self.is_kept
    }
}

/// How many writes each transaction had: those that were made before the next was on disk.
fn groups(log: &[&str]) -> Vec<usize> {
    let made = log.chunk_by(|a, b| a == b).filter(|group| group[0] == "made");
    made.map(<[&str]>::len).collect()
}

#[test]
fn a_transaction_has_1024_writes_at_most() {
    let (mut bench, log) = (Bench::new(), Arc::default());
    for _ in 0..2500 {
        let write = Box::new(Noted { log: Arc::clone(&log), next: None, is_kept: false });
        assert!(bench.writer.queue.push(write).is_ok(), "it is open");
    }
    bench.writer.queue.close();
    bench.writer.work();
    assert_eq!(groups(&log.lock().expect("unpoisoned")), [1024, 1024, 452]);
}

#[test]
fn a_transaction_is_held_open_for_two_milliseconds_at_most_and_as_long_as_the_last_commit_took() {
    let micros = |last| patience(Duration::from_micros(last), Duration::ZERO).as_micros();
    assert_eq!([0, 1, 1999, 2000, 2001, 1_000_000].map(micros), [0, 1, 1999, 2000, 2000, 2000]);
}

#[test]
fn the_two_milliseconds_count_from_when_its_first_may_have_come() {
    let micros = |dozed| patience(Duration::from_millis(1), Duration::from_micros(dozed)).as_micros();
    assert_eq!([0, 1000, 1001, 2000, 3000].map(micros), [1000, 1000, 999, 0, 0]);
}

#[test]
fn what_comes_in_while_a_transaction_is_open_shares_it_if_more_came_last_time() {
    let hour = Duration::from_secs(3600);
    // Behind what nobody waits for, nothing is likely to come.
    for (last, is_kept, expected) in [(2, false, vec![2]), (1, false, vec![1, 1]), (2, true, vec![1, 1])] {
        let (mut bench, log) = (Bench::new(), Arc::default());
        let second = Box::new(Noted { log: Arc::clone(&log), next: None, is_kept: false });
        let queue = Arc::clone(&bench.writer.queue);
        let first = Box::new(Noted { log: Arc::clone(&log), next: Some((queue, second)), is_kept });
        bench.writer.last = (last, hour);
        bench.write([first]);
        bench.writer.queue.close();
        bench.writer.work();
        assert_eq!(groups(&log.lock().expect("unpoisoned")), expected);
    }
}

#[test]
fn a_transaction_does_not_wait_longer_for_what_does_not_come() {
    let (mut bench, log) = (Bench::new(), Arc::default());
    // After a commit that took an hour.
    bench.writer.last = (2, Duration::from_secs(3600));
    bench.write([Box::new(Noted { log: Arc::clone(&log), next: None, is_kept: false })]);
    assert_eq!(groups(&log.lock().expect("unpoisoned")), [1]);
}

#[test]
fn one_that_is_refused_does_not_cost_the_others() {
    let mut bench = Bench::new();
    bench.write([bench.told("a", &[]), bench.told("b", &[REFUSED, REFUSED]), bench.told("c", &[])]);
    assert_eq!(bench.ends(), (vec!["a", "c"], vec!["b"]));
}

#[test]
fn one_that_panics_does_not_cost_the_others() {
    let mut bench = Bench::new();
    bench.write([
        bench.told("a", &[]),
        bench.told("b", &[PANIC, PANIC]),
        bench.told("bomb", &[]),
        bench.told("c", &[]),
    ]);
    assert_eq!(bench.ends(), (vec!["a", "bomb", "c"], vec!["b"]));
}

#[test]
fn those_behind_one_that_finds_no_room_keep_their_order() {
    let mut bench = Bench::new();
    // The first spoils the group, and then there is no room for the second.
    bench.write([
        bench.told("refused", &[REFUSED, REFUSED]),
        bench.kept("first", &[FULL]),
        bench.kept("second", &[]),
        bench.told("told", &[]),
    ]);
    assert_eq!(bench.ends(), (vec![], vec!["refused", "told"]));
    bench.write([bench.kept("third", &[])]);
    assert_eq!(bench.ends(), (vec!["first", "second", "third"], vec![]));
    assert_eq!(bench.writer.health.trouble(), None);
}

#[test]
fn after_a_failed_sync_none_of_those_behind_it_is_written() {
    let mut bench = Bench::new();
    bench.write([bench.told("refused", &[REFUSED, REFUSED]), bench.kept("lost", &[SYNC]), bench.told("behind", &[])]);
    bench.write([bench.told("later", &[])]);
    assert_eq!(bench.ends(), (vec![], vec!["refused", "lost", "behind", "later"]));
    assert!(matches!(bench.writer.health.trouble(), Some(StoreError::Failed(_))));
}

#[test]
fn acknowledgements_that_are_not_written_are_counted() {
    let mut bench = Bench::new();
    let settle = || Box::new(Settle(Settled { delivery: (1, 1), has_effects: false, at: 0 })) as Box<dyn Write>;
    bench.write([settle(), bench.kept("a", &[FULL]), bench.told("b", &[])]);
    assert!(bench.writer.lost.is_empty(), "they are tried again");
    bench.write([settle(), bench.kept("c", &[SYNC])]);
    bench.write([settle(), bench.kept("d", &[]), bench.told("e", &[])]);
    assert_eq!(bench.ends(), (vec![], vec!["b", "a", "c", "d", "e"]));
    let what = "deliveries that have ended can't be acknowledged: the next process repeats them";
    assert_eq!(Vec::from_iter(&bench.writer.lost), [(&what, &3)]);
}

#[cfg(unix)]
#[test]
fn into_a_file_that_was_removed_it_was_written_as_if_nothing_were() {
    let mut bench = Bench::new();
    let file = bench.folder.path().join(open::FILE);
    std::fs::remove_file(&file).expect("removed");
    bench.writer.place.look_next();
    bench.write([bench.kept("a", &[]), bench.told("b", &[])]);
    bench.write([bench.told("c", &[])]);
    assert_eq!(bench.ends(), (vec![], vec!["a", "b", "c"]));
    let trouble = bench.writer.health.trouble().expect("it is told").to_string();
    let says =
        "was removed, or replaced, under this process: what it took since may be lost when it ends; start a new one";
    assert_eq!(trouble, format!("`{}` {says}", file.display()));
}

#[test]
fn a_group_that_only_reads_does_not_say_that_there_is_room_again() {
    let mut bench = Bench::new();
    bench.write([bench.told("full", &[FULL])]);
    let pages: u32 = bench.writer.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
    bench.writer.connection.pragma_update(None, "max_page_count", pages).expect("set");
    bench.write([bench.told("reads", &[])]);
    assert_eq!(bench.writer.health.trouble(), Some(StoreError::Full));
    bench.writer.connection.pragma_update(None, "max_page_count", pages + 100).expect("set");
    bench.write([bench.told("reads", &[])]);
    assert_eq!(bench.writer.health.trouble(), None);
}

#[test]
fn while_another_program_holds_the_file_what_nobody_waits_for_is_kept() {
    let mut bench = Bench::new();
    bench.writer.connection.busy_timeout(Duration::ZERO).expect("set");
    let shell = Connection::open(bench.folder.path().join(open::FILE)).expect("a second connection");
    shell.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    bench.write([bench.kept("kept", &[]), bench.told("told", &[])]);
    assert_eq!(bench.ends(), (vec![], vec!["told"]));
    assert_eq!(bench.writer.health.trouble(), Some(StoreError::Busy));
    shell.execute_batch("ROLLBACK").expect("it was begun");
    bench.write([]);
    assert_eq!(bench.ends(), (vec!["kept"], vec![]));
    assert_eq!(bench.writer.health.trouble(), None);
}

/// Counts the deliveries that are done, as it sees them.
struct Looks {
    sees_settled: bool,
    seen: mpsc::Sender<u32>,
}

fn count_done(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("SELECT COUNT(*) FROM deliveries WHERE state = 1", [], |row| row.get(0))
}

impl Write for Looks {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.seen.send(count_done(connection)?).expect("the test waits for it");
        Ok(())
    }

    fn sees_settled(&self) -> bool {
        self.sees_settled
    }

    fn end(self: Box<Self>, _result: Result<(), StoreError>) {}
}

#[test]
fn what_is_settled_is_written_together_before_whatever_sees_it() {
    let (mut bench, (seen, saw)) = (Bench::new(), mpsc::channel());
    let looks = |sees_settled| Box::new(Looks { sees_settled, seen: seen.clone() }) as Box<dyn Write>;
    let settle =
        |event| Box::new(Settle(Settled { delivery: (1, event), has_effects: false, at: 0 })) as Box<dyn Write>;
    for event in 1..=5 {
        deliveries::owe(&bench.writer.connection, 1, event, 0).expect("it is new");
    }
    let group = [settle(1), settle(2), looks(false), settle(3), looks(true), settle(4), looks(false)];
    bench.write(group);
    assert_eq!(saw.try_iter().collect::<Vec<_>>(), [0, 3, 3]);
    assert_eq!(count_done(&bench.writer.connection).expect("a number"), 4, "the last at the end");
}

/// Finds no room on the disk so often, and tells when it was tried.
struct Tried {
    full: u32,
    at: mpsc::Sender<Instant>,
}

impl Write for Tried {
    #[expect(clippy::disallowed_methods, reason = "the time of the writer's thread")]
    fn run(&mut self, _connection: &Connection) -> rusqlite::Result<()> {
        self.at.send(Instant::now()).expect("the test waits for it");
        match self.full.checked_sub(1) {
            None => Ok(()),
            Some(left) => {
                self.full = left;
                Err(rusqlite::Error::SqliteFailure(ffi::Error::new(FULL), None))
            }
        }
    }

    fn end(self: Box<Self>, _result: Result<(), StoreError>) {}

    fn is_kept(&self) -> bool {
        true
    }
}

#[test]
fn a_full_disk_is_tried_again_every_second_also_when_nothing_new_comes() {
    let Bench { mut writer, folder: _folder, .. } = Bench::new();
    let queue = Arc::clone(&writer.queue);
    let (at, tried) = mpsc::channel();
    assert!(queue.push(Box::new(Tried { full: 2, at })).is_ok(), "it is open");
    let writer = thread::spawn(move || writer.work());
    let tries = [(); 3].map(|()| tried.recv_timeout(Duration::from_secs(60)).expect("it is tried again"));
    queue.close();
    writer.join().expect("it ends");
    // How much later a thread goes on that waited is up to the machine.
    let second = Duration::from_secs(1);
    assert!(tries.windows(2).all(|pair| pair[1] - pair[0] >= second), "{tries:?}");
    assert_eq!(RETRY, second);
}

#[test]
fn what_is_kept_at_the_end_hears_why_it_is_not_written() {
    let mut bench = Bench::new();
    bench.write([bench.kept("kept", &[FULL, FULL, FULL])]);
    bench.writer.queue.close();
    bench.writer.work();
    assert_eq!(*bench.ends.lock().expect("unpoisoned"), [("kept", Err(StoreError::Full))]);
}
