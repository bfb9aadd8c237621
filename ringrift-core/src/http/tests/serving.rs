use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{fixture::snapshot, source};
use crate::http::{
    BindError, bind, serve,
    serve::{HEADER_READ_TIMEOUT, MAX_CONNECTIONS},
};

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    tasks: JoinSet<()>,
}

async fn start() -> Server {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, source(snapshot()), async {
        _ = stopped.await;
    }));
    Server { address, stop, tasks }
}

async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const LAST: &str = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn serves_until_it_is_told_to_stop_and_frees_the_port() {
    let mut server = start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let answer = ask(&mut stream, LAST).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let idle = TcpStream::connect(server.address).await.unwrap();
    server.stop.send(()).unwrap();
    server.tasks.join_next().await.unwrap().unwrap();
    drop(idle);
    bind(server.address).await.unwrap();
}

#[tokio::test]
async fn an_idle_or_slow_client_is_closed_after_ten_seconds() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\n").await.unwrap();
    tokio::time::pause();
    let before = Instant::now();
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_secs(60), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "still open after a minute");
    assert!(before.elapsed() >= HEADER_READ_TIMEOUT - Duration::from_secs(1));
}

#[tokio::test]
async fn more_connections_than_there_are_slots_wait_for_one() {
    let server = start().await;
    let mut idle = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        // Its answer shows that the connection has its slot.
        stream.read_u8().await.unwrap();
        idle.push(stream);
    }
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(LAST.as_bytes()).await.unwrap();
    let early = timeout(Duration::from_millis(100), stream.read_u8()).await;
    assert!(early.is_err(), "answered although every slot is taken");
    idle.pop();
    assert_eq!(stream.read_u8().await.unwrap(), b'H');
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let endless = format!("GET /livez HTTP/1.1\r\nX: {}", "x".repeat(17 * 1024));
    let answer = ask(&mut stream, &endless).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_public_address_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8790"] {
        let error = bind(address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::Unsafe(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "refused to listen on `{address}`: it is not a loopback address, and without a token everybody who reaches it could read the daemons' state; listen on 127.0.0.1 or [::1], behind a proxy that authenticates"
            )
        );
    }
}

#[tokio::test]
async fn a_taken_port_says_what_to_do() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{address}` is taken, perhaps by another ringrift; choose another address, as in `--http 127.0.0.1:8791`, any free port with `--http 127.0.0.1:0`, or `--no-http`"
        )
    );
}
