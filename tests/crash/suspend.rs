//! A process is stopped for a while in the middle of its work, as a laptop that is closed, and goes on.

use std::{
    io,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use ringrift_core::StateName::Running;
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, time::Instant};

use super::{
    daemons::fails_at_first,
    files::{Folder, Lines},
    kill::{signal, succeeded, victim},
    roles::{Result, emit, start},
};

/// How often the process looks at the clock, and what is a pause.
const LOOK: Duration = Duration::from_millis(10);
const PAUSE: Duration = Duration::from_secs(1);
/// How long it works before and after.
const AROUND: Duration = Duration::from_millis(500);
/// How long a process that is not stopped waits for that.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the process says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How long it was away, in ms.
    pub away_ms: u64,
    /// From its return to the next event that was acknowledged and handled, in ms.
    pub back_ms: u64,
    /// How many daemons were restarted, or do not run.
    pub restarted: usize,
    /// How many dead letters there are.
    pub dead: usize,
}

/// Works until it has been stopped once, and a little longer.
pub(super) async fn work(folder: Folder) -> Result<Figures> {
    let runtime = start(&folder).await?;
    let (end, is_over) = watch::channel(false);
    let watched = async {
        let found = watched(&folder).await;
        end.send_replace(true);
        found
    };
    // Many failures would open the breaker of the worker, and nothing be handled for a minute.
    let numbers = (0..u64::MAX).filter(|number| !fails_at_first(*number));
    let (emitted, watched) = tokio::join!(emit(&runtime, &folder, 0, numbers, is_over), watched);
    emitted?;
    let (away, back) = watched?;
    let snapshot = runtime.snapshot();
    let daemons = snapshot.daemons.iter().filter(|daemon| daemon.selected);
    let restarted = daemons.filter(|daemon| (daemon.state, daemon.incarnation) != (Running, 1)).count();
    let dead = snapshot.dead_letters.len();
    runtime.shutdown().await;
    Ok(Figures { away_ms: away.as_millis() as u64, back_ms: back.as_millis() as u64, restarted, dead })
}

/// How long the process was away, and then took to the next event that was handled to its end.
async fn watched(folder: &Folder) -> Result<(Duration, Duration)> {
    let away = away().await?;
    let (returned, handled) = (Instant::now(), || folder.read(Lines::Followed).map(|lines| lines.len()));
    let before = handled()?;
    while handled()? == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let back = returned.elapsed();
    tokio::time::sleep(AROUND).await;
    Ok((away, back))
}

/// How long the process was away, once it is back.
async fn away() -> Result<Duration> {
    let begun = Instant::now();
    let mut last = begun;
    while last - begun < PATIENCE {
        tokio::time::sleep(LOOK).await;
        let now = Instant::now();
        if now - last > PAUSE {
            return Ok(now - last);
        }
        last = now;
    }
    Err("nobody stopped it".into())
}

/// Lets a process work, stops it for so long, and lets it go on to its end.
///
/// # Errors
/// When it can't be started, or goes wrong.
pub fn suspend(program: &Path, folder: &Folder, time: Duration) -> io::Result<Figures> {
    let mut command = victim(program, &["suspend", &folder.root().to_string_lossy()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stopped = stop(&mut child, folder, time);
    if stopped.is_err() {
        child.kill()?;
    }
    let output = child.wait_with_output()?;
    stopped?;
    Ok(serde_json::from_str(&succeeded(&output)?)?)
}

fn stop(child: &mut Child, folder: &Folder, time: Duration) -> io::Result<()> {
    while folder.read(Lines::Followed)?.is_empty() {
        if let Some(status) = child.try_wait()? {
            return Err(io::Error::other(format!("the victim ended by itself: {status}")));
        }
        thread::park_timeout(LOOK);
    }
    thread::park_timeout(AROUND);
    signal(child.id(), "STOP")?;
    thread::park_timeout(time);
    signal(child.id(), "CONT")
}
