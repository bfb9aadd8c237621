//! What operators did is kept.

use std::{num::NonZeroU32, path::Path, time::Duration};

use ringrift_core::{
    DeadReason,
    prelude::*,
    runtime::{
        Dependents,
        letters::{LetterFilter, Purge, RetryRate},
    },
    testing::TestKit,
};

use crate::desk::{Ask, Desk, Does, Worker};

#[daemon(category = "misc", register = false)]
struct Idle;
impl Daemon for Idle {}

#[tokio::test(start_paused = true)]
async fn what_operators_did_outlives_the_process_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<Idle>().data_dir(folder.path()).start().await;
    kit.runtime().restart_daemon(Idle::TYPE).unwrap();
    kit.runtime().stop_daemon(EventRouter::TYPE, Dependents::Refuse).await.unwrap_err();
    kit.runtime().stop_daemon(Idle::TYPE, Dependents::Refuse).await.unwrap();
    kit.finish().await;
    let later = TestKit::builder().daemon::<Idle>().data_dir(folder.path()).start().await;
    let records = later.runtime().audit(10).await.unwrap();
    let told: Vec<_> =
        records.iter().map(|it| (it.action.as_str(), it.subject.as_str(), it.outcome.as_str())).collect();
    let refused = "`dlq_retry` depend on daemon `event_router`; stop them with it (`Dependents::Stop`)";
    assert_eq!(told, [("stop", "idle", "done"), ("stop", "event_router", refused), ("restart", "idle", "done")]);
    assert_eq!(later.runtime().audit(1).await.unwrap(), records[..1]);
    later.finish().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_store_there_is_no_record() {
    let kit = TestKit::builder().daemon::<Idle>().start().await;
    kit.runtime().restart_daemon(Idle::TYPE).unwrap();
    assert!(kit.runtime().audit(10).await.unwrap().is_empty());
    kit.finish().await;
}

/// A worker with three letters.
async fn three(folder: &Path) -> TestKit {
    let kit = TestKit::builder().daemon::<Worker>().provide(Desk::default()).data_dir(folder).start().await;
    kit.expect_failures_of(Worker::TYPE);
    kit.expect_dead_letters();
    for n in 0..3 {
        kit.work(n, Does::Fatal).await;
    }
    kit.settle().await;
    kit
}

/// All rows, oldest first, as `action subject: outcome`.
async fn rows(kit: &TestKit) -> Vec<String> {
    let records = kit.runtime().audit(100).await.unwrap();
    records.iter().rev().map(|row| format!("{} {}: {}", row.action, row.subject, row.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_done_to_many_letters_is_one_row_with_the_counts() {
    let folder = tempfile::tempdir().unwrap();
    let kit = three(folder.path()).await;
    let (office, mut lines) = (kit.runtime().dead_letters(), Vec::new());
    office.export(&LetterFilter::default(), &mut lines).unwrap();
    let all = LetterFilter::default;
    office.retry_all(&all(), RetryRate::AtOnce).await;
    kit.seconds(1).await;
    let one = LetterFilter { limit: Some(1), daemon: Some("worker".into()), ..all() };
    office.discard_all(&one);
    office.purge(&LetterFilter { reason: Some(DeadReason::HandlerError), ..all() }, Purge::Everything);
    office.import(&*lines).unwrap();
    office.import(&b"1\n2\n"[..]).unwrap_err();
    office.dry_run(&all());
    assert_eq!(
        rows(&kit).await,
        [
            "retry_letters all: 3 retried, 0 refused",
            "discard_letters daemon worker, 1 at most: 1 discarded",
            "purge_letters reason handler_error: 3 purged, 2 of them pending or exhausted",
            "import_letters lines: 3 imported",
            "import_letters lines: no dead letter is imported: 2 lines are wrong",
        ]
    );
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn retries_that_are_cut_off_are_noted_as_far_as_they_came() {
    let folder = tempfile::tempdir().unwrap();
    let kit = three(folder.path()).await;
    let (office, all) = (kit.runtime().dead_letters(), LetterFilter::default());
    let rate = RetryRate::PerSecond(NonZeroU32::MIN);
    tokio::time::timeout(Duration::from_millis(1500), office.retry_all(&all, rate)).await.unwrap_err();
    assert_eq!(rows(&kit).await, ["retry_letters all: 2 retried, 0 refused, then cut off"]);
    kit.finish().await;
}
