//! The section `[http]`.

use std::net::{Ipv4Addr, SocketAddr};

use serde::Deserialize;

/// Where the views are when nobody says otherwise.
pub const DEFAULT_BIND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8790);

/// Whether and where the views are served.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HttpConfig {
    /// Whether they are served at all.
    pub enabled: bool,
    /// The address, a loopback one; port 0 takes any free port.
    pub bind: SocketAddr,
    /// Further host names that requests may be for.
    pub hosts: Vec<String>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { enabled: true, bind: DEFAULT_BIND, hosts: Vec::new() }
    }
}
