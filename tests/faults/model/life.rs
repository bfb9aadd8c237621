//! One daemon of the model.

use std::collections::VecDeque;

use super::daemons::Does;

pub(super) const HANDLER_TIMEOUT: u64 = 20_000;
/// The ticker looks every 100 ms, and a stamp may be as old.
pub(super) const NOTICED_WITHIN: u64 = 350;
pub(super) const STOP_TIMEOUT: u64 = 5_000;
const MAX_RESTARTS: u32 = 3;
const RESTART_RESET: u64 = 60_000;
pub(super) const PANIC_WINDOW: u64 = 60_000;
pub(super) const PANICS: usize = 3;
pub(super) const MAILBOX: usize = 8;

/// Where a daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Waiting,
    Running {
        since: u64,
    },
    /// Something hangs, and is cut off then.
    Stopping {
        until: u64,
    },
    Backoff {
        attempt: u32,
        begun: u64,
        /// As long as the jitter is not known: `None`.
        until: Option<u64>,
    },
    Failed {
        /// A dependency was lost since.
        lost: bool,
    },
    Stopped,
}

impl Phase {
    pub(super) fn number(self) -> usize {
        match self {
            Self::Waiting => 0,
            Self::Running { .. } => 1,
            Self::Stopping { .. } => 2,
            Self::Backoff { .. } => 3,
            Self::Failed { .. } => 4,
            Self::Stopped => 5,
        }
    }
}

/// What is known of one daemon.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) phase: Phase,
    pub(super) incarnation: u32,
    /// Owed, handled, dead.
    pub(super) account: [u64; 3],
    pub(super) is_wanted: bool,
    pub(super) failures: u32,
    /// An operator asked for it while the daemon could not start; or for a reset, while it ran.
    pub(super) restart_asked: bool,
    pub(super) reset_asked: bool,
    pub(super) failing_starts: u32,
    pub(super) mail: VecDeque<Does>,
    /// Since when the first of its mail hangs.
    pub(super) hung: Option<u64>,
    pub(super) panics: Vec<u64>,
}

impl Life {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Waiting,
            incarnation: 0,
            account: [0; 3],
            is_wanted: true,
            failures: 0,
            restart_asked: false,
            reset_asked: false,
            failing_starts: 0,
            mail: VecDeque::new(),
            hung: None,
            panics: Vec::new(),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running { .. })
    }

    /// The first of its mail is handled (1), or dead (2).
    pub(super) fn settle(&mut self, how: usize) {
        self.mail.pop_front();
        self.account[how] += 1;
    }

    pub(super) fn take(&mut self, does: Does) {
        self.account[0] += 1;
        if matches!(self.phase, Phase::Failed { .. }) || self.mail.len() >= MAILBOX {
            self.account[2] += 1;
        } else {
            self.mail.push_back(does);
        }
    }

    pub(super) fn fail(&mut self, now: u64, ran: u64) {
        self.hung = None;
        if std::mem::take(&mut self.reset_asked) || ran >= RESTART_RESET {
            self.failures = 0;
        }
        self.failures += 1;
        if self.failures <= MAX_RESTARTS {
            self.phase = Phase::Backoff { attempt: self.failures, begun: now, until: None };
            return;
        }
        self.phase = Phase::Failed { lost: false };
        self.account[2] += self.mail.drain(..).count() as u64;
    }

    pub(super) fn end(&mut self) {
        self.phase = Phase::Stopped;
        self.hung = None;
        (self.failures, self.restart_asked, self.reset_asked) = (0, false, false);
    }

    pub(super) fn switch_on(&mut self) {
        self.is_wanted = true;
        self.phase = Phase::Waiting;
    }

    pub(super) fn again(&mut self) {
        self.failures = 0;
        self.phase = Phase::Waiting;
    }
}
