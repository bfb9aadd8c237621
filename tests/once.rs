//! `cx.once`: an effect is made at most once for an event, however often its handler runs.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{LetterState, prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

#[event("ONCE_PAY", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Pay {
    amount: u32,
}

/// Pays two amounts, under the same name.
#[event("ONCE_PAY_TWICE", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct PayTwice(u32, u32);

/// Pays, and tries it again if that fails.
#[event("ONCE_PAY_ANYHOW", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct PayAnyhow(u32);

#[event("ONCE_LIGHT", external)]
#[derive(Debug, Serialize, Deserialize)]
struct Light;

/// How often the effect fails, hangs, and the handler fails after it; and what was paid.
#[derive(Debug, Clone, Default)]
struct Bank {
    effect_fails: Arc<AtomicU32>,
    hangs: Arc<AtomicU32>,
    handler_fails: Arc<AtomicU32>,
    paid: Arc<Mutex<Vec<u32>>>,
    receipts: Arc<Mutex<Vec<String>>>,
}

/// Whether one of a number of strikes is left; takes it.
fn strikes(left: &AtomicU32) -> bool {
    left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
}

/// Pays each amount once.
#[daemon(category = "misc", handler_timeout = "10s", register = false)]
struct Payer {
    #[inject]
    bank: Bank,
}
impl Daemon for Payer {}

#[handlers]
impl Payer {
    #[on_event("ONCE_PAY")]
    async fn on_pay(&self, pay: &Pay, cx: &Context<Self>) -> DaemonResult {
        let receipt: String = cx.once("transfer", || self.transfer(pay.amount)).await?;
        self.bank.receipts.lock().expect("no panic").push(receipt);
        if strikes(&self.bank.handler_fails) {
            return Err("told to fail after the effect".into());
        }
        Ok(())
    }

    #[on_event("ONCE_PAY_TWICE")]
    async fn on_pay_twice(&self, pay: &PayTwice, cx: &Context<Self>) -> DaemonResult {
        cx.once("transfer", || self.transfer(pay.0)).await?;
        cx.once("transfer", || self.transfer(pay.1)).await?;
        Ok(())
    }

    #[on_event("ONCE_PAY_ANYHOW")]
    async fn on_pay_anyhow(&self, pay: &PayAnyhow, cx: &Context<Self>) -> DaemonResult {
        if cx.once("transfer", || self.transfer(pay.0)).await.is_err() {
            cx.once("transfer", || self.transfer(pay.0)).await?;
        }
        Ok(())
    }

    #[on_event("ONCE_LIGHT")]
    async fn on_light(&self, _light: &Light, cx: &Context<Self>) -> DaemonResult {
        cx.once("transfer", || self.transfer(0)).await?;
        Ok(())
    }

    async fn transfer(&self, amount: u32) -> Result<String, &'static str> {
        if strikes(&self.bank.effect_fails) {
            return Err("no connection");
        }
        self.bank.paid.lock().expect("no panic").push(amount);
        if strikes(&self.bank.hangs) {
            std::future::pending::<()>().await;
        }
        Ok(format!("receipt for {amount}"))
    }
}

async fn kit(folder: &Path, bank: &Bank) -> TestKit {
    let kit = TestKit::builder().daemon::<Payer>().provide(bank.clone()).data_dir(folder).start().await;
    kit.expect_failures_of(Payer::TYPE);
    kit
}

fn paid(bank: &Bank) -> Vec<u32> {
    bank.paid.lock().expect("no panic").clone()
}

const AFTER_A_RETRY: Duration = Duration::from_secs(80);

#[tokio::test(start_paused = true)]
async fn a_retry_gets_the_value_and_does_not_make_the_effect_again() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    bank.handler_fails.store(1, SeqCst);
    let kit = kit(folder.path(), &bank).await;
    kit.emit(Pay { amount: 5 }).await;
    kit.advance(AFTER_A_RETRY).await;
    assert_eq!(paid(&bank), [5]);
    assert_eq!(*bank.receipts.lock().expect("no panic"), ["receipt for 5", "receipt for 5"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_events_of_one_content_are_two_effects() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    let kit = kit(folder.path(), &bank).await;
    kit.emit(Pay { amount: 5 }).await;
    kit.emit(Pay { amount: 5 }).await;
    kit.settle().await;
    assert_eq!(paid(&bank), [5, 5]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_failed_is_tried_again() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    bank.effect_fails.store(1, SeqCst);
    let kit = kit(folder.path(), &bank).await;
    kit.emit(Pay { amount: 5 }).await;
    kit.advance(AFTER_A_RETRY).await;
    assert_eq!(paid(&bank), [5]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_effect_of_one_name_in_one_run_is_not_taken_for_the_first() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    let kit = kit(folder.path(), &bank).await;
    kit.expect_dead_letters();
    kit.emit(PayTwice(5, 6)).await;
    kit.advance(AFTER_A_RETRY).await;
    assert_eq!(paid(&bank), [5]);
    let error = &kit.snapshot().dead_letters[0].error;
    assert!(error.contains("`once(\"transfer\", ..)` is used twice in one run of the handler"), "{error}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_failed_may_be_tried_again_in_the_same_run() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    bank.effect_fails.store(1, SeqCst);
    let kit = kit(folder.path(), &bank).await;
    kit.emit(PayAnyhow(5)).await;
    kit.settle().await;
    assert_eq!(paid(&bank), [5]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_was_cut_off_is_left_to_a_person() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    bank.hangs.store(1, SeqCst);
    let kit = kit(folder.path(), &bank).await;
    kit.expect_dead_letters();
    kit.emit(Pay { amount: 5 }).await;
    kit.advance(AFTER_A_RETRY + Duration::from_secs(20)).await;
    assert_eq!(paid(&bank), [5], "nobody knows whether it was made, so it is not made again");
    let letters = kit.snapshot().dead_letters;
    assert_eq!((letters.len(), letters[0].state), (1, LetterState::Exhausted));
    assert!(letters[0].error.contains("`transfer` was begun before and cut off"), "{}", letters[0].error);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_a_stop_cut_off_is_interrupted_in_the_next_process() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    bank.hangs.store(1, SeqCst);
    let first = kit(folder.path(), &bank).await;
    first.emit(Pay { amount: 5 }).await;
    first.advance(Duration::from_secs(1)).await;
    first.finish().await;
    let second = kit(folder.path(), &bank).await;
    second.expect_dead_letters();
    second.settle().await;
    assert_eq!(paid(&bank), [5]);
    assert_eq!(second.snapshot().dead_letters.len(), 1);
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn outside_of_durable_events_it_says_so() {
    let (folder, bank) = (tempfile::tempdir().expect("a folder"), Bank::default());
    let kit = kit(folder.path(), &bank).await;
    kit.expect_dead_letters();
    kit.emit(Light).await;
    kit.settle().await;
    let letters = kit.snapshot().dead_letters;
    let instead = "in the handler of an event that is not durable, so it is never run again; declare the event as \
                   `#[event(\"..\", durable)]`, or make the effect without `once`";
    assert_eq!(letters[0].error, format!("`once(\"transfer\", ..)` was called {instead}"));
    assert!(paid(&bank).is_empty());
    kit.finish().await;
}
