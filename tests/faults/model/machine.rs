//! The model: design.md's table of what counts as what, as arithmetic.

use super::{
    daemons::Does,
    life::{HANDLER_TIMEOUT, Life, MAILBOX, NOTICED_WITHIN, PANIC_WINDOW, PANICS, Phase, STOP_TIMEOUT},
};

pub(super) const DAEMONS: usize = 4;
/// Who needs whom, by number.
const NEEDS: [Option<usize>; DAEMONS] = [None, Some(0), Some(1), None];

/// All of them, at one time.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) now: u64,
    pub(super) lives: [Life; DAEMONS],
    /// Those that an operator stops.
    stopping: Vec<usize>,
}

impl Machine {
    /// All run.
    pub(super) fn new() -> Self {
        let mut machine = Self { now: 0, lives: std::array::from_fn(|_| Life::new()), stopping: Vec::new() };
        machine.propagate();
        machine
    }

    /// From when to when the next thing may happen by itself.
    pub(super) fn events(&self) -> impl Iterator<Item = (u64, u64)> {
        self.lives.iter().flat_map(|life| {
            let hang = life.hung.map(|since| since + HANDLER_TIMEOUT).map(|at| (at, at + NOTICED_WITHIN));
            let exact = match life.phase {
                Phase::Stopping { until } | Phase::Backoff { until: Some(until), .. } => Some((until, until)),
                _ => None,
            };
            [hang, exact].into_iter().flatten()
        })
    }

    /// Time passes; what is due by then happens, in its order.
    pub(super) fn advance(&mut self, to: u64) {
        while let Some(at) = self.events().map(|(_, at)| at).filter(|at| *at <= to).min() {
            self.now = at;
            for daemon in 0..DAEMONS {
                self.fire(daemon);
            }
            self.propagate();
        }
        self.now = to;
    }

    fn fire(&mut self, daemon: usize) {
        let now = self.now;
        let life = &mut self.lives[daemon];
        match life.phase {
            Phase::Stopping { until } if until == now => {
                (life.hung, life.reset_asked) = (None, false);
                life.again();
            }
            Phase::Backoff { until: Some(until), .. } if until == now => life.phase = Phase::Waiting,
            _ => {}
        }
        if life.hung.is_some_and(|since| since + HANDLER_TIMEOUT + NOTICED_WITHIN == now) {
            life.hung = None;
            life.settle(2);
            self.work(daemon);
        }
    }

    /// Lets everything follow from everything.
    fn propagate(&mut self) {
        let mut before = None;
        while before != Some(self.phases()) {
            before = Some(self.phases());
            for daemon in 0..DAEMONS {
                self.follow(daemon);
            }
        }
        self.stopping.retain(|daemon| self.lives[*daemon].phase != Phase::Stopped);
    }

    fn phases(&self) -> [(Phase, u32); DAEMONS] {
        std::array::from_fn(|daemon| (self.lives[daemon].phase, self.lives[daemon].incarnation))
    }

    fn follow(&mut self, daemon: usize) {
        let has_dependents = self
            .stopping
            .iter()
            .any(|other| NEEDS[*other] == Some(daemon) && self.lives[*other].phase != Phase::Stopped);
        if self.stopping.contains(&daemon) && self.lives[daemon].is_wanted && !has_dependents {
            self.tell_to_stop(daemon);
        }
        let is_ready = NEEDS[daemon].is_none_or(|other| matches!(self.lives[other].phase, Phase::Running { .. }));
        let life = &mut self.lives[daemon];
        match life.phase {
            Phase::Waiting if !life.is_wanted => life.end(),
            Phase::Waiting if is_ready => self.begin(daemon),
            Phase::Failed { lost: true } if is_ready => {
                life.failures = 0;
                life.phase = Phase::Waiting;
            }
            Phase::Failed { .. } if !is_ready => life.phase = Phase::Failed { lost: true },
            _ => {}
        }
    }

    fn begin(&mut self, daemon: usize) {
        let now = self.now;
        let life = &mut self.lives[daemon];
        if std::mem::take(&mut life.restart_asked) {
            life.failures = 0;
        }
        life.incarnation += 1;
        life.panics.clear();
        if life.failing_starts > 0 {
            life.failing_starts -= 1;
            life.fail(now, 0);
            return;
        }
        life.phase = Phase::Running { since: now };
        for other in (0..DAEMONS).filter(|other| NEEDS[*other] == Some(daemon)) {
            if let Phase::Failed { lost } = &mut self.lives[other].phase {
                *lost = true;
            }
        }
        self.work(daemon);
    }

    /// Handles mail, until some hangs or the daemon fails.
    fn work(&mut self, daemon: usize) {
        let now = self.now;
        let life = &mut self.lives[daemon];
        while let (Phase::Running { since }, None, Some(does)) = (life.phase, life.hung, life.mail.front()) {
            match does {
                Does::Well => life.settle(1),
                Does::Err => life.settle(2),
                Does::Hang => life.hung = Some(now),
                Does::Panic => {
                    life.settle(2);
                    life.panics.push(now);
                    life.panics.retain(|at| *at + PANIC_WINDOW >= now);
                    if life.panics.len() >= PANICS {
                        life.fail(now, now - since);
                    }
                }
            }
        }
    }

    fn tell_to_stop(&mut self, daemon: usize) {
        let until = self.now + STOP_TIMEOUT;
        let life = &mut self.lives[daemon];
        life.is_wanted = false;
        match life.phase {
            Phase::Running { .. } if life.hung.is_some() => life.phase = Phase::Stopping { until },
            Phase::Stopping { .. } => {}
            _ => life.end(),
        }
    }

    /// An operator starts it; one that failed goes on as after a restart.
    pub(super) fn start(&mut self, daemon: usize) {
        let life = &mut self.lives[daemon];
        match life.phase {
            Phase::Failed { .. } => life.again(),
            Phase::Stopped => life.switch_on(),
            _ => {}
        }
        self.propagate();
    }

    /// The wanted daemons that need it, directly or not.
    pub(super) fn dependents(&self, daemon: usize) -> Vec<usize> {
        let mut found = vec![daemon];
        for (other, needs) in NEEDS.into_iter().enumerate() {
            if needs.is_some_and(|needed| found.contains(&needed)) && self.lives[other].is_wanted {
                found.push(other);
            }
        }
        found.split_off(1)
    }

    /// An operator stops it, after those that need it.
    pub(super) fn stop(&mut self, daemon: usize) {
        self.stopping = self.dependents(daemon);
        self.stopping.push(daemon);
        self.stopping.retain(|daemon| self.lives[*daemon].is_wanted);
        self.propagate();
    }

    /// An operator wants a new incarnation.
    pub(super) fn restart(&mut self, daemon: usize) {
        let until = self.now + STOP_TIMEOUT;
        let life = &mut self.lives[daemon];
        match life.phase {
            Phase::Stopped => life.switch_on(),
            Phase::Waiting => life.restart_asked = true,
            Phase::Stopping { .. } => {}
            Phase::Running { .. } if life.hung.is_some() => life.phase = Phase::Stopping { until },
            Phase::Running { .. } => {
                life.reset_asked = false;
                life.again();
            }
            Phase::Backoff { .. } | Phase::Failed { .. } => life.again(),
        }
        self.propagate();
    }

    /// An operator sets the count of failures to zero.
    pub(super) fn reset(&mut self, daemon: usize) {
        let life = &mut self.lives[daemon];
        match life.phase {
            Phase::Stopped => {}
            Phase::Backoff { .. } | Phase::Failed { .. } => life.again(),
            Phase::Waiting | Phase::Running { .. } | Phase::Stopping { .. } => life.reset_asked = true,
        }
        self.propagate();
    }

    /// A failure in `Running`, and nowhere else.
    pub(super) fn fail(&mut self, daemon: usize) {
        let now = self.now;
        if let Phase::Running { since } = self.lives[daemon].phase {
            self.lives[daemon].fail(now, now - since);
        }
        self.propagate();
    }

    pub(super) fn fail_starts(&mut self, daemon: usize, times: u32) {
        self.lives[daemon].failing_starts = times;
    }

    /// One delivery to each.
    pub(super) fn emit(&mut self, to: usize, does: Does) {
        for daemon in 0..DAEMONS {
            let does = if daemon == to { does } else { Does::Well };
            self.lives[daemon].take(does);
            self.work(daemon);
        }
        self.propagate();
    }

    /// Whether any daemon has such mail.
    pub(super) fn has_mail(&self, which: Does) -> bool {
        self.lives.iter().any(|life| life.mail.contains(&which))
    }

    /// Whether an emit would wait for room.
    pub(super) fn is_full(&self) -> bool {
        self.lives.iter().any(|life| life.is_running() && life.mail.len() >= MAILBOX)
    }

    /// When the handler that hangs, if one does, is ended at the earliest.
    pub(super) fn hang_ends(&self) -> Option<u64> {
        self.lives.iter().find_map(|life| life.hung).map(|since| since + HANDLER_TIMEOUT)
    }
}
