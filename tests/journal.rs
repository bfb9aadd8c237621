//! What the daemons of a test did, and what the runtime said of them, in order.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    builtin::events::{DaemonFailed, DaemonRecovered, DaemonRestarted, DaemonStalled, DaemonStarted, DaemonStopped},
    prelude::*,
};

/// Lines that the daemons of one test write.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    /// All lines since the last `take`.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    pub(crate) fn count(&self, line: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|other| *other == line).count()
    }
}

/// Writes down what the runtime says of the other daemons.
#[daemon(category = "misc", register = false)]
pub(crate) struct Ear {
    #[inject]
    journal: Journal,
}

impl Daemon for Ear {}

impl Ear {
    fn hear(&self, event: &str, daemon: &str, more: &str) -> DaemonResult {
        if !["ear", "event_router", "dlq_retry"].contains(&daemon) {
            self.journal.note(format!("{event} {daemon} {more}").trim_end());
        }
        Ok(())
    }
}

#[handlers]
impl Ear {
    #[on_event("DAEMON_STARTED")]
    async fn on_started(&self, event: &DaemonStarted, _cx: &Context<Self>) -> DaemonResult {
        self.hear("STARTED", &event.daemon, &event.incarnation.to_string())
    }

    #[on_event("DAEMON_STOPPED")]
    async fn on_stopped(&self, event: &DaemonStopped, _cx: &Context<Self>) -> DaemonResult {
        self.hear("STOPPED", &event.daemon, &event.cause)
    }

    #[on_event("DAEMON_RESTARTED")]
    async fn on_restarted(&self, event: &DaemonRestarted, _cx: &Context<Self>) -> DaemonResult {
        self.hear("RESTARTED", &event.daemon, &event.incarnation.to_string())
    }

    #[on_event("DAEMON_FAILED")]
    async fn on_failed(&self, event: &DaemonFailed, _cx: &Context<Self>) -> DaemonResult {
        self.hear("FAILED", &event.daemon, &event.cause)
    }

    #[on_event("DAEMON_STALLED")]
    async fn on_stalled(&self, event: &DaemonStalled, _cx: &Context<Self>) -> DaemonResult {
        self.hear("STALLED", &event.daemon, &event.what)
    }

    #[on_event("DAEMON_RECOVERED")]
    async fn on_recovered(&self, event: &DaemonRecovered, _cx: &Context<Self>) -> DaemonResult {
        self.hear("RECOVERED", &event.daemon, &event.what)
    }
}
