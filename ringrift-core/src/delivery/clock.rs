//! The time of one runtime: milliseconds since its start, and the time of day.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use crate::words::{event::Erased, stamp::Stamp};

/// Where the time of day comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeOfDay {
    /// The system's clock.
    System,
    /// So much after the start, as a paused clock says: the test kit's.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only the test kit has a paused clock"))]
    SinceStart(SystemTime),
}

/// A moment, by the clock on the wall and by that of the process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) wall: SystemTime,
    pub(crate) ms: u64,
}

impl Moment {
    /// The time of day at which an event was published, to a second; of one of the store exactly.
    pub(crate) fn wall_of(&self, event: &Erased) -> SystemTime {
        if let Some(ms) = event.rare.as_ref().and_then(|rare| rare.emitted) {
            return SystemTime::UNIX_EPOCH + Duration::from_millis(ms.max(0).cast_unsigned());
        }
        // A reading has one millisecond more than there were.
        self.wall_at(event.emitted.ms(self.ms) + 1)
    }

    /// The time of day of an earlier reading.
    fn wall_at(&self, ms: u64) -> SystemTime {
        self.wall - Duration::from_millis(self.ms.saturating_sub(ms))
    }
}

/// The clock of one runtime.
#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    time_of_day: Mutex<TimeOfDay>,
    /// What the last reading said: good enough for stamps, and free.
    coarse_ms: AtomicU64,
    /// Whether the ticker reads it at every tick.
    is_ticking: AtomicBool,
}

impl Clock {
    pub(crate) fn new(time_of_day: TimeOfDay) -> Self {
        Self {
            start: Instant::now(),
            time_of_day: Mutex::new(time_of_day),
            coarse_ms: AtomicU64::new(1),
            is_ticking: AtomicBool::new(false),
        }
    }

    /// Milliseconds since the start, plus one so that zero can mean "never".
    pub(crate) fn now_ms(&self) -> u64 {
        let now = self.start.elapsed().as_millis() as u64 + 1;
        self.coarse_ms.store(now, Relaxed);
        now
    }

    /// The last reading, at most one tick old while anything is in hand.
    #[inline]
    pub(crate) fn coarse_ms(&self) -> u64 {
        self.coarse_ms.load(Relaxed)
    }

    /// The stamp of now: free while the ticker reads the clock.
    #[inline]
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp::of(if self.is_ticking.load(Relaxed) { self.coarse_ms() } else { self.now_ms() })
    }

    /// The ticker reads the clock at every tick, from now on.
    pub(crate) fn begin_ticking(&self) {
        self.now_ms();
        self.is_ticking.store(true, Relaxed);
    }

    /// The ticker may sleep: a stamp needs a reading of its own.
    pub(crate) fn end_ticking(&self) {
        self.is_ticking.store(false, Relaxed);
    }

    /// Now, by both clocks.
    pub(crate) fn moment(&self) -> Moment {
        Moment { wall: self.wall(), ms: self.now_ms() }
    }

    /// The instant of a reading.
    pub(crate) fn instant(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms.saturating_sub(1))
    }

    /// The time of day.
    pub(crate) fn wall(&self) -> SystemTime {
        match *self.time_of_day() {
            TimeOfDay::System => SystemTime::now(),
            TimeOfDay::SinceStart(start) => start + self.start.elapsed(),
        }
    }

    /// Sets a test's time of day, as an operator sets the machine's: nothing else notices.
    #[cfg(feature = "testing")]
    pub(crate) fn set_wall(&self, now: SystemTime) {
        *self.time_of_day() = TimeOfDay::SinceStart(now - self.start.elapsed());
    }

    fn time_of_day(&self) -> MutexGuard<'_, TimeOfDay> {
        self.time_of_day.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of day of an earlier reading.
    pub(crate) fn wall_at(&self, ms: u64) -> SystemTime {
        self.moment().wall_at(ms)
    }
}
