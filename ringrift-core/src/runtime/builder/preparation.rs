//! From a builder to a runtime whose daemons are on their way.

use std::sync::{Arc, atomic::AtomicBool};

use super::Builder;
#[cfg(feature = "store")]
use crate::runtime::storage::{OpenStore, Storage};
use crate::{
    declaration::live::{provided::Provided, world::World},
    delivery::panics::install_hook,
    runtime::{
        Inner, Runtime,
        assemble::{self, Assembly, Chosen, Disabled},
        launched::Launched,
        overrides::AllSettings,
        start_error::StartError,
    },
    supervisor::{Supervisor, Watchdog},
};

impl Builder {
    /// Checks everything, and puts the daemons on their way. What `strict` asks for is the caller's to do.
    pub(crate) async fn launch(mut self) -> Result<Launched, StartError> {
        let section = self.configured();
        let settings = self.checked(&section)?;
        let strict = self.strict.unwrap_or(section.strict);
        let prepared = blocking(move || self.prepared(settings)).await??;
        Ok(Launched { runtime: prepared.launched()?, strict })
    }

    /// Opens the store, and makes what is to be provided.
    fn prepared(mut self, settings: AllSettings) -> Result<Prepared, StartError> {
        #[cfg(feature = "store")]
        let store = self.folder()?.map(|folder| OpenStore::open(&folder)).transpose()?;
        #[cfg(feature = "store")]
        let disabled: Disabled = store.as_ref().map(|store| store.disabled.clone()).unwrap_or_default();
        #[cfg(not(feature = "store"))]
        let disabled = Disabled::new();
        let chosen = self.chosen(settings, &disabled)?;
        for (spec, need) in chosen.held_up(&self.registry, &chosen.to_run(&self.registry, &disabled)) {
            tracing::warn!(daemon = %spec.ty, needs = %need.ty, "the daemon will not start: what it needs is disabled");
        }
        #[cfg(feature = "store")]
        let storage = store.map(|store| Storage::new(store, &self.registry)).transpose()?;
        let provided = std::mem::take(&mut self.offered).make()?;
        Ok(Prepared {
            builder: self,
            chosen,
            provided,
            disabled,
            #[cfg(feature = "store")]
            storage,
        })
    }
}

/// Does on a thread of its own what waits for the disk, so that it holds up no worker; with its caller's log.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StartError> {
    let (log, span) = (tracing::dispatcher::get_default(Clone::clone), tracing::Span::current());
    let work = move || tracing::dispatcher::with_default(&log, || span.in_scope(work));
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StartError::Cancelled),
        },
    }
}

/// A builder that has all it needs, and no task yet.
struct Prepared {
    builder: Builder,
    chosen: Chosen,
    provided: Provided,
    disabled: Disabled,
    #[cfg(feature = "store")]
    storage: Option<Storage>,
}

impl Prepared {
    fn launched(self) -> Result<Runtime, StartError> {
        install_hook();
        let builder = self.builder;
        let world = Arc::new(assemble::world(Assembly {
            registry: &builder.registry,
            config: builder.config,
            chosen: self.chosen,
            provided: self.provided,
            time_of_day: builder.time_of_day,
            disabled: &self.disabled,
            #[cfg(feature = "store")]
            storage: self.storage,
        })?);
        claim(&world, builder.is_main);
        let watchdog = Watchdog::start(&world).map_err(StartError::Watchdog)?;
        let inner = Arc::new(Inner {
            has_task: world.records.iter().map(|_| AtomicBool::new(false)).collect(),
            supervisor: Supervisor::of(&world),
            world,
            registry: builder.registry,
            profile: builder.wanted.profile,
            config_file: builder.config_file,
            phase: Default::default(),
            wishes: Default::default(),
            disabling: Default::default(),
            kept: Default::default(),
            at_once: Default::default(),
            _watchdog: watchdog,
        });
        inner.register();
        inner.supervisor.start_ticker(&inner.world);
        for record in inner.world.records.iter().filter(|record| record.is_wanted()) {
            inner.ensure_task(record.index);
        }
        Ok(Runtime { inner })
    }
}

/// Makes the world known to the process, or opens it to its test.
fn claim(world: &Arc<World>, is_main: bool) {
    world.register();
    if is_main {
        world.claim_main();
    } else {
        // Before the first daemon starts, whose events a test may wait for.
        #[cfg(feature = "testing")]
        world.router.tap.open();
    }
}
