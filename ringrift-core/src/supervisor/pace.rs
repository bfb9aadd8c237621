//! When the next cycle of a daemon runs.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::{Instant, Sleep};

use super::work::Work;
use crate::{
    declaration::live::{record::Record, signals::Signal},
    words::schedule::{CronSchedule, Schedule},
};

/// How long one wait for a cron firing lasts at most, so that a clock that was set is noticed.
const CRON_LOOK: Duration = Duration::from_secs(60);

/// A clock that is set back by more was wrong, and what it showed does not count. Set back by less it is summer
/// time that ends, or the like, and what has fired does not fire again. As cron has it.
const CORRECTION: Duration = Duration::from_secs(3 * 3600);

/// When a cycle is due, asked for or not.
#[derive(Debug)]
enum Due {
    Now,
    /// When the timer fires.
    Later,
    /// Only when asked.
    OnRequest,
    /// At a time of day. Boxed, because few daemons have a schedule.
    Firing(Box<Firing>),
}

/// A firing, and when it was looked up.
#[derive(Debug)]
struct Firing {
    at: DateTime<Utc>,
    looked_up: Instant,
    /// The time of day then.
    wall: DateTime<Utc>,
}

impl Firing {
    /// Whether the clock was so wrong then that the firing means nothing.
    fn is_void(&self, wall: DateTime<Utc>) -> bool {
        let expected = self.wall + self.looked_up.elapsed();
        (expected - wall).to_std().is_ok_and(|set_back| set_back > CORRECTION)
    }
}

/// The waits between the cycles of one incarnation: one timer for all of them.
pub(super) struct Pace<'a> {
    work: &'a Work<'a>,
    timer: Pin<&'a mut Sleep>,
    due: Due,
    errors_in_a_row: u32,
}

impl<'a> Pace<'a> {
    /// The first cycle runs at once, unless it has a schedule or runs only when asked.
    pub(super) fn new(work: &'a Work<'a>, timer: Pin<&'a mut Sleep>) -> Self {
        let mut pace = Self { work, timer, due: Due::OnRequest, errors_in_a_row: 0 };
        pace.due = match &work.life.record.settings.schedule {
            Schedule::Every(_) => Due::Now,
            Schedule::OnRequest => Due::OnRequest,
            Schedule::Cron(cron) => pace.next_firing(cron),
        };
        pace
    }

    /// A cycle has ended well.
    pub(super) fn succeeded(&mut self, at: Instant) {
        self.errors_in_a_row = 0;
        self.ended(at);
    }

    /// A cycle has ended with an error. Errors in a row keep the next cycle back, also one that is asked
    /// for; false when the daemon drains before.
    pub(super) async fn failed(&mut self, at: Instant) -> bool {
        // Those that a full disk may have caused do not count, or it would go on long after there is room.
        let is_excused = self.work.life.world.router.is_held_up();
        self.errors_in_a_row += u32::from(!is_excused || self.errors_in_a_row == 0);
        let is_over = self.pause(at, if is_excused { 1 } else { self.errors_in_a_row }).await;
        if is_over {
            self.ended(at);
        }
        is_over
    }

    /// Fixed delay, counted from the end of the cycle. The retry of one that is only asked for needs
    /// nobody to ask.
    fn ended(&mut self, at: Instant) {
        self.due = match &self.work.life.record.settings.schedule {
            Schedule::Every(cycle) => {
                let next = at + *cycle + self.jitter();
                self.timer.as_mut().reset(next);
                Due::Later
            }
            Schedule::OnRequest if self.errors_in_a_row > 0 => Due::Now,
            Schedule::OnRequest => Due::OnRequest,
            Schedule::Cron(cron) => self.next_firing(cron),
        };
    }

    /// Waits until a cycle is due or asked for; false when the daemon drains.
    pub(super) fn wait(&mut self) -> impl Future<Output = bool> {
        poll_fn(|cx| self.poll_due(cx))
    }

    fn pause(&mut self, ended: Instant, errors: u32) -> impl Future<Output = bool> {
        let backoff = self.record().options().restart.backoff;
        self.timer.as_mut().reset(ended + backoff.jittered(errors, fastrand::f64() * 2.0 - 1.0));
        poll_fn(|cx| {
            if self.work.is_draining() {
                return Poll::Ready(false);
            }
            self.timer.as_mut().poll(cx).map(|()| true)
        })
    }

    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.work.is_draining() {
            return Poll::Ready(false);
        }
        if self.record().signals.take(Signal::Cycle) {
            return Poll::Ready(true);
        }
        match self.due {
            Due::Now => Poll::Ready(true),
            Due::Later => self.timer.as_mut().poll(cx).map(|()| true),
            Due::OnRequest => Poll::Pending,
            Due::Firing(_) => self.poll_firing(cx).map(|()| true),
        }
    }

    fn poll_firing(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let now = self.wall();
            if matches!(&self.due, Due::Firing(firing) if firing.is_void(now)) {
                self.look_up();
            }
            let Due::Firing(firing) = &self.due else { return Poll::Pending };
            let left = (firing.at - now).to_std().unwrap_or_default();
            if left.is_zero() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(Instant::now() + left.min(CRON_LOOK));
        }
    }

    fn look_up(&mut self) {
        if let Schedule::Cron(cron) = &self.work.life.record.settings.schedule {
            self.due = self.next_firing(cron);
        }
    }

    /// The next firing, missed ones skipped; jitter moves it, drawn once.
    fn next_firing(&mut self, cron: &CronSchedule) -> Due {
        let (looked_up, wall) = (Instant::now(), self.wall());
        self.timer.as_mut().reset(looked_up);
        let firing = cron.next_after(wall).map(|at| Firing { at: at + self.jitter(), looked_up, wall });
        firing.map_or(Due::OnRequest, |firing| Due::Firing(Box::new(firing)))
    }

    /// Drawn anew at every call.
    fn jitter(&self) -> Duration {
        self.record().options().jitter.mul_f64(fastrand::f64())
    }

    fn record(&self) -> &Record {
        &self.work.life.record
    }

    fn wall(&self) -> DateTime<Utc> {
        self.work.life.world.clock.wall().into()
    }
}
