//! Dead letters by a clock that was wrong: as that of a machine is at its start, until a time server sets it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use ringrift_core::{
    LetterState::{self, Exhausted, Pending, Recovered},
    prelude::*,
    runtime::{Dependents, letters::LetterFilter},
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const WEEK: Duration = Duration::from_secs(168 * 3600);

/// A time of day as it is today.
fn today() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[event("CLOCK_FATAL", external, durable)]
#[derive(Serialize, Deserialize)]
struct Fatally;

#[event("CLOCK_FAILS", external, durable)]
#[derive(Serialize, Deserialize)]
struct Fails;

#[derive(Debug, Clone, Default)]
struct Well(Arc<AtomicBool>);

#[daemon(category = "misc", health_check_interval = "1d", register = false)]
struct Clerk {
    #[inject]
    well: Well,
}
impl Daemon for Clerk {}

#[handlers]
impl Clerk {
    #[on_event("CLOCK_FATAL")]
    async fn on_fatal(&self, _event: &Fatally, _cx: &Context<Self>) -> DaemonResult {
        Err::<(), _>("told to fail for good").fatal()
    }

    #[on_event("CLOCK_FAILS")]
    async fn on_fails(&self, _event: &Fails, _cx: &Context<Self>) -> DaemonResult {
        if self.well.0.load(SeqCst) { Ok(()) } else { Err("told to fail".into()) }
    }
}

async fn kit(folder: &Path, well: &Well) -> TestKit {
    // A week of looks every 10 s would take longer than all other tests together.
    kit_that_looks_every(folder, well, "10m").await
}

async fn kit_that_looks_every(folder: &Path, well: &Well, time: &str) -> TestKit {
    let kit = TestKit::builder().daemon::<Clerk>().provide(well.clone()).data_dir(folder);
    let rarely = |cycle: &str| format!("cycle = \"{cycle}\"\nhealth_check_interval = \"1d\"\n");
    let options = [("dlq_retry", time), ("event_router", "1d")];
    let config = options.map(|(daemon, cycle)| format!("[daemons.{daemon}.options]\n{}", rarely(cycle))).concat();
    let kit = kit.config(&config).start().await;
    kit.expect_failures_of(Clerk::TYPE);
    kit.expect_dead_letters();
    kit
}

fn states(kit: &TestKit) -> Vec<LetterState> {
    kit.runtime().dead_letters().list(&LetterFilter::default()).iter().map(|letter| letter.state).collect()
}

/// An exhausted letter, and a pending one that is not retried, since its daemon is stopped.
async fn two(kit: &TestKit) {
    kit.emit(Fatally).await;
    kit.emit(Fails).await;
    kit.settle().await;
    kit.runtime().stop_daemon(Clerk::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(states(kit), [Exhausted, Pending]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_right_makes_no_letter_old() {
    let folder = tempfile::tempdir().unwrap();
    let kit = kit(folder.path(), &Well::default()).await;
    two(&kit).await;
    kit.set_time_of_day(today());
    kit.advance(167 * HOUR).await;
    assert_eq!(states(&kit), [Exhausted, Pending]);
    kit.advance(2 * HOUR).await;
    assert_eq!(states(&kit), [Exhausted], "the one is purged, the other given up");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_does_not_keep_letters_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let kit = kit(folder.path(), &Well::default()).await;
    kit.set_time_of_day(today() + 52 * WEEK);
    two(&kit).await;
    kit.set_time_of_day(today());
    kit.advance(WEEK + HOUR).await;
    assert_eq!(states(&kit), [Exhausted]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_letter_of_a_process_without_the_time_of_day_is_as_old_as_it_is_known() {
    let (folder, well) = (tempfile::tempdir().unwrap(), Well::default());
    let first = kit(folder.path(), &well).await;
    two(&first).await;
    first.finish().await;
    let second = kit(folder.path(), &well).await;
    second.runtime().stop_daemon(Clerk::TYPE, Dependents::Refuse).await.unwrap();
    second.set_time_of_day(today());
    second.advance(167 * HOUR).await;
    assert_eq!(states(&second), [Exhausted, Pending]);
    second.advance(2 * HOUR).await;
    assert_eq!(states(&second), [Exhausted]);
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_process_that_starts_with_a_clock_ahead_has_an_hour_to_set_it() {
    let (folder, well) = (tempfile::tempdir().unwrap(), Well::default());
    let first = kit(folder.path(), &well).await;
    first.set_time_of_day(today());
    two(&first).await;
    first.finish().await;
    let second = kit(folder.path(), &well).await;
    second.runtime().stop_daemon(Clerk::TYPE, Dependents::Refuse).await.unwrap();
    second.set_time_of_day(today() + 52 * WEEK);
    second.advance(HOUR / 2).await;
    assert_eq!(states(&second), [Exhausted, Pending]);
    second.set_time_of_day(today() + 23 * HOUR);
    second.advance(143 * HOUR).await;
    assert_eq!(states(&second), [Exhausted, Pending]);
    second.advance(3 * HOUR).await;
    assert_eq!(states(&second), [Exhausted], "the time between the processes counts");
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_not_set_for_an_hour_is_right() {
    let (folder, well) = (tempfile::tempdir().unwrap(), Well::default());
    let first = kit(folder.path(), &well).await;
    first.set_time_of_day(today());
    two(&first).await;
    first.finish().await;
    let second = kit_that_looks_every(folder.path(), &well, "1m").await;
    second.runtime().stop_daemon(Clerk::TYPE, Dependents::Refuse).await.unwrap();
    second.set_time_of_day(today() + 52 * WEEK);
    second.advance(HOUR - MINUTE / 2).await;
    assert_eq!(states(&second), [Exhausted, Pending]);
    second.advance(MINUTE).await;
    assert_eq!(states(&second), [Exhausted], "the one is purged, the other given up");
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_retry_is_further_away_than_an_hour() {
    let (folder, well) = (tempfile::tempdir().unwrap(), Well::default());
    let first = kit(folder.path(), &well).await;
    first.set_time_of_day(today() + 52 * WEEK);
    two(&first).await;
    first.finish().await;
    well.0.store(true, SeqCst);
    let second = kit(folder.path(), &well).await;
    second.set_time_of_day(today());
    second.advance(2 * HOUR).await;
    assert_eq!(states(&second), [Exhausted, Recovered]);
    second.finish().await;
}
