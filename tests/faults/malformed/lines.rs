//! Lines of dead letters that nobody can read.

use ringrift_core::{
    StateName::Running,
    runtime::letters::{ImportError, LetterFilter, Purge},
    testing::TestKit,
};
use ringrift_tests::crash::torture::place;

use super::{Order, Read, Reader, kit, letters, malformed, order, readable};
use crate::look::daemon;

const MUTATIONS: u32 = 3_000;

/// A line of dead letters as the office writes it.
async fn line(kit: &TestKit) -> String {
    kit.emit(Order { text: "fails".into(), ..order(1) }).await;
    kit.settle().await;
    let mut lines = Vec::new();
    kit.runtime().dead_letters().export(&LetterFilter::default(), &mut lines).unwrap();
    String::from_utf8(lines).unwrap().trim_end().to_owned()
}

/// Changes, adds and removes bytes, or repeats a part.
fn mutated(line: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = line.to_vec();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..bytes.len());
        match random.u32(..5) {
            0 => bytes[at] = random.u8(..),
            1 => bytes.insert(at, random.u8(..)),
            2 if bytes.len() > 1 => _ = bytes.remove(at),
            3 => bytes.truncate(at.max(1)),
            _ => bytes[at] ^= 1 << random.u32(..8),
        }
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn lines_of_dead_letters_that_can_not_be_read_are_refused_with_their_number() {
    let (_place, folder) = place().unwrap();
    let kit = kit(&folder, &Read::default()).await;
    let good = line(&kit).await;
    let office = kit.runtime().dead_letters();
    let with_payload = |payload: &[u8]| {
        let mut letter: serde_json::Value = serde_json::from_str(&good).unwrap();
        letter["event_id"] = "0123456789abcdef0123456789abcdef".into();
        letter["payload"] = "here".into();
        let (before, after) =
            letter.to_string().split_once("\"here\"").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        [before.as_bytes(), payload, after.as_bytes()].concat()
    };
    for payload in malformed() {
        let text = String::from_utf8_lossy(&payload[..payload.len().min(60)]).into_owned();
        match office.import(&*with_payload(&payload)) {
            Err(ImportError::Io(error)) => assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{text}"),
            Err(ImportError::Lines(problems)) => assert!(problems.iter().any(|problem| problem.line == 1), "{text}"),
            other => panic!("`{text}` is taken: {other:?}"),
        }
    }
    for (payload, _) in readable() {
        let ids = office.import(&*with_payload(payload.as_bytes())).unwrap();
        ids.into_iter().for_each(|id| office.discard(id).unwrap());
        office.purge(&LetterFilter::default(), Purge::Settled);
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn mutated_lines_of_dead_letters_are_refused_or_taken_and_never_more() {
    let (_place, folder) = place().unwrap();
    let kit = kit(&folder, &Read::default()).await;
    let good = line(&kit).await;
    let office = kit.runtime().dead_letters();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..MUTATIONS {
        match office.import(&*mutated(good.as_bytes(), &mut random)) {
            Ok(ids) => taken += ids.len(),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    eprintln!("{taken} taken, {refused} refused");
    assert!(taken > 0 && refused > 1000);
    assert_eq!(letters(&kit).len(), 1 + taken);
    kit.settle().await;
    let reader = daemon(&kit, Reader::TYPE);
    assert_eq!((reader.state, reader.incarnation, reader.stats.panics), (Running, 1, 0));
    kit.finish().await;
}
