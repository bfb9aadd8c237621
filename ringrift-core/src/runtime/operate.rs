//! What an operator does to daemons.

use std::{io, sync::PoisonError};

use thiserror::Error;
use tokio::sync::Notify;

use super::{
    Runtime, health_view,
    snapshot::{HealthSnapshot, Phase},
};
use crate::{
    declaration::{
        live::{intent::Intent, record::Record, signals::Signal},
        registry::UnknownDaemon,
    },
    supervisor::{shutdown, transition::transition},
    words::{
        daemon_type::DaemonType,
        state::{Cause, State, StateName},
    },
};

/// What stopping a daemon does to those that depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependents {
    /// The stop is refused while any of them runs.
    Refuse,
    /// They are stopped first.
    Stop,
}

/// Why an operator's wish is not fulfilled.
#[derive(Debug, Error)]
pub enum OperateError {
    /// This runtime has no such daemon.
    #[error(transparent)]
    Unknown(#[from] UnknownDaemon),
    /// Others depend on it.
    #[error("`{}` depend on daemon `{daemon}`; stop them with it (`Dependents::Stop`)", names(.dependents))]
    HasDependents {
        /// The daemon.
        daemon: DaemonType,
        /// Those that run and depend on it.
        dependents: Vec<DaemonType>,
    },
    /// It can't be stopped, so it can't be started again in this process.
    #[error("daemon `{daemon}` is leaked: {cause}; only a new process runs it again")]
    Leaked {
        /// The daemon.
        daemon: DaemonType,
        /// What does not end.
        cause: String,
    },
    /// It has no such handler.
    #[error("daemon `{daemon}` has no handler `{handler}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    NoHandler {
        /// The daemon.
        daemon: DaemonType,
        /// What was asked for.
        handler: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// Nothing is started any more.
    #[error("the runtime stops")]
    Stopping,
    /// What was disabled or enabled can't be kept.
    #[error("the change can't be kept in the data folder")]
    NotKept(#[source] io::Error),
}

fn names(daemons: &[DaemonType]) -> String {
    daemons.iter().map(|daemon| daemon.as_str()).collect::<Vec<_>>().join("`, `")
}

impl Runtime {
    pub(super) fn record(&self, daemon: DaemonType) -> Result<&std::sync::Arc<Record>, OperateError> {
        let unknown = || UnknownDaemon { name: daemon.as_str().to_owned(), nearest: None };
        Ok(self.inner.world.find(daemon).ok_or_else(unknown)?)
    }

    /// Starts a daemon that was stopped, failed or not selected, and what it depends on and nobody
    /// stopped. One that runs goes on.
    ///
    /// # Errors
    /// When there is no such daemon, or it is leaked; or when the runtime stops.
    pub fn start_daemon(&self, daemon: DaemonType) -> Result<(), OperateError> {
        self.noted("start", daemon, self.start_now(daemon))
    }

    fn start_now(&self, daemon: DaemonType) -> Result<(), OperateError> {
        let record = self.record(daemon)?;
        not_leaked(record)?;
        self.not_stopping()?;
        if record.is_wanted() && record.state_name() == StateName::Failed {
            record.signals.raise(Signal::Restart);
        }
        self.switch_on(record);
        Ok(())
    }

    fn not_stopping(&self) -> Result<(), OperateError> {
        match self.inner.phase.get() {
            Phase::Starting | Phase::Running => Ok(()),
            Phase::Stopping | Phase::Stopped => Err(OperateError::Stopping),
        }
    }

    fn switch_on(&self, record: &std::sync::Arc<Record>) {
        for dependency in self.inner.world.depends_on(record) {
            let is_only_unselected =
                matches!(dependency.intent(), Intent::Off { .. }) && dependency.state_name() == StateName::Stopped;
            if is_only_unselected {
                self.switch_on(dependency);
            }
        }
        if record.is_wanted() {
            return;
        }
        record.set_intent(Intent::Run);
        // Only of what has ended; the state of what still lives is its own task's to say.
        if matches!(record.state_name(), StateName::Stopped | StateName::Disabled) {
            let cause = "an operator starts it".to_owned();
            transition(&self.inner.world, record, State::Waiting { on: Vec::new(), cause: cause.into() });
        }
        self.inner.ensure_task(record.index);
    }

    /// Stops a daemon until it is started again, or the process ends. Returns when it has ended.
    ///
    /// # Errors
    /// When others depend on it, or it can't be stopped.
    ///
    /// # Cancel safety
    /// Dropped, the stop goes on.
    pub async fn stop_daemon(&self, daemon: DaemonType, dependents: Dependents) -> Result<(), OperateError> {
        self.noted("stop", daemon, self.stop_now(daemon, dependents).await)
    }

    async fn stop_now(&self, daemon: DaemonType, dependents: Dependents) -> Result<(), OperateError> {
        let record = self.record(daemon)?;
        let running = self.running_dependents(record);
        if dependents == Dependents::Refuse && !running.is_empty() {
            let dependents = running.iter().map(|index| self.inner.world.record(*index).ty).collect();
            return Err(OperateError::HasDependents { daemon, dependents });
        }
        let mut scope = running;
        scope.push(record.index);
        let budget = shutdown::budget(scope.iter().map(|index| self.inner.world.record(*index).options().stop_timeout));
        let never = Notify::new();
        shutdown::stop(&self.inner.world, &scope, "an operator stopped it", budget, &never).await;
        not_leaked(record)
    }

    /// Those that need this daemon, directly or not, and are wanted.
    fn running_dependents(&self, record: &Record) -> Vec<u32> {
        let world = &self.inner.world;
        let mut found: Vec<u32> = Vec::new();
        let mut unseen = vec![record.index];
        while let Some(index) = unseen.pop() {
            for other in world.dependents(world.record(index)) {
                let needs_it = world.depends_on(other).any(|dependency| dependency.index == index);
                if other.is_wanted() && needs_it && !found.contains(&other.index) {
                    found.push(other.index);
                    unseen.push(other.index);
                }
            }
        }
        found
    }

    /// Ends the living incarnation and starts another, with the count of failures at zero. Never
    /// refused, unless the daemon is leaked or the runtime stops.
    ///
    /// # Errors
    /// When there is no such daemon, or it is leaked; or when the runtime stops.
    pub fn restart_daemon(&self, daemon: DaemonType) -> Result<(), OperateError> {
        self.noted("restart", daemon, self.restart_now(daemon))
    }

    fn restart_now(&self, daemon: DaemonType) -> Result<(), OperateError> {
        let record = self.record(daemon)?;
        not_leaked(record)?;
        self.not_stopping()?;
        if record.is_wanted() {
            record.signals.raise(Signal::Restart);
        } else {
            self.switch_on(record);
        }
        Ok(())
    }

    /// Sets the count of failures to zero; one in backoff, or failed, starts at once.
    ///
    /// # Errors
    /// When there is no such daemon, or it is leaked.
    pub fn reset_daemon(&self, daemon: DaemonType) -> Result<(), OperateError> {
        self.noted("reset", daemon, self.reset_now(daemon))
    }

    fn reset_now(&self, daemon: DaemonType) -> Result<(), OperateError> {
        let record = self.record(daemon)?;
        not_leaked(record)?;
        record.signals.raise(Signal::Reset);
        Ok(())
    }

    /// Stops a daemon and keeps it from starting, also in later processes with the same data folder.
    ///
    /// # Errors
    /// As [`stop_daemon`](Self::stop_daemon); and when it can't be kept.
    pub async fn disable_daemon(&self, daemon: DaemonType, dependents: Dependents) -> Result<(), OperateError> {
        self.noted("disable", daemon, self.disable_now(daemon, dependents).await)
    }

    async fn disable_now(&self, daemon: DaemonType, dependents: Dependents) -> Result<(), OperateError> {
        let stopped = self.stop_now(daemon, dependents).await;
        // One that can't be stopped is the more in need of not being started again.
        if !matches!(stopped, Ok(()) | Err(OperateError::Leaked { .. })) {
            return stopped;
        }
        let record = self.record(daemon)?;
        let now = self.inner.world.clock.wall();
        self.disabled().disable(daemon.as_str(), now).map_err(OperateError::NotKept)?;
        let cause = Cause::from("an operator disabled it");
        record.set_intent(Intent::Off { cause: cause.clone() });
        transition(&self.inner.world, record, State::Disabled { cause });
        stopped
    }

    /// Takes a `disable` back, and starts the daemon.
    ///
    /// # Errors
    /// When there is no such daemon, or the change can't be kept; or when the runtime stops.
    pub fn enable_daemon(&self, daemon: DaemonType) -> Result<(), OperateError> {
        self.noted("enable", daemon, self.enable_now(daemon))
    }

    fn enable_now(&self, daemon: DaemonType) -> Result<(), OperateError> {
        self.record(daemon)?;
        self.disabled().enable(daemon.as_str()).map_err(OperateError::NotKept)?;
        self.start_now(daemon)
    }

    fn disabled(&self) -> std::sync::MutexGuard<'_, super::DisabledFile> {
        self.inner.disabled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a daemon is.
    ///
    /// # Errors
    /// When there is no such daemon.
    pub fn health(&self, daemon: DaemonType) -> Result<HealthSnapshot, OperateError> {
        let record = self.record(daemon)?;
        Ok(health_view::of(&self.inner.world, record, self.inner.world.clock.now_ms()))
    }

    /// Where a daemon is in its life.
    ///
    /// # Errors
    /// When there is no such daemon.
    pub fn state(&self, daemon: DaemonType) -> Result<State, OperateError> {
        Ok(self.record(daemon)?.state())
    }
}

fn not_leaked(record: &Record) -> Result<(), OperateError> {
    match record.state() {
        State::Leaked { cause } => Err(OperateError::Leaked { daemon: record.ty, cause: cause.into_owned() }),
        _ => Ok(()),
    }
}
