//! Daemons that do not end when they are told to, in a process that is.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStderr, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use ringrift_core::{Registry, cli, prelude::*};
use tokio::time::Instant;

use super::{
    kill::{signal, victim},
    torture::place,
};

/// Says what a process is made of.
const MADE_OF: [&str; 5] = ["VICTIM_DEAF", "VICTIM_CLINGS", "VICTIM_BLOCKS", "VICTIM_STOP_TIMEOUT", "VICTIM_FOLDER"];

/// After so long a process that was told to end never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does not hear that it is to end, whatever hook it is told in; it can be cut off.
#[daemon(category = "misc", cycle = "1h", register = false)]
pub struct Deaf;

impl Daemon for Deaf {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.spawn(std::future::pending::<()>());
        std::future::pending().await
    }
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        std::future::pending().await
    }
}

/// Gives a reference to itself away that never comes back: it can't be ended, and is leaked.
#[daemon(category = "misc", cycle = "1h", register = false)]
pub struct Clings;

impl Daemon for Clings {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        std::mem::forget(cx.this());
        std::future::pending().await
    }
}

/// Blocks its worker for good, once all have started.
#[daemon(category = "misc", cycle = "1h", register = false)]
pub struct Blocks;

impl Daemon for Blocks {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(Duration::from_millis(200)).await;
        eprintln!("a worker is blocked");
        loop {
            thread::park();
        }
    }
}

/// How stubborn a process is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stubborn {
    /// How many can be cut off.
    pub deaf: usize,
    /// How many can't.
    pub clings: usize,
    /// How many workers the process has, all of which are blocked for good; 0 for as many as it likes, and
    /// none blocked.
    pub blocked: usize,
    /// The stop timeout of each.
    pub stop_timeout: Duration,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; none when a signal killed it.
    pub code: Option<i32>,
    /// From the last signal to the end of the process.
    pub took: Duration,
    /// What it said from the first signal on.
    pub said: String,
}

impl Ended {
    /// How many daemons it says it could not stop.
    #[must_use]
    pub fn leaked(&self) -> usize {
        let is_leaked = |line: &&str| line.starts_with("error: daemon `") && line.contains("` could not be stopped: ");
        self.said.lines().filter(is_leaked).count()
    }
}

/// The `main` of such a process: the command line of any program, with daemons that the environment names.
pub fn main() -> ExitCode {
    cli::main_with(|builder| {
        let [deaf, clings, blocks, stop_timeout, folder] = MADE_OF.map(|name| std::env::var(name).unwrap_or_default());
        let registry = Registry::empty().__with_copies::<Deaf>(deaf.parse()?).__with_copies::<Clings>(clings.parse()?);
        let registry = registry.__with_copies::<Blocks>(blocks.parse()?);
        let sections = [("deaf", deaf), ("clings", clings)].into_iter().filter(|(_, copies)| copies != "0");
        let options = |(name, _)| format!("[daemons.{name}.options]\nstop_timeout = \"{stop_timeout}\"\n");
        let config: String = sections.map(options).collect();
        let config = ringrift_core::config::layers::Layers::default().text("stubborn.toml", &config).build();
        Ok(builder.registry(registry).data_dir(folder).config(config.map_err(|problems| format!("{problems:?}"))?))
    })
}

/// Starts such a process, and tells it so many times to end.
///
/// # Errors
/// When it can't be started, or ends before it is told to.
pub fn end(program: &Path, stubborn: Stubborn, signals: u32) -> io::Result<Ended> {
    let mut command = victim(program, &["run", "--no-http", "--log-level", "off"]);
    let timeout = format!("{}ms", stubborn.stop_timeout.as_millis());
    // Of its own: two processes may not have the same.
    let (_place, folder) = place()?;
    let folder = folder.root().to_string_lossy().into_owned();
    let [deaf, clings, blocked] = [stubborn.deaf, stubborn.clings, stubborn.blocked].map(|count| count.to_string());
    if stubborn.blocked > 0 {
        command.env("TOKIO_WORKER_THREADS", &blocked);
    }
    let values = [deaf, clings, blocked, timeout, folder];
    command.envs(MADE_OF.into_iter().zip(values)).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (over, is_over) = mpsc::channel::<()>();
    let process = child.id();
    // One that does not hear the signal is a failure, and not a wait.
    let guard = thread::spawn(move || match is_over.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => signal(process, "KILL"),
        _ => Ok(()),
    });
    let ended = tell(&mut child, stubborn.blocked, signals);
    drop(over);
    guard.join().map_err(|_| io::Error::other("the guard panicked"))??;
    if ended.is_err() {
        child.kill()?;
        child.wait()?;
    }
    ended
}

fn tell(child: &mut Child, blocked: usize, signals: u32) -> io::Result<Ended> {
    let stderr = child.stderr.take().ok_or_else(|| io::Error::other("stderr is piped"))?;
    let mut stderr = BufReader::new(stderr);
    hear(&mut stderr, " ready")?;
    for _ in 0..blocked {
        hear(&mut stderr, "a worker is blocked")?;
    }
    let (mut told, mut said) = (Instant::now(), String::new());
    for _ in 0..signals {
        told = Instant::now();
        signal(child.id(), "TERM")?;
        said += &hear(&mut stderr, "; stopping ")?;
    }
    stderr.read_to_string(&mut said)?;
    let code = child.wait()?.code();
    Ok(Ended { code, took: told.elapsed(), said })
}

/// The lines up to the first with such words.
fn hear(stderr: &mut BufReader<ChildStderr>, words: &str) -> io::Result<String> {
    let mut said = String::new();
    loop {
        let before = said.len();
        if stderr.read_line(&mut said)? == 0 {
            return Err(io::Error::other(format!("it ended without `{words}`: {said}")));
        }
        if said[before..].contains(words) {
            return Ok(said);
        }
    }
}
