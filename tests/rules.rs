//! What the macro refuses, `[daemons.x.options]` can't say either.

use std::{fs, path::Path};

use ringrift_core::{
    Registry, StateName,
    config::{Config, layers::Layers},
    prelude::*,
    runtime::check_config,
    testing::TestKit,
};

use crate::{
    desk::Ask,
    look::{secs, state},
};

/// Has cycles.
#[daemon(category = "misc", cycle = "5m", max_restarts = 3, register = false)]
struct Paced;
impl Daemon for Paced {
    idle!();
}

/// Has a schedule in a zone.
#[daemon(category = "misc", schedule = "0 3 * * *", tz = "Europe/Berlin", register = false)]
struct Nightly;
impl Daemon for Nightly {
    idle!();
}

/// Works when it is asked.
#[daemon(category = "misc", restart = "never", register = false)]
struct Quiet;
impl Daemon for Quiet {
    idle!();
}

/// Does nothing.
#[daemon(category = "misc", register = false)]
struct Still;
impl Daemon for Still {}

/// Runs once.
#[daemon(category = "misc", kind = "task", register = false)]
struct Once;
impl Daemon for Once {}

/// Goes at its own pace.
#[daemon(category = "misc", runner = at_its_own_pace, register = false)]
struct Own;
impl Daemon for Own {}

async fn at_its_own_pace(_daemon: &Own, cx: &Context<Own>) -> DaemonResult {
    cx.shutdown().cancelled().await;
    Ok(())
}

/// Stops the process when it fails for good.
#[daemon(category = "misc", critical, register = false)]
struct Vital;
impl Daemon for Vital {}

/// Does not, although it is critical.
#[daemon(category = "misc", critical, on_exhausted = "retry_slow", register = false)]
struct Stubborn;
impl Daemon for Stubborn {}

fn problems(config: &Config) -> Vec<String> {
    let registry = Registry::empty().with::<Paced>().with::<Nightly>().with::<Quiet>().with::<Once>().with::<Own>();
    let registry = registry.with::<Still>();
    check_config(&registry, config).iter().map(ToString::to_string).collect()
}

fn in_a_file(toml: &str) -> Vec<String> {
    problems(&Layers::default().text("ringrift.toml", toml).build().unwrap())
}

#[test]
fn what_the_macro_refuses_was_accepted_from_the_file() {
    let toml = "\
[daemons.once.options]
cycle = '5m'
schedule = '0 3 * * *'
[daemons.own.options]
cycle = '5m'
cycle_timeout = '1m'
tz = 'UTC'
[daemons.paced.options]
cycle = '1m'
schedule = '0 3 * * *'
restart = 'never'
max_restarts = 2
backoff = ['1s', '2s']
restart_reset = '1m'
on_exhausted = 'fail'
[daemons.quiet.options]
jitter = '1s'
tz = 'UTC'
max_restarts = 2
";
    let expected = [
        "2:9: `daemons.once.options.cycle` does not fit: a task runs once and has no `cycle`; remove it",
        "3:12: `daemons.once.options.schedule` does not fit: a task runs once and has no `schedule`; remove it",
        "5:9: `daemons.own.options.cycle` does not fit: a `runner` goes at its own pace, in place of cycles; remove \
         `cycle`",
        "6:17: `daemons.own.options.cycle_timeout` does not fit: a `runner` goes at its own pace, in place of cycles; \
         remove `cycle_timeout`",
        "7:6: `daemons.own.options.tz` does not fit: `tz` is the time zone of a `schedule`, and there is none; remove \
         `tz`",
        "10:12: `daemons.paced.options.schedule` does not fit: `cycle` and `schedule` exclude each other; keep the one \
         that is meant",
        "12:16: `daemons.paced.options.max_restarts` does not fit: a daemon with `restart = \"never\"` has no \
         `max_restarts`; remove one of the two",
        "13:11: `daemons.paced.options.backoff` does not fit: a daemon with `restart = \"never\"` has no `backoff`; \
         remove one of the two",
        "14:17: `daemons.paced.options.restart_reset` does not fit: a daemon with `restart = \"never\"` has no \
         `restart_reset`; remove one of the two",
        "15:16: `daemons.paced.options.on_exhausted` does not fit: a daemon with `restart = \"never\"` has no \
         `on_exhausted`; remove one of the two",
        "17:10: `daemons.quiet.options.jitter` does not fit: `jitter` spreads the cycles of `cycle` or `schedule`, and \
         there is neither; add one, or remove `jitter`",
        "18:6: `daemons.quiet.options.tz` does not fit: `tz` is the time zone of a `schedule`, and there is none; add \
         `schedule = \"0 3 * * *\"`, or remove `tz`",
        "19:16: `daemons.quiet.options.max_restarts` does not fit: a daemon with `restart = \"never\"` has no \
         `max_restarts`; remove it, or add `restart = \"on_failure\"`",
    ];
    assert_eq!(in_a_file(toml), expected.map(|line| format!("ringrift.toml:{line}")));
}

#[test]
fn a_cycle_in_the_file_was_accepted_of_a_daemon_without_one() {
    let toml = "[daemons.still.options]\ncycle = '5m'\njitter = '1s'\n[daemons.quiet.options]\ncycle = '5m'";
    let expected = "ringrift.toml:2:9: `daemons.still.options.cycle` does not fit: the daemon has no `run_cycle`, of \
                    which `cycle` is the pace; remove `cycle`, or write `async fn run_cycle(&self, cx: \
                    &Context<Self>) -> DaemonResult` in its `impl Daemon`";
    assert_eq!(in_a_file(toml), [expected]);
    let [schedule] = in_a_file("[daemons.still.options]\nschedule = '0 3 * * *'").try_into().unwrap();
    assert!(schedule.contains(":2:12: `daemons.still.options.schedule` does not fit: the daemon has no `run_cycle`"));
    let [jitter] = in_a_file("[daemons.still.options]\njitter = '1s'").try_into().unwrap();
    assert!(jitter.ends_with("and there is neither; remove `jitter`"), "{jitter}");
}

#[test]
fn a_mixture_of_the_file_and_the_environment_was_accepted() {
    let variable = |name: &str, value: &str| (format!("RINGRIFT__DAEMONS__PACED__OPTIONS__{name}"), value.to_owned());
    let layers = Layers::default()
        .text("ringrift.toml", "[daemons.paced.options]\ncycle = '1m'\nmax_restarts = 2")
        .env([variable("SCHEDULE", "0 3 * * *"), variable("RESTART", "never")]);
    assert_eq!(
        problems(&layers.build().unwrap()),
        [
            "ringrift.toml:3:16: `daemons.paced.options.max_restarts` does not fit: a daemon with `restart = \
             \"never\"` has no `max_restarts`; remove one of the two",
            "environment RINGRIFT__DAEMONS__PACED__OPTIONS__SCHEDULE: `daemons.paced.options.schedule` does not fit: \
             `cycle` and `schedule` exclude each other; keep the one that is meant",
        ]
    );
}

/// The macros can't share code with the runtime, so this holds the two sets of rules together.
#[test]
fn the_words_are_those_of_the_macro() {
    let said_by_the_macro = |name: &str| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../ui-tests/daemon/fail/{name}.stderr"));
        fs::read_to_string(file).unwrap()
    };
    let cases = [
        ("task_with_cycle", "once", "cycle = '5m'"),
        ("task_with_schedule", "once", "schedule = '0 3 * * *'"),
        ("runner_with_cycle", "own", "cycle = '5m'\ncycle_timeout = '1m'"),
        ("cycle_and_schedule", "paced", "cycle = '5m'\nschedule = '0 3 * * *'"),
        ("jitter_without_cycle", "quiet", "jitter = '1s'"),
        ("tz_without_schedule", "quiet", "tz = 'UTC'"),
        ("never_with_limits", "quiet", "max_restarts = 3\nbackoff = ['1s', '2s']\nrestart_reset = '5m'"),
    ];
    for (name, daemon, options) in cases {
        let said = said_by_the_macro(name);
        let found = in_a_file(&format!("[daemons.{daemon}.options]\n{options}"));
        assert!(!found.is_empty(), "{name}");
        for problem in found {
            let (_, rule) = problem.split_once(" does not fit: ").unwrap();
            let (rule, _way_out) = rule.split_once("; ").unwrap();
            assert!(said.contains(rule), "{rule}: {said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_replaces_what_is_declared() {
    let paced = [
        ("schedule = '0 4 * * *'", "schedule", "0 4 * * * UTC"),
        ("restart = 'never'", "restart", "never"),
        ("cycle = '1m'\njitter = '0s'", "schedule", "every 1m"),
    ];
    for (options, name, shown) in paced {
        let config = format!("[daemons.paced.options]\n{options}");
        let kit = TestKit::builder().daemon::<Paced>().config(&config).start().await;
        assert_eq!(kit.daemon(Paced::TYPE).options[name], shown, "{options}");
        kit.finish().await;
    }
    let nightly = [
        ("tz = 'UTC'", "0 3 * * * UTC"),
        ("schedule = '0 4 * * *'", "0 4 * * * Europe/Berlin"),
        ("schedule = '0 4 * * *'\ntz = 'UTC'", "0 4 * * * UTC"),
        ("cycle = '1h'", "every 1h"),
    ];
    for (options, shown) in nightly {
        let config = format!("[daemons.nightly.options]\n{options}");
        let kit = TestKit::builder().daemon::<Nightly>().config(&config).start().await;
        assert_eq!(kit.daemon(Nightly::TYPE).options["schedule"], shown, "{options}");
        kit.finish().await;
    }
    let quiet = "[daemons.quiet.options]\nrestart = 'on_failure'\nmax_restarts = 2";
    let kit = TestKit::builder().daemon::<Quiet>().config(quiet).start().await;
    kit.kill(Quiet::TYPE);
    kit.wait_for(Quiet::TYPE, StateName::Backoff).await;
    kit.finish().await;
}

async fn on_exhausted<D: Daemon>(options: &str) -> String {
    let ty = D::SPEC.get().daemon_type();
    let config = format!("[daemons.{ty}.options]\n{options}");
    let kit = TestKit::builder().daemon::<D>().config(&config).start().await;
    let shown = kit.daemon(ty).options["on_exhausted"].clone();
    kit.finish().await;
    shown
}

#[tokio::test(start_paused = true)]
async fn critical_in_the_file_did_not_bring_escalate() {
    assert_eq!(on_exhausted::<Paced>("").await, "fail");
    assert_eq!(on_exhausted::<Paced>("critical = true").await, "escalate");
    assert_eq!(on_exhausted::<Paced>("critical = true\non_exhausted = 'fail'").await, "fail");
    assert_eq!(on_exhausted::<Vital>("").await, "escalate");
    assert_eq!(on_exhausted::<Vital>("critical = false").await, "fail");
    assert_eq!(on_exhausted::<Stubborn>("critical = false").await, "retry_slow");
    assert_eq!(on_exhausted::<Stubborn>("critical = true").await, "retry_slow");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_the_file_makes_critical_stops_the_process() {
    let config = "[daemons.quiet.options]\ncritical = true";
    let kit = TestKit::builder().daemon::<Quiet>().config(config).start().await;
    assert!(kit.snapshot().runtime.ready);
    kit.kill(Quiet::TYPE);
    let escalated = tokio::time::timeout(secs(1), kit.runtime().escalated()).await.unwrap();
    assert_eq!(escalated, (Quiet::TYPE, "killed by the test".to_owned()));
    assert_eq!((state(&kit, Quiet::TYPE), kit.snapshot().runtime.ready), (StateName::Failed, false));
    kit.finish().await;
}
