//! Signals while `run --strict` starts, to a process of their own: a signal is for all of one.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use super::{EIGHTY, ask_of, ask_with};
use crate::{
    Registry,
    cli::exit_code::{LEAKED, OK},
    prelude::*,
};

/// Set in the process that is interrupted.
const INSIDE: &str = "RINGRIFT_TEST_INSIDE";
/// Whether the base takes its time to stop.
static IS_SLOW_TO_STOP: AtomicBool = AtomicBool::new(false);

/// Starts at once.
#[crate::daemon(category = "misc", stop_timeout = "20s", register = false)]
struct Base;

impl Daemon for Base {
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        tracing::info!("base is stopping");
        if IS_SLOW_TO_STOP.load(Relaxed) {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// Starts at once, after it.
#[crate::daemon(category = "misc", depends_on = [Base], register = false)]
struct Middle;

impl Daemon for Middle {
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        tracing::info!("middle is stopping");
        Ok(())
    }
}

/// Does not come to the end of its start.
#[crate::daemon(category = "misc", depends_on = [Middle], register = false)]
struct Top;

impl Daemon for Top {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        tracing::info!("top is starting");
        tokio::time::sleep(Duration::from_secs(20)).await;
        Ok(())
    }
}

/// What the other process does: it says in the end how its run ended.
fn run_inside() {
    let registry = Registry::empty().with::<Base>().with::<Middle>().with::<Top>();
    let folder = tempfile::tempdir().unwrap();
    let line = format!("run --strict --no-http --set runtime.data_dir={}", folder.path().display());
    let answer = ask_of(&registry, &line, EIGHTY);
    tracing::info!("code {} {}", answer.code, answer.notes);
}

/// A program that takes its time to make a value.
fn run_slow_inside() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("run --no-http --set runtime.data_dir={}", folder.path().display());
    let make = || -> Result<u128, String> {
        tracing::info!("a value is made");
        loop {
            std::thread::park();
        }
    };
    let answer = ask_with(&Registry::empty().with::<Base>(), &line, EIGHTY, |it| Ok(it.provide_with(make)));
    tracing::info!("code {} {}", answer.code, answer.notes);
    // As a program does, whatever still runs.
    std::process::exit(0);
}

/// This very test as a process, killed at the latest when it is dropped.
struct Inside {
    process: Child,
    log: BufReader<ChildStderr>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Inside {
    fn start(test: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("cli::tests::interrupted::{test}"), "--nocapture"]);
        command.env(INSIDE, "1").env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        Self { process, log }
    }

    /// The lines up to the first with that text.
    fn until(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "no `{text}` in {lines:#?}");
            lines.push(line.trim_end().to_owned());
            if line.contains(text) {
                return lines;
            }
        }
    }

    fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

/// The daemons in the order in which they began to stop, by their own words: those of the runtime come from
/// several threads, and after the fact.
fn stopping(lines: &[String]) -> Vec<&str> {
    let daemons = lines.iter().filter_map(|line| line.strip_suffix(" is stopping")?.rsplit(' ').next());
    daemons.collect()
}

#[test]
fn a_signal_during_a_strict_start_ended_the_process_without_a_stop() {
    if std::env::var_os(INSIDE).is_some() {
        return run_inside();
    }
    let mut inside = Inside::start("a_signal_during_a_strict_start_ended_the_process_without_a_stop");
    inside.until("top is starting");
    inside.interrupt();
    let lines = inside.until("code ");
    assert_eq!(stopping(&lines), ["middle", "base"], "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("stopped daemon=\"top\"")), "{lines:#?}");
    assert!(lines.last().unwrap().ends_with(&format!("code {OK}")), "{lines:#?}");
}

#[test]
fn a_signal_was_not_heard_before_the_first_daemon() {
    if std::env::var_os(INSIDE).is_some() {
        return run_slow_inside();
    }
    let mut inside = Inside::start("a_signal_was_not_heard_before_the_first_daemon");
    inside.until("a value is made");
    inside.interrupt();
    let lines = inside.until("code ");
    let said = format!("code {OK} interrupted (SIGINT); nothing was started");
    assert!(lines.last().unwrap().contains(&said), "{lines:#?}");
}

#[test]
fn a_second_signal_during_a_strict_start_ends_it_at_once() {
    if std::env::var_os(INSIDE).is_some() {
        IS_SLOW_TO_STOP.store(true, Relaxed);
        return run_inside();
    }
    let mut inside = Inside::start("a_second_signal_during_a_strict_start_ends_it_at_once");
    inside.until("top is starting");
    inside.interrupt();
    inside.until("stopped daemon=\"middle\"");
    inside.interrupt();
    let lines = inside.until("code ");
    let is_said = |text: &str| lines.iter().any(|line| line.contains(text));
    assert!(is_said("interrupted (SIGINT) again; stopping at once"), "{lines:#?}");
    assert!(is_said(&format!("code {LEAKED} error: daemon `base` could not be stopped")), "{lines:#?}");
}
