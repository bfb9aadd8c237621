//! Events that nobody can read: in the store, and in lines of dead letters. Each is a dead letter `schema`, or
//! is refused; nothing panics, and nothing is tried over and over.

mod lines;

use std::sync::{Arc, Mutex};

use ringrift_core::{
    DeadReason, LetterId, LetterState,
    StateName::Running,
    prelude::*,
    runtime::{
        Dependents,
        letters::{DeadLetter, LetterFilter},
    },
    testing::TestKit,
};
use ringrift_tests::crash::{files::Folder, torture::place};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::look::{daemon, secs};

/// A payload may have so many bytes.
const MOST: usize = 1 << 20;

/// What this version of the program reads.
#[event("MALFORMED", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    number: u32,
    text: String,
    /// Of a newer version than some of the events.
    #[serde(default)]
    priority: u8,
}

#[derive(Clone, Default)]
struct Read(Arc<Mutex<Vec<(u32, u8)>>>);

#[daemon(category = "misc", register = false)]
struct Reader {
    #[inject]
    read: Read,
}

impl Daemon for Reader {}

#[handlers]
impl Reader {
    #[on_event("MALFORMED", breaker = "off")]
    async fn on_order(&self, order: &Order, _cx: &Context<Self>) -> DaemonResult {
        self.read.0.lock().unwrap().push((order.number, order.priority));
        if order.text == "fails" { Err("told to fail".into()) } else { Ok(()) }
    }
}

async fn kit(folder: &Folder, read: &Read) -> TestKit {
    let kit = TestKit::builder().daemon::<Reader>().provide(read.clone()).data_dir(folder.root()).start().await;
    kit.expect_failures_of(Reader::TYPE);
    kit.expect_dead_letters();
    kit
}

fn order(number: u32) -> Order {
    Order { number, text: "well".into(), priority: 1 }
}

/// The checksum of an event that was emitted from outside, as the store has it.
fn checksum(id: &[u8], payload: &[u8], emitted: i64) -> u32 {
    let parts: [&[u8]; 9] = [id, b"MALFORMED", payload, &[0, 0], b"", &emitted.to_le_bytes(), b"", b"", b""];
    let mut crc = u32::MAX;
    for byte in parts.iter().flat_map(|part| [&(part.len() as u64).to_le_bytes()[..], part].concat()) {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Leaves an event with each of the payloads in a store, owed to the reader.
async fn put(folder: &Folder, payloads: &[Vec<u8>]) {
    let first = kit(folder, &Read::default()).await;
    first.runtime().stop_daemon(Reader::TYPE, Dependents::Refuse).await.unwrap();
    for number in 0..payloads.len() {
        first.emit(order(number as u32)).await;
    }
    first.finish().await;
    let store = Connection::open(folder.root().join("ringrift.db")).unwrap();
    let mut select = store.prepare("SELECT seq, id, emitted FROM events ORDER BY seq").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let rows: Vec<(i64, Vec<u8>, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), payloads.len());
    for ((seq, id, emitted), payload) in rows.iter().zip(payloads) {
        let update = "UPDATE events SET payload = CAST(? AS TEXT), checksum = ? WHERE seq = ?";
        store.execute(update, params![payload, checksum(id, payload, *emitted), seq]).unwrap();
    }
}

fn nested(depth: usize) -> Vec<u8> {
    let value = ["[".repeat(depth), "]".repeat(depth)].concat();
    format!("{{\"number\":1,\"text\":\"x\",\"more\":{value}}}").into_bytes()
}

/// Payloads that can't be read, each with its own reason.
fn malformed() -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut payloads: Vec<Vec<u8>> = (1..40).map(|length| (0..length).map(|_| random.u8(..)).collect()).collect();
    payloads.extend((1..40).map(|length| (0..length).map(|_| random.u8(32..127)).collect()));
    let whole = br#"{"number":1,"text":"well","priority":1}"#;
    payloads.extend((0..whole.len()).map(|length| whole[..length].to_vec()));
    let texts = [
        "null",
        "1",
        "[]",
        "{}",
        r#"{"number":-1,"text":"x"}"#,
        r#"{"number":4294967296,"text":"x"}"#,
        r#"{"number":1e400,"text":"x"}"#,
        r#"{"number":1}"#,
        r#"{"number":"1","text":"x"}"#,
        r#"{"number":1,"text":"x","priority":256}"#,
        r#"{"number":1,"text":"\ud800"}"#,
        r#"{"number":1,"text":"x"} and more"#,
        // An older version, whose field was called otherwise.
        r#"{"no":1,"text":"x"}"#,
        // A newer one, that says more than this one can.
        r#"{"number":{"value":1},"text":"x"}"#,
    ];
    payloads.extend(texts.map(|text| text.as_bytes().to_vec()));
    payloads.extend([nested(200), nested(100_000)]);
    payloads.push(format!(r#"{{"number":1,"text":"{}"}}"#, "x".repeat(MOST)).into_bytes());
    payloads
}

/// Payloads of other versions that can be read, with what is read.
fn readable() -> [(&'static str, (u32, u8)); 3] {
    [
        (r#"{"number":5,"text":"x"}"#, (5, 0)),
        (r#"{"number":6,"text":"x","priority":2,"color":"red"}"#, (6, 2)),
        (r#" { "priority" : 3, "text" : "", "number" : 7 } "#, (7, 3)),
    ]
}

fn letters(kit: &TestKit) -> Vec<DeadLetter> {
    kit.runtime().dead_letters().list(&LetterFilter::default())
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_read_in_the_store_is_a_dead_letter_and_the_rest_goes_on() {
    let (_place, folder) = place().unwrap();
    let mut payloads = malformed();
    let wrong = payloads.len();
    payloads.extend(readable().map(|(text, _)| text.as_bytes().to_vec()));
    put(&folder, &payloads).await;
    let read = Read::default();
    let mut kept: Vec<LetterId> = Vec::new();
    for process in 0..3 {
        let kit = kit(&folder, &read).await;
        kit.settle().await;
        kit.advance(secs(3600)).await;
        let letters = letters(&kit);
        assert_eq!(letters.len(), wrong, "of process {process}");
        let ids: Vec<LetterId> = letters.iter().map(|letter| letter.id).collect();
        assert!(process == 0 || ids == kept, "they keep their numbers");
        kept = ids;
        // A person gives one up after the other.
        let is_as_left = |(place, letter): (usize, &DeadLetter)| {
            let state = if place < process { LetterState::Discarded } else { LetterState::Exhausted };
            (letter.reason, letter.state) == (DeadReason::Schema, state) && !letter.error.is_empty()
        };
        assert!(letters.iter().enumerate().all(is_as_left), "{letters:#?}");
        kit.runtime().dead_letters().discard(kept[process]).unwrap();
        let reader = daemon(&kit, Reader::TYPE);
        assert_eq!((reader.state, reader.incarnation, reader.stats.panics), (Running, 1, 0));
        kit.finish().await;
    }
    assert_eq!(*read.0.lock().unwrap(), readable().map(|(_, found)| found), "once each, and in order");
    let store = Connection::open(folder.root().join("ringrift.db")).unwrap();
    let rows: u32 = store.query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(rows as usize, payloads.len(), "nothing was made up");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_no_json_is_shown_exported_and_imported_as_it_is() {
    let text = r#"{"number":1,"text":"no end"#;
    let (_place, folder) = place().unwrap();
    put(&folder, &[text.into()]).await;
    let first = kit(&folder, &Read::default()).await;
    first.settle().await;
    assert_eq!(letters(&first)[0].payload, text);
    let mut lines = Vec::new();
    first.runtime().dead_letters().export(&LetterFilter::default(), &mut lines).unwrap();
    first.finish().await;
    let (_elsewhere, folder) = place().unwrap();
    for process in 0..2 {
        let second = kit(&folder, &Read::default()).await;
        if process == 0 {
            second.runtime().dead_letters().import(&*lines).unwrap();
        }
        let kept = &letters(&second)[0];
        assert_eq!((kept.reason, kept.state), (DeadReason::Schema, LetterState::Exhausted));
        assert_eq!(kept.payload, text, "process {process}");
        second.finish().await;
    }
}

/// Says anything.
#[event("MALFORMED_ANYTHING", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Anything(serde_json::Value);

/// As many arrays within each other, and a text that only looks like more of them.
fn arrays(depth: usize) -> Anything {
    let innermost = serde_json::Value::from(["[\\\"{".repeat(200)].concat());
    Anything((0..depth).fold(innermost, |inner, _| serde_json::Value::Array(vec![inner])))
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_nested_too_deep_to_be_read_again_is_not_acknowledged() {
    let (_place, folder) = place().unwrap();
    let kit = kit(&folder, &Read::default()).await;
    let refused = kit.runtime().emit(arrays(128)).await.unwrap_err();
    assert!(refused.to_string().contains("nested deeper than 127 levels"), "{refused}");
    kit.emit(arrays(127)).await;
    kit.finish().await;
    let store = Connection::open(folder.root().join("ringrift.db")).unwrap();
    let payload: String = store.query_row("SELECT payload FROM events", [], |row| row.get(0)).unwrap();
    serde_json::from_str::<serde_json::Value>(&payload).unwrap();
}
