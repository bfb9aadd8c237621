//! The configuration that the commands read: a file, the environment, then flags.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use super::args::ConfigArgs;
use crate::{
    Registry,
    config::{
        Config,
        layers::Layers,
        problem::{ConfigError, Problem},
    },
    http::{DEFAULT_BIND, is_host},
    runtime::{Builder, Runtime, RuntimeSection, check_config},
};

/// What is read when `--config` names no other, if it is there.
const DEFAULT_FILE: &str = "ringrift.toml";

/// The merged configuration, or everything that is wrong with its form.
pub(super) fn load(args: &ConfigArgs) -> Result<Config, Vec<Problem>> {
    layers(args).build()
}

/// All layers, to which `run` adds its own flags.
pub(super) fn layers(args: &ConfigArgs) -> Layers {
    let mut layers = Layers::default().env(environment());
    if let Some(file) = file(args) {
        layers = layers.file(file);
    }
    for (key, value) in &args.settings {
        layers = layers.set(key, value, format!("--set {key}"));
    }
    layers
}

/// The file that is read, if any.
pub(super) fn file(args: &ConfigArgs) -> Option<&Path> {
    let default = Path::new(DEFAULT_FILE);
    args.config.as_deref().or_else(|| default.exists().then_some(default))
}

/// Everything that is wrong with what it says; what is wrong twice, once.
pub(super) fn problems(registry: &Registry, config: &Config) -> Vec<Problem> {
    let mut problems = check_config(registry, config);
    problems.extend(views(config).err().unwrap_or_default());
    problems.extend(allowed_hosts(config).err().unwrap_or_default());
    ConfigError::from(problems).problems().to_vec()
}

/// What `run` starts with, and `check` looks at.
pub(super) fn builder(registry: &Registry, config: Config, args: &ConfigArgs) -> Builder {
    #[cfg(feature = "store")]
    let (section, _) = config.readable::<RuntimeSection>("runtime");
    let mut builder = Runtime::builder().registry(registry.clone()).config(config);
    if let Some(file) = file(args) {
        builder = builder.config_file(file.display().to_string());
    }
    #[cfg(feature = "store")]
    if let Some(folder) = section.data_dir() {
        builder = builder.data_dir(folder);
    }
    builder
}

/// Where the HTTP views are to be served; `None` for nowhere.
pub(super) fn views(config: &Config) -> Result<Option<SocketAddr>, Vec<Problem>> {
    match section_for("http", config)?.http.as_deref() {
        None => Ok(Some(DEFAULT_BIND)),
        Some("off") => Ok(None),
        Some(text) => address(text).map(Some).ok_or_else(|| {
            let message = format!("must be an address and a port, as in `127.0.0.1:8790`, or `off`, not `{text}`");
            vec![config.problem("runtime.http", message)]
        }),
    }
}

/// The hosts that the views answer for, besides their own.
pub(super) fn allowed_hosts(config: &Config) -> Result<Vec<String>, Vec<Problem>> {
    let hosts = section_for("http_allowed_hosts", config)?.http_allowed_hosts;
    let wrong = hosts.iter().filter(|host| !is_host(host)).map(|host| {
        let message =
            format!("must list hosts without scheme, port or wildcard, as in `ringrift.example.org`, not `{host}`");
        config.problem("runtime.http_allowed_hosts", message)
    });
    let wrong: Vec<Problem> = wrong.collect();
    if wrong.is_empty() { Ok(hosts) } else { Err(wrong) }
}

/// The section, unless that key in it can't be read.
fn section_for(key: &str, config: &Config) -> Result<RuntimeSection, Vec<Problem>> {
    let (section, mut problems) = config.readable::<RuntimeSection>("runtime");
    let path = format!("runtime.{key}");
    let is_about = |problem: &Problem| problem.path == "runtime" || problem.path.split('[').next() == Some(&path);
    problems.retain(is_about);
    if problems.is_empty() { Ok(section) } else { Err(problems) }
}

/// `localhost` is the one name that needs no resolver.
pub(super) fn address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => {
            let port = port.parse().ok()?;
            Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
        }
        None => text.parse().ok(),
    }
}

/// `std::env::vars` panics at a variable that is not Unicode, which can't be one of ours.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::{ConfigArgs, builder, views};
    use crate::{
        config::{Config, layers::Layers},
        declaration::graph::fixture::registry,
        runtime::Dependents,
        words::daemon_type::DaemonType,
    };

    #[test]
    fn the_views_are_on_port_8790_of_this_machine_when_nobody_says_otherwise() {
        let address = views(&Config::default()).unwrap().unwrap();
        assert_eq!(address.to_string(), "127.0.0.1:8790");
    }

    #[cfg(feature = "store")]
    #[tokio::test]
    async fn what_is_disabled_is_kept_in_the_data_folder_of_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().display().to_string();
        let config = || Layers::default().set("runtime.data_dir", &data_dir, "--set").build().unwrap();
        let daemon = DaemonType::__new("auto_export");
        let start = || builder(&registry(), config(), &ConfigArgs::default()).start();

        let runtime = start().await.unwrap();
        runtime.disable_daemon(daemon, Dependents::Refuse).await.unwrap();
        runtime.shutdown().await;

        let runtime = start().await.unwrap();
        assert_eq!(runtime.state(daemon).unwrap().to_string(), "disabled: an operator disabled it");
        runtime.shutdown().await;
    }
}
