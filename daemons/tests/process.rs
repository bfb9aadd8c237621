//! The `ringrift` binary as a process: killed in the middle of the job, interrupted, refused.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in tests, and knows no helper of a test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use common::{Running, ringrift};
use ringrift_daemons::data_folder::DataFolder;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A working directory, in which the process makes its data folder.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ringrift(&self, arguments: &[&str]) -> Command {
        let mut command = ringrift(&self.folder);
        command.args(arguments);
        command
    }

    fn start(&self, arguments: &[&str]) -> Running {
        let log = File::create(self.path("log.txt")).unwrap();
        Running(self.ringrift(arguments).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// Where the process serves its views.
    fn views(&self) -> String {
        let mut address = None;
        until("views", || {
            let log = self.log();
            let rest = log.split_once("views on http://").map(|(_, rest)| rest);
            address = rest.and_then(|rest| Some(rest.split_once("/,")?.0.to_owned()));
            address.is_some()
        });
        address.unwrap()
    }

    /// Starts the daemons of one machine, with games that are short.
    fn run(&self) -> Running {
        let mut arguments = vec!["run", "--profile", "local", "--no-http"];
        for setting in [
            "daemons.selfplay_coordinator.configs=[\"hex5_2p\", \"hex6_2p\"]",
            "daemons.selfplay_coordinator.playouts=4",
            "daemons.selfplay_coordinator.options.cycle=10ms",
            "daemons.data_pipeline.options.cycle=100ms",
            "daemons.cluster_monitor.disk_limit_percent=101",
            "daemons.cluster_monitor.memory_limit_percent=101",
        ] {
            arguments.extend(["--set", setting]);
        }
        self.start(&arguments)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log.txt")).unwrap()
    }

    /// What was played in each game that is stored: without the key by which the database tells
    /// games apart.
    fn stored(&self) -> Vec<String> {
        let path = self.path("data/games.db");
        let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
            return Vec::new();
        };
        connection.busy_timeout(PATIENCE).unwrap();
        // Before the first process has made the tables, there are none.
        let Ok(mut games) = connection.prepare("SELECT json FROM games") else {
            return Vec::new();
        };
        let lines = games.query_map([], |row| row.get::<_, String>(0)).unwrap();
        lines.map(|line| played(&line.unwrap())).collect()
    }

    /// The same of the games in the files that were taken in.
    fn taken_in(&self) -> BTreeSet<String> {
        let Ok(files) = fs::read_dir(self.path("data/inbox/done")) else {
            return BTreeSet::new();
        };
        let files = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        files.flat_map(|file| file.lines().map(played).collect::<Vec<_>>()).collect()
    }

    /// Waits until the games of both configs are scored.
    fn until_scored(&self, running: &mut Running) {
        until("scores", || {
            let end = running.0.try_wait().unwrap();
            assert!(end.is_none(), "the process has ended: {end:?}\n{}", self.log());
            let log = self.log();
            let is_scored = |key| log.lines().any(|line| line.contains("scored") && line.contains(key));
            ["hex5_2p", "hex6_2p"].into_iter().all(is_scored)
        });
    }

    /// The scores that a process left behind, once it has ended.
    fn scores(&self) -> BTreeMap<String, f64> {
        let store = Connection::open(self.path("state/ringrift/ringrift.db")).unwrap();
        let kept = "SELECT value FROM states WHERE daemon = 'quality_monitor'";
        let kept: String = store.query_row(kept, [], |row| row.get(0)).unwrap();
        let kept: Value = serde_json::from_str(&kept).unwrap();
        serde_json::from_value(kept["told"].clone()).unwrap()
    }

    /// Waits until so many games are stored, while the process plays.
    fn until_stored(&self, games: usize, running: &mut Running) {
        let what = format!("{games} games");
        until(&what, || {
            let end = running.0.try_wait().unwrap();
            assert!(end.is_none(), "the process has ended: {end:?}\n{}", self.log());
            self.stored().len() >= games
        });
    }
}

fn played(line: &str) -> String {
    let game: Value = serde_json::from_str(line).unwrap();
    format!("{} {} {}", game["board_type"], game["winner"], game["moves"])
}

#[expect(clippy::disallowed_methods, reason = "another process does not live in tokio's time")]
fn now() -> Instant {
    Instant::now()
}

/// Looks every 10 ms until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = now();
    while !is_so() {
        assert!(now().duration_since(start) < PATIENCE, "no {what} after {PATIENCE:?}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn interrupt(running: &mut Running) -> (ExitStatus, Duration) {
    let start = now();
    running.interrupt();
    let mut end = None;
    until("end", || {
        end = running.0.try_wait().unwrap();
        end.is_some()
    });
    (end.unwrap(), now().duration_since(start))
}

#[test]
fn games_are_played_stored_and_scored_and_none_is_lost_or_doubled_by_kills_and_ctrl_c_ends_it_in_order() {
    let place = Place::new();
    let mut known = BTreeSet::new();
    for round in 0..4 {
        let mut running = place.run();
        place.until_stored(known.len() + 24, &mut running);
        if round == 0 {
            // A later process has nothing to say of a score that has not changed.
            place.until_scored(&mut running);
        }
        // SIGKILL, while it plays and stores.
        running.0.kill().unwrap();
        running.0.wait().unwrap();

        let stored = place.stored();
        let distinct: BTreeSet<String> = stored.iter().cloned().collect();
        assert_eq!(distinct.len(), stored.len(), "a game is stored twice");
        let lost: Vec<_> = known.difference(&distinct).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        let unstored: Vec<_> = place.taken_in().difference(&distinct).cloned().collect();
        assert!(unstored.is_empty(), "taken in and not stored: {unstored:?}");
        known = distinct;
    }

    let mut running = place.run();
    place.until_stored(known.len() + 8, &mut running);
    let (end, took) = interrupt(&mut running);
    assert_eq!(end.code(), Some(0), "{}", place.log());
    assert!(took < Duration::from_secs(5), "the stop took {took:?}\n{}", place.log());
    let stored = place.stored().into_iter().collect::<BTreeSet<_>>();
    assert!(known.is_subset(&stored));
    let scores = place.scores();
    assert_eq!(scores.keys().collect::<Vec<_>>(), ["hex5_2p", "hex6_2p"]);
    assert!(scores.values().all(|score| (0.8..=1.0).contains(score)), "{scores:?}");
    let hidden = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with('.');
    let inbox = fs::read_dir(place.path("data/inbox")).unwrap().map(|entry| entry.unwrap().path());
    // What a killed process was writing is hidden; what lies there openly is whole.
    for file in inbox.filter(|path| path.is_file() && !hidden(path)) {
        fs::read_to_string(file).unwrap().lines().for_each(|line| _ = played(line));
    }
}

#[test]
fn games_that_a_killed_process_stored_and_did_not_announce_are_announced_by_the_next() {
    let place = Place::new();
    let folder = DataFolder::new(place.path("data"));
    drop(folder.open().unwrap());
    let sql = |sql| Connection::open(folder.database()).unwrap().execute_batch(sql).unwrap();
    // To mark the file as finished takes longer than anybody waits.
    sql("CREATE TRIGGER hold BEFORE UPDATE OF finished ON files
         BEGIN SELECT count(*) FROM games a, games b, games c, games d; END");
    let game = |number| format!(r#"{{"board_type":"hex5","num_players":2,"winner":1,"moves":[{number}]}}"#) + "\n";
    let file = folder.inbox().join("a.sealed.jsonl");
    fs::write(&file, (0..600).map(game).collect::<String>()).unwrap();
    let mut running = place.start(&["run", "--no-http", "--daemon", "data_pipeline"]);
    until("move", || !file.exists());
    running.0.kill().unwrap();
    running.0.wait().unwrap();

    sql("DROP TRIGGER hold");
    let _running = place.start(&["run", "--http", "127.0.0.1:0", "--daemon", "data_pipeline"]);
    let address = place.views();
    until("announcement", || emitted(&address, "NEW_GAMES_AVAILABLE") > 0);
    assert_eq!((emitted(&address, "NEW_GAMES_AVAILABLE"), place.stored().len()), (1, 600));
}

/// How often the process has emitted an event.
fn emitted(address: &str, event: &str) -> u64 {
    let answer = ask(address, "localhost", "/api/snapshot");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let snapshot: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    let events = snapshot["events"].as_array().unwrap();
    events.iter().find(|found| found["name"] == event).unwrap()["emitted"].as_u64().unwrap()
}

#[test]
fn a_database_that_cannot_be_opened_is_an_error_that_names_it() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    fs::write(place.path("data/games.db"), "this is a letter to my aunt, and not a database at all").unwrap();
    let output = place.ringrift(&["run", "--no-http"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let error = "error: the `ringrift_daemons::workload::games::GameDb` that is to be provided can't be made: \
                 game database `data/games.db` cannot be opened: file is not a database";
    assert!(text.contains(error), "{text}");
}

#[test]
fn the_data_folder_is_where_the_environment_says() {
    let place = Place::new();
    let mut command = place.ringrift(&["run", "--no-http", "--daemon", "data_pipeline", "--for", "10ms"]);
    let output = command.env("RINGRIFT_DATA", place.path("elsewhere")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(place.path("elsewhere/games.db").is_file() && place.path("elsewhere/inbox").is_dir());
    assert!(!place.path("data").exists());
}

#[test]
fn the_binary_has_every_stock_daemon_and_its_wiring_is_right() {
    let place = Place::new();
    let listed = place.ringrift(&["list", "--json"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let names: BTreeSet<&str> = listed.iter().map(|daemon| daemon["name"].as_str().unwrap()).collect();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/daemons.txt");
    assert_eq!(names, fs::read_to_string(golden).unwrap().lines().collect());
    let check = place.ringrift(&["check"]).output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    assert!(!place.path("data").exists(), "only `run` needs a data folder");
}

#[test]
fn hosts_that_the_file_allows_are_answered_for_and_others_are_told_the_key() {
    let place = Place::new();
    fs::write(place.path("ringrift.toml"), "[runtime]\nhttp_allowed_hosts = [\"ring.internal\"]\n").unwrap();
    let _running = place.start(&["run", "--daemon", "event_router", "--http", "127.0.0.1:0"]);
    let address = place.views();
    let answer = ask(&address, "ring.internal", "/");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let refused = ask(&address, "other.internal", "/");
    assert!(refused.starts_with("HTTP/1.1 421 ") && refused.contains("`runtime.http_allowed_hosts`"), "{refused}");
}

/// What the views say to a request for that path of that host.
fn ask(address: &str, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
