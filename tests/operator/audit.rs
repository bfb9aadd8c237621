//! What operators did is kept.

use ringrift_core::{prelude::*, runtime::Dependents, testing::TestKit};

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
