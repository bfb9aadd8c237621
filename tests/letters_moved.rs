//! A dead letter that comes to a handler of another name, or from another place, is still the same delivery:
//! what its earlier runs did is not done again.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{
    AccountSnapshot, DeadReason, LetterState,
    prelude::*,
    runtime::letters::{DeadLetter, LetterFilter, Purge},
    testing::TestKit,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[event("MOVED_PAID", durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Paid(u32);

#[derive(Debug, Clone, Default)]
struct Bank {
    fails: Arc<AtomicBool>,
    paid: Arc<Mutex<Vec<u32>>>,
    told: Arc<Mutex<Vec<u32>>>,
}

impl Bank {
    /// What was paid, and what the till was told of.
    fn seen(&self) -> (Vec<u32>, Vec<u32>) {
        (self.paid.lock().unwrap().clone(), self.told.lock().unwrap().clone())
    }
}

/// Hears of each payment.
#[daemon(category = "misc", register = false)]
struct Till {
    #[inject]
    bank: Bank,
}
impl Daemon for Till {}

#[handlers]
impl Till {
    #[on_event("MOVED_PAID")]
    async fn on_paid(&self, paid: &Paid, _cx: &Context<Self>) -> DaemonResult {
        self.bank.told.lock().unwrap().push(paid.0);
        Ok(())
    }
}

/// One version of a program: its event has a name, and aliases. It pays, tells, and then may fail.
macro_rules! version {
    ($version:ident, $event:tt, $aliases:tt) => {
        mod $version {
            use super::*;

            #[event($event, external, durable, aliases = $aliases)]
            #[derive(Debug, Serialize, Deserialize)]
            pub(super) struct Order(pub(super) u32);

            #[daemon(category = "misc", emits = [Paid], register = false)]
            pub(super) struct Payer {
                #[inject]
                bank: Bank,
            }
            impl Daemon for Payer {}

            #[handlers]
            impl Payer {
                #[on_event($event)]
                async fn on_order(&self, order: &Order, cx: &Context<Self>) -> DaemonResult {
                    let pay = async || Ok::<_, String>(self.bank.paid.lock().unwrap().push(order.0));
                    cx.once("pay", pay).await?;
                    cx.emit(Paid(order.0)).await?;
                    if self.bank.fails.load(SeqCst) { Err("told to fail".into()) } else { Ok(()) }
                }
            }

            pub(super) async fn kit(folder: &Path, bank: &Bank) -> TestKit {
                let kit = TestKit::builder().daemon::<Payer>().daemon::<Till>().provide(bank.clone());
                let kit = kit.data_dir(folder).start().await;
                kit.expect_failures_of(Payer::TYPE);
                kit.expect_dead_letters();
                kit
            }
        }
    };
}

version!(first, "MOVED_OLD", []);
version!(renamed, "MOVED_NEW", []);
version!(aliased, "MOVED_NEW", ["MOVED_OLD"]);

fn letters(kit: &TestKit) -> Vec<DeadLetter> {
    kit.runtime().dead_letters().list(&LetterFilter::default())
}

fn account(kit: &TestKit) -> AccountSnapshot {
    let daemons = kit.snapshot().daemons;
    daemons.iter().find(|daemon| daemon.name == "payer").unwrap().handlers[0].deliveries
}

/// How many rows there are of that.
fn count(folder: &Path, of: &str) -> u32 {
    let store = Connection::open(folder.join("ringrift.db")).unwrap();
    store.query_row(&format!("SELECT COUNT(*) FROM {of}"), [], |row| row.get(0)).unwrap()
}

/// The first version leaves a letter; the second, which has forgotten the old name, a handler of the new one. So
/// the third has a letter of a handler that it does not have, for an event that one of its handlers handles.
async fn letter_of_an_old_name(folder: &Path, bank: &Bank) {
    bank.fails.store(true, SeqCst);
    let kit = first::kit(folder, bank).await;
    kit.emit(first::Order(7)).await;
    kit.settle().await;
    kit.finish().await;
    bank.fails.store(false, SeqCst);
    renamed::kit(folder, bank).await.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_letter_of_an_event_that_was_renamed_keeps_its_effects_and_what_it_emitted() {
    let (folder, bank) = (tempfile::tempdir().unwrap(), Bank::default());
    letter_of_an_old_name(folder.path(), &bank).await;
    let kit = aliased::kit(folder.path(), &bank).await;
    kit.runtime().dead_letters().retry(letters(&kit)[0].id).unwrap();
    kit.advance(Duration::from_secs(1)).await;
    assert_eq!(letters(&kit)[0].state, LetterState::Recovered, "{:#?}", letters(&kit));
    assert_eq!(bank.seen(), (vec![7], vec![7]), "neither paid nor told twice");
    assert_eq!(account(&kit), AccountSnapshot { owed: 1, handled: 1, ..AccountSnapshot::default() });
    kit.finish().await;
    let next = aliased::kit(folder.path(), &bank).await;
    assert_eq!(letters(&next).iter().map(|letter| letter.state).collect::<Vec<_>>(), [LetterState::Recovered]);
    next.finish().await;
    assert_eq!(count(folder.path(), "deliveries WHERE letter IS NOT NULL"), 1, "it is at one place only");
    assert_eq!(count(folder.path(), "effects"), 0, "they are forgotten with the delivery");
}

#[tokio::test(start_paused = true)]
async fn a_letter_of_an_old_name_that_is_discarded_stays_so() {
    let (folder, bank) = (tempfile::tempdir().unwrap(), Bank::default());
    letter_of_an_old_name(folder.path(), &bank).await;
    let kit = aliased::kit(folder.path(), &bank).await;
    kit.runtime().dead_letters().discard(letters(&kit)[0].id).unwrap();
    kit.finish().await;
    let next = aliased::kit(folder.path(), &bank).await;
    assert_eq!(letters(&next).iter().map(|letter| letter.state).collect::<Vec<_>>(), [LetterState::Discarded]);
    next.finish().await;
    assert_eq!(count(folder.path(), "deliveries WHERE letter IS NOT NULL"), 1, "it is at one place only");
}

#[tokio::test(start_paused = true)]
async fn an_imported_letter_is_retried_with_its_effects_in_the_same_process() {
    let (folder, bank) = (tempfile::tempdir().unwrap(), Bank::default());
    bank.fails.store(true, SeqCst);
    let kit = first::kit(folder.path(), &bank).await;
    kit.emit(first::Order(7)).await;
    kit.settle().await;
    let (office, mut lines) = (kit.runtime().dead_letters(), Vec::new());
    office.export(&LetterFilter::default(), &mut lines).unwrap();
    kit.finish().await;

    let elsewhere = tempfile::tempdir().unwrap();
    let kit = first::kit(elsewhere.path(), &bank).await;
    let office = kit.runtime().dead_letters();
    let id = office.import(&*lines).unwrap()[0];
    for _ in 0..2 {
        office.retry(id).unwrap();
        kit.advance(Duration::from_secs(1)).await;
        assert_eq!(office.show(id).unwrap().reason, DeadReason::HandlerError);
        assert_eq!(office.show(id).unwrap().error, "told to fail");
    }
    bank.fails.store(false, SeqCst);
    office.retry(id).unwrap();
    kit.advance(Duration::from_secs(1)).await;
    assert_eq!(office.show(id).unwrap().state, LetterState::Recovered);
    assert_eq!(bank.seen(), (vec![7, 7], vec![7, 7]), "once in each of the two stores");
    assert_eq!(office.purge(&LetterFilter::default(), Purge::Settled), 1);
    kit.finish().await;
}
