//! What a person sees of the `ringrift` binary: what `run` tells, and `status --watch` of it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in tests, and knows no helper of a test")]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    process::{ChildStderr, Stdio},
};

use common::{Running, ringrift};
use serde_json::Value;
use tempfile::TempDir;

/// However full the disk and the memory of the machine are on which the tests run.
const ALWAYS_WELL: &str = "--set daemons.cluster_monitor.disk_limit_percent=101 \
                           --set daemons.cluster_monitor.memory_limit_percent=101";

fn start(folder: &TempDir, arguments: &str) -> Running {
    let mut command = ringrift(folder);
    Running(command.args(arguments.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn stderr(running: &mut Running) -> BufReader<ChildStderr> {
    BufReader::new(running.0.stderr.take().unwrap())
}

/// What a `run` says on stderr that is interrupted once it has said all these, in any order; it ends by
/// itself when it does not.
fn told(arguments: &str, mut awaited: Vec<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder, &format!("run --no-http --for 60s {arguments}"));
    let (mut stderr, mut told) = (stderr(&mut running), String::new());
    while !awaited.is_empty() {
        let from = told.len();
        assert_ne!(stderr.read_line(&mut told).unwrap(), 0, "no {awaited:?} in {told}");
        awaited.retain(|text| !told[from..].contains(text));
    }
    running.interrupt();
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0), "{told}");
    told
}

/// The lines up to the first with that text, which is among them.
fn up_to(text: &str, lines: &mut impl BufRead) -> Vec<String> {
    let mut found = Vec::new();
    for line in lines.lines() {
        found.push(line.unwrap());
        if found.last().unwrap().contains(text) {
            return found;
        }
    }
    panic!("no `{text}` in {found:#?}");
}

#[test]
fn run_tells_what_started_in_which_order_and_how_long_it_took() {
    let told = told("--daemon quality_monitor", vec![" daemons ready"]);
    let table: Vec<Vec<&str>> = told
        .lines()
        .skip_while(|line| !line.starts_with("STARTED"))
        .take_while(|line| !line.ends_with("ready"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(table[0], ["STARTED", "TOOK", "STATE"], "{told}");
    let mut names: Vec<&str> = table[1..].iter().map(|row| row[0]).collect();
    // Neither of the other two needs the other.
    names[1..].sort_unstable();
    assert_eq!(names, ["event_router", "dlq_retry", "quality_monitor"], "{told}");
    for row in &table[1..] {
        assert!(row[1].ends_with("ms") && row[2] == "running", "{told}");
    }
    assert!(told.contains("\n3 of 3 daemons ready\n") && told.contains("\nstopped in "), "{told}");
}

#[test]
fn run_of_a_category_starts_its_daemons_and_what_they_need() {
    let told = told("--category health", vec![" daemons ready"]);
    for daemon in ["event_router", "cluster_monitor", "quality_monitor"] {
        assert!(told.contains(&format!("INFO running daemon=\"{daemon}\" incarnation=1")), "{told}");
    }
    assert!(!told.contains("selfplay_coordinator"), "{told}");
}

#[test]
fn with_log_json_every_line_is_an_object_and_the_notes_are_among_them() {
    let arguments = format!("--log json --daemon cluster_monitor {ALWAYS_WELL}");
    let told = told(&arguments, vec!["the machine is well", " daemons ready"]);
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let cycle = lines.iter().find(|line| line["message"] == "the machine is well").unwrap();
    let spans: Vec<&Value> = cycle["spans"].as_array().unwrap().iter().collect();
    assert_eq!((&spans[0]["daemon"], &spans[0]["incarnation"]), (&"cluster_monitor".into(), &1.into()), "{cycle}");
    assert_eq!(spans[1]["cycle"], 1, "{cycle}");
    assert!(lines.iter().any(|line| line["note"] == "3 of 3 daemons ready"), "{told}");
}

#[test]
fn status_watch_shows_page_after_page_outlives_the_process_and_ends_at_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder, "run --daemon event_router --http 127.0.0.1:0");
    let mut stderr = stderr(&mut running);
    let told = up_to("views on http://", &mut stderr);
    let address = told.last().unwrap().split_once("views on http://").unwrap().1.split_once("/,").unwrap().0;
    up_to(" ready", &mut stderr);

    let mut watch = start(&folder, &format!("status --watch --http {address}"));
    let mut pages = BufReader::new(watch.0.stdout.take().unwrap());
    for _ in 0..2 {
        let page = up_to("event_router", &mut pages);
        assert!(page.iter().any(|line| line.starts_with(&format!("pid {}, running", running.0.id()))), "{page:#?}");
    }
    drop(running);
    up_to("nothing answers on", &mut pages);

    watch.interrupt();
    // To its end: a pipe that is full would hold it up.
    pages.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(watch.0.wait().unwrap().code(), Some(0));
}
