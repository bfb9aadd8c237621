//! Effects of `cx.once` that were cut off, and what a person does about them.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{
    DeadReason, Event, LetterState, StateName,
    prelude::*,
    runtime::letters::{DeadLetter, LetterError, LetterFilter, RetryRate},
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

#[event("INTERRUPTED_ORDER", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Order;

#[event("INTERRUPTED_SURE", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Sure;

/// What the effects did, and whether the mail hangs.
#[derive(Debug, Clone, Default)]
struct World {
    hangs: Arc<AtomicBool>,
    made: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn made(&self) -> Vec<String> {
        self.made.lock().expect("no panic").clone()
    }
}

/// Pays, and mails the receipt.
#[daemon(category = "misc", register = false)]
struct Teller {
    #[inject]
    world: World,
}
impl Daemon for Teller {}

#[handlers]
impl Teller {
    #[on_event("INTERRUPTED_ORDER")]
    async fn on_order(&self, _order: &Order, cx: &Context<Self>) -> DaemonResult {
        Ok(self.serve(cx).await?)
    }

    #[on_event("INTERRUPTED_SURE")]
    async fn on_sure(&self, _sure: &Sure, cx: &Context<Self>) -> DaemonResult {
        cx.once("mail", || self.mail(1)).await.expect("it never fails");
        Ok(())
    }

    /// Hides the types of all errors, as `anyhow` does.
    async fn serve(&self, cx: &Context<Self>) -> anyhow::Result<()> {
        let pay = || self.make("paid".into(), 4711);
        let receipt: u32 = cx.once("pay", pay).await.map_err(anyhow::Error::from_boxed)?;
        let mail = || self.mail(receipt);
        let address: String = cx.once("mail", mail).await.map_err(anyhow::Error::from_boxed)?;
        self.make(format!("done: {address}"), ()).await.map_err(anyhow::Error::from_boxed)
    }

    async fn make<T>(&self, what: String, value: T) -> DaemonResult<T> {
        self.world.made.lock().expect("no panic").push(what);
        Ok(value)
    }

    async fn mail(&self, receipt: u32) -> DaemonResult<String> {
        if self.world.hangs.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        self.make(format!("mailed {receipt}"), "home".to_owned()).await
    }
}

const A_MOMENT: Duration = Duration::from_secs(1);

async fn kit(folder: &Path, world: &World) -> TestKit {
    let kit = TestKit::builder().daemon::<Teller>().provide(world.clone()).data_dir(folder).start().await;
    kit.expect_failures_of(Teller::TYPE);
    kit.expect_dead_letters();
    kit
}

/// The files as a kill leaves them while the mail hangs.
async fn killed_in_the_mail(world: &World) -> tempfile::TempDir {
    killed_after(Order, world).await
}

async fn killed_after<E: Event>(event: E, world: &World) -> tempfile::TempDir {
    let (folder, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    world.hangs.store(true, SeqCst);
    let kit = kit(folder.path(), world).await;
    kit.emit(event).await;
    kit.advance(A_MOMENT).await;
    for file in ["ringrift.db", "ringrift.db-wal"] {
        fs::copy(folder.path().join(file), killed.path().join(file)).unwrap();
    }
    kit.finish().await;
    world.hangs.store(false, SeqCst);
    killed
}

/// The next process, and its one dead letter.
async fn next_process(folder: &Path, world: &World) -> (TestKit, DeadLetter) {
    let kit = kit(folder, world).await;
    kit.wait_for(Teller::TYPE, StateName::Running).await;
    kit.settle().await;
    let letter = kit.snapshot().dead_letters.remove(0);
    assert_eq!(letter.reason, DeadReason::Interrupted);
    (kit, letter)
}

#[tokio::test(start_paused = true)]
async fn an_effect_whose_interruption_the_handler_panics_at_is_for_a_person_too() {
    let world = World::default();
    let killed = killed_after(Sure, &world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    assert_eq!(letter.state, LetterState::Exhausted);
    kit.runtime().dead_letters().retry(letter.id).unwrap();
    kit.settle().await;
    assert_eq!(world.made(), ["mailed 1"], "the retry of a person makes it again");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_was_made_is_known_after_a_kill_in_the_next_one() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    assert!(
        letter.error.contains(
            "`mail` was begun before and cut off, or the store was damaged: whether it was made is for a person to see"
        ),
        "{}",
        letter.error
    );
    kit.runtime().dead_letters().retry(letter.id).unwrap();
    kit.settle().await;
    assert_eq!(world.made(), ["paid", "mailed 4711", "done: home"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_person_who_says_that_it_was_made_lets_the_handler_go_on_with_its_value() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    let office = kit.runtime().dead_letters();
    office.effect_was_made(letter.id, "mail", &"by pigeon").await.unwrap();
    office.retry(letter.id).unwrap();
    kit.settle().await;
    assert_eq!(world.made(), ["paid", "done: by pigeon"]);
    let newest = &kit.runtime().audit(2).await.unwrap()[1];
    assert_eq!((newest.action.as_str(), newest.subject.as_str()), ("effect_was_made", "1 mail"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_said_of_an_effect_outlives_the_process() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    kit.runtime().dead_letters().effect_was_made(letter.id, "mail", &"by pigeon").await.unwrap();
    kit.finish().await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    kit.runtime().dead_letters().retry(letter.id).unwrap();
    kit.settle().await;
    assert_eq!(world.made(), ["paid", "done: by pigeon"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_misspelt_effect_is_answered_with_those_that_were_interrupted() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    let refused = kit.runtime().dead_letters().effect_was_made(letter.id, "mial", &"home").await.unwrap_err();
    assert_eq!(refused.to_string(), "dead letter 1 has no interrupted effect `mial`; it has `mail`");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_value_of_another_type_says_so_and_the_effect_is_not_made_again() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    let office = kit.runtime().dead_letters();
    office.effect_was_made(letter.id, "mail", &5).await.unwrap();
    office.retry(letter.id).unwrap();
    kit.settle().await;
    let letter = kit.runtime().dead_letters().show(letter.id).unwrap();
    assert!(letter.error.contains("what it returned then can't be read as what it returns now"), "{}", letter.error);
    assert_eq!(world.made(), ["paid"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_of_everything_makes_no_interrupted_effect_again() {
    let world = World::default();
    let killed = killed_in_the_mail(&world).await;
    let (kit, letter) = next_process(killed.path(), &world).await;
    let office = kit.runtime().dead_letters();
    let everything = LetterFilter::default();
    for report in [office.dry_run(&everything), office.retry_all(&everything, RetryRate::AtOnce).await] {
        assert!(report.retried.is_empty(), "{report:?}");
        assert!(matches!(report.refused[..], [(id, LetterError::Interrupted { .. })] if id == letter.id), "{report:?}");
    }
    let asked = LetterFilter { reason: Some(DeadReason::Interrupted), ..everything };
    assert_eq!(office.dry_run(&asked).retried, [letter.id]);
    assert_eq!(office.retry_all(&asked, RetryRate::AtOnce).await.retried, [letter.id]);
    kit.settle().await;
    assert_eq!(world.made(), ["paid", "mailed 4711", "done: home"]);
    kit.finish().await;
}
