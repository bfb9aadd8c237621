//! Taking the address, with an answer for whoever can't have it.

use std::{
    io::{Error, ErrorKind},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use thiserror::Error;
use tokio::net::TcpListener;

/// Where the views are when nobody says otherwise.
pub const DEFAULT_BIND: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8790);

/// Why the views can't be served at an address.
#[derive(Debug, Error)]
pub enum BindError {
    /// Other machines could reach it, and there is no token that would keep them out.
    #[error(
        "refused to listen on `{0}`: it is not a loopback address, and everybody who reaches it could read the daemons' state; listen on 127.0.0.1 or [::1], behind a proxy that authenticates"
    )]
    Unsafe(SocketAddr),
    /// Another process listens there.
    #[error(
        "`{0}` is taken, perhaps by another ringrift; choose another address, as in `--http 127.0.0.1:8791`, any free port with `--http 127.0.0.1:0`, or `--no-http`"
    )]
    Taken(SocketAddr),
    /// Anything else.
    #[error("can't listen on `{address}`")]
    Io {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: Error,
    },
}

/// Why an address is not listened on, whoever has it.
pub(crate) fn refusal(address: SocketAddr) -> Option<BindError> {
    (!address.ip().to_canonical().is_loopback()).then_some(BindError::Unsafe(address))
}

/// Listens on a loopback address; port 0 takes any free port.
///
/// # Errors
/// When the address is not loopback, is taken, or can't be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    if let Some(refusal) = refusal(address) {
        return Err(refusal);
    }
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => BindError::Taken(address),
        _ => BindError::Io { address, source },
    })
}
