//! Which daemons a runtime runs.

use ringrift_core::{
    Category, Registry, StateName,
    prelude::*,
    runtime::{Builder, Runtime, profiles},
};

/// In every profile.
#[daemon(category = "misc", register = false)]
struct Everywhere;
impl Daemon for Everywhere {}

/// What the trainer needs, in no profile that is asked for.
#[daemon(category = "sync", profiles = ["trainer", "storage"], register = false)]
struct Disk;
impl Daemon for Disk {}

/// In one profile.
#[daemon(category = "pipeline", profiles = ["trainer"], depends_on = [Disk], wants = [Extra], register = false)]
struct Trainer;
impl Daemon for Trainer {}

/// Only when it is asked for.
#[daemon(category = "pipeline", default_off, register = false)]
struct Extra;
impl Daemon for Extra {}

fn registry() -> Registry {
    Registry::empty().with::<Everywhere>().with::<Disk>().with::<Trainer>().with::<Extra>()
}

fn builder() -> Builder {
    Runtime::builder().registry(registry())
}

/// The daemons that run.
async fn running(builder: Builder) -> Vec<String> {
    let runtime = builder.start().await.unwrap();
    runtime.started().await;
    let daemons = runtime.snapshot().daemons;
    for daemon in &daemons {
        assert_eq!(daemon.selected, daemon.state == StateName::Running, "{}", daemon.name);
        assert!(daemon.selected || daemon.reason == "not selected", "{}", daemon.reason);
    }
    runtime.shutdown().await;
    daemons.into_iter().filter(|daemon| daemon.selected).map(|daemon| daemon.name).collect()
}

#[tokio::test(start_paused = true)]
async fn all_but_default_off_run_when_nothing_is_selected() {
    assert_eq!(running(builder()).await, ["disk", "everywhere", "trainer"]);
}

#[tokio::test(start_paused = true)]
async fn a_profile_runs_its_own_and_those_without_profiles() {
    assert_eq!(running(builder().profile("storage")).await, ["disk", "everywhere"]);
    assert_eq!(running(builder().profile("trainer")).await, ["disk", "everywhere", "trainer"]);
}

#[tokio::test(start_paused = true)]
async fn a_daemon_or_a_category_brings_its_dependencies_but_not_what_it_wants() {
    assert_eq!(running(builder().daemon(Trainer::TYPE)).await, ["disk", "trainer"]);
    assert_eq!(running(builder().category(Category::Pipeline)).await, ["disk", "trainer"]);
    assert_eq!(running(builder().daemon(Extra::TYPE)).await, ["extra"]);
}

#[tokio::test(start_paused = true)]
async fn enabled_in_the_file_goes_before_default_off_and_the_profile() {
    let config = |toml: &str| ringrift_core::config::layers::Layers::default().text("test.toml", toml).build().unwrap();
    let switched_on = config("[daemons.extra.options]\nenabled = true\n[runtime]\nprofile = \"storage\"");
    assert_eq!(running(builder().config(switched_on)).await, ["disk", "everywhere", "extra"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_profile_is_answered_with_the_nearest() {
    let refused = |name: &str| {
        let builder = builder().profile(name);
        async { builder.start().await.err().unwrap().to_string() }
    };
    assert_eq!(refused("trainr").await, "no daemon is in profile `trainr`; did you mean `trainer`?");
    assert_eq!(refused("xyz").await, "no daemon is in profile `xyz`");
    assert_eq!(profiles(&registry()).into_iter().collect::<Vec<_>>(), ["storage", "trainer"]);
}
