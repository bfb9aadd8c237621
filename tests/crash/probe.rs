//! Asks /livez from a thread of its own, as an orchestrator would: whatever the runtime is busy with.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::time::Instant;

use super::percentile::percentile;

const QUESTION: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/// From answer to question.
const PAUSE: Duration = Duration::from_millis(2);
/// What took longer is no answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The thread that asks.
#[derive(Debug)]
pub struct Probe {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Answers>,
}

/// What it was answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// How long each answer took.
    pub times: Vec<Duration>,
    /// How many were none, or not 200.
    pub failed: usize,
}

impl Probe {
    /// Begins to ask.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub fn start(address: SocketAddr) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let thread = thread::Builder::new().name("probe".into()).spawn(move || ask_until(address, &told))?;
        Ok(Self { is_over, thread })
    }

    /// Stops asking.
    pub fn end(self) -> Answers {
        self.is_over.store(true, SeqCst);
        self.thread.join().unwrap_or_default()
    }
}

impl Answers {
    /// So many of 100 answers were as fast.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        percentile(&times, percent)
    }
}

fn ask_until(address: SocketAddr, is_over: &AtomicBool) -> Answers {
    let mut answers = Answers::default();
    // At least one, however short the storm.
    loop {
        let asked = Instant::now();
        match ask(address) {
            Ok(true) => answers.times.push(asked.elapsed()),
            Ok(false) | Err(_) => answers.failed += 1,
        }
        if is_over.load(SeqCst) {
            return answers;
        }
        thread::park_timeout(PAUSE);
    }
}

fn ask(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(QUESTION)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
