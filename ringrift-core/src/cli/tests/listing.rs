use serde_json::json;

use super::{EIGHTY, Terminal, ask, ask_of, check, json, odd};
use crate::{Registry, declaration::graph::fixture::registry};

const LIST: &str = "\
NAME             CATEGORY  RUNS           DESCRIPTION
auto_export      pipeline  on request     Exports training data.
auto_sync        sync      every 1m       Copies \"new\" games from every host.
                                          (critical)
cleanup          misc      once           Removes old files. (off by default;
                                          deprecated: use disk_space)
event_router     event     on request     Carries events.
quality_monitor  health    0 3 * * * UTC  Scores fresh games.
";

#[test]
fn list_fits_the_terminal() {
    check("list", 0, LIST, "5 daemons\n");
    assert!(LIST.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn list_into_a_pipe_breaks_no_line() {
    let piped = Terminal { width: None, ..EIGHTY };
    let answer = ask_of(&registry(), "list", piped);
    assert_eq!(answer.results.lines().count(), 6);
    assert!(answer.results.contains("Copies \"new\" games from every host. (critical)\n"));
}

#[test]
fn list_of_a_category() {
    let table = "\
NAME             CATEGORY  RUNS           DESCRIPTION
event_router     event     on request     Carries events.
quality_monitor  health    0 3 * * * UTC  Scores fresh games.
";
    check("list --category health --category EVENT", 0, table, "2 daemons\n");
    check("list --category queue", 0, "", "there is no such daemon\n");
    let names = json("list --category sync --json");
    assert_eq!((names.as_array().map(Vec::len), &names[0]["name"]), (Some(1), &json!("auto_sync")));
}

#[test]
fn show_tells_all_that_is_declared() {
    let page = "\
auto_export
  Exports training data.

  category     pipeline
  runs         on request
  depends on   event_router, auto_sync
  wants        quality_monitor
  handles      GAMES_AVAILABLE in on_games
               QUALITY_LOW in on_quality
  profiles     every profile
  declared at  src/daemons.rs:20
";
    check("show auto_export", 0, page, "");
    let page = "\
quality_monitor
  Scores fresh games.

  category     health
  runs         0 3 * * * UTC
  depends on   event_router
  needed by    auto_export
  emits        QUALITY_LOW
  handles      GAMES_AVAILABLE in on_games
  profiles     coordinator, local
  declared at  src/daemons.rs:30
";
    check("show QUALITY_MONITOR", 0, page, "");
}

#[test]
fn a_daemon_without_documentation_left_two_lines_empty() {
    let page = ask_of(&registry().with_entries([odd::needy()]), "show needy", EIGHTY).results;
    assert!(page.starts_with("needy\n\n  category "), "{page}");
}

#[test]
fn show_as_json_has_the_same() {
    assert_eq!(
        json("show auto_sync --json"),
        json!({
            "name": "auto_sync",
            "description": "Copies \"new\" games from every host.",
            "category": "sync",
            "kind": "service",
            "place": "src/daemons.rs:10",
            "schedule": "every 1m",
            "critical": true,
            "depends_on": ["event_router"],
            "wants": [],
            "dependents": ["auto_export"],
            "emits": ["GAMES_AVAILABLE"],
            "handlers": [
                {"event": "HOST_OFFLINE", "handler": "on_host_offline", "dedup": null, "timeout": null, "breaker": 100},
            ],
            "profiles": null,
            "default_off": false,
            "deprecated": null,
        })
    );
}

#[test]
fn events_name_emitters_and_handlers() {
    let table = "\
EVENT            EMITTED BY       HANDLED BY
GAMES_AVAILABLE  auto_sync        auto_export
                                  quality_monitor
HOST_OFFLINE     (outside)        auto_sync
QUALITY_LOW      quality_monitor  auto_export
";
    check("events", 0, table, "3 events\n");
    let events = json("events --json");
    assert_eq!(events[1]["external"], true);
    assert_eq!(events[0]["handlers"], json!(["auto_export::on_games", "quality_monitor::on_games"]));
    let none = ask_of(&Registry::empty(), "events", EIGHTY);
    assert_eq!((none.results.as_str(), none.notes.as_str()), ("", "this program has no events\n"));
}

#[test]
fn events_say_which_are_durable() {
    let registry = Registry::empty().with_entries([odd::cashier()]);
    let table = "\
EVENT      EMITTED BY  HANDLED BY
GAME_PAID  cashier     (nobody)
(durable)
";
    assert_eq!(ask_of(&registry, "events", EIGHTY).results, table);
    let durable = |events: serde_json::Value| events[0]["durable"].clone();
    let answer = ask_of(&registry, "events --json", EIGHTY);
    assert_eq!(durable(serde_json::from_str(&answer.results).unwrap()), true);
    assert_eq!(durable(json("events --json")), false);
}

#[test]
fn graph_draws_dependencies_and_with_events_those_too() {
    let tree = "\
auto_export [pipeline]
├─ event_router [event]
└─ quality_monitor [health] (wants)
   └─ event_router [event]
";
    check("graph --focus quality_monitor", 0, tree, "");
    let with_events = ask("graph --events --focus quality_monitor").results;
    assert!(with_events.contains("QUALITY_LOW -> auto_export"), "{with_events}");
    for (format, start) in [("dot", "digraph ringrift {\n"), ("mermaid", "flowchart LR\n")] {
        let drawn = ask(&format!("graph --format {format}")).results;
        assert!(drawn.starts_with(start), "{drawn}");
        assert!(!drawn.contains("QUALITY_LOW"), "{drawn}");
    }
    assert_eq!(json("graph --format json")["nodes"][1]["name"], "auto_sync");
}

#[test]
fn an_unknown_daemon_is_told_the_nearest() {
    let notes = "error: no daemon is called `auto_snyc`; did you mean `auto_sync`?\n";
    check("show auto_snyc", 2, "", notes);
    check("graph --focus auto_snyc", 2, "", notes);
    let notes =
        "error: no daemon is called `zzz`; there are: auto_export, auto_sync, cleanup, event_router, quality_monitor\n";
    check("show zzz", 2, "", notes);
}
