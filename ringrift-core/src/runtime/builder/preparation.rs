//! From a builder to a runtime whose daemons are on their way.

use std::sync::{Arc, atomic::AtomicBool};

use super::Builder;
#[cfg(feature = "store")]
use crate::runtime::storage::{OpenStore, Storage};
use crate::{
    config::problem::ConfigError,
    declaration::{
        live::{provided::Provided, world::World},
        wiring::{self, Severity},
    },
    delivery::panics::install_hook,
    runtime::{
        Inner, Runtime,
        assemble::{self, Assembly, Chosen, Disabled},
        launched::Launched,
        needs,
        overrides::{self, AllSettings},
        section::RuntimeSection,
        start_error::StartError,
    },
    supervisor::{Supervisor, Watchdog},
};

impl Builder {
    /// Checks everything, and puts the daemons on their way. What `strict` asks for is the caller's to do.
    pub(crate) fn launch(mut self) -> Result<Launched, StartError> {
        let settings = self.checked()?;
        let section: RuntimeSection = self.config.section("runtime").map_err(ConfigError::from)?;
        let strict = self.strict.unwrap_or(section.strict);
        self.wanted.profile = self.wanted.profile.or(section.profile);
        #[cfg(feature = "store")]
        {
            self.data_dir = self.data_dir.or(section.data_dir);
        }
        Ok(Launched { runtime: self.prepared(settings)?.launched()?, strict })
    }

    /// The settings of a program whose wiring and configuration are in order.
    fn checked(&self) -> Result<AllSettings, StartError> {
        let settings = overrides::checked(&self.registry, &self.config).map_err(ConfigError::from)?;
        let mut wiring = wiring::check(&self.registry);
        // A test chooses a part of the program, whose other events come from the test.
        wiring.retain(|problem| problem.severity == Severity::Error && (self.is_main || !problem.is_about_events));
        if wiring.is_empty() { Ok(settings) } else { Err(StartError::Wiring(wiring)) }
    }

    /// Opens the store, and makes what is to be provided.
    fn prepared(mut self, settings: AllSettings) -> Result<Prepared, StartError> {
        #[cfg(feature = "store")]
        let store = self.folder()?.map(|folder| OpenStore::open(&folder)).transpose()?;
        #[cfg(feature = "store")]
        let disabled: Disabled = store.as_ref().map(|store| store.disabled.clone()).unwrap_or_default();
        #[cfg(not(feature = "store"))]
        let disabled = Disabled::new();
        let chosen = Chosen::new(&self.registry, settings, &self.wanted)?;
        let missing = needs::missing(&self.registry, &self.offered, &chosen.to_run(&self.registry, &disabled));
        if !missing.is_empty() {
            return Err(StartError::NotProvided(missing));
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
