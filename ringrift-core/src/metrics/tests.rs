use std::collections::{BTreeMap, BTreeSet};

use super::{open_metrics, text};
use crate::http::fixture::snapshot;

/// The series of one family.
fn series(page: &str, family: &str) -> Vec<String> {
    page.lines()
        .filter(|line| line.starts_with(&format!("{family}{{")) || line.starts_with(&format!("{family} ")))
        .map(str::to_owned)
        .collect()
}

fn check(family: &str, expected: &[&str]) {
    assert_eq!(series(&text(snapshot()), family), expected, "{family}");
}

#[test]
fn runtime_series() {
    check("ringrift_build_info", &[r#"ringrift_build_info{version="0.1.0"} 1"#]);
    check("ringrift_runtime_uptime_seconds", &["ringrift_runtime_uptime_seconds 192.0"]);
    check("ringrift_runtime_ready", &["ringrift_runtime_ready 1"]);
    check(
        "ringrift_runtime_phase",
        &[
            r#"ringrift_runtime_phase{phase="starting"} 0"#,
            r#"ringrift_runtime_phase{phase="running"} 1"#,
            r#"ringrift_runtime_phase{phase="stopping"} 0"#,
            r#"ringrift_runtime_phase{phase="stopped"} 0"#,
        ],
    );
}

#[test]
fn daemons_have_one_state_each_and_only_selected_ones_have_series() {
    let page = text(snapshot());
    let states = series(&page, "ringrift_daemon_state");
    assert_eq!(states.len(), 4 * 10);
    let current: Vec<&String> = states.iter().filter(|line| line.ends_with(" 1")).collect();
    assert_eq!(
        current,
        [
            r#"ringrift_daemon_state{daemon="auto_export",state="waiting"} 1"#,
            r#"ringrift_daemon_state{daemon="auto_sync",state="running"} 1"#,
            r#"ringrift_daemon_state{daemon="event_router",state="running"} 1"#,
            r#"ringrift_daemon_state{daemon="quality_monitor",state="backoff"} 1"#,
        ]
    );
    assert!(!page.contains("cleanup"), "{page}");
}

#[test]
fn daemon_series() {
    check(
        "ringrift_daemon_cycles_total",
        &[
            r#"ringrift_daemon_cycles_total{daemon="auto_export",result="ok"} 0"#,
            r#"ringrift_daemon_cycles_total{daemon="auto_export",result="error"} 0"#,
            r#"ringrift_daemon_cycles_total{daemon="auto_sync",result="ok"} 190"#,
            r#"ringrift_daemon_cycles_total{daemon="auto_sync",result="error"} 2"#,
            r#"ringrift_daemon_cycles_total{daemon="event_router",result="ok"} 0"#,
            r#"ringrift_daemon_cycles_total{daemon="event_router",result="error"} 0"#,
            r#"ringrift_daemon_cycles_total{daemon="quality_monitor",result="ok"} 0"#,
            r#"ringrift_daemon_cycles_total{daemon="quality_monitor",result="error"} 0"#,
        ],
    );
    let of_sync = |family: &str| {
        let page = text(snapshot());
        let lines = series(&page, family);
        let line = lines.iter().find(|line| line.contains("\"auto_sync\""));
        line.unwrap().rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_eq!(of_sync("ringrift_daemon_restarts_total"), "1");
    assert_eq!(of_sync("ringrift_daemon_errors_total"), "3");
    assert_eq!(of_sync("ringrift_daemon_panics_total"), "1");
    assert_eq!(of_sync("ringrift_daemon_ready"), "1.0");
    assert_eq!(of_sync("ringrift_daemon_healthy"), "1.0");
    assert_eq!(of_sync("ringrift_daemon_uptime_seconds"), "191.5");
    assert_eq!(of_sync("ringrift_daemon_start_duration_seconds"), "0.012");
    assert_eq!(of_sync("ringrift_daemon_info"), "1",);
    check("ringrift_mailbox_capacity", &[r#"ringrift_mailbox_capacity{daemon="auto_export"} 1024.0"#]);
}

/// One value per column, all different, so that no two can be swapped.
#[test]
fn every_column_of_the_account_has_its_own_series() {
    let labels = r#"{event="GAMES_AVAILABLE",daemon="auto_export",handler="on_games"}"#;
    let page = text(snapshot());
    for (family, value) in [
        ("owed_total", 30),
        ("handled_total", 8),
        ("dead", 1),
        ("discarded_total", 2),
        ("evicted_total", 3),
        ("dropped_total", 4),
        ("deduplicated_total", 5),
        ("undelivered_at_stop_total", 6),
    ] {
        let family = format!("ringrift_deliveries_{family}");
        assert_eq!(series(&page, &family), [format!("{family}{labels} {value}")]);
    }
    check("ringrift_handler_paused", &[&format!("ringrift_handler_paused{labels} 1")]);
    check("ringrift_handler_pauses_total", &[&format!("ringrift_handler_pauses_total{labels} 2")]);
    check("ringrift_events_emitted_total", &[r#"ringrift_events_emitted_total{event="GAMES_AVAILABLE"} 20"#]);
}

#[test]
fn dead_letters_by_state_and_reason() {
    let page = text(snapshot());
    let kept = series(&page, "ringrift_dead_letters");
    assert_eq!(kept.len(), 4 * 9, "every state and every reason has its series");
    let there: Vec<&String> = kept.iter().filter(|line| !line.ends_with(" 0")).collect();
    assert_eq!(
        there,
        [
            r#"ringrift_dead_letters{state="pending",reason="handler_error"} 1"#,
            r#"ringrift_dead_letters{state="recovered",reason="handler_error"} 4"#,
            r#"ringrift_dead_letters{state="exhausted",reason="timeout"} 2"#,
            r#"ringrift_dead_letters{state="discarded",reason="timeout"} 7"#,
        ]
    );
    check("ringrift_dead_letters_retrying", &["ringrift_dead_letters_retrying 6"]);
    check("ringrift_dead_letters_in_store", &["ringrift_dead_letters_in_store 10"]);
    check("ringrift_dead_letters_recovered_total", &["ringrift_dead_letters_recovered_total 5"]);
    check("ringrift_dead_letters_exhausted_total", &["ringrift_dead_letters_exhausted_total 3"]);
    check("ringrift_dead_letters_discarded_total", &["ringrift_dead_letters_discarded_total 9"]);
    check("ringrift_dead_letters_unwritten_total", &["ringrift_dead_letters_unwritten_total 8"]);
}

#[test]
fn open_metrics_names_families_and_ends_with_a_mark() {
    let page = open_metrics(snapshot());
    assert!(page.starts_with("# HELP ringrift_build The version of ringrift.\n# TYPE ringrift_build info\n"));
    assert!(page.contains("# TYPE ringrift_daemon_cycles counter\n"));
    assert!(page.ends_with("\n# EOF\n"));
}

/// The rules of the text format and of `promtool check metrics`, on every line.
#[test]
fn the_text_is_what_prometheus_reads() {
    let page = text(snapshot());
    assert!(page.ends_with('\n') && !page.contains("# EOF"));
    let mut types = BTreeMap::new();
    let mut helped = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut current = "";
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect(line);
            assert!(helped.insert(name) && !help.is_empty(), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect(line);
            assert!(helped.contains(name), "no help: {line}");
            assert!(types.insert(name, kind).is_none(), "twice: {line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(["counter", "gauge"].contains(&kind), "{line}");
            current = name;
        } else {
            let (key, value) = line.rsplit_once(' ').expect(line);
            assert_eq!(key.split('{').next(), Some(current), "not in its family: {line}");
            assert!(seen.insert(key), "twice: {line}");
            assert!(value.parse::<f64>().is_ok_and(|it| it >= 0.0), "{line}");
            check_labels(key);
        }
    }
    assert!(types.len() > 30, "{types:?}");
}

fn check_labels(series: &str) {
    let Some((name, labels)) = series.split_once('{') else {
        return;
    };
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{series}");
    for label in labels.strip_suffix('}').expect(series).split(',') {
        let (key, value) = label.split_once('=').expect(series);
        assert!(key.chars().all(|c| c.is_ascii_lowercase()) && !key.is_empty(), "{series}");
        assert!(value.len() > 2 && value.starts_with('"') && value.ends_with('"'), "{series}");
    }
}
