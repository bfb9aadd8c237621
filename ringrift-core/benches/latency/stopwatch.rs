//! From the thread that begins something to the task where it ends.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// Long enough for the workers to fall asleep in between.
const PAUSE: Duration = Duration::from_micros(100);

/// Measures one thing at a time.
pub(crate) struct Stopwatch {
    began: Mutex<Option<Instant>>,
    took: Mutex<Option<Duration>>,
    ended: Notify,
}

impl Stopwatch {
    pub(crate) const fn new() -> Self {
        Self { began: Mutex::new(None), took: Mutex::new(None), ended: Notify::const_new() }
    }

    /// What began has ended. Without a beginning it is the first start of a daemon.
    pub(crate) fn stop(&self) {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner).take();
        let took = began.map_or(Duration::ZERO, |began| began.elapsed());
        *self.took.lock().unwrap_or_else(PoisonError::into_inner) = Some(took);
        self.ended.notify_one();
    }

    /// The microseconds from `begin` to each [`stop`](Self::stop).
    #[expect(clippy::disallowed_methods, reason = "a benchmark runs on the wall clock, and this thread has no worker")]
    pub(crate) async fn measure(&self, samples: usize, mut begin: impl AsyncFnMut()) -> Vec<f64> {
        let mut micros = Vec::with_capacity(samples);
        for _ in 0..samples {
            thread::sleep(PAUSE);
            *self.began.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            begin().await;
            micros.push(self.ended().await.as_secs_f64() * 1e6);
        }
        micros
    }

    /// Waits for the next end.
    pub(crate) async fn ended(&self) -> Duration {
        self.ended.notified().await;
        self.took.lock().unwrap_or_else(PoisonError::into_inner).take().expect("it has ended")
    }
}
