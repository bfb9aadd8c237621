//! `#[inject]`: provided values and handles.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use ringrift_core::{NotRunning, Registry, StateName, prelude::*, runtime::Runtime, testing::TestKit};

/// A value that the program provides.
#[derive(Debug, Clone, PartialEq)]
struct GameDb(&'static str);

/// Another one.
#[derive(Debug, Clone, PartialEq)]
struct Clock(u64);

/// Counts its incarnations' calls.
#[daemon(category = "misc", register = false)]
struct Counter {
    calls: AtomicU32,
    #[init(7)]
    start: u32,
}

impl Daemon for Counter {}

/// Has one of each.
#[daemon(category = "misc", depends_on = [Counter], register = false)]
struct Injected {
    #[inject]
    games: GameDb,
    #[inject]
    clock: Clock,
    #[inject]
    counter: Handle<Counter>,
}

impl Daemon for Injected {}

/// Needs one of them as well.
#[daemon(category = "misc", register = false)]
struct AlsoInjected {
    #[inject]
    games: GameDb,
}

impl Daemon for AlsoInjected {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        if self.games == GameDb("") { Err("no games".into()) } else { Ok(()) }
    }
}

/// Is built by a function of its own.
#[daemon(category = "misc", init = Made::new, start_timeout = "5s", depends_on = [Counter], register = false)]
struct Made {
    games: GameDb,
    counter: Handle<Counter>,
}

impl Made {
    async fn new(cx: InitContext<Self>) -> Result<Self, String> {
        let games: GameDb = cx.provided().map_err(|error| error.to_string())?;
        tokio::task::yield_now().await;
        match games.0 {
            "" => Err("no games".into()),
            "cracked" => panic!("it is cracked"),
            "locked" => std::future::pending().await,
            _ => Ok(Self { games, counter: cx.daemon() }),
        }
    }
}

impl Daemon for Made {}

#[tokio::test(start_paused = true)]
async fn values_and_handles_are_injected() {
    let builder = TestKit::builder().daemon::<Injected>().provide(GameDb("old")).provide(Clock(3));
    let kit = builder.provide(GameDb("new")).start().await;
    let injected = kit.get::<Injected>();
    assert_eq!((&injected.games, &injected.clock), (&GameDb("new"), &Clock(3)), "the last of a type counts");
    injected.counter.get().unwrap().calls.fetch_add(1, Relaxed);
    assert_eq!((kit.get::<Counter>().calls.load(Relaxed), kit.get::<Counter>().start), (1, 7));
    drop(injected);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn init_builds_every_incarnation() {
    let kit = TestKit::builder().daemon::<Made>().provide(GameDb("old")).start().await;
    let made = kit.get::<Made>();
    made.counter.get().unwrap().calls.fetch_add(1, Relaxed);
    assert_eq!((&made.games, kit.get::<Counter>().calls.load(Relaxed)), (&GameDb("old"), 1));
    drop(made);
    kit.kill(Made::TYPE);
    kit.wait_for(Made::TYPE, StateName::Backoff).await;
    kit.wait_for(Made::TYPE, StateName::Running).await;
    assert_eq!(kit.get::<Made>().games, GameDb("old"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_init_that_errs_panics_or_hangs_is_a_failed_start() {
    let cases = [
        ("", "init failed: no games"),
        ("cracked", "init panicked: it is cracked"),
        ("locked", "init took longer than 5s"),
    ];
    for (games, cause) in cases {
        let refused = TestKit::builder().daemon::<Made>().provide(GameDb(games)).try_start().await;
        assert_eq!(refused.err().unwrap().to_string(), format!("daemon `made` did not start: {cause}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handle_leads_to_the_new_incarnation_and_says_when_there_is_none() {
    let builder = TestKit::builder().daemon::<Injected>().provide(GameDb("x")).provide(Clock(3));
    let kit = builder.start().await;
    let handle = kit.get::<Injected>().counter.clone();
    handle.get().unwrap().calls.fetch_add(5, Relaxed);
    kit.kill(Counter::TYPE);
    let state = kit.wait_for(Counter::TYPE, StateName::Backoff).await;
    let error = handle.get().err().unwrap();
    assert_eq!(error, NotRunning { daemon: Counter::TYPE, state: state.clone() });
    assert_eq!(error.to_string(), format!("daemon `counter` is not running: {state}"));
    kit.wait_for(Counter::TYPE, StateName::Running).await;
    assert_eq!(handle.get().unwrap().calls.load(Relaxed), 0, "a restart builds a new instance");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn everything_that_is_missing_is_reported_at_once_before_anything_starts() {
    let registry = Registry::empty().with::<Injected>().with::<AlsoInjected>().with::<Counter>();
    let refused = Runtime::builder().registry(registry).start().await.err().unwrap();
    let text = refused.to_string().replace("it::inject::", "");
    assert_eq!(
        text,
        "nobody provides what `#[inject]` fields need; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`)
  `GameDb` for field `games` of daemon `also_injected`
  `GameDb` for field `games` of daemon `injected`
  `Clock` for field `clock` of daemon `injected`"
    );
}

#[tokio::test(start_paused = true)]
async fn of_several_kinds_of_mistakes_only_the_first_was_told() {
    let registry = Registry::empty().with::<AlsoInjected>();
    let layers = ringrift_core::config::layers::Layers::default().text("test.toml", "[runtime]\nstritc = true");
    let builder = Runtime::builder().registry(registry).config(layers.build().unwrap()).profile("odd");
    let refused = builder.start().await.err().unwrap().to_string();
    assert_eq!(
        refused.replace("it::inject::", ""),
        "1 problem in the configuration
  test.toml:2:1: `runtime.stritc` is not a known key; did you mean `strict`?
no daemon is in profile `odd`"
    );
}

/// On one thread, where a start that waits for what only another task does would wait for ever.
#[tokio::test]
async fn a_value_that_took_its_time_held_up_every_task() {
    let (tell, told) = std::sync::mpsc::channel();
    let make = move || told.recv_timeout(std::time::Duration::from_secs(30)).map(GameDb);
    let folder = tempfile::tempdir().unwrap();
    let builder = Runtime::builder().registry(Registry::empty().with::<AlsoInjected>()).data_dir(folder.path());
    let (runtime, ()) = tokio::join!(builder.provide_with(make).start(), async { tell.send("made").unwrap() });
    runtime.unwrap().shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_disabled_or_unselected_daemon_needed_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let registry = || Registry::empty().with::<Injected>().with::<AlsoInjected>().with::<Counter>();
    let config = |toml: &str| ringrift_core::config::layers::Layers::default().text("test.toml", toml).build().unwrap();
    let off = "[daemons.injected.options]\nenabled = false\n[daemons.also_injected.options]\nenabled = false";
    let builder = || Runtime::builder().registry(registry()).data_dir(folder.path());

    let runtime = builder().config(config(off)).start().await.unwrap();
    runtime.started().await;
    assert_eq!(runtime.state(Injected::TYPE).unwrap().name(), StateName::Disabled);
    for daemon in [Injected::TYPE, AlsoInjected::TYPE] {
        runtime.disable_daemon(daemon, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    }
    runtime.shutdown().await;

    // By the operator's hand.
    let runtime = builder().start().await.unwrap();
    runtime.started().await;
    assert_eq!(runtime.state(Injected::TYPE).unwrap().name(), StateName::Disabled);
    assert_eq!(runtime.state(Counter::TYPE).unwrap().name(), StateName::Running);
    // Once it is to run, it says what it lacks.
    runtime.enable_daemon(AlsoInjected::TYPE).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let state = runtime.state(AlsoInjected::TYPE).unwrap().to_string();
    assert!(state.ends_with("nobody provides a `GameDb`; add `.provide(value)` to the runtime's builder"), "{state}");
    runtime.shutdown().await;

    let runtime = Runtime::builder().registry(registry()).daemon(Counter::TYPE).start().await.unwrap();
    runtime.started().await;
    assert_eq!(runtime.state(Injected::TYPE).unwrap().cause(), "not selected");
    runtime.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn values_are_made_when_the_runtime_starts_and_what_can_not_be_made_refuses_it() {
    let made = std::sync::Arc::new(AtomicU32::new(0));
    let count = std::sync::Arc::clone(&made);
    let registry = Registry::empty().with::<AlsoInjected>();
    let builder = Runtime::builder().registry(registry.clone()).provide_with(move || {
        count.fetch_add(1, Relaxed);
        Ok::<_, String>(GameDb("made"))
    });
    assert_eq!(made.load(Relaxed), 0);
    let runtime = builder.start().await.unwrap();
    runtime.started().await;
    let games = runtime.handle::<AlsoInjected>().unwrap().get().unwrap().games.clone();
    assert_eq!((made.load(Relaxed), games), (1, GameDb("made")));
    runtime.shutdown().await;

    let builder = Runtime::builder().registry(registry).provide_with(|| Err::<GameDb, _>("no disk"));
    let refused = builder.start().await.err().unwrap();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    let text = "the `it::inject::GameDb` that is to be provided can't be made";
    assert_eq!((refused.to_string().as_str(), cause.as_str()), (text, "no disk"));
}
