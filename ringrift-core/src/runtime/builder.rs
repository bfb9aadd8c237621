//! How a runtime is put together and started.

mod checks;
mod preparation;

#[cfg(feature = "store")]
use std::path::PathBuf;

#[cfg(feature = "store")]
use super::section::RuntimeSection;
use super::{Runtime, selection::Wanted, start_error::StartError};
use crate::{
    config::Config,
    declaration::{live::provided::Offered, registry::Registry},
    delivery::{clock::TimeOfDay, guard::BoxError},
    words::{category::Category, daemon_type::DaemonType},
};

/// Puts a runtime together.
pub struct Builder {
    registry: Registry,
    config: Config,
    config_file: Option<String>,
    wanted: Wanted,
    offered: Offered,
    strict: Option<bool>,
    #[cfg(feature = "store")]
    data_dir: Option<PathBuf>,
    time_of_day: TimeOfDay,
    is_main: bool,
}

impl Builder {
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            registry,
            config: Config::default(),
            config_file: None,
            wanted: Wanted::default(),
            offered: Offered::default(),
            strict: None,
            #[cfg(feature = "store")]
            data_dir: None,
            time_of_day: TimeOfDay::System,
            is_main: true,
        }
    }

    /// Takes the daemons of another registry in place of all that are linked.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Sets the configuration.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Names the configuration's file, for the views.
    #[must_use]
    pub fn config_file(mut self, path: impl Into<String>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// Runs the daemons of a profile, in place of `[runtime] profile`.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.wanted.profile = Some(name.into());
        self
    }

    /// Runs this daemon, and what it depends on.
    #[must_use]
    pub fn daemon(mut self, daemon: DaemonType) -> Self {
        self.wanted.daemons.push(daemon);
        self
    }

    /// Runs the daemons of a category, and what they depend on.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.wanted.categories.push(category);
        self
    }

    /// Gives a value to every `#[inject]` field of its type. Of two of one type, the later counts.
    #[must_use]
    pub fn provide<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.offered.insert(|| Ok(value));
        self
    }

    /// As [`provide`](Self::provide), but the value is made when the runtime starts, before the first
    /// daemon; an error is [`StartError::NotMade`]. For what is costly or has effects, such as opening a
    /// database: the command `check` then knows that it is provided, and does not make it.
    #[must_use]
    pub fn provide_with<T: Clone + Send + Sync + 'static, E: Into<BoxError>>(
        mut self,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Self {
        self.offered.insert(|| make().map_err(Into::into));
        self
    }

    /// Whether the first failed start stops everything again.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }

    /// The folder in which `disable`, durable events and states are kept, in place of `[runtime]
    /// data_dir`. Without either, `disable` lasts until the process ends; and a program with durable
    /// events keeps them in the default of [`RuntimeSection::data_dir`].
    #[cfg(feature = "store")]
    #[must_use]
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(folder.into());
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn for_a_test(mut self, start: std::time::SystemTime) -> Self {
        self.time_of_day = TimeOfDay::SinceStart(start);
        self.is_main = false;
        self
    }

    /// Checks everything, and starts. Without `strict` it returns as soon as the daemons are on
    /// their way; see [`Runtime::started`].
    ///
    /// # Errors
    /// Every problem of the configuration, of the wiring, and of what is not provided, at once; with `strict` the
    /// first failed start.
    ///
    /// # Cancel safety
    /// Not polled, nothing is started. Dropped while the store is opened and values are made, which a thread of its own
    /// does, no daemon starts; that thread ends what it has begun, which the drop of tokio's runtime waits for, and the
    /// data folder is free then. Dropped while it waits with `strict`, the daemons that it has begun are cut off without `on_stop`, as when the last [`Runtime`] is
    /// dropped; the data folder is free a moment later.
    pub async fn start(self) -> Result<Runtime, StartError> {
        let launched = self.launch().await?;
        if !launched.strict {
            return Ok(launched.runtime);
        }
        let Some((daemon, cause)) = launched.first_start().await else {
            return Ok(launched.runtime);
        };
        launched.runtime.shutdown().await;
        Err(StartError::FailedStart { daemon, cause })
    }

    /// Whether there are durable events, and no folder for them yet.
    #[cfg(all(feature = "store", feature = "testing"))]
    pub(crate) fn needs_data_dir(&self) -> bool {
        self.data_dir.is_none() && self.registry.events.iter().any(|meta| meta.durable)
    }

    /// The folder of the store: where one is named, or there is a durable event.
    #[cfg(feature = "store")]
    fn folder(&self) -> Result<Option<PathBuf>, StartError> {
        match &self.data_dir {
            Some(folder) => Ok(Some(folder.clone())),
            None if !self.registry.events.iter().any(|meta| meta.durable) => Ok(None),
            None => RuntimeSection::default().data_dir().map(Some).ok_or(StartError::NoDataDir),
        }
    }
}
