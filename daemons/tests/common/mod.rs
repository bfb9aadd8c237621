//! The `ringrift` binary as a process.

use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A process under test, killed at the latest when it is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Running {
    /// Sends what Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

/// The binary in a working directory, in which it makes its data folder and its store.
pub(crate) fn ringrift(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringrift"));
    command.current_dir(folder.path()).stdin(Stdio::null());
    command.env_remove("RINGRIFT_DATA").env("XDG_STATE_HOME", folder.path().join("state"));
    command
}
