use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread::{JoinHandle, spawn},
};

use tokio::sync::oneshot;

use super::{EIGHTY, Terminal, ask, ask_of};
use crate::{
    HealthReport, StateName,
    cli::exit_code::{CONFIG, DEGRADED, ERROR, FAILED, OK, USAGE},
    declaration::graph::fixture::registry,
    http::{Source, bind, fixture, serve},
    runtime::snapshot::{DaemonSnapshot, Snapshot},
};

/// A process that serves its views, on a thread and runtime of its own.
struct Process {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Process {
    fn with(snapshot: Snapshot) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = spawn(move || {
            let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio.block_on(async {
                let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let source = Source::new(&registry(), move || snapshot.clone());
                serve(listener, source, async { _ = stopped.await }).await;
            });
        });
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The results and the code of `status`, of a process with that snapshot.
fn status(snapshot: Snapshot, arguments: &str) -> (String, u8) {
    let process = Process::with(snapshot);
    let answer = ask(&format!("status {arguments} --http {}", process.address));
    assert_eq!(answer.notes, "");
    (answer.results, answer.code)
}

#[test]
fn one_line_per_daemon_and_under_it_why_it_does_not_run() {
    let (table, code) = status(fixture::snapshot(), "");
    assert_eq!(
        table,
        "\
pid 4711, running, up 3m 12s, ready, profile coordinator
3 dead letters, 2 of them exhausted

NAME             STATE    HEALTH    UPTIME  RESTARTS  CYCLES  EVENTS  ERRORS
auto_export      waiting  STARTING       -         0       0       0       0
  └ quality_monitor is in backoff
auto_sync        running  DEGRADED  3m 11s         1     192       0       3
  └ 2 hosts are slow
event_router     running  RUNNING   3m 11s         0       0       0       0
quality_monitor  backoff  ERROR          -         1       0       0       0
  └ restart 2 of 5 after 2s: run_cycle panicked: index out of bounds (restart in 1s)
1 daemon not selected
"
    );
    assert_eq!(code, DEGRADED);
}

/// Names of 26 characters and counts of any size still leave one line per daemon.
#[test]
fn a_long_name_fits_eighty_columns() {
    let mut snapshot = fixture::snapshot();
    snapshot.daemons.retain(|daemon| daemon.name == "event_router");
    snapshot.daemons[0].name = "coordinator_health_monitor".into();
    snapshot.daemons[0].stats.events = 123_456_789;
    snapshot.daemons[0].uptime_ms = Some(86_399_000);
    let (table, _) = status(snapshot, "");
    let lines: Vec<&str> = table.lines().skip(3).collect();
    assert_eq!(
        lines,
        [
            "NAME                       STATE   HEALTH   UPTIME RESTARTS CYCLES EVENTS ERRORS",
            "coordinator_health_monitor running RUNNING 23h 59m        0      0 123.4M      0",
        ]
    );
}

#[test]
fn one_daemon_in_detail_with_the_state_of_what_it_needs() {
    let (page, code) = status(fixture::snapshot(), "auto_export");
    assert_eq!(
        page,
        "\
auto_export
  Works.

  state        waiting for 3m 11s: quality_monitor is in backoff
  health       STARTING: not yet started (checked 4s ago)
  runs         on request
  cycles       0 ok, 0 failed
  errors       0, 0 of them panics
  mailbox      1 of 1024, 2 more in the store
  depends on   auto_sync (running)
               event_router (running)
  wants        quality_monitor (backoff)
  handles      GAMES_AVAILABLE in on_games: 30 owed, 8 handled, 1 dead, 2 discarded, 3 evicted, 4 dropped, 5 deduplicated, 6 undelivered; paused for another 42s, 1 held
"
    );
    assert_eq!(code, DEGRADED);
    let (page, _) = status(fixture::snapshot(), "AUTO_SYNC");
    assert_eq!(
        page,
        "\
auto_sync
  Works.

  state        running for 3m 11s
  health       DEGRADED: 2 hosts are slow (checked 4s ago)
               slow = 2
  restarts     1, the last start took 12ms
  runs         every 1m
  cycles       190 ok, 2 failed
  errors       3, 1 of them panics
  depends on   event_router (running)
  last errors  2027-01-15T08:01:40Z run_cycle: host `gpu-3`: connection refused
"
    );
}

#[test]
fn json_is_the_snapshot_itself() {
    let (json, code) = status(fixture::snapshot(), "--json");
    assert_eq!(serde_json::from_str::<Snapshot>(&json).unwrap(), fixture::snapshot());
    assert_eq!(code, DEGRADED);
    let (json, _) = status(fixture::snapshot(), "auto_sync --json");
    assert_eq!(serde_json::from_str::<DaemonSnapshot>(&json).unwrap(), fixture::snapshot().daemons[1]);
}

/// The fixture reduced to one daemon that runs well, then changed.
fn code_after(change: impl FnOnce(&mut Snapshot)) -> u8 {
    let mut snapshot = fixture::snapshot();
    snapshot.daemons.retain(|daemon| daemon.name == "event_router");
    change(&mut snapshot);
    status(snapshot, "").1
}

#[test]
fn the_exit_code_is_the_worst_of_all() {
    assert_eq!(code_after(|_| {}), OK);
    for (state, code) in [
        (StateName::Completed, OK),
        (StateName::Stopped, OK),
        (StateName::Disabled, OK),
        (StateName::Backoff, DEGRADED),
        (StateName::Waiting, DEGRADED),
        (StateName::Failed, FAILED),
        (StateName::Leaked, FAILED),
    ] {
        assert_eq!(code_after(|it| it.daemons[0].state = state), code, "{state}");
    }
    let is_sick = |it: &mut Snapshot| it.daemons[0].health.report = HealthReport::error("sick");
    assert_eq!(code_after(is_sick), DEGRADED);
    let is_critical = |it: &mut Snapshot| {
        is_sick(it);
        it.daemons[0].critical = true;
    };
    assert_eq!(code_after(is_critical), FAILED);
    assert_eq!(code_after(|it| it.runtime.ready = false), DEGRADED);
    assert_eq!(code_after(|it| it.runtime.healthy = false), FAILED);
    let unselected = |it: &mut Snapshot| {
        it.daemons[0].state = StateName::Failed;
        it.daemons[0].selected = false;
    };
    assert_eq!(code_after(unselected), OK);
}

#[test]
fn why_it_is_not_ready_stands_under_the_process() {
    let mut snapshot = fixture::snapshot();
    snapshot.runtime.ready = false;
    snapshot.runtime.not_ready_because = vec!["critical daemon `auto_sync` is starting".into()];
    let (table, _) = status(snapshot, "");
    assert!(
        table.starts_with(
            "pid 4711, running, up 3m 12s, not ready, profile coordinator\n  └ critical daemon `auto_sync` is starting\n"
        ),
        "{table}"
    );
}

#[test]
fn an_error_that_begins_with_its_hook_named_it_twice() {
    let mut snapshot = fixture::snapshot();
    let daemon = snapshot.daemons.iter_mut().find(|daemon| daemon.name == "auto_sync").unwrap();
    daemon.stats.last_errors[0].message = "run_cycle failed: no host answers".into();
    let (page, _) = status(snapshot, "auto_sync");
    assert!(page.ends_with("  last errors  2027-01-15T08:01:40Z run_cycle failed: no host answers\n"), "{page}");
}

#[test]
fn an_unknown_daemon_is_told_the_nearest_of_the_running_process() {
    let process = Process::with(fixture::snapshot());
    let answer = ask(&format!("status auto_snyc --http {}", process.address));
    assert_eq!(answer.notes, "error: no daemon is called `auto_snyc`; did you mean `auto_sync`?\n");
    assert_eq!((answer.results.as_str(), answer.code), ("", USAGE));
}

#[test]
fn states_are_coloured_on_a_terminal_and_columns_stay_in_line() {
    let process = Process::with(fixture::snapshot());
    let line = format!("status --http {}", process.address);
    let coloured = ask_of(&registry(), &line, Terminal { is_coloured: true, ..EIGHTY }).results;
    assert!(coloured.contains("\x1b[38;5;10mrunning"), "{coloured:?}");
    assert!(coloured.contains("\x1b[38;5;11mbackoff"), "{coloured:?}");
    assert_eq!(without_colour(&coloured), ask(&line).results);
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

/// A listener that answers one connection with `answer`, and says nothing else.
fn stranger(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 1024];
        _ = stream.read(&mut head);
        _ = stream.write_all(answer.as_bytes());
    });
    address
}

#[test]
fn who_does_not_answer_rightly_is_told_what_to_do() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = ask(&format!("status --http http://{closed}/"));
    let message = format!(
        "error: nothing answers on `{closed}`; start the daemons with `ringrift run`, or say where they are with `--http ADDR`: "
    );
    assert!(answer.notes.starts_with(&message), "{}", answer.notes);
    assert_eq!(answer.code, ERROR);
    for (answers, message) in [
        ("SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP; another program listens there"),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "refused with status 404 Not Found; is it a ringrift, and",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "sent no snapshot of this version; use the same binary for both: missing field",
        ),
    ] {
        let address = stranger(answers);
        let answer = ask(&format!("status --http {address}"));
        assert!(answer.notes.contains(&format!("error: `{address}` {message}")), "{}", answer.notes);
        assert_eq!((answer.results.as_str(), answer.code), ("", ERROR));
    }
}

#[test]
fn a_configuration_that_can_not_be_read_was_passed_over() {
    let answer = ask("status --config /nowhere/ringrift.toml --set runtime.http=8790");
    assert!(answer.notes.contains("/nowhere/ringrift.toml: cannot be read: "), "{}", answer.notes);
    assert_eq!((answer.results.as_str(), answer.code), ("", CONFIG));
    let answer = ask("status --set runtime.http=8790");
    assert!(answer.notes.contains("`runtime.http` must be an address and a port"), "{}", answer.notes);
    assert_eq!(answer.code, CONFIG);
    assert_eq!(ask("status --set runtime=5").code, CONFIG);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a = \nb = \n").unwrap();
    let answer = ask(&format!("status --config {}", file.path().display()));
    assert!(answer.notes.lines().count() > 2, "each on a line of its own: {}", answer.notes);
    let answer = ask("status --set runtime.http=off");
    assert!(answer.notes.contains("there is nothing to ask; name an address with `--http`"), "{}", answer.notes);
    assert_eq!(answer.code, CONFIG);
}

#[test]
fn watching_what_is_not_there_ends_at_once() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = ask(&format!("status --watch --http {closed}"));
    assert_eq!(answer.code, ERROR);
    assert!(answer.notes.starts_with("error: nothing answers on"), "{}", answer.notes);
}
