//! What an operator disables stays so.

use ringrift_core::{
    StateName::{Disabled, Running},
    runtime::Dependents,
    testing::TestKit,
};

use super::{Base, Middle};
use crate::{
    journal::Journal,
    look::{health, secs, state},
};

#[tokio::test(start_paused = true)]
async fn disabled_is_kept_on_disk_until_it_is_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestKit::builder().daemon::<Base>().provide(Journal::default()).data_dir(folder.path()).start();
    let kit = start().await;
    kit.runtime().disable_daemon(Base::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
    kit.finish().await;

    let kit = start().await;
    assert_eq!(kit.state(Base::TYPE).to_string(), "disabled: an operator disabled it");
    kit.advance(secs(3600)).await;
    assert_eq!((state(&kit, Base::TYPE), health(&kit, Base::TYPE).healthy), (Disabled, false));
    kit.runtime().enable_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;

    let kit = start().await;
    assert_eq!(state(&kit, Base::TYPE), Running);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_disable_that_can_not_be_kept_is_not_kept_later_either() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestKit::builder().daemon::<Middle>().provide(Journal::default()).data_dir(folder.path()).start();
    let kit = start().await;
    let in_the_way = folder.path().join("disabled.json.new");
    std::fs::create_dir(&in_the_way).unwrap();
    let refused = kit.runtime().disable_daemon(Base::TYPE, Dependents::Stop).await.unwrap_err();
    assert_eq!(refused.to_string(), "the change can't be kept in the data folder");
    std::fs::remove_dir(in_the_way).unwrap();
    kit.runtime().disable_daemon(Middle::TYPE, Dependents::Refuse).await.unwrap();
    kit.finish().await;
    let later = start().await;
    assert_eq!((state(&later, Base::TYPE), state(&later, Middle::TYPE)), (Running, Disabled));
    later.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_of_a_disabled_daemon_waits_and_says_so() {
    let config = "[daemons.base.options]\nenabled = false";
    let kit = TestKit::builder().daemon::<Middle>().provide(Journal::default()).config(config).start().await;
    assert_eq!(
        kit.state(Middle::TYPE).to_string(),
        "waiting: `base` is disabled: `daemons.base.options.enabled` is false"
    );
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Middle::TYPE, Running).await;
    kit.finish().await;
}
