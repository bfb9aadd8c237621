use std::io::Write;

use serde_json::json;

use super::{EIGHTY, ask, ask_of, check, json, odd};
use crate::declaration::graph::fixture::registry;

#[test]
fn a_sound_program_is_ok() {
    check("check", 0, "ok: 5 daemons, 3 events, no configuration file\n", "");
    let report = json("check --json");
    assert_eq!(report, json!({"ok": true, "daemons": 5, "events": 3, "config_file": null, "wiring": [], "config": []}));
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
