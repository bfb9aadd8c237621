//! Dead letters out of one runtime and into another, as JSON lines.

use ringrift_core::{
    AccountSnapshot, DeadReason, LetterId, LetterState,
    runtime::letters::{DeadLetter, ImportError, LetterFilter, Purge},
    testing::TestKit,
};
use serde_json::{Value, json};

use crate::desk::{Ask, Desk, Does, Worker, erring_worker};

fn id(number: u32) -> LetterId {
    LetterId::new(number).unwrap()
}

fn exported(kit: &TestKit) -> String {
    let mut lines = Vec::new();
    kit.runtime().dead_letters().export(&LetterFilter::default(), &mut lines).unwrap();
    String::from_utf8(lines).unwrap()
}

/// Two letters of a worker, the second exhausted.
async fn two(desk: &Desk) -> TestKit {
    let kit = erring_worker(desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.work(2, Does::Fatal).await;
    kit.settle().await;
    kit
}

/// The first line of an export of [`two`], with changes.
fn line(kit: &TestKit, changes: &[(&str, Value)]) -> String {
    let text = exported(kit);
    let mut letter: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    for (key, value) in changes {
        letter[*key] = value.clone();
    }
    letter.to_string()
}

fn refusal(kit: &TestKit, lines: &str) -> String {
    let before = exported(kit);
    let error = kit.runtime().dead_letters().import(lines.as_bytes()).unwrap_err();
    assert_eq!(exported(kit), before, "nothing was imported");
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn what_is_exported_is_imported_into_another_runtime_and_retried_there() {
    let desk = Desk::default();
    let old = two(&desk).await;
    let lines = exported(&old);
    assert_eq!(lines.lines().count(), 2);
    let before: Vec<DeadLetter> = old.runtime().dead_letters().list(&LetterFilter::default());
    old.finish().await;

    let kit = erring_worker(&desk, "").await;
    let letters = kit.runtime().dead_letters();
    assert_eq!(letters.import(lines.as_bytes()).unwrap(), [id(1), id(2)]);
    assert_eq!(letters.list(&LetterFilter::default()), before);
    let account = AccountSnapshot { owed: 2, dead: 2, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    kit.seconds(75).await;
    let letter = letters.show(id(1)).unwrap();
    assert_eq!((letter.state, letter.event_id, letter.attempts), (LetterState::Recovered, before[0].event_id, 2));
    assert_eq!(desk.done(), [1]);
    let account = AccountSnapshot { owed: 2, handled: 1, dead: 1, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_export_that_was_purged_comes_back() {
    let kit = two(&Desk::default()).await;
    let letters = kit.runtime().dead_letters();
    let lines = exported(&kit);
    assert_eq!(letters.purge(&LetterFilter::default(), Purge::Everything), 2);
    assert_eq!(letters.import(format!("\n{lines}\n").as_bytes()).unwrap(), [id(3), id(4)]);
    let account = AccountSnapshot { owed: 4, dead: 2, discarded: 2, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn every_wrong_line_is_named_and_nothing_is_imported() {
    let kit = two(&Desk::default()).await;
    let fresh = json!("0123456789abcdef0123456789abcdef");
    let good = line(&kit, &[("event_id", fresh.clone())]);
    let lines = [
        good.clone(),
        "{".into(),
        String::new(),
        line(&kit, &[("event_id", fresh.clone()), ("handler", json!("on_play"))]),
        line(&kit, &[("event_id", json!("fedcba9876543210fedcba9876543210")), ("payload", json!({"n": "one"}))]),
        line(&kit, &[]),
        good,
        line(&kit, &[("event_id", json!("7"))]),
    ];
    let expected = "no dead letter is imported\n\
        line 2: not a dead letter: EOF while parsing an object at line 1 column 1\n\
        line 4: `worker::on_play` does not handle `WORK` in this program\n\
        line 5: the payload is not a `WORK`: invalid type: string \"one\", expected u32\n\
        line 6: its delivery has dead letter 1 here already\n\
        line 7: its delivery has a letter in an earlier line\n\
        line 8: not a dead letter: `7` is not the id of an event, which has 32 hexadecimal digits";
    let said = refusal(&kit, &lines.join("\n"));
    assert!(said.starts_with(expected), "{said}");
    assert_eq!(kit.account(Worker::TYPE).owed, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_no_text_is_named_with_the_other_wrong_ones() {
    let kit = two(&Desk::default()).await;
    let lines = [&b"\r\n"[..], line(&kit, &[]).as_bytes(), b"\r\n{\"event\": \"\xff\"}\n{"].concat();
    let error = kit.runtime().dead_letters().import(&*lines).unwrap_err();
    let expected = "no dead letter is imported\n\
        line 2: its delivery has dead letter 1 here already\n\
        line 3: not a dead letter: invalid utf-8 sequence of 1 bytes from index 11\n\
        line 4: not a dead letter: EOF while parsing an object at line 1 column 1";
    assert_eq!(error.to_string(), expected);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn more_than_there_is_room_for_are_refused() {
    let kit = two(&Desk::default()).await;
    let letter: Value = serde_json::from_str(&line(&kit, &[])).unwrap();
    let mut lines = String::new();
    for n in 0..9_999 {
        let mut letter = letter.clone();
        letter["event_id"] = json!(format!("{n:032x}"));
        lines += &format!("{letter}\n");
    }
    let error = kit.runtime().dead_letters().import(lines.as_bytes()).unwrap_err();
    assert!(matches!(error, ImportError::TooMany { count: 9_999, room: 9_998 }), "{error}");
    let expected = "no dead letter is imported: there is room for 9998 of 9999; purge, or import fewer";
    assert_eq!((error.to_string().as_str(), kit.letters().len()), (expected, 2));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_read_or_has_no_handler_is_kept_when_it_says_so_and_a_retry_says_why() {
    let kit = erring_worker(&Desk::default(), "").await;
    kit.work(1, Does::Err).await;
    kit.settle().await;
    let schema = line(
        &kit,
        &[
            ("event_id", json!("0123456789abcdef0123456789abcdef")),
            ("reason", json!("schema")),
            ("payload", json!({"n": "one"})),
        ],
    );
    let gone = line(
        &kit,
        &[
            ("event_id", json!("fedcba9876543210fedcba9876543210")),
            ("reason", json!("no_handler")),
            ("daemon", json!("player")),
            ("handler", json!("on_play")),
            ("event", json!("PLAY")),
            ("payload", json!([1, 2])),
        ],
    );
    let letters = kit.runtime().dead_letters();
    let ids = letters.import(format!("{schema}\n{gone}").as_bytes()).unwrap();
    let there: Vec<_> = ids.iter().map(|id| letters.show(*id).unwrap()).collect();
    assert_eq!((there[0].state, there[0].reason), (LetterState::Exhausted, DeadReason::Schema));
    assert_eq!((there[1].state, there[1].reason), (LetterState::Exhausted, DeadReason::NoHandler));
    assert_eq!((there[1].daemon.as_str(), there[1].handler.as_str()), ("player", "on_play"));
    assert_eq!((&there[0].payload, &there[1].payload), (&json!({"n": "one"}), &json!([1, 2])));
    let account = AccountSnapshot { owed: 2, dead: 2, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account, "of a handler that is not there nothing is owed");
    let said: Vec<String> = ids.iter().map(|id| letters.retry(*id).unwrap_err().to_string()).collect();
    assert_eq!(
        said,
        [
            "the payload of dead letter 2 is not a `WORK`",
            "dead letter 3 is for `player::on_play`, which does not handle `PLAY` in this program"
        ]
    );
    assert_eq!(letters.dry_run(&LetterFilter::default()).retried, [id(1)]);
    letters.discard(ids[1]).unwrap();
    kit.finish().await;
}
