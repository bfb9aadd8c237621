use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{fixture::snapshot, source};
use crate::{
    http::{BindError, bind, serve},
    runtime::snapshot::Snapshot,
};

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    tasks: JoinSet<()>,
}

async fn start() -> Server {
    start_with(snapshot()).await
}

async fn start_with(snapshot: Snapshot) -> Server {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, source(snapshot), async {
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

#[tokio::test(start_paused = true)]
async fn an_idle_or_slow_client_is_closed_after_ten_seconds() {
    for begun in ["", "GET /health HTTP/1.1\r\n"] {
        let server = start().await;
        let before = Instant::now();
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        let waited = before.elapsed().as_millis();
        assert!((10_000..=10_010).contains(&waited), "{begun:?}: {waited}");
    }
}

#[tokio::test]
async fn sixty_four_connections_have_a_slot_and_the_next_waits_for_one() {
    let server = start().await;
    let mut idle = Vec::new();
    for _ in 0..64 {
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
async fn a_head_of_fifteen_kibibytes_is_read_and_one_of_seventeen_is_refused() {
    let server = start().await;
    let ask = async |kibibytes: usize, end: &str| {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        ask(&mut stream, &format!("GET /livez HTTP/1.1\r\nX: {}{end}", "x".repeat(kibibytes * 1024))).await
    };
    let answer = ask(15, "\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = ask(17, "").await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_response_that_nobody_reads_holds_the_stop_up_for_two_seconds() {
    let mut large = snapshot();
    // More than the system holds for a connection.
    large.runtime.profile = Some("x".repeat(32 << 20));
    let Server { address, stop, mut tasks } = start_with(large).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    stream.read_u8().await.unwrap();
    tokio::time::pause();
    let before = Instant::now();
    stop.send(()).unwrap();
    tasks.join_next().await.unwrap().unwrap();
    let waited = before.elapsed().as_millis();
    assert!((2_000..=2_010).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_public_address_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8790"] {
        let error = bind(address.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, BindError::Unsafe(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "refused to listen on `{address}`: it is not a loopback address, and everybody who reaches it could read the daemons' state; listen on 127.0.0.1 or [::1], behind a proxy that authenticates"
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
