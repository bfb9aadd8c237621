//! Emits stored events again, for one daemon.

use std::{fmt, time::SystemTime};

use thiserror::Error;

use super::{Runtime, audit::told};
use crate::{
    declaration::{live::record::Record, registry::UnknownDaemon},
    delivery::journal::replay::Range,
    nearest::nearest,
    store::millis,
    words::{daemon_type::DaemonType, event::EventMeta, state::StateName},
};

/// Which stored events one daemon gets again.
///
/// ```
/// # use ringrift_core::{prelude::*, runtime::Replay};
/// # #[daemon(category = "misc", register = false)]
/// # struct Trainer;
/// # impl Daemon for Trainer {}
/// let day = std::time::Duration::from_secs(24 * 3600);
/// let replay = Replay::to(Trainer::TYPE).event("NEW_GAMES_AVAILABLE").since(std::time::SystemTime::now() - day);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "give it to `Runtime::replay`"]
pub struct Replay {
    daemon: DaemonType,
    events: Vec<String>,
    since: Option<SystemTime>,
    until: Option<SystemTime>,
}

/// What was replayed, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// How many events the daemon gets.
    pub events: u64,
    /// How many can't be read.
    pub unreadable: u64,
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events, {} unreadable", self.events, self.unreadable)
    }
}

/// Why nothing, or not everything, was replayed.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The runtime has no store.
    #[error("this runtime has no store, so nothing is kept; give the builder a `data_dir`")]
    NoStore,
    /// This runtime has no such daemon.
    #[error(transparent)]
    Unknown(#[from] UnknownDaemon),
    /// The daemon has no handler for that durable event.
    #[error("`{daemon}` handles no durable event `{event}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    NotHandled {
        /// The daemon.
        daemon: DaemonType,
        /// What was asked for.
        event: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// The daemon handles no durable event at all.
    #[error("`{daemon}` handles no durable event")]
    NothingHandled {
        /// The daemon.
        daemon: DaemonType,
    },
    /// The daemon is disabled or not selected, and so is owed nothing.
    #[error("nothing is owed to `{daemon}`, which is {state}: {cause}; {} it, and replay again", wake(*.state))]
    Off {
        /// The daemon.
        daemon: DaemonType,
        /// Its state.
        state: StateName,
        /// Why it is in it.
        cause: String,
    },
    /// The store can't be read or written. What was replayed so far is.
    #[error("the replay ended early: {cause}")]
    Storage {
        /// Why.
        cause: String,
    },
}

fn wake(state: StateName) -> &'static str {
    if state == StateName::Disabled { "enable" } else { "start" }
}

impl Replay {
    /// All that is kept of the durable events that the daemon handles.
    pub fn to(daemon: DaemonType) -> Self {
        Self { daemon, events: Vec::new(), since: None, until: None }
    }

    /// Only events of this name, or alias; called again, of that one too.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.events.push(name.into());
        self
    }

    /// Only events that were emitted at this time or later.
    pub fn since(mut self, at: SystemTime) -> Self {
        self.since = Some(at);
        self
    }

    /// Only events that were emitted before this time.
    pub fn until(mut self, at: SystemTime) -> Self {
        self.until = Some(at);
        self
    }

    /// All that is said, as an operator reads it.
    fn told(&self) -> String {
        let said = [
            (!self.events.is_empty()).then(|| self.events.join(" and ")),
            told("since", self.since.map(humantime::format_rfc3339_seconds)),
            told("until", self.until.map(humantime::format_rfc3339_seconds)),
        ];
        let said: Vec<String> = [Some(self.daemon.to_string())].into_iter().chain(said).flatten().collect();
        said.join(", ")
    }
}

impl Runtime {
    /// Emits stored events again, oldest first, to the handlers of one daemon, whether or not it handled
    /// them before. They are copies with ids of their own, for which
    /// [`Context::is_replay`](crate::Context::is_replay) is true; what their handlers emit is new. Copies
    /// are not replayed. Returns once all are on disk. Effects of [`once`](crate::Context::once) are made again.
    ///
    /// # Errors
    /// When there is no store, no such daemon, or nothing that it handles; when it is disabled or not selected; and
    /// when the store fails.
    ///
    /// # Cancel safety
    /// Dropped, what was emitted stays so.
    pub async fn replay(&self, replay: &Replay) -> Result<Replayed, ReplayError> {
        let outcome = self.replay_now(replay).await;
        self.note("replay", replay.told(), outcome.as_ref().map_or_else(ToString::to_string, ToString::to_string));
        outcome
    }

    async fn replay_now(&self, replay: &Replay) -> Result<Replayed, ReplayError> {
        let journal = self.inner.world.router.journal.as_ref().ok_or(ReplayError::NoStore)?;
        let (record, range) = self.range(replay)?;
        let outcome = journal.replay(record.index, &range).await;
        let count = outcome.map_err(|error| ReplayError::Storage { cause: error.to_string() })?;
        tracing::info!(daemon = record.ty.as_str(), events = count.events, "replayed");
        Ok(Replayed { events: count.events, unreadable: count.unreadable })
    }

    /// How many events [`replay`](Self::replay) would emit now.
    ///
    /// # Errors
    /// As [`replay`](Self::replay).
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn replay_dry_run(&self, replay: &Replay) -> Result<Replayed, ReplayError> {
        let journal = self.inner.world.router.journal.as_ref().ok_or(ReplayError::NoStore)?;
        let (_, range) = self.range(replay)?;
        let outcome = journal.count(&range).await;
        let count = outcome.map_err(|error| ReplayError::Storage { cause: error.to_string() })?;
        Ok(Replayed { events: count.events, unreadable: count.unreadable })
    }

    fn range(&self, replay: &Replay) -> Result<(&Record, Range), ReplayError> {
        let daemon = replay.daemon;
        let unknown = || UnknownDaemon { name: daemon.as_str().to_owned(), nearest: None };
        let record = self.inner.world.find(daemon).ok_or_else(unknown)?;
        let handled = record.spec.handlers.iter().map(|sub| (sub.event)()).filter(|meta| meta.durable);
        let handled: Vec<&'static EventMeta> = handled.collect();
        if handled.is_empty() {
            return Err(ReplayError::NothingHandled { daemon });
        }
        if record.mailbox.as_ref().is_some_and(|mailbox| !mailbox.is_owed()) {
            let state = record.state();
            return Err(ReplayError::Off { daemon, state: state.name(), cause: state.cause().to_owned() });
        }
        let named = |name: &String| {
            let is_it = |meta: &&&EventMeta| meta.name == *name || meta.aliases.contains(&name.as_str());
            let nearest = || nearest(name, handled.iter().map(|meta| meta.name)).map(str::to_owned);
            let found = handled.iter().find(is_it).copied();
            found.ok_or_else(|| ReplayError::NotHandled { daemon, event: name.clone(), nearest: nearest() })
        };
        let events: Vec<_> = replay.events.iter().map(named).collect::<Result<_, _>>()?;
        let events = if events.is_empty() { handled } else { events };
        let since = replay.since.map_or(i64::MIN, millis);
        Ok((record, Range { events, since, until: replay.until.map_or(i64::MAX, millis) }))
    }
}
