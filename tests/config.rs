//! The configuration: sections, options, what is wrong with them, and who wins.

use std::time::Duration;

use ringrift_core::{
    Registry, StateName,
    config::{Config, layers::Layers},
    prelude::*,
    runtime::{Runtime, check_config},
    testing::TestKit,
};
use serde::Deserialize;

/// `[daemons.tuned]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Tuning {
    threshold: f64,
    most: u32,
    name: String,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { threshold: 0.6, most: 10, name: "none".into() }
    }
}

/// Has a section.
#[daemon(category = "misc", cycle = "5m", config = Tuning, register = false)]
struct Tuned {
    #[config]
    tuning: Tuning,
    #[config]
    again: Tuning,
}

impl Daemon for Tuned {
    idle!();
}

/// Has none.
#[daemon(category = "misc", register = false)]
struct Plain;

impl Daemon for Plain {
    idle!();
}

fn registry() -> Registry {
    Registry::empty().with::<Tuned>().with::<Plain>()
}

fn config(toml: &str) -> Config {
    Layers::default().text("ringrift.toml", toml).build().unwrap()
}

fn problems(toml: &str) -> Vec<String> {
    check_config(&registry(), &config(toml)).iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn a_section_fills_its_daemon_and_leaves_the_rest_at_its_default() {
    let toml = "[daemons.tuned]\nthreshold = 0.9\n[daemons.tuned.options]\ncycle = \"1h\"";
    let kit = TestKit::builder().daemon::<Tuned>().config(toml).start().await;
    let expected = Tuning { threshold: 0.9, ..Tuning::default() };
    assert_eq!(kit.get::<Tuned>().tuning, expected);
    kit.finish().await;
    let kit = TestKit::builder().daemon::<Tuned>().start().await;
    assert_eq!(kit.get::<Tuned>().tuning, Tuning::default());
    kit.finish().await;
}

#[test]
fn every_problem_is_reported_at_once_with_its_place_and_the_nearest_name() {
    let toml = "\
[runtme]
[runtime]
profil = \"x\"
[daemons.tuned]
treshold = 0.5
most = \"many\"
[daemons.tuned.options]
cylce = \"5m\"
mailbox = 0
handler_timeout = \"5 parsecs\"
[daemons.plain]
anything = 1
[daemons.tunde]
";
    assert_eq!(
        problems(toml),
        [
            "ringrift.toml:1:2: `runtme` is not a known key; did you mean `runtime`?",
            "ringrift.toml:3:1: `runtime.profil` is not a known key; did you mean `profile`?",
            "ringrift.toml:5:1: `daemons.tuned.treshold` is not a known key; did you mean `threshold`?",
            "ringrift.toml:6:8: `daemons.tuned.most` must be a whole number of at least 0, not the string \"many\"",
            "ringrift.toml:8:1: `daemons.tuned.options.cylce` is not a known key; did you mean `cycle`?",
            "ringrift.toml:9:11: `daemons.tuned.options.mailbox` must be a whole number of at least 1, not 0",
            "ringrift.toml:10:19: `daemons.tuned.options.handler_timeout` must be a duration such as \"60s\", \"5m\" \
             or \"1h 30m\", not the string \"5 parsecs\"",
            "ringrift.toml:12:1: `daemons.plain.anything` is not a known key; known are `options`",
            "ringrift.toml:13:10: `daemons.tunde` is not a known key; did you mean `tuned`?",
        ]
    );
}

#[test]
fn options_out_of_range_are_reported_where_they_stand() {
    let zero_durations = [
        "cycle",
        "cycle_timeout",
        "handler_timeout",
        "start_timeout",
        "stop_timeout",
        "stall_after",
        "restart_reset",
        "health_check_interval",
    ];
    for key in zero_durations {
        let found = problems(&format!("[daemons.plain.options]\n{key} = \"0s\"\n"));
        let column = key.len() + 4;
        let expected = format!("ringrift.toml:2:{column}: `daemons.plain.options.{key}` must be longer than 0");
        assert_eq!(found, [expected]);
    }
    for key in ["max_restarts", "mailbox", "concurrency"] {
        let found = problems(&format!("[daemons.plain.options]\n{key} = 0\n"));
        assert!(
            found.len() == 1 && found[0].ends_with(&format!(".{key}` must be a whole number of at least 1, not 0")),
            "{found:?}"
        );
    }
    assert_eq!(
        problems("[daemons.plain.options]\nbackoff = [\"2m\", \"1m\"]\n"),
        ["ringrift.toml:2:11: `daemons.plain.options.backoff` must go from more than 0 up to a cap that is not \
          smaller, not from 2m to 1m"]
    );
    assert_eq!(problems("[daemons.tuned.options]\nstartup_grace = \"0s\"\njitter = \"0s\"\n"), Vec::<String>::new());
}

/// In a profile, at the firings of a cron line.
#[daemon(category = "misc", schedule = "0 3 * * *", profiles = ["coordinator"], register = false)]
struct Nightly;

impl Daemon for Nightly {
    idle!();
}

#[test]
fn a_profile_and_a_zone_were_only_told_once_the_rest_was_right() {
    let toml = "\
[runtime]
profile = \"cordinator\"
strict = 1
[daemons.nightly.options]
schedule = \"0 25 * * *\"
tz = \"Mars/Base\"
[daemons.plain.options]
tz = \"Mars/Base\"
";
    let found = check_config(&registry().with::<Nightly>(), &config(toml));
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "ringrift.toml:2:11: `runtime.profile` must be `coordinator`, not \"cordinator\"; did you mean `coordinator`?",
            "ringrift.toml:3:10: `runtime.strict` must be true or false, not 1",
            "ringrift.toml:5:12: `daemons.nightly.options.schedule` is not valid: `0 25 * * *` is not a cron line: `25` is no hour; \
             write five fields, `minute hour day month weekday`, as in `0 3 * * *`",
            "ringrift.toml:6:6: `daemons.nightly.options.tz` is not valid: `Mars/Base` is not a time zone; write an IANA name such as \
             `UTC` or `Europe/Berlin`",
            "ringrift.toml:8:6: `daemons.plain.options.tz` does not fit: `tz` is the time zone of a `schedule`, and \
             there is none; add `schedule = \"0 3 * * *\"`, or remove `tz`",
            "ringrift.toml:8:6: `daemons.plain.options.tz` is not valid: `Mars/Base` is not a time zone; write an IANA name such as \
             `UTC` or `Europe/Berlin`",
        ]
    );
    let toml = "[runtime]\nprofile = \"cordinator\"\n";
    assert_eq!(
        problems(toml),
        ["ringrift.toml:2:11: `runtime.profile` must be removed: no daemon of this program is in a profile"]
    );
}

#[test]
fn what_stands_beside_an_option_that_can_not_be_read_was_blamed_for_it() {
    let toml = "\
[daemons.plain.options]
schedule = 3
tz = \"UTC\"
jitter = \"1s\"
restart = \"nevr\"
max_restarts = 3
";
    assert_eq!(
        problems(toml),
        [
            "ringrift.toml:2:12: `daemons.plain.options.schedule` must be a string, not 3",
            "ringrift.toml:5:11: `daemons.plain.options.restart` must be one of `on_failure`, `always`, `never`, not \
             \"nevr\"; did you mean `never`?",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_runtime_with_a_wrong_configuration_does_not_start() {
    let config = config("[daemons.tuned]\nmost = -1\n[daemons.palin]\n");
    let refused = Runtime::builder().registry(registry()).config(config).start().await.err().unwrap();
    assert_eq!(
        refused.to_string(),
        "2 problems in the configuration\n  \
         ringrift.toml:2:8: `daemons.tuned.most` must be a whole number of at least 0, not -1\n  \
         ringrift.toml:3:10: `daemons.palin` is not a known key; did you mean `plain`?"
    );
}

/// What the environment and a flag make of the file's three values.
#[tokio::test(start_paused = true)]
async fn the_environment_goes_before_the_file_and_flags_before_both() {
    let toml = "[daemons.tuned]\nthreshold = 0.1\nmost = 1\nname = \"file\"\n[daemons.plain.options]\nenabled = true";
    let variable = |name: &str, value: &str| (format!("RINGRIFT__DAEMONS__{name}"), value.to_owned());
    let layers = Layers::default()
        .text("ringrift.toml", toml)
        .env([
            variable("TUNED__MOST", "2"),
            variable("TUNED__NAME", "env"),
            variable("PLAIN__OPTIONS__ENABLED", "false"),
        ])
        .set("daemons.tuned.name", "flag", "--set daemons.tuned.name");
    let runtime = Runtime::builder().registry(registry()).config(layers.build().unwrap()).start().await.unwrap();
    runtime.started().await;
    let tuned = runtime.handle::<Tuned>().unwrap().get().unwrap();
    let expected = Tuning { threshold: 0.1, most: 2, name: "flag".into() };
    assert_eq!((&tuned.tuning, &tuned.again), (&expected, &expected));
    drop(tuned);
    let plain = runtime.state(Plain::TYPE).unwrap();
    assert_eq!((plain.name(), plain.cause()), (StateName::Disabled, "`daemons.plain.options.enabled` is false"));
    runtime.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn an_option_of_the_file_is_in_force() {
    let toml = "[daemons.tuned.options]\ncycle = \"10s\"";
    let kit = TestKit::builder().daemon::<Tuned>().config(toml).start().await;
    kit.advance(Duration::from_secs(105)).await;
    assert_eq!(kit.stats(Tuned::TYPE).cycles, 11);
    kit.finish().await;
}
