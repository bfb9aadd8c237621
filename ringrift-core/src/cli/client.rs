//! Asks a running process for its snapshot.

use std::{io, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, HOST},
};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::runtime::snapshot::Snapshot;

/// How long a process has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no snapshot.
#[derive(Debug, Error)]
pub(super) enum NoSnapshot {
    #[error(
        "nothing answers on `{address}`; start the daemons with `{program} run`, or say where they are with `--http ADDR`"
    )]
    Unreachable {
        address: String,
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("`{0}` took the connection but did not answer within 5 s; the process hangs, or is no ringrift")]
    Silent(String),
    #[error("`{address}` does not speak HTTP; another program listens there")]
    NotHttp {
        address: String,
        #[source]
        source: hyper::Error,
    },
    #[error("`{address}` refused with status {status}; is it a ringrift, and `{address}` one of its names?")]
    Refused { address: String, status: StatusCode },
    #[error("`{address}` sent no snapshot of this version; use the same binary for both")]
    Unreadable {
        address: String,
        #[source]
        source: serde_json::Error,
    },
}

/// The snapshot of the process that serves its views at `address`.
pub(super) async fn snapshot(address: &str, program: &str) -> Result<Snapshot, NoSnapshot> {
    let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
    let stream = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(|source| {
        NoSnapshot::Unreachable { address: address.to_owned(), program: program.to_owned(), source }
    })?;
    let answer = timeout(PATIENCE, exchange(stream, address)).await;
    let (status, body) = answer
        .map_err(|_| NoSnapshot::Silent(address.to_owned()))?
        .map_err(|source| NoSnapshot::NotHttp { address: address.to_owned(), source })?;
    if status != StatusCode::OK {
        let address = address.to_owned();
        return Err(NoSnapshot::Refused { address, status });
    }
    serde_json::from_slice(&body).map_err(|source| NoSnapshot::Unreadable { address: address.to_owned(), source })
}

async fn exchange(stream: TcpStream, host: &str) -> hyper::Result<(StatusCode, Bytes)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with this function, whatever comes of the exchange.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let request = Request::get("/api/snapshot")
        .header(HOST, host)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .expect("a path and an address that took a connection make a request");
    let response = sender.send_request(request).await?;
    let status = response.status();
    Ok((status, response.into_body().collect().await?.to_bytes()))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::{io::AsyncReadExt, net::TcpListener, time::Instant};

    use super::*;

    #[tokio::test]
    async fn a_process_has_five_seconds_to_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let before = Instant::now();
        let mut asked = pin!(snapshot(&address, "ringrift"));
        let silent = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            // The question has come, so its time runs.
            stream.read_u8().await.unwrap();
            stream
        };
        let _stream = tokio::select! {
            stream = silent => stream,
            _ = &mut asked => panic!("it is not answered"),
        };
        tokio::time::pause();
        let since = Instant::now();
        let error = asked.await.unwrap_err().to_string();
        assert!(before.elapsed() >= Duration::from_secs(5), "{:?}", before.elapsed());
        assert!(since.elapsed() <= Duration::from_millis(5_010), "{:?}", since.elapsed());
        let told = "took the connection but did not answer within 5 s; the process hangs, or is no ringrift";
        assert_eq!(error, format!("`{address}` {told}"));
    }
}
