//! What a daemon keeps over restarts and processes: `cx.state::<T>()`.

use std::{marker::PhantomData, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    delivery::journal::{Journal, Origin},
    store::{error::StoreError, millis, states},
    words::daemon_type::DaemonType,
};

/// The name of the state that [`Context::state`](super::Context::state) means.
pub(super) const UNNAMED: &str = "state";

/// One value of a daemon in the store, as JSON. It outlives the incarnation and the process.
///
/// Fields that a later version of `T` adds need `#[serde(default)]`, on the field or the struct; those
/// that it drops are ignored.
#[must_use = "a state is read and written by its methods"]
pub struct StoredState<T> {
    journal: Option<Arc<Journal>>,
    /// In whose handler it is changed, if that may run again.
    origin: Option<Arc<Origin>>,
    daemon: DaemonType,
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

/// Why a state was not read, or not kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// The runtime has no store.
    #[error("the state of `{daemon}` needs a store, and this runtime has none; give the builder a `data_dir`")]
    NoStore {
        /// The daemon.
        daemon: DaemonType,
    },
    /// What is in the store was damaged there, or does not fit the type any more.
    #[error("`{name}` of `{daemon}` in the store can't be read: {reason}; save another to replace it")]
    Unreadable {
        /// The daemon.
        daemon: DaemonType,
        /// The name of the state.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The value can't be written as JSON.
    #[error("`{name}` of `{daemon}` can't be serialised: {reason}")]
    NotEncoded {
        /// The daemon.
        daemon: DaemonType,
        /// The name of the state.
        name: &'static str,
        /// What `serde_json` says.
        reason: String,
    },
    /// The disk is full. The last value is still there.
    #[error("`{name}` of `{daemon}` was not saved: the disk is full")]
    StorageFull {
        /// The daemon.
        daemon: DaemonType,
        /// The name of the state.
        name: &'static str,
    },
    /// The store can't be read or written.
    #[error("`{name}` of `{daemon}` was not read or saved: {cause}")]
    StorageFailed {
        /// The daemon.
        daemon: DaemonType,
        /// The name of the state.
        name: &'static str,
        /// Why.
        cause: String,
    },
}

impl<T> StoredState<T> {
    pub(super) fn new(
        journal: Option<Arc<Journal>>,
        origin: Option<Arc<Origin>>,
        daemon: DaemonType,
        name: &'static str,
    ) -> Self {
        Self { journal, origin, daemon, name, value: PhantomData }
    }

    fn journal(&self) -> Result<&Arc<Journal>, StateError> {
        self.journal.as_ref().ok_or(StateError::NoStore { daemon: self.daemon })
    }

    fn refused(&self, error: StoreError) -> StateError {
        let Self { daemon, name, .. } = *self;
        self.origin.iter().for_each(|origin| origin.note_refused(&error));
        match error {
            StoreError::Full => StateError::StorageFull { daemon, name },
            error => StateError::StorageFailed { daemon, name, cause: error.to_string() },
        }
    }
}

impl<T: Serialize + DeserializeOwned + Default> StoredState<T> {
    /// The value that was saved last; the default when none was.
    ///
    /// # Errors
    /// When there is no store, or what is in it can't be read.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn load(&self) -> Result<T, StateError> {
        let Self { daemon, name, .. } = *self;
        let store = &self.journal()?.store;
        let found = store.read(move |connection| states::load(connection, daemon.as_str(), name)).await;
        let unreadable = |reason| StateError::Unreadable { daemon, name, reason };
        let Some(text) = found.map_err(|error| self.refused(error))?.transpose().map_err(unreadable)? else {
            return Ok(T::default());
        };
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// Puts a value in the place of the last; `Ok` says that it is on disk.
    ///
    /// # Errors
    /// When there is no store, or it can't be written: then the last value is still there.
    ///
    /// # Cancel safety
    /// Dropped after its first poll, the value may or may not be saved; it is never half saved.
    pub async fn save(&self, value: &T) -> Result<(), StateError> {
        let Self { daemon, name, .. } = *self;
        let journal = self.journal()?;
        let encoded = serde_json::to_string(value);
        let text = encoded.map_err(|error| StateError::NotEncoded { daemon, name, reason: error.to_string() })?;
        let now = millis(journal.clock.wall());
        let save = move |connection: &_| states::save(connection, (daemon.as_str(), name), &text, now);
        journal.store.run(save).await.map_err(|error| self.refused(error))
    }

    /// Loads, changes and saves the value; returns it. Updates of one value go one after the other.
    ///
    /// A handler that runs again, after a kill or as the retry of a dead letter, makes its change again: what must
    /// count an event once keeps the ids it has counted, or is made within [`Context::once`](super::Context::once).
    ///
    /// # Errors
    /// As [`load`](Self::load) and [`save`](Self::save).
    ///
    /// # Cancel safety
    /// Dropped after its first poll, the change may or may not be made; it is never half made.
    pub async fn update(&self, change: impl FnOnce(&mut T)) -> Result<T, StateError> {
        let turn = self.journal()?.turn(self.daemon, self.name);
        let _turn = turn.lock().await;
        let mut value = self.load().await?;
        change(&mut value);
        self.save(&value).await?;
        Ok(value)
    }
}
