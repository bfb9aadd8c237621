use std::io::Write;

use serde_json::json;

use super::{Answer, EIGHTY, ask, ask_of, ask_with, check, json, odd};
use crate::declaration::graph::fixture::registry;

#[test]
fn a_sound_program_is_ok() {
    check("check", 0, "ok: 5 daemons, 3 events, no configuration file\n", "");
    let report = json("check --json");
    assert_eq!(
        report,
        json!({"ok": true, "daemons": 5, "events": 3, "config_file": null, "wiring": [], "config": [], "refusals": [], "warnings": []})
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let page = "\
error: --set daemons.auto_sync.options.cylce: `daemons.auto_sync.options.cylce` is not a known key; did you mean `cycle`?
error: --set daemons.auto_snyc.x: `daemons.auto_snyc` is not a known key; did you mean `auto_sync`?
error: --set runtime.http: `runtime.http` must be an address and a port, as in `127.0.0.1:8790`, or `off`, not `8790`
3 errors: 5 daemons, 3 events, no configuration file
";
    let line = "check --set daemons.auto_sync.options.cylce=3s --set daemons.auto_snyc.x=1 --set runtime.http=8790";
    let answer = ask(line);
    let mut got: Vec<&str> = answer.results.lines().collect();
    let mut expected: Vec<&str> = page.lines().collect();
    got.sort_unstable();
    expected.sort_unstable();
    assert_eq!((got, answer.code), (expected, 1));
}

#[test]
fn a_wrong_address_was_not_told_beside_another_mistake_of_its_section() {
    let answer =
        ask("check --set runtime.stritc=true --set runtime.http=8790 --set runtime.http_allowed_hosts=[\"*\"]");
    assert!(answer.results.ends_with("\n3 errors: 5 daemons, 3 events, no configuration file\n"), "{}", answer.results);
}

#[test]
fn check_was_silent_of_daemons_that_wait_for_one_that_is_off() {
    let answer = ask("check --set daemons.event_router.options.enabled=false");
    let waits =
        "warning: `auto_sync` will not start: it needs `event_router`, which is disabled\n  --> src/daemons.rs:";
    assert!(answer.results.contains(waits), "{}", answer.results);
    assert_eq!(answer.code, 0);
}

#[test]
fn wiring_problems_are_errors_or_warnings() {
    let registry = registry().with_entries([odd::misspelt()]);
    let answer = ask_of(&registry, "check", EIGHTY);
    assert_eq!(
        answer.results,
        "\
error: `watcher::on_game` handles `GAME_AVAILABLE`, which nobody emits; `GAMES_AVAILABLE` is emitted; add it to the `emits` of a daemon, or mark the event `external`
  --> src/daemons.rs:50
warning: daemon `watcher` emits `UNHEARD`, which nobody handles
  --> src/daemons.rs:50
1 error, 1 warning: 6 daemons, 5 events, no configuration file
"
    );
    assert_eq!(answer.code, 1);
    let answer = ask_of(&registry, "check --json", EIGHTY);
    let report: serde_json::Value = serde_json::from_str(&answer.results).unwrap();
    assert_eq!((&report["ok"], &report["wiring"][1]["severity"]), (&json!(false), &json!("warning")));
    assert_eq!(answer.code, 1);
}

#[test]
fn the_file_is_read_and_its_lines_are_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[daemons.auto_sync.options]\ncycle = \"5 parsecs\"\n").unwrap();
    let path = file.path().display();
    let answer = ask(&format!("check --config {path}"));
    let expected = format!(
        "error: {path}:2:9: `daemons.auto_sync.options.cycle` must be a duration such as \"60s\", \"5m\" or \"1h 30m\", not the string \"5 parsecs\"\n1 error: 5 daemons, 3 events, configuration {path}\n"
    );
    assert_eq!((answer.results, answer.code), (expected, 1));
    let missing = ask("check --config /nowhere/ringrift.toml");
    assert_eq!(missing.code, 1);
    assert!(missing.results.starts_with("error: /nowhere/ringrift.toml: cannot be read: "), "{}", missing.results);
}

/// `check` of the hand-made daemons and one that needs a value, with a folder of its own.
fn needy(flags: &str) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("check --set runtime.data_dir={} {flags}", folder.path().display());
    ask_of(&registry().with_entries([odd::needy()]), &line, EIGHTY)
}

#[test]
fn a_value_that_nobody_provides_was_not_reported_though_run_refuses() {
    let answer = needy("--set daemons.needy.options.mailbox=0");
    assert_eq!(
        answer.results,
        "\
error: --set daemons.needy.options.mailbox: `daemons.needy.options.mailbox` must be a whole number of at least 1, not 0
error: nobody provides the `GameDb` for field `games` of daemon `needy`; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`)
  --> src/daemons.rs:60
2 errors: 6 daemons, 3 events, no configuration file
"
    );
    assert_eq!(answer.code, 1);
}

#[test]
fn a_value_that_only_a_disabled_daemon_needs_is_a_warning() {
    let answer = needy("--set daemons.needy.options.enabled=false");
    assert_eq!(
        answer.results,
        "\
warning: nobody provides the `GameDb` for field `games` of daemon `needy`, should it ever run; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`)
  --> src/daemons.rs:60
ok, with 1 warning: 6 daemons, 3 events, no configuration file
"
    );
    assert_eq!(answer.code, 0);
}

#[test]
fn a_value_is_known_to_be_provided_without_being_made() {
    let registry = registry().with_entries([odd::needy()]);
    let make = || -> Result<u128, String> { panic!("only `run` makes it") };
    let answer = ask_with(&registry, "check", EIGHTY, |builder| Ok(builder.provide_with(make)));
    assert_eq!((answer.results.as_str(), answer.code), ("ok: 6 daemons, 3 events, no configuration file\n", 0));
}

#[test]
fn what_the_program_and_its_selection_say_against_a_start_is_said() {
    let answer = ask_with(&registry(), "check", EIGHTY, |_| Err("the game database is locked".into()));
    let expected = "error: the game database is locked\n1 error: 5 daemons, 3 events, no configuration file\n";
    assert_eq!((answer.results.as_str(), answer.code), (expected, 1));
    let answer = ask("check --set runtime.profile=cordinator");
    let once = "error: --set runtime.profile: `runtime.profile` must be ";
    assert!(answer.results.starts_with(once), "{}", answer.results);
    assert!(answer.results.ends_with("\n1 error: 5 daemons, 3 events, no configuration file\n"), "{}", answer.results);
    let selected = |builder: crate::runtime::Builder| Ok(builder.profile("cordinator"));
    let answer = ask_with(&registry(), "check", EIGHTY, selected);
    let expected = "error: no daemon is in profile `cordinator`; did you mean `coordinator`?\n1 error: 5 daemons, 3 events, no configuration file\n";
    assert_eq!((answer.results.as_str(), answer.code), (expected, 1));
}

#[test]
fn what_only_run_refused_was_not_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display();
    let answer = ask(&format!("check --set runtime.http=0.0.0.0:8790 --set runtime.data_dir={path}"));
    let (address, folder) = answer.results.split_once('\n').unwrap();
    assert!(address.starts_with("error: refused to listen on `0.0.0.0:8790`: "), "{address}");
    // It may be run as another user.
    assert!(
        folder.starts_with(&format!(
            "warning: the folder of the store, `{path}` (`runtime.data_dir` names another), can't be used: "
        )),
        "{folder}"
    );
    assert!(folder.ends_with("\n1 error, 1 warning: 5 daemons, 3 events, no configuration file\n"), "{folder}");
    assert_eq!(answer.code, 1);
    assert_eq!(ask(&format!("check --set runtime.data_dir={path}")).code, 0);
}

#[test]
fn a_mistake_switched_on_again_what_the_configuration_switches_off() {
    let answer = needy("--set daemons.needy.options.enabled=false --set runtime.stritc=true");
    assert!(
        answer.results.ends_with("\n1 error, 1 warning: 6 daemons, 3 events, no configuration file\n"),
        "{}",
        answer.results
    );
    let answer = needy("--set runtime.profile=cordinator");
    assert!(answer.results.ends_with("\n1 error: 6 daemons, 3 events, no configuration file\n"), "{}", answer.results);
    let answer = needy("--config /nowhere/ringrift.toml");
    assert!(answer.results.starts_with("error: /nowhere/ringrift.toml: cannot be read: "), "{}", answer.results);
    assert!(
        answer.results.ends_with("\n1 error: 6 daemons, 3 events, configuration /nowhere/ringrift.toml\n"),
        "{}",
        answer.results
    );
}

#[test]
fn an_allowed_host_is_a_host_and_nothing_more() {
    for host in ["http://ring.internal", "ring.internal:80", "*", "*.ring.internal", "me@ring.internal", "a/b", ""] {
        let answer = ask(&format!("check --set runtime.http_allowed_hosts=[\"{host}\"]"));
        let expected = format!(
            "error: --set runtime.http_allowed_hosts: `runtime.http_allowed_hosts` must list hosts without scheme, port or wildcard, as in `ringrift.example.org`, not `{host}`\n1 error: 5 daemons, 3 events, no configuration file\n"
        );
        assert_eq!((answer.results, answer.code), (expected, 1));
    }
    let hosts = "[\"ring.internal\",\"10.1.2.3\",\"[fd00::1]\"]";
    assert_eq!(ask(&format!("check --set runtime.http_allowed_hosts={hosts}")).code, 0);
}
