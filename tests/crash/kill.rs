//! Starts victims, and kills them.

use std::{
    io,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use tokio::time::Instant;

use super::files::{Folder, Lines};

/// How long a victim may take to its first acknowledged event.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the files of a victim are looked at.
const LOOK: Duration = Duration::from_millis(1);

/// A victim's command.
pub fn victim(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Lets a victim work, kills it `after` its first acknowledged event of this round, as `kill -9` does.
///
/// # Errors
/// When it can't be started, or ends by itself.
pub fn kill_in_the_middle(program: &Path, folder: &Folder, round: u64, after: Duration) -> io::Result<()> {
    let known = folder.read(Lines::Acknowledged)?.len();
    let path = folder.root().to_string_lossy();
    let mut child = victim(program, &["work", &path, &round.to_string()]).stdout(Stdio::null()).spawn()?;
    let begun = Instant::now();
    while folder.read(Lines::Acknowledged)?.len() == known {
        lives(&mut child)?;
        if begun.elapsed() > PATIENCE {
            child.kill()?;
            return Err(io::Error::other(format!("nothing was acknowledged in {PATIENCE:?}")));
        }
        pause(LOOK);
    }
    pause(after);
    lives(&mut child)?;
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Lets a victim drain what is left.
///
/// # Errors
/// When it can't be started, or goes wrong.
pub fn drain(program: &Path, folder: &Folder) -> io::Result<()> {
    let output = victim(program, &["drain", &folder.root().to_string_lossy()]).output()?;
    succeeded(&output).map(drop)
}

/// What a victim said that ended well.
///
/// # Errors
/// With all that it said, when it did not.
pub fn succeeded(output: &Output) -> io::Result<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("the victim ended with {}: {text}{errors}", output.status)))
}

/// Sends a signal, by its name.
///
/// # Errors
/// When it can't be sent.
pub fn signal(process: u32, name: &str) -> io::Result<()> {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("`kill -{name}` ended with {status}"))) }
}

fn lives(child: &mut Child) -> io::Result<()> {
    match child.try_wait()? {
        None => Ok(()),
        Some(status) => Err(io::Error::other(format!("the victim ended by itself: {status}"))),
    }
}

#[expect(clippy::disallowed_methods, reason = "a process is killed after a time that nothing else tells")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
