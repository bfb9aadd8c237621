//! The `[runtime]` section of the configuration.

#[cfg(feature = "store")]
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The `[runtime]` section. Flags of the command line go before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RuntimeSection {
    /// The profile to run; all daemons that are not `default_off` without one.
    pub profile: Option<String>,
    /// Whether the first failed start stops everything.
    pub strict: bool,
    /// Where the store and `disable` are kept, for one process at a time; by default
    /// `$XDG_STATE_HOME/<program>`, or `~/.local/state/<program>`.
    #[cfg(feature = "store")]
    pub data_dir: Option<PathBuf>,
    /// The address of the HTTP views, `127.0.0.1:8790` by default, or `off`.
    pub http: Option<String>,
    /// Hosts that HTTP requests may be for, besides `localhost`, `127.0.0.1` and `[::1]`, with any port:
    /// the names by which a proxy or a tunnel asks; none by default.
    pub http_allowed_hosts: Vec<String>,
}

#[cfg(feature = "store")]
impl RuntimeSection {
    /// The data folder in force; `None` when there is neither a setting nor a home.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.data_dir.clone().or_else(state_folder)
    }
}

#[cfg(feature = "store")]
fn state_folder() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    state.or_else(home).map(|folder| folder.join(program()))
}

/// The name of the program, so that two that are built with ringrift don't share a folder.
#[cfg(feature = "store")]
fn program() -> OsString {
    let program = std::env::current_exe().ok();
    program.as_deref().and_then(Path::file_stem).map_or_else(|| "ringrift".into(), ToOwned::to_owned)
}
