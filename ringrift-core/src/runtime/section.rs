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
        self.data_dir.clone().or_else(|| state_folder(|variable| std::env::var_os(variable)))
    }
}

#[cfg(feature = "store")]
fn state_folder(environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // Of an empty or relative one the place would depend on where the program is started.
    let folder = |variable| environment(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || folder("HOME").map(|home| home.join(".local/state"));
    folder("XDG_STATE_HOME").or_else(home).map(|folder| folder.join(program()))
}

/// The name of the program, so that two that are built with ringrift don't share a folder.
#[cfg(feature = "store")]
fn program() -> OsString {
    let program = std::env::current_exe().ok();
    program.as_deref().and_then(name_of).unwrap_or_else(|| "ringrift".into())
}

/// What is behind a dot is part of it, unless the system asks for it: of `app-v1.2`, too.
#[cfg(feature = "store")]
fn name_of(program: &Path) -> Option<OsString> {
    let name = program.file_name()?;
    let plain = name.to_str().and_then(|name| name.strip_suffix(std::env::consts::EXE_SUFFIX));
    Some(plain.map_or_else(|| name.to_owned(), OsString::from))
}

#[cfg(all(test, feature = "store"))]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_is_empty_was_the_working_directory() {
        let folder = |home: &'static str, state: Option<&'static str>| {
            let environment = move |name: &str| if name == "HOME" { Some(home.into()) } else { state.map(Into::into) };
            state_folder(environment).map(|folder| folder.parent().map(Path::to_owned).unwrap_or_default())
        };
        assert_eq!(folder("", None), None);
        assert_eq!(folder("somewhere", Some("elsewhere")), None);
        assert_eq!(folder("/home/a", Some("")), Some("/home/a/.local/state".into()));
        assert_eq!(folder("/home/a", Some("/var/b")), Some("/var/b".into()));
    }

    #[test]
    fn two_versions_of_a_program_shared_a_folder() {
        let name = |path: &str| name_of(Path::new(path)).unwrap();
        assert_eq!(name(&format!("/usr/bin/app-v1.2{}", std::env::consts::EXE_SUFFIX)), "app-v1.2");
        assert_eq!(name("/usr/bin/app"), "app");
    }
}
