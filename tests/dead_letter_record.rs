//! What a dead letter tells of a delivery that went wrong.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use ringrift_core::{
    DeadReason::{HandlerError, HopLimit, MailboxFull, Panic, Timeout},
    EmitError, LetterState, StateName,
    prelude::*,
    runtime::letters::{DeadLetter, LetterFilter, LetterHeaders},
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

use crate::desk::{Ask, Desk, Does, Work, Worker, busy_worker, erring_worker};

/// A question, which the clerk passes on.
#[event("RECORD_QUESTION", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Question {
    text: String,
}

/// A question that was passed on.
#[event("RECORD_PASSED_ON")]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PassedOn {
    text: String,
}

/// Passes questions on.
#[daemon(category = "misc", emits = [PassedOn], register = false)]
struct Clerk;

impl Daemon for Clerk {}

#[handlers]
impl Clerk {
    #[on_event("RECORD_QUESTION")]
    async fn on_question(&self, question: &Question, cx: &Context<Self>) -> DaemonResult {
        Ok(cx.emit(PassedOn { text: question.text.clone() }).await?)
    }
}

/// Where the expert panics: so many lines from here.
const PANICS_AT: u32 = line!() + 17;

/// Answers none.
#[daemon(category = "misc", register = false)]
struct Expert;

impl Daemon for Expert {}

#[handlers]
impl Expert {
    #[on_event("RECORD_PASSED_ON")]
    async fn on_passed_on(&self, passed_on: &PassedOn, _cx: &Context<Self>) -> DaemonResult {
        match passed_on.text.as_str() {
            "number" => {
                "x".parse::<u32>().context("the number can't be read").context("no answer")?;
            }
            // Where `PANICS_AT` says.
            "panic" => panic!("no idea"),
            "circle" => Err(anyhow::Error::from(EmitError::HopLimit { event: "PING" }).context("no answer"))?,
            "circle of another type" => Err(anyhow::Error::from(EmitError::HopLimit { event: "PING" }))?,
            "circle in other words" => Err(format!("no answer: {}", EmitError::HopLimit { event: "PING" }))?,
            "fatal circle" => return Err(EmitError::HopLimit { event: "PING" }).fatal(),
            "lines" => return Err("could not compile\n  at a.rs:3\n\u{1b}[31mred".into()),
            _ => {}
        }
        Ok(())
    }
}

async fn asked(text: &str) -> (TestKit, DeadLetter) {
    let kit = TestKit::builder().daemon::<Clerk>().daemon::<Expert>().start().await;
    kit.expect_failures_of(Expert::TYPE);
    kit.advance(Duration::from_secs(5)).await;
    kit.emit(Question { text: text.into() }).await;
    kit.settle().await;
    let letter = only(&kit);
    (kit, letter)
}

fn only(kit: &TestKit) -> DeadLetter {
    let letters = kit.runtime().dead_letters().list(&LetterFilter::default());
    let [letter] = letters.as_slice() else { panic!("one letter: {letters:?}") };
    letter.clone()
}

#[tokio::test(start_paused = true)]
async fn an_error_is_told_with_every_cause_and_the_event_with_its_way() {
    let (kit, letter) = asked("number").await;
    assert_eq!(letter.error_chain, ["no answer", "the number can't be read", "invalid digit found in string"]);
    assert_eq!(letter.error, "no answer: the number can't be read: invalid digit found in string");
    let parent = letter.headers.parent.expect("the clerk was handling a question");
    assert_ne!(parent, letter.event_id);
    let five = UNIX_EPOCH + Duration::from_secs(5);
    let headers = LetterHeaders { emitted_at: five, emitter: Some("clerk".into()), hops: 1, parent: Some(parent) };
    assert_eq!(letter.headers, headers);
    assert_eq!((letter.event.as_str(), letter.payload["text"].as_str()), ("RECORD_PASSED_ON", Some("number")));
    assert_eq!((letter.daemon.as_str(), letter.handler.as_str()), ("expert", "on_passed_on"));
    assert_eq!(
        (letter.reason, letter.state, letter.attempts, letter.retries),
        (HandlerError, LetterState::Pending, 1, 0)
    );
    assert_eq!((letter.in_state_since, letter.first_failed_at), (letter.last_failed_at, letter.last_failed_at));
    assert_eq!((letter.next_retry_in_ms.is_some(), letter.panicked_at.clone()), (true, None));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_of_several_lines_is_told_on_one_and_kept_as_it_is() {
    let (kit, letter) = asked("lines").await;
    assert_eq!(letter.error, "could not compile | at a.rs:3 | \\u{1b}[31mred");
    assert_eq!(letter.error_chain, ["could not compile\n  at a.rs:3\n\u{1b}[31mred"]);
    let snapshot = kit.snapshot();
    let expert = snapshot.daemons.iter().find(|daemon| daemon.name == "expert").unwrap();
    assert_eq!(expert.stats.last_errors[0].message, format!("RECORD_PASSED_ON: {}", letter.error));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_told_with_its_place() {
    let (kit, letter) = asked("panic").await;
    assert_eq!((letter.reason, letter.error.as_str()), (Panic, "panicked: no idea"));
    let place = letter.panicked_at.unwrap();
    let (file, line_and_column) = place.split_once("dead_letter_record.rs:").unwrap();
    assert!(file.ends_with("tests/"), "{place}");
    assert_eq!(line_and_column, format!("{PANICS_AT}:24"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_stops_at_the_hop_limit_says_so_through_whatever_it_wraps_it_in() {
    let pending =
        ["circle", "circle of another type", "circle in other words"].map(|text| (text, LetterState::Pending));
    for (text, state) in pending.into_iter().chain([("fatal circle", LetterState::Exhausted)]) {
        let (kit, letter) = asked(text).await;
        assert_eq!((letter.reason, letter.state), (HopLimit, state));
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_from_outside_has_no_emitter_and_no_parent() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "handler_timeout = \"2s\"").await;
    kit.work(1, Does::Hang).await;
    kit.settle().await;
    let letter = only(&kit);
    assert_eq!((letter.reason, letter.attempts), (Timeout, 1));
    let headers = LetterHeaders { emitted_at: UNIX_EPOCH, emitter: None, hops: 0, parent: None };
    assert_eq!(letter.headers, headers);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn attempts_count_what_was_begun_and_cut_off_too_and_nothing_that_never_began() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "handler_timeout = \"10s\"").await;
    kit.work(1, Does::Hang).await;
    kit.moment().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.settle().await;
    assert_eq!((desk.begun(), only(&kit).attempts), (vec![1, 1], 2));
    kit.finish().await;

    let kit = busy_worker(&desk, "mailbox = 1", 0).await;
    kit.emit(Work::new(1, Does::Well)).await;
    let letter = only(&kit);
    assert_eq!((letter.reason, letter.attempts), (MailboxFull, 0));
    kit.expect_dead_letters();
    desk.let_go(1);
    kit.finish().await;
}
