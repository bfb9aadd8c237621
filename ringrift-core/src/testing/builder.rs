//! Chooses the daemons of a test.

use std::{collections::HashSet, sync::Arc, time::SystemTime};

use super::expect::TestKit;
use crate::{
    builtin::{dlq_retry::DlqRetry, event_router::EventRouter},
    config::{Config, layers::Layers, problem::ConfigError},
    declaration::{
        daemon::{Construct, Daemon, Registered},
        registry::{Entry, Factory, Registry},
        spec::DaemonSpec,
    },
    runtime::{StartError, builder::Builder},
};

/// Chooses the daemons of a test. What they depend on, and the runtime's own, come along.
#[must_use = "call `start`"]
pub struct KitBuilder {
    entries: Vec<Entry>,
    builder: Builder,
    seed: u64,
    /// Whether a profile selects, and not the test's own choice.
    is_by_profile: bool,
}

impl Default for KitBuilder {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            builder: Builder::new(Registry::empty()).strict(true),
            seed: 0,
            is_by_profile: false,
        }
    }
}

impl KitBuilder {
    /// Adds a daemon, built as in production.
    pub fn daemon<D: Daemon>(self) -> Self {
        self.entry(Entry::of(D::SPEC.get()))
    }

    /// Adds a daemon from a factory, which is called again at every restart.
    pub fn with<D: Daemon + Send + Sync + 'static>(self, make: impl Fn() -> D + Send + Sync + 'static) -> Self {
        let factory: Factory = Arc::new(move || Arc::new(make()));
        self.entry(Entry { factory: Some(factory), ..Entry::of(D::SPEC.get()) })
    }

    /// Adds `n` copies of a daemon, named `x#0`, `x#1`, and so on.
    pub fn replicate<D: Daemon>(mut self, n: usize) -> Self {
        self.entries.extend(Entry::copies(D::SPEC.get(), n));
        self
    }

    fn entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Gives a value to every `#[inject]` field of its type.
    pub fn provide<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.builder = self.builder.provide(value);
        self
    }

    /// Sets the configuration, as TOML.
    ///
    /// # Panics
    /// When it is not TOML.
    pub fn config(self, toml: &str) -> Self {
        let config: Result<Config, _> = Layers::default().text("test.toml", toml).build().map_err(ConfigError::from);
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        Self { builder: self.builder.config(config), ..self }
    }

    /// Runs a profile.
    pub fn profile(self, name: &str) -> Self {
        Self { builder: self.builder.profile(name), is_by_profile: true, ..self }
    }

    /// Keeps the store, and what an operator disables, in that folder. Without one, durable events are
    /// kept in a folder that is removed with the kit.
    #[cfg(feature = "store")]
    pub fn data_dir(self, folder: impl Into<std::path::PathBuf>) -> Self {
        Self { builder: self.builder.data_dir(folder), ..self }
    }

    /// Whether a failed start ends the test's runtime: the default, as with `run --strict`.
    pub fn strict(self, strict: bool) -> Self {
        Self { builder: self.builder.strict(strict), ..self }
    }

    /// Seeds the jitter of this thread's daemons, 0 by default.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Starts, and waits until the first start is over.
    ///
    /// # Panics
    /// When the clock is not paused, or the runtime does not start.
    pub async fn start(self) -> TestKit {
        self.try_start().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts, and waits until the first start is over.
    ///
    /// # Errors
    /// When the runtime does not start.
    ///
    /// # Panics
    /// When the clock is not paused.
    pub async fn try_start(self) -> Result<TestKit, StartError> {
        // Panics with a clear message when it is not.
        tokio::time::advance(std::time::Duration::ZERO).await;
        fastrand::seed(self.seed);
        let mut builder = self.builder;
        if !self.is_by_profile {
            builder = self.entries.iter().fold(builder, |builder, entry| builder.daemon(entry.ty));
        }
        let registry = Registry::empty().with_entries(self.entries);
        let registry = with_links(registry.with_missing::<EventRouter>().with_missing::<DlqRetry>());
        let builder = builder.registry(registry).for_a_test(SystemTime::UNIX_EPOCH);
        let (builder, folder) = with_folder(builder)?;
        let runtime = builder.start().await?;
        runtime.started().await;
        Ok(TestKit::new(runtime, folder))
    }
}

/// With a folder for durable events, if there are any and nobody names one.
fn with_folder(builder: Builder) -> Result<(Builder, Option<tempfile::TempDir>), StartError> {
    #[cfg(feature = "store")]
    if builder.needs_data_dir() {
        let folder = tempfile::tempdir().map_err(StartError::DataDir)?;
        return Ok((builder.data_dir(folder.path()), Some(folder)));
    }
    Ok((builder, None))
}

/// Adds what the chosen daemons depend on, which will run; and what they want, which will not.
fn with_links(mut registry: Registry) -> Registry {
    while let Some(missing) = missing_link(&registry) {
        registry = registry.with_entries([Entry::of(missing)]);
    }
    registry
}

fn missing_link(registry: &Registry) -> Option<&'static DaemonSpec> {
    let there: HashSet<usize> = registry.specs().map(|spec| std::ptr::from_ref(spec).addr()).collect();
    let links = registry.specs().flat_map(|spec| spec.depends_on.iter().chain(spec.wants)).map(|link| link.get());
    links.into_iter().find(|spec| !there.contains(&std::ptr::from_ref(*spec).addr()))
}

impl Registry {
    fn with_missing<D: Construct>(self) -> Self {
        let spec = <D as Registered>::SPEC.get();
        if self.specs().any(|other| std::ptr::eq(other, spec)) { self } else { self.with::<D>() }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{Context, DaemonResult};

    #[crate::event("SAID_AT_THE_START")]
    #[derive(Serialize, Deserialize)]
    struct Said;

    /// Speaks before the first start is over.
    #[crate::daemon(category = "misc", depends_on = [EventRouter], emits = [Said], register = false)]
    struct Speaker;

    impl Daemon for Speaker {
        async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
            Ok(cx.emit(Said).await?)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_sees_the_events_of_the_start() {
        let kit = TestKit::builder().daemon::<Speaker>().start().await;
        kit.expect_event::<Said>().await;
        kit.finish().await;
    }
}
