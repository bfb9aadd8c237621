//! What a daemon keeps over restarts and processes, where its runtime has a store.

use ringrift_core::{Context, DaemonResult, StateError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What was kept last; the default where nothing was, or there is no store. What can't be read is
/// logged, and begun anew.
pub(crate) async fn load<D, T: Serialize + DeserializeOwned + Default>(cx: &Context<D>) -> T {
    match cx.state::<T>().load().await {
        Ok(kept) => kept,
        Err(StateError::NoStore { .. }) => T::default(),
        Err(error) => {
            tracing::warn!(%error, "what was kept is not known any more");
            T::default()
        }
    }
}

/// Keeps a value in the place of the last. Without a store it lasts as long as the daemon does.
pub(crate) async fn save<D, T: Serialize + DeserializeOwned + Default>(cx: &Context<D>, value: &T) -> DaemonResult {
    match cx.state().save(value).await {
        Err(StateError::NoStore { .. }) => Ok(()),
        saved => Ok(saved?),
    }
}
